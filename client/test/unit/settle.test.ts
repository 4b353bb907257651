import { expect, test } from "vitest";
import { evenLetters, layout } from "../../src/board/layout";
import { settled } from "../../src/board/settle";
import { createReader } from "../../src/document/read";

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
