import { VARIANT_VOTES } from "../compare/differences";
import type { Board } from "../document/model";

/**
 * Which way people like best. Votes between variants are in the original's document beside all others: they are made and
 * taken back without a connection, everybody sees them at once, and history tells them. A person has one.
 */
export const ballotOf = (board: string) => VARIANT_VOTES + board;

export function votesOn({ votes }: Board, target: string, voter: string): { readonly count: number; readonly mine: boolean } {
  const tally = votes.find((v) => v.id === ballotOf(target));
  // One vote each, whatever a program has written.
  const given = tally ? [...tally.by].filter(([, count]) => count > 0) : [];
  return { count: given.length, mine: given.some(([who]) => who === voter) };
}
