import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import type { RefObject } from "react";
import { useFocus, useTools } from "./context";
import { SIZES } from "./layout";
import { BAR, barsReach } from "./view";

const RIM = 12;
/** What the tools of the text take above the keyboard. */
const TOOLS = 64;

/** How much of the window's lower part a keyboard on the screen covers. Some browsers make the window smaller instead. */
function keyboard(): number {
  const view = window.visualViewport;
  // Pinched larger, the part that is seen is small without any keyboard.
  return view && view.scale < 1.05 ? Math.max(0, window.innerHeight - view.height - view.offsetTop) : 0;
}

/** Moves what is being written on out from under the names, the bars and the keyboard on the screen. */
export function useUncover(frame: RefObject<HTMLElement | null>, active: boolean): void {
  const { stage } = useTools();
  const flow = useReactFlow();
  const editing = useFocus((f) => f.editing);
  useEffect(() => {
    if (!active) return;
    const uncover = () => {
      const covered = keyboard();
      document.documentElement.style.setProperty("--keyboard", `${String(Math.round(covered))}px`);
      const place = editing === undefined ? undefined : stage.geometry.places.get(editing);
      const element = frame.current;
      if (!place || !element) return;
      const { x, y, zoom } = flow.getViewport();
      const left = Math.max(SIZES.laneHeader * zoom + Math.max(0, x), 0) + RIM;
      const top = barsReach(element.clientWidth) + SIZES.stepHeader * zoom + RIM;
      const right = element.clientWidth - RIM;
      const bottom = element.clientHeight - covered - TOOLS - (covered > 0 || element.clientHeight < 520 ? RIM : BAR.bottom);
      const shift = (from: number, size: number, low: number, high: number) => (from < low || size > high - low ? low - from : from + size > high ? high - from - size : 0);
      const dx = shift(place.x * zoom + x, place.width * zoom, left, right);
      const dy = shift(place.y * zoom + y, place.height * zoom, top, bottom);
      if (dx !== 0 || dy !== 0) stage.view?.panBy(dx, dy);
    };
    // What has just been made is laid out first.
    const frameId = requestAnimationFrame(uncover);
    const view = window.visualViewport;
    view?.addEventListener("resize", uncover);
    return () => {
      cancelAnimationFrame(frameId);
      view?.removeEventListener("resize", uncover);
    };
  }, [active, editing, flow, frame, stage]);
}
