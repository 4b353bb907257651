import type { Difference } from "../compare/differences";
import { compareBoards } from "../compare/differences";
import { bringDifferences } from "../document/bring";
import type { BoardDocument } from "../document/document";
import type { Board } from "../document/model";

/** What was said and voted stays when the board is brought back: nobody's voice is taken out of it. */
const SAID: ReadonlySet<Difference["part"]> = new Set(["comments", "votes"]);

/** What has to be done to a board for it to be as it was. */
export const wayBack = (now: Board, then: Board): readonly Difference[] => compareBoards(now, then).filter(({ part }) => !SAID.has(part));

/** Brings the board to where it was, as one ordinary change that can be undone. False when nothing had to be done. */
export const restore = (document: BoardDocument, then: Board): boolean => document.perform((draft, board) => bringDifferences(draft, wayBack(board, then)));
