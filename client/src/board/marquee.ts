import { useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useRef } from "react";
import type { RefObject } from "react";
import type { Box, Press } from "../tools/chart";
import { marquee } from "../tools/marquee";
import type { Catch } from "../tools/marquee";
import { useChart } from "../tools/useChart";
import { swallowClick } from "../tools/useHeld";
import { useTools } from "./context";
import { within } from "./moving";

/** Where a drag is not meant for the ground. */
const TAKEN = ".card, .headers, .card-tools, .connector, .connector-tools, .react-flow__minimap, .react-flow__resize-control, .draw-layer, button, input, textarea, a";

/** Choosing with a rectangle, by mouse or pen. Returned in pixels of the window while it is drawn. */
export function useMarquee(frame: RefObject<HTMLElement | null>, active: boolean): Box | undefined {
  const { focus, document: board, stage } = useTools();
  const flow = useReactFlow();
  /** What was chosen before and is kept. */
  const former = useRef<readonly string[]>([]);

  const choose = useCallback(
    (caught: Catch) => {
      if (caught.type === "over") {
        const hit = within(board.board(), stage.geometry, caught.area);
        focus.selectAll([...former.current.filter((id) => !hit.includes(id)), ...hit]);
        return;
      }
      // The click that ends the drag is not one on the ground.
      swallowClick();
      const { selected } = focus.get();
      if (selected !== undefined) stage.focusOn(selected);
    },
    [focus, board, stage],
  );
  const [state, send] = useChart(marquee, choose);

  useEffect(() => {
    const element = frame.current;
    if (!element || !active) return;
    const press = (type: Press["type"], event: PointerEvent) => {
      const screen = { x: event.clientX, y: event.clientY };
      send({ type, screen, at: flow.screenToFlowPosition(screen) });
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || event.pointerType === "touch" || !event.isPrimary) return;
      if (!(event.target instanceof Element) || event.target.closest(TAKEN)) return;
      former.current = event.shiftKey || event.ctrlKey || event.metaKey ? focus.get().chosen : [];
      press("down", event);
    };
    const move = (event: PointerEvent) => press("move", event);
    const up = (event: PointerEvent) => press("up", event);
    const cancel = (event: PointerEvent) => press("cancel", event);
    element.addEventListener("pointerdown", down);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    return () => {
      element.removeEventListener("pointerdown", down);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
    };
  }, [frame, active, focus, flow, send]);
  return state.type === "spanning" ? state.box : undefined;
}
