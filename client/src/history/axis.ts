import type { Contribution, History } from "./data";

/** A pause longer than this is quiet, milliseconds; skipped, it takes as long as LEFT. */
export const QUIET = 5_000;
const LEFT = 3_000;

interface Knot {
  /** From 0, milliseconds of the strip. */
  readonly x: number;
  readonly time: number;
  readonly position: number;
}

/** A part of the history that was asked for, in changes. */
export interface Span {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Where moments lie along the strip, from 0 to 1. With quiet time skipped, what people did takes the room. */
export class Axis {
  readonly #knots: readonly Knot[];
  readonly length: number;

  constructor({ contributions, start, end, length }: History, skipQuiet: boolean) {
    const knots: Knot[] = [{ x: 0, time: start, position: 0 }];
    let last: Knot = { x: 0, time: start, position: 0 };
    const reach = (time: number, position: number) => {
      if (time <= last.time && position <= last.position) return;
      const gap = Math.max(0, time - last.time);
      last = { x: last.x + (skipQuiet && gap > QUIET ? LEFT : Math.max(gap, 1)), time: Math.max(time, last.time), position: Math.max(position, last.position) };
      knots.push(last);
    };
    for (const c of contributions) {
      reach(c.start, c.first - 1);
      reach(Math.max(c.end, c.start + 500), c.last);
    }
    reach(end, length);
    this.#knots = knots;
    this.length = Math.max(1, last.x);
  }

  /** Where a position is. */
  of(position: number): number {
    return this.#between("position", position, "x") / this.length;
  }

  ofTime(time: number): number {
    return this.#between("time", time, "x") / this.length;
  }

  position(at: number): number {
    return Math.round(this.#between("x", Math.max(0, Math.min(1, at)) * this.length, "position"));
  }

  #between(by: keyof Knot, value: number, want: keyof Knot): number {
    const knots = this.#knots;
    let low = 0;
    let high = knots.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((knots[middle]?.[by] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    const after = knots[low];
    const before = knots[low - 1] ?? after;
    if (!after || !before) return 0;
    const span = after[by] - before[by];
    const part = span > 0 ? Math.max(0, Math.min(1, (value - before[by]) / span)) : 1;
    return before[want] + part * (after[want] - before[want]);
  }
}

export interface Bar {
  readonly customer: number;
  readonly staff: number;
}

/** How much customers and staff did along the strip, in so many bars; what does not count is in neither. */
export function bars({ people }: History, contributions: readonly Contribution[], axis: Axis, count: number): Bar[] {
  const sums = Array.from({ length: count }, () => ({ customer: 0, staff: 0 }));
  for (const c of contributions) {
    const from = Math.min(count - 1, Math.floor(axis.ofTime(c.start) * count));
    const to = Math.max(from, Math.min(count - 1, Math.floor(axis.ofTime(c.end) * count)));
    const who = (c.by === undefined ? undefined : people[c.by]?.audience) === "customer" ? "customer" : "staff";
    for (let i = from; i <= to; i++) {
      const bar = sums[i];
      if (bar) bar[who] += c.changes / (to - from + 1);
    }
  }
  return sums;
}
