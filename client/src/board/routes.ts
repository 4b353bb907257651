import { Position, getSmoothStepPath } from "@xyflow/system";
import type { Connector } from "../document/model";
import type { Rect } from "./layout";

/** How connectors run: out of one side and into another, in the gaps between the columns, around what lies between. */

export interface Route {
  readonly path: string;
  /** The middle, where its words are. */
  readonly x: number;
  readonly y: number;
  readonly start: End;
  readonly end: End;
}

interface End {
  readonly x: number;
  readonly y: number;
  readonly side: Position;
}

/** How far it goes straight out before it turns; less than half the gap between two columns. */
const OUT = 11;
const ROUND = 6;

/** The way from one place to another. `others` are the places it should not run across. */
export function route(from: Rect, to: Rect, others: Iterable<Rect> = []): Route {
  const [a, b] = sides(from, to, others);
  const start = end(from, a);
  const stop = end(to, b);
  // The long stretch runs in the gap right before the target, not through the cards of the columns between.
  const turn = b === Position.Left && a === Position.Right && stop.x - start.x > 2 * OUT ? { centerX: stop.x - OUT } : {};
  const [path, x, y] = getSmoothStepPath({
    sourceX: start.x,
    sourceY: start.y,
    sourcePosition: a,
    targetX: stop.x,
    targetY: stop.y,
    targetPosition: b,
    borderRadius: ROUND,
    offset: OUT,
    ...turn,
  });
  return { path, x, y, start, end: stop };
}

/** The ways of all connectors whose ends have a place, by id. */
export function routesOf(connectors: readonly Connector[], places: ReadonlyMap<string, Rect>): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  // Looking for what is in the way is worth it as long as the board is one that people read.
  const others = connectors.length * places.size < 200_000 ? [...places.values()].filter((p) => p.height < 200) : [];
  for (const c of connectors) {
    const [from, to] = [places.get(c.from), places.get(c.to)];
    if (from && to) routes.set(c.id, route(from, to, others));
  }
  return routes;
}

function sides(from: Rect, to: Rect, others: Iterable<Rect>): [Position, Position] {
  if (to.x >= from.x + from.width + OUT) return [Position.Right, Position.Left];
  if (to.x + to.width + OUT <= from.x) return [Position.Left, Position.Right];
  const down = to.y >= from.y + from.height;
  const up = to.y + to.height <= from.y;
  if (!down && !up) return [Position.Right, Position.Right];
  const [upper, lower] = down ? [from, to] : [to, from];
  const x = Math.max(from.x, to.x) + Math.min(from.width, to.width) / 2;
  for (const other of others) {
    if (other === from || other === to) continue;
    const between = other.y < lower.y && other.y + other.height > upper.y + upper.height;
    // Something lies in the way: around it, along the right side.
    if (between && other.x < x && other.x + other.width > x) return [Position.Right, Position.Right];
  }
  return down ? [Position.Bottom, Position.Top] : [Position.Top, Position.Bottom];
}

function end(place: Rect, side: Position): End {
  const middle = { x: place.x + place.width / 2, y: place.y + place.height / 2 };
  switch (side) {
    case Position.Left:
      return { x: place.x, y: middle.y, side };
    case Position.Right:
      return { x: place.x + place.width, y: middle.y, side };
    case Position.Top:
      return { x: middle.x, y: place.y, side };
    default:
      return { x: middle.x, y: place.y + place.height, side };
  }
}

const TURNS: Readonly<Record<Position, number>> = { [Position.Left]: 0, [Position.Top]: 90, [Position.Right]: 180, [Position.Bottom]: 270 };

/** The head of an arrow that comes in at this end, as attributes of an SVG path. */
export function arrowhead({ x, y, side }: End): { d: string; transform: string } {
  return { d: "M0 0L-8 -4.500L-8 4.500Z", transform: `translate(${String(x)} ${String(y)}) rotate(${String(TURNS[side])})` };
}
