import { generateKeyBetween } from "fractional-indexing";

/** Orders two things by their order key; the id decides between equal keys, so that everyone sees the same order. */
export function byOrder(a: { order: string; id: string }, b: { order: string; id: string }): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * A key that sorts after `before` and ahead of `after`. Never throws: keys come from a document that anyone may have
 * written, and two people can have made the same key at the same time. Where nothing fits between, the key follows
 * `before`, and where `before` is no key at all, it sorts behind it all the same.
 */
export function orderBetween(before?: string, after?: string): string {
  for (const [low, high] of [
    [before, after],
    [before, undefined],
    [undefined, after],
  ] as const) {
    try {
      const key = generateKeyBetween(low ?? null, high ?? null);
      if (before === undefined || key > before) return key;
    } catch {
      // An unusable neighbour: try with one less.
    }
  }
  return `${before ?? ""}V`;
}

/** Keys of `sorted` around position `index`, for putting something there. */
export function neighbours(sorted: readonly { order: string }[], index: number): [string | undefined, string | undefined] {
  const at = Math.max(0, Math.min(index, sorted.length));
  const before = sorted[at - 1]?.order;
  // Skip equal keys: nothing fits between two that are the same.
  let next = at;
  while (next < sorted.length && before !== undefined && (sorted[next]?.order ?? "") <= before) next++;
  return [before, sorted[next]?.order];
}
