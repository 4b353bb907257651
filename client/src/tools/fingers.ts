import type { Point } from "../sync/presence";

export interface Viewport extends Point {
  readonly zoom: number;
}

/** Where the view is when fingers have moved: what lay under them still does. Further fingers than two are not heeded. */
export function viewAfter(view: Viewport, before: readonly Point[], after: readonly Point[], zoom: { least: number; most: number }): Viewport {
  const [a, b] = before;
  const [c, d] = after;
  if (!a || !c) return view;
  if (!b || !d) return { ...view, x: view.x + c.x - a.x, y: view.y + c.y - a.y };
  const apart = Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  const next = Math.max(zoom.least, Math.min((view.zoom * Math.hypot(c.x - d.x, c.y - d.y)) / apart, zoom.most));
  const [from, to] = [middle(a, b), middle(c, d)];
  const factor = next / view.zoom;
  return { x: to.x - (from.x - view.x) * factor, y: to.y - (from.y - view.y) * factor, zoom: next };
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
