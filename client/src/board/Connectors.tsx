import { ViewportPortal, useReactFlow } from "@xyflow/react";
import { memo, useMemo, useState } from "react";
import type { PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Hands } from "../commands/command";
import { useHands } from "../commands/hands";
import { elementsById } from "../document/elements";
import type { Board, Connector } from "../document/model";
import type { Point } from "../sync/presence";
import { Signs, signsId } from "../talk/Signs";
import { openThreads, votesFor } from "../talk/threads";
import { swallowClick, useHeld } from "../tools/useHeld";
import { changeConnector, connectTo, nameOfConnector } from "./connecting";
import { ConnectorTools } from "./ConnectorTools";
import { AboutContext, useBoardPart, useDraws, useFocus, useFollowed, useMayEdit, usePeers, useTalks, useTools, visitorsIn } from "./context";
import type { Geometry, Rect } from "./layout";
import { around } from "./moving";
import type { Drag } from "./nodes";
import { arrowhead, createRouter, route } from "./routes";
import type { Route } from "./routes";
import { useVisibleArea } from "./visible";
import { VisitorTag } from "./VisitorTag";

/** A connector being drawn, or one of its ends being moved. */
interface Pull {
  /** The element at the end that stays. */
  readonly fixed: string;
  readonly end: "from" | "to";
  readonly connector: string | undefined;
  readonly at: Point;
  readonly over: string | undefined;
}

interface Props {
  readonly geometry: Geometry;
  readonly drags: readonly Drag[];
  readonly hidden: boolean;
  /** Only the chosen one is drawn: the others are in the picture from far away. */
  readonly bare: boolean;
}

/** What connects the elements: drawn under them, chosen, changed and drawn anew here. */
export function Connectors({ geometry, drags, hidden, bare }: Props) {
  const connectors = useBoardPart((board) => board.connectors);
  const comments = useFollowed("comments", (board) => board.comments);
  const votes = useFollowed("votes", (board) => board.votes);
  const draws = useDraws();
  const talks = useTalks();
  const hands = useHands();
  const { document } = hands;
  const chosen = useFocus((f) => f.connector);
  const mayEdit = useMayEdit(chosen ?? "");
  const area = useVisibleArea();
  const [pull, begin] = usePull(geometry, hands);
  const moved = useMemo(() => movedPlaces(geometry, drags), [geometry, drags]);
  const places = useMemo(() => ({ get: (id: string) => moved.get(id) ?? geometry.places.get(id) ?? geometry.tucked.get(id) }), [geometry, moved]);
  const [findRoutes] = useState(createRouter);
  const shown = useMemo(
    () =>
      connectors.filter((c) => {
        if (c.id === chosen || bare) return c.id === chosen;
        const [a, b] = [places.get(c.from), places.get(c.to)];
        return a !== undefined && b !== undefined && spans(a, b, area);
      }),
    [connectors, places, area, chosen, bare],
  );
  const routes = useMemo(() => findRoutes({ connectors, elements: document.board().elements }, geometry, moved, shown), [findRoutes, document, connectors, geometry, moved, shown]);
  const current = chosen === undefined ? undefined : connectors.find((c) => c.id === chosen);
  const currentRoute = current && routes.get(current.id);
  const pulled = pull && pulledRoute(pull, places);
  return (
    <ViewportPortal>
      <svg className="connectors" data-testid="connectors">
        {shown.map((c) => {
          const r = routes.get(c.id);
          return r && <Line key={c.id} connector={c} path={r} chosen={c.id === chosen} faded={pull?.connector === c.id} />;
        })}
      </svg>
      {shown.map((c) => {
        const r = routes.get(c.id);
        const worded = c.label !== "" || c.meaning !== "leads-to";
        return r && worded && c.id !== chosen && <Words key={c.id} connector={c} x={r.x} y={r.y} />;
      })}
      <Visited routes={routes} />
      {shown.map((c) => {
        const r = routes.get(c.id);
        const talked = openThreads({ comments }).has(c.id) || (votesFor({ votes }, c.id)?.total ?? 0) > 0;
        return (
          r && talked && (
            <div key={c.id} className="connector-signs" style={{ transform: `translate(${String(r.x)}px, ${String(r.y)}px)` }}>
              <Signs target={c.id} onChoose={() => hands.focus.selectConnector(c.id)} />
            </div>
          )
        );
      })}
      {pulled && (
        <svg className="connectors pulling" aria-hidden="true">
          <path className="connector-line" d={pulled.path} />
          <path className="connector-head" {...arrowhead(pulled.end)} />
        </svg>
      )}
      {pull?.over !== undefined && <Outline place={places.get(pull.over)} />}
      {draws && !hidden && !pull && <Dots places={places} onPull={begin} />}
      {current && mayEdit && currentRoute && !pull && (
        <>
          <Knob at={currentRoute.start} end="from" connector={current} onPull={begin} />
          <Knob at={currentRoute.end} end="to" connector={current} onPull={begin} />
        </>
      )}
      {talks && current && currentRoute && !pull && (
        <AboutContext value={current.id}>
          <ConnectorTools connector={current} x={currentRoute.x} y={lowest(currentRoute, places.get(current.from), places.get(current.to))} />
        </AboutContext>
      )}
    </ViewportPortal>
  );
}

/** Whether what lies between two places can be in an area. */
function spans(a: Rect, b: Rect, area: Rect): boolean {
  const [right, bottom] = [Math.max(a.x + a.width, b.x + b.width), Math.max(a.y + a.height, b.y + b.height)];
  return Math.min(a.x, b.x) < area.x + area.width && right > area.x && Math.min(a.y, b.y) < area.y + area.height && bottom > area.y;
}

/** Clear of both ends, unless they are far apart. */
function lowest(r: Route, ...ends: (Rect | undefined)[]): number {
  const box = around(ends);
  return box && box.height < 420 ? box.y + box.height : r.y;
}

/** Where those lie that are being carried. */
function movedPlaces(geometry: Geometry, drags: readonly Drag[]): ReadonlyMap<string, Rect> {
  const places = new Map<string, Rect>();
  for (const { ids, dx, dy } of drags) {
    for (const id of ids) {
      const place = geometry.places.get(id);
      if (place) places.set(id, { ...place, x: place.x + dx, y: place.y + dy });
    }
  }
  return places;
}

const Line = memo(function Line({ connector, path, chosen, faded }: { connector: Connector; path: Route; chosen: boolean; faded: boolean }) {
  const { t } = useTranslation();
  const { focus, document } = useTools();
  return (
    <g
      className={`connector meaning-${connector.meaning}`}
      data-testid="connector"
      data-connector-id={connector.id}
      data-selected={chosen || undefined}
      data-direction={connector.direction}
      data-meaning={connector.meaning}
      opacity={faded ? 0.25 : undefined}
      role="group"
      tabIndex={0}
      aria-label={nameOfConnector(document.board(), connector, t)}
      aria-describedby={signsId(connector.id)}
      onFocus={() => focus.selectConnector(connector.id)}
      onClick={(event) => {
        event.stopPropagation();
        focus.selectConnector(connector.id);
      }}
    >
      <path className="connector-hit" d={path.path} />
      <path className="connector-line" d={path.path} />
      <path className="connector-head" {...arrowhead(path.end)} />
      {connector.direction === "two-way" && <path className="connector-head" {...arrowhead(path.start)} />}
    </g>
  );
});

/** The connectors that others are at. */
function Visited({ routes }: { routes: ReadonlyMap<string, Route> }) {
  const visitors = visitorsIn(usePeers());
  const visited = [...visitors].flatMap(([id, here]) => {
    const path = routes.get(id);
    return path ? [{ id, here, path }] : [];
  });
  return visited.map(({ id, here, path }) => (
    <div key={id} className="connector-visitors" data-testid="connector-visitors" style={{ transform: `translate(${String(path.x)}px, ${String(path.y)}px)` }}>
      <svg className="connectors" aria-hidden="true" style={{ transform: `translate(${String(-path.x)}px, ${String(-path.y)}px)` }}>
        <path className="connector-visited" d={path.path} style={{ stroke: `var(--person-${String(here[0]?.color ?? 0)})` }} />
      </svg>
      <VisitorTag visitors={here} />
    </div>
  ));
}

const Words = memo(function Words({ connector, x, y }: { connector: Connector; x: number; y: number }) {
  const { t } = useTranslation();
  return (
    <div className="connector-words" aria-hidden="true" style={{ transform: `translate(${String(x)}px, ${String(y)}px) translate(-50%, -50%)` }}>
      {connector.label || t(`connector.${connector.meaning}`)}
    </div>
  );
});

function Outline({ place }: { place: Rect | undefined }) {
  if (!place) return null;
  return <div className="pull-target" style={{ transform: `translate(${String(place.x)}px, ${String(place.y)}px)`, width: place.width, height: place.height }} />;
}

/** Where things are seen just now: carried, laid, or tucked into a collapsed lane. */
type Places = Pick<ReadonlyMap<string, Rect>, "get">;
type Begin = (event: PointerEvent, pull: Pick<Pull, "fixed" | "end" | "connector">) => void;

/** At the sides of the one chosen element: a connector is drawn from here. */
function Dots({ places, onPull }: { places: Places; onPull: Begin }) {
  const { t } = useTranslation();
  const { ui, document } = useTools();
  const id = useFocus((f) => (f.chosen.length === 1 && f.editing === undefined ? f.selected : undefined));
  const element = useBoardPart((board) => (id === undefined ? undefined : elementsById(board).get(id)));
  const place = id === undefined ? undefined : places.get(id);
  if (!element || !place || element.kind === "ink" || element.kind === "frame" || !document.mayEdit(element.id)) return null;
  const at = [
    [place.x + place.width, place.y + place.height / 2, "right"],
    [place.x, place.y + place.height / 2, "left"],
    [place.x + place.width / 2, place.y, "top"],
  ] as const;
  return at.map(([x, y, side]) => (
    <button
      key={side}
      type="button"
      tabIndex={-1}
      className={`pull-dot pull-${side} nopan nodrag`}
      style={{ transform: `translate(${String(x)}px, ${String(y)}px) scale(var(--unzoom, 1))` }}
      aria-label={t("connector.draw")}
      title={t("connector.draw")}
      data-testid={`pull-${side}`}
      onPointerDown={(event) => onPull(event, { fixed: element.id, end: "to", connector: undefined })}
      onClick={(event) => {
        event.stopPropagation();
        // Pressed by a screen reader, or clicked and not dragged.
        ui.set({ open: "connect" });
      }}
    />
  ));
}

function Knob({ at, end, connector, onPull }: { at: Point; end: "from" | "to"; connector: Connector; onPull: Begin }) {
  const { t } = useTranslation();
  const name = t(`connector.${end}`);
  return (
    <button
      type="button"
      tabIndex={-1}
      className="pull-dot knob nopan nodrag"
      style={{ transform: `translate(${String(at.x)}px, ${String(at.y)}px) scale(var(--unzoom, 1))` }}
      aria-label={name}
      title={name}
      data-testid={`knob-${end}`}
      onPointerDown={(event) => onPull(event, { fixed: end === "to" ? connector.from : connector.to, end, connector: connector.id })}
    />
  );
}

function pulledRoute(pull: Pull, places: Places): Route | undefined {
  const fixed = places.get(pull.fixed);
  if (!fixed) return undefined;
  const over = pull.over === undefined ? undefined : places.get(pull.over);
  const free = over ?? { x: pull.at.x, y: pull.at.y, width: 0, height: 0 };
  return pull.end === "to" ? route(fixed, free) : route(free, fixed);
}

/** Drawing a connector by dragging: what is under the pointer is found from the places, so it works the same for a finger. */
function usePull(geometry: Geometry, hands: Hands): [Pull | undefined, Begin] {
  const { document } = useTools();
  const [pull, setPull] = useState<Pull>();
  const flow = useReactFlow();
  useHeld(pull !== undefined, {
    move: (event) => {
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      setPull((p) => p && { ...p, at, over: elementAt(document.board(), geometry, at, p.fixed) });
    },
    up: () => {
      setPull(undefined);
      if (pull?.over === undefined) return;
      const { fixed, over, end, connector } = pull;
      if (connector === undefined) connectTo(hands, fixed, over);
      else if (!changeConnector(hands, connector, { [end]: over }) && hands.document.fence) hands.notice.say(hands.actions.elsewhere());
      swallowClick();
    },
    cancel: () => setPull(undefined),
  });
  const begin: Begin = (event, from) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    setPull({ ...from, at: flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }), over: undefined });
  };
  return [pull, begin];
}

/** The uppermost element at a point that a connector can be tied to. */
function elementAt(board: Board, geometry: Geometry, at: Point, except: string): string | undefined {
  return board.elements.findLast((e) => {
    const place = geometry.places.get(e.id);
    if (!place || e.id === except || e.kind === "ink" || e.kind === "frame") return false;
    return at.x >= place.x && at.y >= place.y && at.x <= place.x + place.width && at.y <= place.y + place.height;
  })?.id;
}
