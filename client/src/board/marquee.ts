import { useReactFlow } from "@xyflow/react";
import { useEffect, useState } from "react";
import type { RefObject } from "react";
import { useTools } from "./context";
import type { Rect } from "./layout";
import { within } from "./moving";

/** Where a drag is not meant for the ground. */
const TAKEN = ".card, .headers, .card-tools, .connector, .connector-tools, .react-flow__minimap, .react-flow__resize-control, .draw-layer, button, input, textarea, a";
const LEAST = 5;

/** A rectangle drawn with the mouse over the ground, which chooses what it touches. Returned in pixels of the window while it is drawn. */
export function useMarquee(frame: RefObject<HTMLElement | null>, active: boolean): Rect | undefined {
  const { focus, document: board, stage } = useTools();
  const flow = useReactFlow();
  const [area, setArea] = useState<Rect>();
  useEffect(() => {
    const element = frame.current;
    if (!element || !active) return;
    let start: { x: number; y: number } | undefined;
    let former: readonly string[] = [];
    let drawn = false;

    const down = (event: PointerEvent) => {
      if (event.button !== 0 || event.pointerType === "touch" || !event.isPrimary) return;
      if (!(event.target instanceof Element) || event.target.closest(TAKEN)) return;
      start = { x: event.clientX, y: event.clientY };
      former = event.shiftKey || event.ctrlKey || event.metaKey ? focus.get().chosen : [];
      drawn = false;
    };
    const move = (event: PointerEvent) => {
      if (!start) return;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (!drawn && Math.hypot(dx, dy) < LEAST) return;
      drawn = true;
      const rect = { x: Math.min(start.x, event.clientX), y: Math.min(start.y, event.clientY), width: Math.abs(dx), height: Math.abs(dy) };
      setArea(rect);
      const a = flow.screenToFlowPosition({ x: rect.x, y: rect.y });
      const b = flow.screenToFlowPosition({ x: rect.x + rect.width, y: rect.y + rect.height });
      const hit = within(board.board(), stage.geometry, { x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y });
      focus.selectAll([...former.filter((id) => !hit.includes(id)), ...hit]);
    };
    const end = () => {
      if (!start) return;
      start = undefined;
      setArea(undefined);
      if (!drawn) return;
      // The click that ends the drag is not one on the ground.
      const swallow = (event: MouseEvent) => event.stopPropagation();
      window.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
      const { selected } = focus.get();
      if (selected !== undefined) stage.focusOn(selected);
    };
    element.addEventListener("pointerdown", down);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    return () => {
      element.removeEventListener("pointerdown", down);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
    };
  }, [frame, active, focus, board, stage, flow]);
  return area;
}
