import { useReactFlow, useStore } from "@xyflow/react";
import { useCallback, useRef } from "react";
import type { PointerEvent, ReactNode } from "react";
import { area } from "../tools/area";
import type { Placing } from "../tools/area";
import type { Press } from "../tools/chart";
import { viewAfter } from "../tools/fingers";
import { ink } from "../tools/ink";
import type { Point } from "../sync/presence";
import { useChart } from "../tools/useChart";
import { useActions } from "./actions";
import { useTools } from "./context";
import { boundsOf, fromCorner, inkPath, simplified } from "./ink";
import type { Stroke } from "./ink";
import { useUi } from "./ui";
import type { Tool } from "./ui";
import { ZOOM } from "./view";

/** While a drawing tool is in the hand it lies over the board and takes the pointer. */
export function DrawLayer() {
  const tool = useUi((ui) => ui.tool);
  if (tool === "select" || tool === "hand") return null;
  return tool === "ink" ? <InkLayer /> : <AreaLayer key={tool} tool={tool} />;
}

function InkLayer() {
  const actions = useActions();
  const flow = useReactFlow();
  const zoom = useStore((s) => s.transform[2]);
  const draw = useCallback(
    (stroke: Stroke) => {
      const { points, pressures } = simplified(stroke);
      // The pen stays in the hand: people draw more than one stroke.
      if (points.length >= 4) actions.addFree("ink", boundsOf(points), { points: fromCorner(points), pressures });
    },
    [actions],
  );
  const [state, send] = useChart(ink, draw);
  const toScreen = (points: readonly number[]) => {
    const out: number[] = [];
    for (let i = 0; i + 1 < points.length; i += 2) {
      const p = flow.flowToScreenPosition({ x: points[i] ?? 0, y: points[i + 1] ?? 0 });
      out.push(p.x, p.y);
    }
    return out;
  };
  return (
    <Layer tool="ink" send={send}>
      {state.type === "drawing" && (
        <svg className="ink" aria-hidden="true">
          <path d={inkPath({ ...state.stroke, points: toScreen(state.stroke.points) }, undefined, 5 * zoom)} />
        </svg>
      )}
    </Layer>
  );
}

function AreaLayer({ tool }: { tool: Exclude<Tool, "select" | "hand" | "ink"> }) {
  const { ui } = useTools();
  const actions = useActions();
  const place = useCallback(
    (placing: Placing) => {
      ui.set({ tool: "select" });
      actions.addFree(tool, "at" in placing ? placing.at : placing.box);
    },
    [ui, actions, tool],
  );
  const [state, send] = useChart(area, place);
  return (
    <Layer tool={tool} send={send}>
      {state.type === "spanning" && (
        <div className="marquee" style={{ left: state.box.x, top: state.box.y, width: state.box.width, height: state.box.height }} />
      )}
    </Layer>
  );
}

/**
 * Turns the events of the browser into those of a tool. One finger draws and two move the view; once a pen has been seen
 * the fingers only move the view, for they are the hand that holds it.
 */
function Layer({ tool, send, children }: { tool: Tool; send: (event: Press) => void; children: ReactNode }) {
  const { stage } = useTools();
  const flow = useReactFlow();
  const drawing = useRef<number>(undefined);
  const fingers = useRef(new Map<number, Point>());
  const moving = useRef(false);
  const press = (type: Press["type"], event: PointerEvent): Press => {
    const screen = { x: event.clientX, y: event.clientY };
    const coalesced = type === "move" ? (event.nativeEvent.getCoalescedEvents?.() ?? []) : [];
    const all = coalesced.length > 0 ? coalesced : [event.nativeEvent];
    const points = all.flatMap(({ clientX, clientY }) => {
      const { x, y } = flow.screenToFlowPosition({ x: clientX, y: clientY });
      return [x, y];
    });
    const pressures = event.pointerType === "pen" ? all.map(({ pressure }) => pressure * 100) : [];
    return { type, screen, at: flow.screenToFlowPosition(screen), passed: { points, pressures } };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    if (event.pointerType === "pen") stage.penSeen = true;
    if (event.pointerType === "touch") {
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const byFinger = drawing.current !== undefined && fingers.current.has(drawing.current);
      if (stage.penSeen || fingers.current.size > 1) {
        // The palm under a pen that draws moves nothing.
        moving.current = drawing.current === undefined || byFinger;
        if (byFinger) lift("cancel", event);
        return;
      }
    }
    if (drawing.current !== undefined || !event.isPrimary) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.current = event.pointerId;
    send(press("down", event));
  };
  const move = (event: PointerEvent) => {
    if (event.pointerId === drawing.current) send(press("move", event));
    else if (moving.current && fingers.current.has(event.pointerId)) {
      const before = [...fingers.current.values()];
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      void flow.setViewport(viewAfter(flow.getViewport(), before, [...fingers.current.values()], ZOOM));
    }
  };
  const lift = (type: "up" | "cancel", event: PointerEvent) => {
    drawing.current = undefined;
    send(press(type, event));
  };
  const up = (type: "up" | "cancel", event: PointerEvent) => {
    fingers.current.delete(event.pointerId);
    if (fingers.current.size === 0) moving.current = false;
    if (event.pointerId === drawing.current) lift(type, event);
  };
  return (
    <div
      className="draw-layer"
      data-tool={tool}
      data-testid="draw-layer"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={(event) => up("up", event)}
      onPointerCancel={(event) => up("cancel", event)}
      onWheel={(event) => stage.view?.panBy(-event.deltaX, -event.deltaY)}
    >
      {children}
    </div>
  );
}
