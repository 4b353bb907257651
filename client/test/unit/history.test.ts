import fc from "fast-check";
import { expect, test } from "vitest";
import { Axis, QUIET } from "../../src/history/axis";
import type { Contribution, History, Stretch } from "../../src/history/data";
import { EVERYTHING, momentsOf } from "../../src/history/filter";
import { advance } from "../../src/history/plain";
import type { Patch } from "../../src/history/plain";
import { Player, lastBegun } from "../../src/history/player";
import { Reel } from "../../src/history/reel";
import { restore } from "../../src/history/restore";
import { createReader, isScalarText } from "../../src/document/read";
import { people } from "./boards";

/** A plain edit of a small document, as a patch. */
const patch = fc.oneof(
  fc.record({ key: fc.constantFrom("a", "b", "__proto__", "constructor"), value: fc.oneof(fc.string(), fc.integer(), fc.constant({}), fc.constant({ x: { y: "z" } }), fc.constant([1, 2])) }).map(({ key, value }): Patch => [0, [key], value]),
  fc.constantFrom("a", "b").map((key): Patch => [1, [key]]),
  fc.tuple(fc.nat(3), fc.nat(2), fc.string()).map(([at, gone, text]): Patch => [3, ["a"], at, gone, text]),
  fc.tuple(fc.nat(3), fc.nat(2)).map(([at, gone]): Patch => [2, ["b"], at, gone, [7]]),
  fc.string().map((value): Patch => [0, ["a", "x", "y"], value]),
);
const changes = fc.array(fc.array(patch, { maxLength: 3 }), { maxLength: 1200 });

test("going on from any moment leads where going from the beginning does, and changes nothing that was shown", () => {
  fc.assert(
    fc.property(fc.array(fc.array(patch, { maxLength: 3 }), { maxLength: 40 }), fc.nat(40), (list, cut) => {
      const whole = advance({ b: [] }, list);
      const part = advance({ b: [] }, list.slice(0, cut));
      const before = JSON.stringify(part);
      expect(advance(part, list.slice(cut))).toEqual(whole);
      expect(JSON.stringify(part)).toBe(before);
    }),
  );
});

test("what does not change stays the same object", () => {
  const before = { elements: { a: { text: "one" }, b: { text: "two" } }, steps: {} };
  const after = advance(before, [[[3, ["elements", "a", "text"], 3, 0, "!"]]]) as typeof before;
  expect(after.elements.a.text).toBe("one!");
  expect(after.elements.b).toBe(before.elements.b);
  expect(after.steps).toBe(before.steps);
});

test("a patch that does not fit is passed over", () => {
  const odd = [[[0, [], 1]], [[3, ["nothing", "there"], 0, 9, "x"]], [[2, ["a"], 0, 1, [1]]], [[1, ["a", "b", "c"]]]] as unknown as Patch[][];
  expect(advance({ a: "text" }, odd)).toEqual({ a: "text" });
});

const told = (lengths: readonly number[], gap: number): History => {
  let position = 1;
  let at = 1_000_000;
  const contributions = lengths.map((n, i): Contribution => {
    const c = { first: position + 1, last: position + n, start: at, end: at + n * 1000, by: i % 2, changes: n, operations: [{ do: "added", what: i % 3 === 0 ? "step" : "element", position: position + n }] as const };
    position += n;
    at += n * 1000 + gap;
    return c;
  });
  const people = [{ name: "Anna", pseudonym: undefined, audience: "customer" as const, joined: undefined }, { name: "", pseudonym: { en: "Calm otter 4171", sv: "Lugn utter 4171" }, audience: "staff" as const, joined: undefined }];
  return { length: position, start: 1_000_000, end: at - gap, people, contributions, settled: lengths.length };
};

test("along the strip every position is found where it lies, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 3 * QUIET }), fc.boolean(), (lengths, gap, skip) => {
      const history = told(lengths, gap);
      const axis = new Axis(history, skip);
      let last = -1;
      for (const c of history.contributions) {
        const x = axis.of(c.last);
        expect(x).toBeGreaterThan(last);
        expect(x).toBeLessThanOrEqual(1);
        expect(axis.position(x)).toBe(c.last);
        last = x;
      }
    }),
  );
});

test("the last that has begun is found", () => {
  const { contributions } = told([3, 1, 4], 10);
  expect([0, 1, 2, 4, 5, 6, 9].map((p) => lastBegun(contributions, p))).toEqual([-1, -1, 0, 0, 1, 2, 2]);
  expect(momentsOf(contributions).map((m) => m.kind)).toEqual(["joined", "step", "joined"]);
});

/** A player of a history of these changes, in stretches of so many, and how often one was asked for. */
function playerOf(list: readonly (readonly Patch[])[], size: number) {
  const asked: number[] = [];
  const load = (_: unknown, moment: number): Promise<Stretch> => {
    asked.push(moment);
    const from = Math.min(Math.floor(moment / size) * size, Math.max(0, Math.floor((list.length - 1) / size) * size));
    const patches = list.slice(from, from + size);
    return Promise.resolve({ from, to: from + patches.length, whole: from + size <= list.length, frame: advance({}, list.slice(0, from)), patches, times: patches.map((_, i) => 1_000_000 + (from + i) * 1000) });
  };
  return { reel: new Reel({ id: "", secret: "" }, load), asked };
}

test("wherever one goes, in whatever order, there is the board of that moment", async () => {
  await fc.assert(
    fc.asyncProperty(changes, fc.array(fc.nat(1200), { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 700 }), async (list, moments, size) => {
      const { reel } = playerOf(list, size);
      for (const moment of moments) {
        const at = Math.min(moment, list.length);
        await reel.fetch(at, true);
        expect(reel.at(at)).toEqual(advance({}, list.slice(0, at)));
      }
    }),
    { numRuns: 40 },
  );
});

test("a filter is everything again when nothing is chosen", () => {
  const player = new Player({ id: "", secret: "" });
  player.filter({ person: 1, audience: undefined, lane: undefined });
  expect(player.get().filter).not.toBe(EVERYTHING);
  player.filter({ person: undefined, audience: undefined, lane: undefined });
  expect(player.get().filter).toBe(EVERYTHING);
});

test("a board brought back is as it was, in one deed that can be undone, and what was said stays", () => {
  const [anna] = people(1).all;
  if (!anna) throw new Error("nobody is here");
  const { board: document } = anna;
  const [lane = "", step = ""] = ["customer", "s1"];
  const card = document.createElement({ lane, step }) ?? "";
  document.editText(["elements", card, "text"], { at: 0, remove: 0, insert: "Rings the bell twice" });
  // As the server tells it: plain JSON, read without Automerge.
  const then = createReader()(JSON.parse(JSON.stringify(document.doc(), (_, v: unknown) => (isScalarText(v) ? v.val : v))));
  document.moveElement(card, { lane: "backstage", step: "s3" });
  document.editText(["elements", card, "text"], { at: 0, remove: 5, insert: "Knocks on" });
  const other = document.createElement({ lane, step }) ?? "";
  document.addStep();
  const said = document.blueprint.addComment(card, "Why?");
  const before = document.board();
  expect(restore(document, then)).toBe(true);
  const { comments, ...now } = document.board();
  expect({ ...now, comments: [] }).toEqual({ ...then, comments: [] });
  expect(comments.map((c) => c.id)).toEqual([said]);
  expect(restore(document, then)).toBe(false);
  expect(document.undo()).toBe("done");
  expect(document.board()).toEqual(before);
  expect(document.board().elements.some((e) => e.id === other)).toBe(true);
});
