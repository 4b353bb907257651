import type { Element } from "./model";

/** The elements of a board before and after a change, where that is known: what was exchanged for what. */
interface Exchange {
  readonly former: readonly Element[];
  readonly list: readonly Element[];
  readonly pairs: readonly Pair[];
}
type Pair = readonly [was: Element, now: Element];

// Only the latest: what was before it is let go.
let latest: Exchange | undefined;

/** Says that a list was made of another by exchanging these, each at its place. */
export function noteExchange(former: readonly Element[], list: readonly Element[], pairs: readonly Pair[]): void {
  latest = { former, list, pairs };
}

/**
 * What differs between two lists that hold the same things in the same order; undefined when they do not. After one edit
 * nobody need go through the thousands of a board for it.
 */
export function exchanged(former: readonly Element[], list: readonly Element[]): readonly Pair[] | undefined {
  if (former === list) return [];
  if (latest?.list === list && latest.former === former) return latest.pairs;
  if (former.length !== list.length) return undefined;
  const pairs: Pair[] = [];
  for (let i = 0; i < list.length; i++) {
    const [was, now] = [former[i], list[i]];
    if (was === now || was === undefined || now === undefined) continue;
    if (was.id !== now.id) return undefined;
    pairs.push([was, now]);
  }
  return pairs;
}
