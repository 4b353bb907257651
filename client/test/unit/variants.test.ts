import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBoards } from "../../src/compare/differences";
import { bringDifferences } from "../../src/document/bring";
import { BoardDocument } from "../../src/document/document";
import type { Board } from "../../src/document/model";
import { createReader } from "../../src/document/read";
import { commonHeads, differencesWith, openVariant } from "../../src/variants/difference";
import { ballotOf, votesOn } from "../../src/variants/votes";
import { Desk, genesis, people } from "./boards";
import type { Person } from "./boards";
import { act, doings } from "./doings";
import type { Doing } from "./doings";

/** A board with a past, and a variant of it, both gone on with. */
function forked(past: readonly Doing[], here: readonly Doing[], there: readonly Doing[]): { original: Person; variant: Person; heads: string[] } {
  const { all, meet } = people(2, { now: () => 0 });
  const [original, variant] = all as [Person, Person];
  act(original, past);
  meet();
  const heads = [...A.getHeads(original.desk.doc())];
  act(original, here);
  act(variant, there);
  return { original, variant, heads };
}

const file = (p: Person, heads: string[]) => openVariant(A.save(p.desk.doc()), heads);
const plain = (doc: A.Doc<unknown>) => JSON.parse(JSON.stringify(doc)) as unknown;
const read = (doc: A.Doc<unknown>): Board => createReader((map, key) => A.getConflicts(map as never, key as never))(doc);
const MANY = { numRuns: 60 };

describe("bringing everything home", () => {
  test("is Automerge's own merge, whatever was done on either side, and undo does not know of it", () => {
    fc.assert(
      fc.property(doings(8), doings(6), doings(6), (past, here, there) => {
        const { original, variant, heads } = forked(past, here, there);
        const merged = A.merge(A.clone(original.desk.doc()), A.clone(variant.desk.doc()));
        const undoable = original.board.canUndo;
        expect(original.board.mergeWith(file(variant, heads).doc)).toBe(true);
        expect(plain(original.desk.doc())).toEqual(plain(merged));
        expect([...A.getHeads(original.desk.doc())].sort()).toEqual([...A.getHeads(merged)].sort());
        expect(original.board.board()).toEqual(read(merged));
        expect(original.board.canUndo).toBe(undoable);
        // Nothing that the variant alone has done is left to be brought.
        const left = differencesWith(original.desk.doc(), original.board.board(), file(variant, heads));
        expect(left.filter((d) => d.made !== "original")).toEqual([]);
        // Each change is still its author's.
        const authors = (doc: A.Doc<unknown>) => A.getChangesMetaSince(doc, []).map((c) => `${c.hash} ${c.actor}`).sort();
        expect(authors(original.desk.doc())).toEqual(expect.arrayContaining(authors(variant.desk.doc())));
      }),
      MANY,
    );
  });

  test("keeps what was chosen before from being taken back with what its author wrote", () => {
    const { original, variant, heads } = forked([], [], []);
    const id = variant.board.createElement({ lane: "customer", step: "s1" }) ?? "";
    variant.board.editText(["elements", id, "text"], { at: 0, remove: 0, insert: "Ring" });
    const chosen = compareBoards(original.board.board(), variant.board.board());
    original.board.perform((draft) => bringDifferences(draft, chosen));
    original.board.mergeWith(file(variant, heads).doc);
    expect(original.board.undo()).toBe("conflict");
    expect(original.board.board().elements.map((e) => e.text)).toEqual(["Ring"]);
  });

  test("is not for those who may not change the whole board", () => {
    const { variant, original, heads } = forked([], [], []);
    for (const scope of ["talk", "none"] as const) expect(new BoardDocument(original.desk, { scope }).mergeWith(file(variant, heads).doc)).toBe(false);
  });
});

describe("what differs from a variant", () => {
  test("is told as the variant's, the original's, or both's, by what they last had in common", () => {
    fc.assert(
      fc.property(doings(8), doings(6), doings(6), (past, here, there) => {
        const { original, variant, heads } = forked(past, here, there);
        const base = read(A.view(original.desk.doc(), heads));
        const found = differencesWith(original.desk.doc(), original.board.board(), file(variant, heads));
        const touched = (by: Person) => new Set(compareBoards(base, by.board.board()).map((d) => `${d.part}/${d.id}`));
        const [mine, theirs] = [touched(original), touched(variant)];
        for (const { difference: d, made } of found) {
          const name = `${d.part}/${d.id}`;
          expect({ name, mine: mine.has(name), theirs: theirs.has(name) }).toEqual({ name, mine: made !== "variant", theirs: made !== "original" });
        }
      }),
      MANY,
    );
  });

  test("counts from what was brought home last, not from where the variant began", () => {
    const { original, variant, heads } = forked([], [], []);
    const step = variant.board.addStep() ?? "";
    original.board.mergeWith(file(variant, heads).doc);
    expect(commonHeads(original.desk.doc(), variant.desk.doc(), heads)).toEqual([...A.getHeads(variant.desk.doc())]);
    original.board.blueprint.removeStep(step, "keep");
    // Taken away here since: it is not the variant's to bring once more.
    const found = differencesWith(original.desk.doc(), original.board.board(), file(variant, heads));
    expect(found.map((d) => d.made)).toEqual(["original"]);
  });

  test("is all the variant's when the two have nothing in common that is known", () => {
    const { original, variant } = forked([], [], []);
    variant.board.addStep();
    const found = differencesWith(original.desk.doc(), original.board.board(), file(variant, ["00".repeat(32)]));
    expect(found.map((d) => d.made)).toEqual(["variant"]);
  });
});

describe("votes between variants", () => {
  test("everybody has one, gives it anew and takes it back, and it is no difference between boards", () => {
    const { all, meet } = people(2);
    const [anna, bo] = all as [Person, Person];
    const ballots = ["board", "one", "two"].map(ballotOf);
    const counts = (p: Person, voter: string) => ["board", "one", "two"].map((t) => votesOn(p.board.board(), t, voter));
    expect(anna.board.blueprint.voteAmong(ballots, "anna", ballotOf("one"))).toBe(true);
    expect(bo.board.blueprint.voteAmong(ballots, "bo", ballotOf("one"))).toBe(true);
    meet();
    expect(counts(anna, "anna").map((v) => v.count)).toEqual([0, 2, 0]);
    anna.board.blueprint.voteAmong(ballots, "anna", ballotOf("two"));
    expect(counts(anna, "anna")).toEqual([{ count: 0, mine: false }, { count: 1, mine: false }, { count: 1, mine: true }]);
    expect(anna.board.blueprint.voteAmong(ballots, "anna", ballotOf("two"))).toBe(false);
    anna.board.blueprint.voteAmong(ballots, "anna", undefined);
    meet();
    expect(counts(bo, "anna").map((v) => v.count)).toEqual([0, 1, 0]);
    expect(compareBoards(read(genesis()), anna.board.board())).toEqual([]);
  });

  test("are for commenters too, and counted once however often a program votes", () => {
    const desk = new Desk(genesis());
    const board = new BoardDocument(desk, { scope: "talk" });
    expect(board.blueprint.voteAmong([ballotOf("one")], "eve", ballotOf("one"))).toBe(true);
    desk.change((draft) => {
      (draft as { votes: Record<string, Record<string, number>> }).votes[ballotOf("one")] = { eve: 50, mallory: 0 };
    });
    expect(votesOn(board.board(), "one", "eve")).toEqual({ count: 1, mine: true });
  });
});
