import { useReactFlow, useStore } from "@xyflow/react";
import { useCallback } from "react";
import type { PointerEvent, ReactNode } from "react";
import { area } from "../tools/area";
import type { Placing } from "../tools/area";
import type { Press } from "../tools/chart";
import { ink } from "../tools/ink";
import type { Stroke } from "../tools/ink";
import { useChart } from "../tools/useChart";
import { useActions } from "./actions";
import { useTools } from "./context";
import { boundsOf, fromCorner, inkPath, simplified } from "./ink";
import { useUi } from "./ui";
import type { Tool } from "./ui";

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
    ({ points }: Stroke) => {
      const kept = simplified(points);
      // The pen stays in the hand: people draw more than one stroke.
      if (kept.length >= 4) actions.addFree("ink", boundsOf(kept), { points: fromCorner(kept) });
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
          <path d={inkPath(toScreen(state.points), undefined, 5 * zoom)} />
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

/** Turns the events of the browser into those of a tool. */
function Layer({ tool, send, children }: { tool: Tool; send: (event: Press) => void; children: ReactNode }) {
  const { stage } = useTools();
  const flow = useReactFlow();
  const press = (type: Press["type"], event: PointerEvent): Press => {
    const screen = { x: event.clientX, y: event.clientY };
    const coalesced = type === "move" ? (event.nativeEvent.getCoalescedEvents?.() ?? []) : [];
    const passed = coalesced.flatMap(({ clientX, clientY }) => {
      const { x, y } = flow.screenToFlowPosition({ x: clientX, y: clientY });
      return [x, y];
    });
    return { type, screen, at: flow.screenToFlowPosition(screen), ...(passed.length > 0 ? { passed } : {}) };
  };
  return (
    <div
      className="draw-layer"
      data-tool={tool}
      data-testid="draw-layer"
      onPointerDown={(event) => {
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        send(press("down", event));
      }}
      onPointerMove={(event) => send(press("move", event))}
      onPointerUp={(event) => send(press("up", event))}
      onPointerCancel={(event) => send(press("cancel", event))}
      onWheel={(event) => stage.view?.panBy(-event.deltaX, -event.deltaY)}
    >
      {children}
    </div>
  );
}
