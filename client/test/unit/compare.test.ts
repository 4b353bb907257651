import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBoards, withNeeds } from "../../src/compare/differences";
import { summarise } from "../../src/compare/words";
import { bringDifferences, splicesTo } from "../../src/document/bring";
import { KINDS, LANE_ROLES, MARKER_TYPES, NOTE_COLORS } from "../../src/document/model";
import type { Board } from "../../src/document/model";
import { createReader } from "../../src/document/read";
import { en } from "../../src/i18n/en";
import { sv } from "../../src/i18n/sv";
import { people } from "./boards";
import type { Person } from "./boards";
import { lookUp } from "./lookUp";

/** One thing that somebody does at a board; the numbers choose what it is done to. */
export type Deed = (person: Person, pick: <T>(list: readonly T[]) => T | undefined, words: string) => void;

const DEEDS: readonly Deed[] = [
  ({ board }, pick, words) => {
    const [lane, step] = [pick(board.board().lanes), pick(board.board().steps)];
    const id = lane && step && board.createElement({ lane: lane.id, step: step.id, kind: pick(KINDS) ?? "note" });
    if (id !== undefined) board.editText(["elements", id, "text"], { at: 0, remove: 0, insert: words });
  },
  ({ board }, pick) => {
    const [element, lane, step] = [pick(board.board().elements), pick(board.board().lanes), pick(board.board().steps)];
    if (element && lane && step) board.moveElement(element.id, { lane: lane.id, step: step.id, index: 0 });
  },
  ({ board }, pick, words) => {
    const element = pick(board.board().elements);
    if (element) board.editText(["elements", element.id, "text"], { at: Math.floor(element.text.length / 2), remove: 1, insert: words });
  },
  ({ board }, pick) => {
    const element = pick(board.board().elements);
    if (element) board.removeElement(element.id);
  },
  ({ board }, pick) => {
    const element = pick(board.board().elements);
    if (element) board.setColor(element.id, pick(NOTE_COLORS) ?? "pink");
  },
  ({ board }, pick) => {
    const id = board.blueprint.addStep(pick([0, 1, 2]));
    if (id !== undefined && pick([true, false])) board.blueprint.addPhaseFor(id);
  },
  ({ board }, pick) => {
    const step = pick(board.board().steps);
    if (step) board.blueprint.removeStep(step.id, pick(["keep", "remove"] as const) ?? "keep");
  },
  ({ board }, pick, words) => {
    const [step, lane] = [pick(board.board().steps), pick(board.board().lanes)];
    if (step && pick([true, false])) board.blueprint.rename("steps", step.id, words);
    else if (lane) board.blueprint.rename("lanes", lane.id, words);
  },
  ({ board }, pick) => {
    const step = pick(board.board().steps);
    if (step) board.blueprint.reorder("steps", step.id, pick([0, 1, 2, 3]) ?? 0);
  },
  ({ board }, pick) => void board.blueprint.addLane(pick(LANE_ROLES) ?? "ideas", pick([0, 3])),
  ({ board }, pick) => {
    const lane = pick(board.board().lanes);
    if (lane) board.blueprint.removeLane(lane.id, pick(["keep", "remove"] as const) ?? "keep");
  },
  ({ board }, pick) => {
    const [from, to] = [pick(board.board().elements), pick([...board.board().elements].reverse())];
    if (from && to) board.blueprint.connect(from.id, to.id);
  },
  ({ board }, pick, words) => {
    const target = pick<{ id: string }>([...board.board().elements, ...board.board().steps]);
    const id = target && board.blueprint.addMarker(target.id, pick(MARKER_TYPES) ?? "idea");
    if (id !== undefined) board.editText(["markers", id, "note"], { at: 0, remove: 0, insert: words });
  },
  ({ board }, pick) => {
    const [marker, element] = [pick(board.board().markers), pick(board.board().elements)];
    if (marker && element) board.blueprint.set("markers", marker.id, { recovery: element.id, severity: 3 });
  },
  ({ board }, pick) => {
    const marker = pick(board.board().markers);
    if (marker) board.blueprint.remove("markers", marker.id);
  },
  ({ board }, pick) => {
    const step = pick(board.board().steps);
    if (step) board.blueprint.addEmotion(step.id, "customer", pick([-2, 0, 1]) ?? 0);
  },
  ({ board }, pick, words) => {
    const [target, above] = [pick(board.board().elements), pick(board.board().comments)];
    if (above && pick([true, false])) board.blueprint.addComment(above.target, `${words}?`, above.id);
    else if (target) board.blueprint.addComment(target.id, `${words}!`);
  },
  ({ board }, pick) => {
    const comment = pick(board.board().comments);
    if (comment) board.blueprint.setFate(comment.id, pick(["adopted", "declined"] as const) ?? "answered", "because");
  },
  ({ board }, pick, words) => void (pick([true, false]) ? board.blueprint.setState("to-be") : board.editText(["meta", "title"], { at: 0, remove: 0, insert: words })),
  ({ board }) => void board.blueprint.mute("SB004", !board.board().muted.includes("SB004")),
];

export interface Doing {
  readonly deed: number;
  readonly seed: number;
  readonly words: string;
}

const doing: fc.Arbitrary<Doing> = fc.record({ deed: fc.nat(DEEDS.length - 1), seed: fc.nat(10_000), words: fc.constantFrom("Ring kunden", "vänta på svar", "a", "hej hopp") });
export const doings = (most: number) => fc.array(doing, { maxLength: most });

export function act(person: Person, list: readonly Doing[]): void {
  for (const { deed, seed, words } of list) {
    let turn = seed;
    const pick = <T>(choices: readonly T[]): T | undefined => {
      turn = (turn * 31 + 7) % 10_007;
      return choices[turn % choices.length];
    };
    DEEDS[deed]?.(person, pick, words);
  }
}

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
