import type { Board, Connector } from "../document/model";
import { NO_GROUND, groundOf, sameRect, touches } from "./ground";
import type { Ground } from "./ground";
import { SIZES } from "./layout";
import type { Geometry, Rect } from "./layout";

/** How connectors run: out of one side and into another, upright and level, through the gaps between columns and lanes. */

export interface Route {
  readonly path: string;
  /** Where it turns, its ends included. Each stretch is upright or level. */
  readonly points: readonly Spot[];
  /** Where its words are. */
  readonly x: number;
  readonly y: number;
  readonly start: End;
  readonly end: End;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

type Side = "left" | "right" | "top" | "bottom";

interface End extends Spot {
  readonly side: Side;
}

/** What tells connectors apart that run the same way. */
export interface Strand {
  /** A number that is always the same for this connector. */
  readonly mark: number;
  /** How many others between the same two come before it. */
  readonly beside: number;
}
const ONLY: Strand = { mark: 0, beside: 0 };

/** How far it goes straight out before it turns, where there is no gap between columns to turn in. */
const OUT = 14;
/** A column's edge so near is the gap that a card's connectors turn in. */
const NEAR = 40;
const ROUND = 6;
/** Connectors that share a gap run so far apart. */
const APART = 3.5;
const STRANDS = 3;
/** Two between the same things leave them so far apart. */
const BESIDE = 12;
/** A bend is as bad as so much length, and running behind something as bad as this. */
const BEND = 30;
const BEHIND = 5000;

/** The way from one place to another. `spared` are things it may run behind: what is being carried does not hinder itself. */
export function route(from: Rect, to: Rect, ground: Ground = NO_GROUND, strand: Strand = ONLY, spared: readonly Rect[] = []): Route {
  const lane = (strand.mark % STRANDS) * APART;
  const { beside } = strand;
  const slide = (beside % 2 === 0 ? beside / 2 : -(beside + 1) / 2) * BESIDE;
  const straight = straightBetween(from, to, slide);
  // Nothing is shorter.
  if (straight && hitsOf(straight, ground, [from, to, ...spared], 1) === 0) return finish(straight);
  return finish(shortest(from, to, ground, lane, slide, [from, to, ...spared], straight));
}

/** Straight across, where the two are side by side or one above the other. */
function straightBetween(from: Rect, to: Rect, slide: number): Spot[] | undefined {
  const level = overlap(from.y, from.height, to.y, to.height);
  const upright = overlap(from.x, from.width, to.x, to.width);
  if (level && upright) return undefined;
  if (level && level.length >= 16) {
    const y = slid(level.from, level.length, slide);
    return from.x < to.x ? [{ x: from.x + from.width, y }, { x: to.x, y }] : [{ x: from.x, y }, { x: to.x + to.width, y }];
  }
  if (upright && upright.length >= 24) {
    const x = slid(upright.from, upright.length, slide);
    return from.y < to.y ? [{ x, y: from.y + from.height }, { x, y: to.y }] : [{ x, y: from.y }, { x, y: to.y + to.height }];
  }
  return undefined;
}

/**
 * The best of all ways that leave one side level, go upright in the gap there, level in a gap between lanes, upright in
 * the gap at the other end, and level into it. Where two of those stretches fall together it has fewer turns.
 */
function shortest(from: Rect, to: Rect, ground: Ground, lane: number, slide: number, free: readonly Rect[], straight: Spot[] | undefined): Spot[] {
  const startY = slid(from.y, from.height, slide);
  const endY = slid(to.y, to.height, slide);
  const [aGaps, bGaps] = [gapsBeside(from, ground, lane), gapsBeside(to, ground, lane)];
  const rows = rowsAbout(startY, endY, from, to, ground, lane);
  let best = straight ?? [centre(from), centre(to)];
  let least = straight ? costOf(straight) + BEHIND * hitsOf(straight, ground, free) : Infinity;

  for (const aSide of ["right", "left"] as const) {
    for (const bSide of ["left", "right"] as const) {
      const startX = aSide === "right" ? from.x + from.width : from.x;
      const endX = bSide === "right" ? to.x + to.width : to.x;
      let [out, back] = [aGaps[aSide], bGaps[bSide]];
      // In one and the same gap there is one turn down and one across.
      const same = Math.abs(out - back) < NEAR / 2 || (aSide === bSide && ground.columns.length === 0);
      if (same) out = back = aSide !== bSide ? back : aSide === "right" ? Math.max(out, back) : Math.min(out, back);
      const consider = (y: number) => {
        let cost = Math.abs(out - startX) + Math.abs(back - out) + Math.abs(endX - back);
        cost += Math.abs(y - startY) + Math.abs(endY - y);
        // A turn at each end of the stretches that are there.
        cost += BEND * ((y !== startY && out !== back ? 2 : 0) + (y !== endY && out !== back ? 2 : 0) + (out === back && startY !== endY ? 2 : 0));
        if (cost >= least) return;
        const points = [{ x: startX, y: startY }, { x: out, y: startY }, { x: out, y }, { x: back, y }, { x: back, y: endY }, { x: endX, y: endY }];
        for (let i = 1; i < points.length; i++) {
          const [a, b] = [points[i - 1], points[i]];
          if (a && b && (a.x !== b.x || a.y !== b.y)) cost += BEHIND * ground.hits(a.x, a.y, b.x, b.y, free, (least - cost) / BEHIND);
          if (cost >= least) return;
        }
        least = cost;
        best = points;
      };
      if (same) {
        consider(endY);
        continue;
      }
      // Level until the last gap, or from the first one on; never back the way it came.
      if (aSide === "right" ? back > out : back < out) consider(startY);
      if (bSide === "left" ? out < back : out > back) consider(endY);
      for (const y of rows) consider(y);
    }
  }
  return best;
}

function hitsOf(points: readonly Spot[], ground: Ground, free: readonly Rect[], most?: number): number {
  let hits = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (a && b) hits += ground.hits(a.x, a.y, b.x, b.y, free, most);
  }
  return hits;
}

/** Where to turn left and right of a place: in the gap between the columns, else a little way off. */
function gapsBeside({ x, width }: Rect, { columns }: Ground, lane: number): { left: number; right: number } {
  const right = x + width;
  const before = columns.findLast((c) => c <= x);
  const after = columns.find((c) => c >= right);
  return {
    left: before !== undefined && x - before <= NEAR ? before + 2 - lane : x - OUT - lane,
    right: after !== undefined && after - right <= NEAR ? after + 2 - lane : right + OUT + lane,
  };
}

/** The gaps between lanes that may be worth using: those next to either end. Without lanes, above and below both. */
function rowsAbout(a: number, b: number, from: Rect, to: Rect, { rows }: Ground, lane: number): number[] {
  const found = new Set<number>();
  for (const y of [a, b]) {
    const i = rows.findIndex((r) => r > y);
    for (const r of [rows[i - 1], rows[i]]) if (r !== undefined) found.add(r === rows.at(-1) ? r - 8 + lane * 0.6 : r + 3 + lane * 0.6);
  }
  found.add(Math.min(from.y, to.y) - OUT - lane);
  found.add(Math.max(from.y + from.height, to.y + to.height) + OUT + lane);
  return [...found];
}

const costOf = ([a, b]: readonly Spot[]) => (a && b ? Math.abs(b.x - a.x) + Math.abs(b.y - a.y) : Infinity);

function finish(all: readonly Spot[]): Route {
  // What lies on a straight stretch is no turn.
  const apart = all.filter((p, i) => p.x !== all[i - 1]?.x || p.y !== all[i - 1]?.y);
  const points = apart.filter((p, i) => {
    const [before, next] = [apart[i - 1], apart[i + 1]];
    return !before || !next || !((before.x === p.x && p.x === next.x) || (before.y === p.y && p.y === next.y));
  });
  const first = points[0] ?? { x: 0, y: 0 };
  const last = points.at(-1) ?? first;
  const middle = wordsAt(points);
  return { path: rounded(points), points, ...middle, start: endOf(first, points[1] ?? last), end: endOf(last, points.at(-2) ?? first) };
}

/** On the longest level stretch, where words have room; else on the longest. */
function wordsAt(points: readonly Spot[]): Spot {
  let best = { length: -1, x: points[0]?.x ?? 0, y: points[0]?.y ?? 0 };
  points.forEach((b, i) => {
    const a = points[i - 1];
    if (!a) return;
    const long = Math.abs(b.x - a.x) + Math.abs(b.y - a.y);
    const length = a.y === b.y && long >= 60 ? long * 4 : long;
    if (length > best.length) best = { length, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  });
  return { x: best.x, y: best.y };
}

function rounded(points: readonly Spot[]): string {
  const n = (value: number) => String(Math.round(value * 10) / 10);
  return points
    .map((p, i) => {
      const [a, b] = [points[i - 1], points[i + 1]];
      if (!a) return `M${n(p.x)} ${n(p.y)}`;
      if (!b) return `L${n(p.x)} ${n(p.y)}`;
      const [before, after] = [Math.hypot(p.x - a.x, p.y - a.y), Math.hypot(b.x - p.x, b.y - p.y)];
      const r = Math.min(ROUND, before / 2, after / 2);
      if (r === 0) return `L${n(p.x)} ${n(p.y)}`;
      const [sx, sy] = [p.x + ((a.x - p.x) / before) * r, p.y + ((a.y - p.y) / before) * r];
      const [ex, ey] = [p.x + ((b.x - p.x) / after) * r, p.y + ((b.y - p.y) / after) * r];
      return `L${n(sx)} ${n(sy)}Q${n(p.x)} ${n(p.y)} ${n(ex)} ${n(ey)}`;
    })
    .join("");
}

/** The side of the card that an end is at, seen from where the line goes. */
function endOf(at: Spot, next: Spot): End {
  if (next.x !== at.x) return { ...at, side: next.x > at.x ? "right" : "left" };
  return { ...at, side: next.y > at.y ? "bottom" : "top" };
}

function overlap(a: number, aLength: number, b: number, bLength: number): { from: number; length: number } | undefined {
  const from = Math.max(a, b);
  const length = Math.min(a + aLength, b + bLength) - from;
  return length > 0 ? { from, length } : undefined;
}

/** The middle of a side, moved along it, but never off it. */
function slid(at: number, length: number, by: number): number {
  const most = Math.max(0, length / 2 - 8);
  return at + length / 2 + Math.max(-most, Math.min(by, most));
}

const centre = ({ x, y, width, height }: Rect): Spot => ({ x: x + width / 2, y: y + height / 2 });

const TURNS: Readonly<Record<Side, number>> = { left: 0, top: 90, right: 180, bottom: 270 };

/** The head of an arrow that comes in at this end, as attributes of an SVG path. */
export function arrowhead({ x, y, side }: End): { d: string; transform: string } {
  return { d: "M0 0L-8 -4.500L-8 4.500Z", transform: `translate(${String(x)} ${String(y)}) rotate(${String(TURNS[side])})` };
}

/** The same for this connector in every browser, and as good as random. */
function markOf(id: string): number {
  let mark = 0;
  for (let i = 0; i < id.length; i++) mark = (mark * 31 + id.charCodeAt(i)) % 1009;
  return mark;
}

type Routes = ReadonlyMap<string, Route>;

interface Known {
  readonly from: Rect;
  readonly to: Rect;
  readonly beside: number;
  /** Of the layout that it was found in; what lies beyond its reach has no part in how it runs. */
  readonly lanes: Geometry["lanes"];
  readonly way: Route;
}

/** When more things than this have moved at once, all ways are found anew. */
const MANY_MOVED = 40;

/**
 * Makes a router: the ways of the connectors of a board, or of those that are wanted. A way is found anew only when one of
 * its ends or something about it has moved, and is the same object again when it runs as before. `moved` holds what is
 * being carried: other connectors go round it only once it is let go.
 */
export function createRouter(): (board: Pick<Board, "connectors" | "elements">, geometry: Geometry, moved?: ReadonlyMap<string, Rect>, wanted?: readonly Connector[]) => Routes {
  const known = new Map<string, Known>();
  // Those whose ways may run otherwise now.
  const stale = new Set<string>();
  let ground: Ground | undefined;
  let last: Geometry | undefined;
  let rows = besides([]);

  return (board, geometry, moved, wanted = board.connectors) => {
    if (last !== geometry) {
      const changes = last && changesBetween(last, geometry);
      for (const [id, way] of known) {
        const reach = changes && reachOf(way);
        if (!reach || changes.some((rect) => touches(rect, reach))) stale.add(id);
      }
      if (!changes || changes.length > 0) ground = undefined;
      last = geometry;
    }
    if (rows.connectors !== board.connectors) {
      rows = besides(board.connectors);
      for (const id of known.keys()) if (!rows.of.has(id)) known.delete(id);
    }
    const place = (id: string) => moved?.get(id) ?? geometry.places.get(id) ?? geometry.tucked.get(id);
    const routes = new Map<string, Route>();
    for (const c of wanted) {
      const [from, to] = [place(c.from), place(c.to)];
      // Two in the same cell of a collapsed lane have nothing between them to draw.
      if (!from || !to || from === to) continue;
      const beside = rows.of.get(c.id) ?? 0;
      const former = known.get(c.id);
      if (former && !stale.has(c.id) && former.beside === beside && sameRect(former.from, from) && sameRect(former.to, to)) {
        routes.set(c.id, former.way);
        continue;
      }
      ground ??= groundOf(geometry, board);
      const homes = [c.from, c.to].flatMap((id) => (moved?.has(id) ? (geometry.places.get(id) ?? []) : []));
      const fresh = route(from, to, ground, { mark: markOf(c.id), beside }, homes);
      const way = former?.way.path === fresh.path ? former.way : fresh;
      known.set(c.id, { from, to, beside, way, lanes: geometry.lanes });
      stale.delete(c.id);
      routes.set(c.id, way);
    }
    return routes;
  };
}

/** The how-manieth each connector is between its two ends. */
function besides(connectors: Board["connectors"]) {
  const of = new Map<string, number>();
  const pairs = new Map<string, number>();
  for (const c of connectors) {
    const pair = c.from < c.to ? `${c.from} ${c.to}` : `${c.to} ${c.from}`;
    const beside = pairs.get(pair) ?? 0;
    pairs.set(pair, beside + 1);
    of.set(c.id, beside);
  }
  return { connectors, of };
}

/** All that a way between two places may run through: a column further to either side, and to the edges of the lanes. */
function reachOf({ from, to, lanes }: Pick<Known, "from" | "to" | "lanes">): Rect {
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y + from.height, to.y + to.height)];
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x + from.width, to.x + to.width)];
  const above = lanes.findLast((l) => l.y <= top)?.y ?? top;
  const last = lanes.find((l) => l.y + l.height >= bottom);
  const below = last ? last.y + last.height : bottom;
  const y = Math.min(above, top) - SIZES.lane;
  return { x: left - SIZES.step, y, width: right - left + 2 * SIZES.step, height: Math.max(below, bottom) + SIZES.lane - y };
}

/** Where anything lay or lies that has moved, come or gone; undefined when so much is new that one need not ask. */
function changesBetween(a: Geometry, b: Geometry): Rect[] | undefined {
  const edges = a.lanes.length === b.lanes.length && a.steps.length === b.steps.length && a.height === b.height && a.lanes.every((l, i) => l.y === b.lanes[i]?.y && (l.folded === undefined) === (b.lanes[i]?.folded === undefined));
  if (!edges) return undefined;
  const changes: Rect[] = [];
  for (const [id, rect] of b.places) {
    const before = a.places.get(id);
    if (before && sameRect(before, rect)) continue;
    changes.push(rect, ...(before ? [before] : []));
    if (changes.length > MANY_MOVED) return undefined;
  }
  for (const [id, rect] of a.places) if (!b.places.has(id)) changes.push(rect);
  return changes.length > MANY_MOVED ? undefined : changes;
}
