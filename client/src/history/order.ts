import type { Contribution } from "./data";
import { operationAt } from "./words";

/** What several people do at the same time overlaps. */
export interface Order {
  /** The places of the contributions in the order in which they become whole. */
  readonly whole: readonly number[];
  /** How far any of those reaches that have begun by then. */
  readonly reach: readonly number[];
}

const known = new WeakMap<readonly Contribution[], Order>();

export function orderOf(contributions: readonly Contribution[]): Order {
  let order = known.get(contributions);
  if (!order) {
    const last = (i: number) => contributions[i]?.last ?? 0;
    let most = 0;
    order = {
      whole: contributions.map((_, i) => i).sort((a, b) => last(a) - last(b)),
      reach: contributions.map((c) => (most = Math.max(most, c.last))),
    };
    known.set(contributions, order);
  }
  return order;
}

/** The contribution that is so many on from a position, or back from it, by when they become whole; -1 before the first. */
export function stepFrom(contributions: readonly Contribution[], position: number, by: number): number {
  const { whole } = orderOf(contributions);
  const last = (at: number) => contributions[whole[at] ?? -1]?.last ?? 0;
  let low = 0;
  let high = whole.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (by > 0 ? last(middle) <= position : last(middle) < position) low = middle + 1;
    else high = middle;
  }
  const to = by > 0 ? low + by - 1 : low + by;
  return to < 0 ? -1 : (whole[Math.min(to, whole.length - 1)] ?? -1);
}

/** So many contributions before the last that has begun may still be going on. */
const BACK = 40;

/** Which contribution a change belongs to, of several that go on at the same time: the one in which something is next done. -1 before the first. */
export function contributionAt(contributions: readonly Contribution[], position: number, begun: number): number {
  const { reach } = orderOf(contributions);
  let [best, nearest] = [begun, Infinity];
  for (let i = begun; i >= 0 && i > begun - BACK && (reach[i] ?? 0) >= position; i--) {
    const c = contributions[i];
    if (!c || c.last < position) continue;
    const next = operationAt(c, position)?.position ?? c.last;
    if (next >= position && next < nearest) [best, nearest] = [i, next];
  }
  return best;
}
