import { useReactFlow, useStore } from "@xyflow/react";
import { useRef, useState } from "react";
import type { PointerEvent } from "react";
import type { Point } from "../sync/presence";
import { useActions } from "./actions";
import { useTools } from "./context";
import { boundsOf, fromCorner, inkPath, simplified } from "./ink";
import type { Rect } from "./layout";
import { useUi } from "./ui";

/** Less than this is a click, not a drag. Pixels. */
const CLICK = 6;
/** A stroke of more raw points than this ends by itself. */
const ENDLESS = 20_000;

/** While a drawing tool is in the hand it lies over the board and takes the pointer. */
export function DrawLayer() {
  const tool = useUi((ui) => ui.tool);
  const { ui, stage } = useTools();
  const actions = useActions();
  const flow = useReactFlow();
  const zoom = useStore((s) => s.transform[2]);
  const from = useRef<Point>(undefined);
  const stroke = useRef<number[]>([]);
  const [area, setArea] = useState<Rect>();
  const [path, setPath] = useState("");
  if (tool === "select" || tool === "hand") return null;

  const at = (event: { clientX: number; clientY: number }) => flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
  const toScreen = (points: readonly number[]) => {
    const out: number[] = [];
    for (let i = 0; i + 1 < points.length; i += 2) {
      const p = flow.flowToScreenPosition({ x: points[i] ?? 0, y: points[i + 1] ?? 0 });
      out.push(p.x, p.y);
    }
    return out;
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, y: event.clientY };
    const { x, y } = at(event);
    stroke.current = [x, y];
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const start = from.current;
    if (!start) return;
    if (tool === "ink") {
      if (stroke.current.length > ENDLESS) return;
      const events = event.nativeEvent.getCoalescedEvents?.() ?? [];
      for (const e of events.length > 0 ? events : [event.nativeEvent]) {
        const { x, y } = at(e);
        stroke.current.push(x, y);
      }
      setPath(inkPath(toScreen(stroke.current), undefined, 5 * zoom));
    } else {
      const [x, y] = [Math.min(start.x, event.clientX), Math.min(start.y, event.clientY)];
      setArea({ x, y, width: Math.abs(event.clientX - start.x), height: Math.abs(event.clientY - start.y) });
    }
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    const start = from.current;
    from.current = undefined;
    setArea(undefined);
    setPath("");
    if (!start) return;
    if (tool === "ink") {
      const points = simplified(stroke.current);
      if (points.length >= 4) actions.addFree("ink", boundsOf(points), { points: fromCorner(points) });
      // The pen stays in the hand: people draw more than one stroke.
      return;
    }
    const [a, b] = [at({ clientX: start.x, clientY: start.y }), at(event)];
    const clicked = Math.hypot(event.clientX - start.x, event.clientY - start.y) < CLICK;
    ui.set({ tool: "select" });
    if (clicked) actions.addFree(tool, b);
    else actions.addFree(tool, { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.max(24, Math.abs(a.x - b.x)), height: Math.max(24, Math.abs(a.y - b.y)) });
  };

  return (
    <div
      className="draw-layer"
      data-tool={tool}
      data-testid="draw-layer"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        from.current = undefined;
        setArea(undefined);
        setPath("");
      }}
      onWheel={(event) => stage.view?.panBy(-event.deltaX, -event.deltaY)}
    >
      {area && <div className="marquee" style={{ left: area.x, top: area.y, width: area.width, height: area.height }} />}
      {path !== "" && (
        <svg className="ink" aria-hidden="true">
          <path d={path} />
        </svg>
      )}
    </div>
  );
}
