import getStroke from "perfect-freehand";

/** Strokes drawn by hand: whole numbers in board units, few enough to be sent and kept, drawn as one outline. */

export type Points = readonly number[];
/** So many points a stroke has at most. */
export const MOST_POINTS = 400;

/** Leaves out the points that a straight line between the others gives as well (Ramer, Douglas, Peucker), and rounds. */
export function simplified(points: Points, most = MOST_POINTS): number[] {
  let rounded = dedupe(points);
  for (let tolerance = 0.8; ; tolerance *= 1.6) {
    const kept = thin(rounded, tolerance);
    if (kept.length <= most * 2) return kept;
    // Coarser each time; a scribble of any length ends up within bounds.
    if (tolerance > 1e4) return kept.slice(0, most * 2);
    rounded = kept;
  }
}

function dedupe(points: Points): number[] {
  const out: number[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = Math.round(points[i] ?? 0);
    const y = Math.round(points[i + 1] ?? 0);
    if (out.at(-2) !== x || out.at(-1) !== y) out.push(x, y);
  }
  return out;
}

function thin(points: Points, tolerance: number): number[] {
  const count = points.length / 2;
  if (count < 3) return [...points];
  const at = (i: number): [number, number] => [points[2 * i] ?? 0, points[2 * i + 1] ?? 0];
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
  const out: number[] = [];
  for (let i = 0; i < count; i++) if (keep[i]) out.push(...at(i));
  return out;
}

/** From a point to a stretch between two others. */
function distance([x, y]: [number, number], [ax, ay]: [number, number], [bx, by]: [number, number]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
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
export function inkPath(points: Points, size?: { width: number; height: number }, thickness = 5): string {
  const own = boundsOf(points);
  const [sx, sy] = size ? [size.width / own.width, size.height / own.height] : [1, 1];
  const input: [number, number][] = [];
  for (let i = 0; i + 1 < points.length; i += 2) input.push([(points[i] ?? 0) * sx, (points[i + 1] ?? 0) * sy]);
  const outline = getStroke(input, { size: thickness, thinning: 0.45, smoothing: 0.5, streamline: 0.1, last: true });
  const first = outline[0];
  if (!first) return "";
  const n = (v: number | undefined) => (v ?? 0).toFixed(1);
  const path = [`M${n(first[0])} ${n(first[1])}Q`];
  outline.forEach(([x, y], i) => {
    const [nx, ny] = outline[(i + 1) % outline.length] ?? first;
    path.push(`${n(x)} ${n(y)} ${n(((x ?? 0) + (nx ?? 0)) / 2)} ${n(((y ?? 0) + (ny ?? 0)) / 2)} `);
  });
  return `${path.join("")}Z`;
}
