import getStroke from "perfect-freehand";

/** Strokes drawn by hand: whole numbers in board units, few enough to be sent and kept, drawn as one outline. */

export type Points = readonly number[];

export interface Stroke {
  /** x and y by turns, in board units. */
  readonly points: Points;
  /** How hard the pen was pressed at each point, 0 to 100. Empty for a mouse or a finger, which tell nothing of that. */
  readonly pressures: Points;
}

/** So many board units of place count as much as pressing twice as hard, when points are left out. */
const PRESS = 5 / 100;
const THICKNESS = 5;
/** So many points a stroke has at most. */
export const MOST_POINTS = 400;

/** A point of a stroke: where, and how hard. */
type Spot = readonly [x: number, y: number, press: number];

function spotsOf({ points, pressures }: Stroke): Spot[] {
  const spots: Spot[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) spots.push([points[i] ?? 0, points[i + 1] ?? 0, pressures[i / 2] ?? 50]);
  return spots;
}

/** Leaves out the points that a straight line between the others gives as well (Ramer, Douglas, Peucker), and rounds. */
export function simplified(stroke: Stroke, most = MOST_POINTS): Stroke {
  let kept = dedupe(spotsOf(stroke));
  // Coarser each time; a scribble of any length ends up within bounds.
  for (let tolerance = 0.8; kept.length > 2 && tolerance < 1e4; tolerance *= 1.6) {
    kept = thin(kept, tolerance);
    if (kept.length <= most) break;
  }
  kept = kept.slice(0, most);
  return { points: kept.flatMap(([x, y]) => [x, y]), pressures: stroke.pressures.length > 0 ? kept.map(([, , press]) => press) : [] };
}

function dedupe(spots: readonly Spot[]): Spot[] {
  const out: Spot[] = [];
  for (const [x, y, press] of spots) {
    const spot: Spot = [Math.round(x), Math.round(y), Math.round(press)];
    const last = out.at(-1);
    if (last?.[0] !== spot[0] || last[1] !== spot[1]) out.push(spot);
  }
  return out;
}

function thin(spots: readonly Spot[], tolerance: number): Spot[] {
  const count = spots.length;
  if (count < 3) return [...spots];
  const at = (i: number): Spot => spots[i] ?? [0, 0, 0];
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const spans: [number, number][] = [[0, count - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let far = 0;
    let farthest = -1;
    for (let i = from + 1; i < to; i++) {
      const d = distance(at(i), at(from), at(to));
      if (d > far) [far, farthest] = [d, i];
    }
    if (far <= tolerance || farthest < 0) continue;
    keep[farthest] = 1;
    spans.push([from, farthest], [farthest, to]);
  }
  return spots.filter((_, i) => keep[i]);
}

/** From a point to a stretch between two others. */
function distance([x, y, press]: Spot, [ax, ay, from]: Spot, [bx, by, to]: Spot): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy, (press - from - along * (to - from)) * PRESS);
}

export function boundsOf(points: Points): { x: number; y: number; width: number; height: number } {
  let [x, y, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [px, py] = [points[i] ?? 0, points[i + 1] ?? 0];
    [x, right] = [Math.min(x, px), Math.max(right, px)];
    [y, bottom] = [Math.min(y, py), Math.max(bottom, py)];
  }
  if (x > right) return { x: 0, y: 0, width: 1, height: 1 };
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

/** The same stroke, with the corner of its bounds at 0, 0. */
export function fromCorner(points: Points): number[] {
  const { x, y } = boundsOf(points);
  return points.map((p, i) => p - (i % 2 === 0 ? x : y));
}

/** The outline of a stroke as an SVG path, stretched to `width` by `height` if given. */
export function inkPath(stroke: Stroke, size?: { width: number; height: number }, thickness = THICKNESS): string {
  const own = boundsOf(stroke.points);
  const [sx, sy] = size ? [size.width / own.width, size.height / own.height] : [1, 1];
  const input = spotsOf(stroke).map(([x, y, press]) => [x * sx, y * sy, press / 100]);
  // Of two points the library makes more, and forgets how hard they were pressed.
  const [first, second] = input;
  if (input.length === 2 && first && second) input.splice(1, 0, first.map((v, i) => (v + (second[i] ?? v)) / 2));
  // Without a pen a stroke is thinner where it was drawn faster.
  const pressed = stroke.pressures.length > 0;
  const outline = getStroke(input, { size: thickness, thinning: pressed ? 0.7 : 0.45, simulatePressure: !pressed, smoothing: 0.5, streamline: 0.1, last: true });
  const start = outline[0];
  if (!start) return "";
  const n = (v: number | undefined) => (v ?? 0).toFixed(1);
  const path = [`M${n(start[0])} ${n(start[1])}Q`];
  outline.forEach(([x, y], i) => {
    const [nx, ny] = outline[(i + 1) % outline.length] ?? start;
    path.push(`${n(x)} ${n(y)} ${n(((x ?? 0) + (nx ?? 0)) / 2)} ${n(((y ?? 0) + (ny ?? 0)) / 2)} `);
  });
  return `${path.join("")}Z`;
}
