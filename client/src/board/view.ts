import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import type { RefObject } from "react";
import { useTools } from "./context";
import { BAR, NARROW, barsReach, viewOf } from "./firstView";
import { SIZES } from "./layout";
import type { Geometry, Rect } from "./layout";

export { BAR, barsReach, viewOf };
export const ZOOM = { least: 0.05, most: 2.5 };
const RIM = 40;

/** The view that shows an area as large as it goes, in the middle of what the bars leave free. */
export function viewAround(area: Rect, width: number, height: number, most = 1.25): { x: number; y: number; zoom: number } {
  const top = barsReach(width);
  const high = Math.max(1, height - top - BAR.bottom);
  const zoom = Math.max(ZOOM.least, Math.min((width - RIM) / area.width, (high - 16) / area.height, most));
  return { x: (width - area.width * zoom) / 2 - area.x * zoom, y: top + (high - area.height * zoom) / 2 - area.y * zoom, zoom };
}

/** Everything there is to see: the board and what lies around it. */
export function extent(geometry: Geometry): Rect {
  let [x, y, right, bottom] = [0, 0, geometry.width, geometry.height];
  for (const p of geometry.places.values()) {
    [x, y] = [Math.min(x, p.x), Math.min(y, p.y)];
    [right, bottom] = [Math.max(right, p.x + p.width), Math.max(bottom, p.y + p.height)];
  }
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

/** Lets commands move the view, and know what is on the board. */
export function useStage(geometry: Geometry, frame: RefObject<HTMLElement | null>): void {
  const { stage, follow, ui } = useTools();
  const flow = useReactFlow();
  const store = useStoreApi();
  // Set as soon as it is drawn: a command may run before the next effect.
  useEffect(() => {
    stage.measure = () => geometry;
  }, [stage, geometry]);

  useEffect(() => {
    const size = () => ({ width: frame.current?.clientWidth ?? 1, height: frame.current?.clientHeight ?? 1 });
    const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? {} : { duration: 160 });
    const visible = () => {
      const [x, y, zoom] = store.getState().transform;
      const { width, height } = size();
      const bars = ui.get().presenting ? { top: 0, bottom: 0 } : { top: barsReach(width), bottom: BAR.bottom };
      return { x: -x / zoom, y: (bars.top - y) / zoom, width: width / zoom, height: Math.max(1, height - bars.top - bars.bottom) / zoom };
    };
    // A key pressed again and again goes on from where the view is going, not from where it is.
    let aim = { zoom: 1, at: 0 };
    const zoomBy = (factor: number) => {
      const from = performance.now() - aim.at < 400 ? aim.zoom : flow.getZoom();
      aim = { zoom: Math.max(ZOOM.least, Math.min(from * factor, ZOOM.most)), at: performance.now() };
      void flow.zoomTo(aim.zoom, calm());
    };
    /** One moves the view oneself, and follows nobody any more. */
    const own = <A extends unknown[]>(move: (...args: A) => void) => (...args: A) => {
      follow.stop();
      move(...args);
    };
    stage.view = {
      visible,
      zoomIn: own(() => zoomBy(1.25)),
      zoomOut: own(() => zoomBy(0.8)),
      actualSize: own(() => void flow.zoomTo(1, calm())),
      fitAll: own(() => {
        const { width, height } = size();
        const whole = extent(stage.geometry);
        const onlyBoard = whole.width === stage.geometry.width && whole.height === stage.geometry.height;
        const plain = viewOf(stage.geometry, width, height);
        const all = viewAround({ ...whole, width: whole.width + SIZES.margin }, width, height, 1.6);
        // A board that can be read as a whole begins at its upper edge.
        void flow.setViewport(onlyBoard && width >= NARROW && all.zoom >= plain.zoom ? plain : all, calm());
      }),
      fit: own((area: Rect) => void flow.setViewport(viewAround(area, size().width, size().height), calm())),
      reveal: own((area: Rect) => {
        const seen = visible();
        if (area.x >= seen.x && area.y >= seen.y && area.x + area.width <= seen.x + seen.width && area.y + area.height <= seen.y + seen.height) return;
        const { zoom } = flow.getViewport();
        const middle = { x: area.x + area.width / 2, y: area.y + area.height / 2 };
        const [, , scale] = store.getState().transform;
        const { width, height } = size();
        const top = barsReach(width);
        void flow.setViewport({ x: width / 2 - middle.x * scale, y: top + (height - top - BAR.bottom) / 2 - middle.y * scale, zoom }, calm());
      }),
      panBy: own((dx: number, dy: number) => {
        const { x, y, zoom } = flow.getViewport();
        void flow.setViewport({ x: x + dx, y: y + dy, zoom });
      }),
      at: (x, y) => flow.screenToFlowPosition({ x, y }),
    };
    return () => {
      stage.view = undefined;
    };
  }, [stage, follow, ui, flow, store, frame]);
}

/** A view that moves is told at most once in so many milliseconds. */
const TELL = 240;

/** Tells the others what this person sees, so that they can follow. */
export function useTellView(): void {
  const { stage, session } = useTools();
  const store = useStoreApi();
  useEffect(() => {
    let last = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      const seen = stage.view?.visible();
      if (!seen) return;
      const view = { x: Math.round(seen.x), y: Math.round(seen.y), width: Math.max(1, Math.round(seen.width)), height: Math.max(1, Math.round(seen.height)) };
      if (JSON.stringify(view) === last) return;
      last = JSON.stringify(view);
      session.presence.update({ view });
    };
    let former = { transform: store.getState().transform, width: 0, height: 0 };
    const moved = () => {
      const { transform, width, height } = store.getState();
      if (transform === former.transform && width === former.width && height === former.height) return;
      former = { transform, width, height };
      timer ??= setTimeout(tell, TELL);
    };
    moved();
    const stop = store.subscribe(moved);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [stage, session, store]);
}
