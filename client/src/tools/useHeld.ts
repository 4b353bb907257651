import { useEffect, useLayoutEffect, useRef } from "react";

interface Held {
  move(event: PointerEvent): void;
  /** Let go of. */
  up(): void;
  /** Given up: by Escape, or because the browser took the pointer for itself. */
  cancel(): void;
}

/** While something is held the pointer is followed wherever it goes in the window. */
export function useHeld(held: boolean, now: Held): void {
  const latest = useRef(now);
  useLayoutEffect(() => {
    latest.current = now;
  });
  useEffect(() => {
    if (!held) return;
    const move = (event: PointerEvent) => latest.current.move(event);
    const up = () => latest.current.up();
    const cancel = () => latest.current.cancel();
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape") cancel();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    window.addEventListener("keydown", key);
    return () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
      window.removeEventListener("keydown", key);
    };
  }, [held]);
}

/** The click that ends a drag is not one on what the drag began at. */
export function swallowClick(): void {
  const swallow = (event: MouseEvent) => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
}
