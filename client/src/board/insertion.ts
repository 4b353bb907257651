import type { Frame } from "./layout";
import { SIZES } from "./layout";

/** Where a step or a lane goes when it is carried along the others. Pure functions of the geometry. */

interface Stretch {
  readonly id: string;
  readonly from: number;
  readonly length: number;
}

export function stretchesOf(geometry: Frame, what: "steps" | "lanes"): Stretch[] {
  return what === "steps"
    ? geometry.steps.map((s) => ({ id: s.step.id, from: s.x, length: SIZES.step }))
    : geometry.lanes.map((l) => ({ id: l.lane.id, from: l.y, length: l.height }));
}

/** At which place among the others something let go at `at` belongs, and where the line is drawn that tells so. */
export function insertionAt(stretches: readonly Stretch[], moving: string, at: number): { index: number; line: number } {
  const others = stretches.filter((s) => s.id !== moving);
  const index = others.filter((s) => s.from + s.length / 2 < at).length;
  const [before, after] = [others[index - 1], others[index]];
  const own = stretches.find((s) => s.id === moving);
  // Where it lies now there are two edges for one place: the nearer of its own.
  if (own && index === stretches.findIndex((s) => s.id === moving)) return { index, line: at < own.from + own.length / 2 ? own.from : own.from + own.length };
  return { index, line: after ? after.from : before ? before.from + before.length : 0 };
}
