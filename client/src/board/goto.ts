import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import { useTools } from "./context";
import type { GoTo } from "./stage";

/** Room that is left around what is brought into view, pixels; above it lie the names of the steps. */
const MARGIN = { left: 150, top: 70, right: 30, bottom: 110 };

/** How the canvas brings parts of the board into view. */
export function useCanvasGoTo(): void {
  const flow = useReactFlow();
  const { document: board, focus, follow, stage } = useTools();
  useEffect(() => {
    const move = (dx: number, dy: number) => {
      follow.stop();
      const { x, y, zoom } = flow.getViewport();
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      return flow.setViewport({ x: x + dx, y: y + dy, zoom }, calm ? {} : { duration: 160 });
    };
    const reveal = (rect: { left: number; right: number; top: number; bottom: number }, both: boolean) => {
      const frame = document.querySelector(".canvas")?.getBoundingClientRect();
      if (!frame) return;
      const gap = (from: number, to: number, low: number, high: number) => (from < low ? low - from : to > high ? Math.max(high - to, low - from) : 0);
      const dx = gap(rect.left, rect.right, frame.left + MARGIN.left, frame.right - MARGIN.right);
      const dy = both ? gap(rect.top, rect.bottom, frame.top + headerBottom() + MARGIN.top, frame.bottom - MARGIN.bottom) : 0;
      if (dx !== 0 || dy !== 0) void move(dx, dy);
    };
    const field = (testId: string) => document.querySelector<HTMLElement>(`[data-testid="${CSS.escape(testId)}"]`);

    const own: GoTo = {
      element: (id, look) => {
        const element = board.board().elements.find((e) => e.id === id);
        const place = stage.geometry.places.get(id);
        if (!element || !place) return;
        const from = flow.flowToScreenPosition(place);
        const to = flow.flowToScreenPosition({ x: place.x + place.width, y: place.y + place.height });
        reveal({ left: from.x, top: from.y, right: to.x, bottom: to.y }, true);
        if (look) return;
        focus.select(id, element.lane !== undefined && element.step !== undefined ? { lane: element.lane, step: element.step } : undefined);
        // On a very large board a card is drawn only once it is in view.
        let tries = 30;
        const give = () => {
          const card = document.querySelector<HTMLElement>(`[data-note-id="${CSS.escape(id)}"]`);
          if (card) card.focus({ preventScroll: true });
          else if (tries-- > 0) requestAnimationFrame(give);
        };
        give();
      },
      step: (id, look) => {
        const name = field(`step-title-${id}`);
        if (!name) return;
        reveal(name.getBoundingClientRect(), false);
        if (!look) name.focus({ preventScroll: true });
      },
      lane: (id, look) => {
        const name = field(`lane-title-${id}`);
        if (!name) return;
        const { top, bottom } = name.getBoundingClientRect();
        const frame = document.querySelector(".canvas")?.getBoundingClientRect();
        reveal({ top, bottom, left: (frame?.left ?? 0) + MARGIN.left, right: (frame?.left ?? 0) + MARGIN.left }, true);
        if (!look) name.focus({ preventScroll: true });
      },
    };
    stage.goTo = own;
    // Whoever comes from another view goes on where they were.
    const { selected } = focus.get();
    if (selected !== undefined) requestAnimationFrame(() => stage.goTo?.element(selected));
    return () => {
      // The other view may have come already.
      if (stage.goTo === own) stage.goTo = undefined;
    };
  }, [flow, board, focus, follow, stage]);
}

/** How far down the floating bars reach. */
const headerBottom = () => document.querySelector(".bars")?.getBoundingClientRect().bottom ?? 0;
