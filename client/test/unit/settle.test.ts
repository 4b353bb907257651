import fc from "fast-check";
import { expect, test } from "vitest";
import { evenLetters, layout } from "../../src/board/layout";
import { createLayout } from "../../src/board/relayout";
import { settled } from "../../src/board/settle";
import { createReader } from "../../src/document/read";
import { edit, start } from "./edits";

const count = evenLetters(7);
const boardOf = (words: string) =>
  createReader()({
    lanes: { l1: { role: "customer", order: "a" } },
    steps: { s1: { order: "a" }, s2: { order: "b" } },
    elements: {
      a: { kind: "note", lane: "l1", step: "s1", order: "a", text: words },
      b: { kind: "note", lane: "l1", step: "s1", order: "b", text: "two" },
      c: { kind: "note", lane: "l1", step: "s2", order: "a", text: "three" },
    },
  });

test("a letter that moves nothing leaves the layout what it was", () => {
  const read = createReader();
  const note = { kind: "note", lane: "l1", step: "s1", order: "a", text: "one" };
  const doc = { lanes: { l1: { role: "customer", order: "a" } }, steps: { s1: { order: "a" } }, elements: { a: note } };
  const one = settled(layout(read(doc), count), undefined);
  const two = settled(layout(read({ ...doc, elements: { a: { ...note, text: "ones" } } }), count), one);
  expect(two).toBe(one);
});

test("what has grown moves what lies below it, and nothing else", () => {
  const before = settled(layout(boardOf("one"), count), undefined);
  const after = settled(layout(boardOf("word ".repeat(40)), count), before);
  expect(after).not.toBe(before);
  expect(after.places.get("c")).toBe(before.places.get("c"));
  expect(after.places.get("a")?.height).toBeGreaterThan(before.places.get("a")?.height ?? Infinity);
  expect(after.places.get("b")?.y).toBeGreaterThan(before.places.get("b")?.y ?? Infinity);
});

test("a board that is laid out as it changes lies as if it were laid out at once", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40 }), fc.boolean(), (edits, writes) => {
      const [read, layOut] = [createReader(), createLayout(count)];
      const outlook = { folded: new Set<string>(), curve: undefined, writing: writes ? "a" : undefined };
      let doc = start;
      for (const { of } of edits) {
        doc = of(doc);
        const board = read(doc);
        expect(layOut(board, outlook)).toEqual(layout(board, count, outlook));
      }
    }),
    { numRuns: 400 },
  );
});

test("a card that goes to another cell takes nothing along but what lay below it", () => {
  const [read, layOut] = [createReader(), createLayout(count)];
  const card = (step: string, order: string) => ({ kind: "action", lane: "l1", step, order, text: "word" });
  const doc = { ...start, elements: { a: card("s1", "a"), b: card("s1", "b"), c: card("s2", "a") } };
  const before = layOut(read(doc));
  const after = layOut(read({ ...doc, elements: { ...doc.elements, a: card("s2", "b") } }));
  expect(after.lanes).toBe(before.lanes);
  expect(after.places.get("c")).toBe(before.places.get("c"));
  expect(after.places.get("b")).toEqual(before.places.get("a"));
});
