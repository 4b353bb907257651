import { Panel, useReactFlow, useStoreApi } from "@xyflow/react";
import { useLayoutEffect, useMemo, useRef } from "react";
import type { PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { useColors } from "./colors";
import { useNames } from "./context";
import { useDrawnBoard } from "./drawnBoard";
import type { Geometry, Rect } from "./layout";
import { paint, sheetOf } from "./overview";
import { useStable } from "./stable";
import { ZOOM, extent } from "./view";

const SIZE = { width: 200, height: 150 };
/** Room around what is on the map, pixels. */
const RIM = 6;

/** The whole board in small, with what is in the window. Pointing moves the view there, the wheel zooms it. */
export function Minimap({ geometry }: { geometry: Geometry }) {
  const { t } = useTranslation();
  const names = useNames();
  const board = useDrawnBoard();
  const colorOf = useColors();
  const store = useStoreApi();
  const flow = useReactFlow();
  const canvas = useRef<HTMLCanvasElement>(null);
  const kept = useRef<{ picture: HTMLCanvasElement; drawn: readonly unknown[] }>(undefined);
  const sheet = useMemo(() => ({ ...sheetOf(board, geometry.places, names.roleOf), lines: [] }), [board, geometry, names]);
  const whole = useMemo(() => extent(geometry), [geometry]);

  const seen = (): Rect => {
    const { transform, width, height } = store.getState();
    const [x, y, zoom] = transform;
    return { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
  };
  /** From the board to the map, with what is seen now on it too. */
  const scale = () => {
    const view = seen();
    const [left, top] = [Math.min(whole.x, view.x), Math.min(whole.y, view.y)];
    const right = Math.max(whole.x + whole.width, view.x + view.width);
    const bottom = Math.max(whole.y + whole.height, view.y + view.height);
    const zoom = Math.min((SIZE.width - 2 * RIM) / (right - left), (SIZE.height - 2 * RIM) / (bottom - top));
    return { view, zoom, x: (SIZE.width - (right - left) * zoom) / 2 - left * zoom, y: (SIZE.height - (bottom - top) * zoom) / 2 - top * zoom };
  };

  const draw = useStable(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const dense = window.devicePixelRatio;
    const { view, zoom, x, y } = scale();
    const picture = cards(zoom, x, y, dense);
    for (const side of ["width", "height"] as const) if (element[side] !== picture[side]) element[side] = picture[side];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, element.width, element.height);
    context.drawImage(picture, 0, 0);
    context.setTransform(zoom * dense, 0, 0, zoom * dense, x * dense, y * dense);
    context.strokeStyle = colorOf("--accent");
    context.lineWidth = 2.5 / zoom;
    context.strokeRect(view.x - 2 / zoom, view.y - 2 / zoom, view.width + 4 / zoom, view.height + 4 / zoom);
  });

  /** The cards, kept as a picture: while only the view moves nothing of it is drawn anew. */
  const cards = (zoom: number, x: number, y: number, dense: number): HTMLCanvasElement => {
    const drawn = [sheet, colorOf, zoom, x, y, dense];
    if (kept.current?.drawn.every((part, i) => part === drawn[i])) return kept.current.picture;
    const picture = kept.current?.picture ?? document.createElement("canvas");
    picture.width = SIZE.width * dense;
    picture.height = SIZE.height * dense;
    const context = picture.getContext("2d");
    context?.setTransform(zoom * dense, 0, 0, zoom * dense, x * dense, y * dense);
    if (context) paint(context, sheet, [], colorOf, 1 / zoom);
    kept.current = { picture, drawn };
    return picture;
  };

  useLayoutEffect(() => {
    let due = 0;
    let last = store.getState();
    const soon = (state: typeof last) => {
      if (state.transform === last.transform && state.width === last.width && state.height === last.height) return;
      last = state;
      if (due === 0) {
        due = requestAnimationFrame(() => {
          due = 0;
          draw();
        });
      }
    };
    draw();
    const stop = store.subscribe(soon);
    return () => {
      stop();
      cancelAnimationFrame(due);
    };
  }, [store, draw, sheet, whole, colorOf]);

  const go = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const { zoom, x, y } = scale();
    const at = { x: (event.clientX - box.left - x) / zoom, y: (event.clientY - box.top - y) / zoom };
    void flow.setCenter(at.x, at.y, { zoom: flow.getZoom() });
  };

  return (
    <Panel position="bottom-right" className="react-flow__minimap">
      <canvas
        ref={canvas}
        role="img"
        aria-label={t("minimap.label")}
        style={SIZE}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={go}
        onWheel={(event) => void flow.zoomTo(Math.max(ZOOM.least, Math.min(flow.getZoom() * 2 ** (-event.deltaY * 0.002), ZOOM.most)))}
      />
    </Panel>
  );
}
