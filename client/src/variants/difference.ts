import * as A from "@automerge/automerge/slim";
import { compareBoards } from "../compare/differences";
import type { Difference } from "../compare/differences";
import type { Board } from "../document/model";
import { createReader } from "../document/read";

/** What differs between a board and a variant of it, and on which of them it became so. */

/** Where a difference comes from: the variant, the original since, or both. */
export type Made = "variant" | "original" | "both";

export interface VariantDifference {
  readonly difference: Difference;
  readonly made: Made;
}

/** A variant that has been fetched, ready to be compared again and again while the original goes on. */
export interface Fetched {
  readonly doc: A.Doc<unknown>;
  readonly board: Board;
  /** Heads that both documents have had since the variant was made. */
  readonly forked: readonly string[];
}

export function openVariant(bytes: Uint8Array, forked: readonly string[]): Fetched {
  const doc = A.load<unknown>(bytes);
  return { doc, board: read(doc), forked };
}

const read = (doc: A.Doc<unknown>): Board => createReader((map, key) => A.getConflicts(map as never, key as never))(doc);

/**
 * What it takes to make the original the variant, and who made it differ: each board is compared with what they last had in
 * common. What the original alone has changed since is not the variant's to bring.
 */
export function differencesWith(original: A.Doc<unknown>, board: Board, variant: Fetched): readonly VariantDifference[] {
  const common = commonHeads(original, variant.doc, variant.forked);
  const base = common.length === 0 ? undefined : read(A.view(variant.doc, common as A.Heads));
  const touched = (by: Board) => new Set(base && compareBoards(base, by).map(nameOf));
  const [here, there] = [touched(board), touched(variant.board)];
  return compareBoards(board, variant.board).map((difference) => {
    const name = nameOf(difference);
    const [mine, theirs] = [here.has(name), there.has(name)];
    return { difference, made: mine && !theirs ? "original" : mine && theirs ? "both" : "variant" };
  });
}

const nameOf = ({ part, id }: Difference) => `${part}/${id}`;

/** The newest changes that both documents have; a variant that has been brought home has more in common than when it was made. */
export function commonHeads(one: A.Doc<unknown>, other: A.Doc<unknown>, forked: readonly string[]): readonly string[] {
  if (!A.hasHeads(one, forked as A.Heads) || !A.hasHeads(other, forked as A.Heads)) return [];
  const since = A.getChangesMetaSince(one, forked as A.Heads);
  const there = new Set(A.getChangesMetaSince(other, forked as A.Heads).map((c) => c.hash));
  const common = since.filter((c) => there.has(c.hash));
  const heads = new Set([...forked, ...common.map((c) => c.hash)]);
  for (const { deps } of common) for (const dep of deps) heads.delete(dep);
  return [...heads];
}
