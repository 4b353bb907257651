import { SIZES } from "./layout";
import type { Geometry, Rect } from "./layout";
import type { View } from "./lastView";
import { ZOOM, extent } from "./view";

/** A board that is shown large, step by step. */
export interface Presenting {
  /** The step that is shown; the whole board when there is none. */
  readonly step: string | undefined;
  /** Where one goes back to. */
  readonly from: View;
}

/** Room for the line that says where one is, and a rim. Pixels. */
const LINE = 64;
const RIM = 16;

/** The view of a step in all lanes, or of everything, as large as it goes; no ground is shown beside the board that the board could fill. */
export function presentingView(geometry: Geometry, step: string | undefined, width: number, height: number): { x: number; y: number; zoom: number } {
  const column = geometry.steps.find((s) => s.step.id === step);
  const whole: Rect = column ? { x: 0, y: 0, width: Math.max(1, geometry.width), height: Math.max(1, geometry.height) } : extent(geometry);
  const [wide, high] = [Math.max(1, width - 2 * RIM), Math.max(1, height - LINE - RIM)];
  const least = column ? SIZES.laneHeader + SIZES.step + 2 * SIZES.padding : whole.width;
  const zoom = Math.max(ZOOM.least, Math.min(wide / least, high / whole.height, ZOOM.most));
  const y = RIM + (high - whole.height * zoom) / 2 - whole.y * zoom;
  if (!column || whole.width * zoom <= wide) return { x: (width - whole.width * zoom) / 2 - whole.x * zoom, y, zoom };
  // The names of the lanes stay at the left edge, over the board.
  const names = SIZES.laneHeader * zoom;
  const x = names + (width - names) / 2 - (column.x + SIZES.step / 2) * zoom;
  return { x: Math.min(RIM, Math.max(width - RIM - whole.width * zoom, x)), y, zoom };
}

/** Where one comes to from a step: the whole board stands before the first. A step that is gone counts as the whole board. */
export function stepFrom(ids: readonly string[], step: string | undefined, by: number): string | undefined {
  const at = step === undefined ? -1 : ids.indexOf(step);
  return ids[Math.max(-1, Math.min(at + by, ids.length - 1))];
}
