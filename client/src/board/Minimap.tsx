import { Panel, useReactFlow, useStoreApi } from "@xyflow/react";
import { useLayoutEffect, useMemo, useRef } from "react";
import type { PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Board } from "../document/model";
import { useColors } from "./colors";
import { useNames } from "./context";
import type { Geometry, Rect } from "./layout";
import { paint, sheetOf } from "./overview";
import { useStable } from "./stable";
import { ZOOM, extent } from "./view";

const SIZE = { width: 200, height: 150 };
/** Room around what is on the map, pixels. */
const RIM = 6;

/** The whole board in small, with what is in the window. Pointing moves the view there, the wheel zooms it. */
export function Minimap({ board, geometry }: { board: Board; geometry: Geometry }) {
  const { t } = useTranslation();
  const names = useNames();
  const colorOf = useColors();
  const store = useStoreApi();
  const flow = useReactFlow();
  const canvas = useRef<HTMLCanvasElement>(null);
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
    element.width = SIZE.width * dense;
    element.height = SIZE.height * dense;
    const { view, zoom, x, y } = scale();
    context.setTransform(zoom * dense, 0, 0, zoom * dense, x * dense, y * dense);
    paint(context, sheet, [{ rect: view, color: "--accent" }], colorOf, 1 / zoom);
  });

  useLayoutEffect(() => {
    let due = 0;
    const soon = () => {
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
