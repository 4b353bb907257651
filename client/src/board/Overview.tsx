import { ViewportPortal, useStoreApi } from "@xyflow/react";
import { memo, useLayoutEffect, useMemo, useRef } from "react";
import { useColors } from "./colors";
import { useBoardPart, useFocus, useNames, usePeers } from "./context";
import { useDrawnBoard } from "./drawnBoard";
import { matchesWords } from "./find";
import type { Geometry } from "./layout";
import { paint, sheetOf } from "./overview";
import type { Ring } from "./overview";
import { useUi } from "./ui";

/**
 * A large board from far away: everything as areas of colour in one picture, drawn anew for each frame. What somebody is at
 * lies above it as a card of its own.
 */
export const Overview = memo(function Overview({ places }: { places: Geometry["places"] }) {
  const board = useDrawnBoard();
  const names = useNames();
  const colorOf = useColors();
  const store = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const sheet = useMemo(() => sheetOf(board, places, names.roleOf), [board, places, names]);
  const rings = useRings(places);

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    let due = 0;
    const draw = () => {
      cancelAnimationFrame(due);
      due = 0;
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const dense = window.devicePixelRatio;
      const [w, h] = [Math.max(1, Math.round(width * dense)), Math.max(1, Math.round(height * dense))];
      if (element.width !== w) element.width = w;
      if (element.height !== h) element.height = h;
      // It lies in the ground that is moved and scaled, and undoes both: what is in the window is drawn pixel by pixel.
      element.style.width = `${String(width)}px`;
      element.style.height = `${String(height)}px`;
      element.style.transform = `translate(${String(-x / zoom)}px, ${String(-y / zoom)}px) scale(${String(1 / zoom)})`;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, w, h);
      context.setTransform(zoom * dense, 0, 0, zoom * dense, x * dense, y * dense);
      paint(context, sheet, rings, colorOf, 1 / zoom);
    };
    draw();
    let last = store.getState();
    const stop = store.subscribe((state) => {
      if (state.transform === last.transform && state.width === last.width && state.height === last.height) return;
      last = state;
      if (due === 0) due = requestAnimationFrame(draw);
    });
    return () => {
      stop();
      cancelAnimationFrame(due);
    };
  }, [store, sheet, rings, colorOf]);

  return (
    <ViewportPortal>
      <canvas ref={canvas} className="overview" aria-hidden="true" data-testid="overview" />
    </ViewportPortal>
  );
});

/** What is chosen, found, or where others are. */
function useRings(places: Geometry["places"]): readonly Ring[] {
  const chosen = useFocus((f) => f.chosen);
  const find = useUi((ui) => ui.find);
  const searched = useBoardPart((board) => (find === undefined ? undefined : board.elements));
  const peers = usePeers();
  const visits = peers.flatMap((p) => (p.selected === undefined ? [] : [`${p.selected} --person-${String(p.color)}`])).join("\n");
  return useMemo(() => {
    const rings: Ring[] = [];
    const ring = (id: string, color: string) => {
      const rect = places.get(id);
      if (rect) rings.push({ rect, color });
    };
    if (searched && find !== undefined && find.trim() !== "") for (const e of searched) if (matchesWords(e.text, find)) ring(e.id, "--warm");
    for (const visit of visits === "" ? [] : visits.split("\n")) {
      const [id = "", color = ""] = visit.split(" ");
      ring(id, color);
    }
    for (const id of chosen) ring(id, "--accent");
    return rings;
  }, [searched, places, chosen, find, visits]);
}
