import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBoards, withNeeds } from "../../src/compare/differences";
import { summarise } from "../../src/compare/words";
import { bringDifferences, splicesTo } from "../../src/document/bring";
import type { Board } from "../../src/document/model";
import { createReader } from "../../src/document/read";
import { en } from "../../src/i18n/en";
import { sv } from "../../src/i18n/sv";
import { people } from "./boards";
import type { Person } from "./boards";
import { act, doings } from "./doings";
import type { Doing } from "./doings";
import { lookUp } from "./lookUp";

/** What order a plain map has its things in says nothing. */
const settled = (board: Board) => ({
  ...board,
  connectors: [...board.connectors].sort((a, b) => (a.id < b.id ? -1 : 1)),
  emotions: [...board.emotions].sort((a, b) => (a.id < b.id ? -1 : 1)),
});

const bring = (person: Person, differences: ReturnType<typeof compareBoards>) => person.board.perform((draft) => bringDifferences(draft, differences));

/** Two people with a common past, who then go their own ways. */
function forked(before: readonly Doing[], mine: readonly Doing[], theirs: readonly Doing[]): [Person, Person] {
  const { all, meet } = people(2, { now: () => 0 });
  const [a, b] = all as [Person, Person];
  act(a, before);
  meet();
  act(a, mine);
  act(b, theirs);
  return [a, b];
}

describe("comparing two boards", () => {
  test("equal boards differ in nothing, also when they were read from different copies", () => {
    fc.assert(
      fc.property(doings(12), (before) => {
        const [a, b] = forked(before, [], []);
        expect(compareBoards(a.board.board(), a.board.board())).toEqual([]);
        expect(compareBoards(createReader()(a.desk.doc()), createReader()(b.desk.doc()))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("bringing all differences makes one board the other, in one change that one undo takes back", () => {
    fc.assert(
      fc.property(doings(12), doings(8), doings(8), (before, mine, theirs) => {
        const [a, b] = forked(before, mine, theirs);
        const start = a.board.board();
        const differences = compareBoards(start, b.board.board());
        const done = bring(a, differences);
        expect(settled(a.board.board())).toEqual(settled(b.board.board()));
        expect(done).toBe(differences.length > 0);
        if (done) {
          expect(a.board.undo()).toBe("done");
          expect(settled(a.board.board())).toEqual(settled(start));
        }
      }),
      { numRuns: 120 },
    );
  });

  test("chosen differences change what was chosen, with what it needs, and nothing else", () => {
    fc.assert(
      fc.property(doings(12), doings(8), doings(8), fc.infiniteStream(fc.boolean()), (before, mine, theirs, coin) => {
        const [a, b] = forked(before, mine, theirs);
        const all = compareBoards(a.board.board(), b.board.board());
        const chosen = withNeeds(all, new Set(all.filter(() => coin.next().value).map((d) => d.key)));
        const start = a.board.board();
        bring(a, all.filter((d) => chosen.has(d.key)));
        const keys = (list: readonly { key: string }[]) => list.map((d) => d.key).sort();
        expect(keys(compareBoards(start, a.board.board()))).toEqual([...chosen].sort());
        expect(keys(compareBoards(a.board.board(), b.board.board()))).toEqual(keys(all.filter((d) => !chosen.has(d.key))));
      }),
      { numRuns: 120 },
    );
  });

  test("a text becomes another by replacing only the words that differ", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", " ", "å", "😀", ".") }), fc.string({ unit: fc.constantFrom("a", "b", " ", "å", "😀", ".") }), (from, to) => {
        let text = from;
        for (const { at, remove, insert } of splicesTo(from, to)) text = text.slice(0, at) + insert + text.slice(at + remove);
        expect(text).toBe(to);
      }),
    );
    expect(splicesTo("Ring kunden på måndag", "Ring alltid kunden på tisdag")).toHaveLength(2);
  });
});

describe("what differs, in words", () => {
  const english = lookUp(en);
  const swedish = lookUp(sv);

  test("is told in the words of a blueprint, like with like", () => {
    const { all, meet } = people(2, { now: () => 0 });
    const [a, b] = all as [Person, Person];
    const call = a.board.createElement({ lane: "backstage", step: "s1", kind: "action" }) ?? "";
    const mend = a.board.createElement({ lane: "frontstage", step: "s2", kind: "action" }) ?? "";
    const marks = [call, mend].map((id) => a.board.blueprint.addMarker(id, "fail-point") ?? "");
    const said = a.board.blueprint.addComment(call, "Måste det vara så?") ?? "";
    meet();
    for (let i = 0; i < 3; i++) b.board.addStep();
    b.board.moveElement(call, { lane: "frontstage", step: "s1" });
    for (const id of marks) b.board.blueprint.set("markers", id, { recovery: mend });
    b.board.blueprint.setFate(said, "adopted");
    b.board.blueprint.setState("to-be");
    const [before, after] = [a.board.board(), b.board.board()];
    const differences = compareBoards(before, after);
    expect(summarise(differences, before, after, english)).toEqual([
      "Shows “How it is going to be” instead of “How it is now”",
      "3 steps added",
      "1 action moved from “Behind the scenes” to “Visible staff”, across the line of visibility",
      "2 fail points gained a recovery",
      "1 comment adopted",
    ]);
    expect(summarise(differences, before, after, swedish)).toEqual([
      "Visar ”Hur det ska bli” i stället för ”Hur det är nu”",
      "3 steg har tillkommit",
      "1 handling har flyttats från ”Bakom kulisserna” till ”Synlig personal”, över synlighetslinjen",
      "2 risker för fel har fått något som lagar",
      "1 kommentar tas med",
    ]);
  });

  test("says something of every difference, and every word it uses is there", () => {
    fc.assert(
      fc.property(doings(12), doings(12), (before, theirs) => {
        const [a, b] = forked(before, [], theirs);
        const differences = compareBoards(a.board.board(), b.board.board());
        const sentences = summarise(differences, a.board.board(), b.board.board(), swedish);
        expect(sentences.length > 0).toBe(differences.length > 0);
        for (const sentence of sentences) expect(sentence).not.toMatch(/compare\.|\{\{|undefined|^\s/);
      }),
      { numRuns: 80 },
    );
  });
});
