import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createElements } from "../../src/document/elements";
import { movePosition, spliceOf } from "../../src/document/text";
import { people } from "./boards";
import type { Person } from "./boards";

const cell = { lane: "customer", step: "s1" };

function two() {
  let clock = 0;
  const { all, meet } = people(2, { now: () => (clock += 2000) });
  const [a, b] = all;
  if (!a || !b) throw new Error("two people were asked for");
  const id = a.board.createElement(cell);
  if (id === undefined) throw new Error("a note was asked for");
  meet();
  const path = ["elements", id, "text"];
  const type = (p: Person, at: number, insert: string, remove = 0) => p.board.editText(path, { at, remove, insert });
  return { a, b, id, path, type, meet };
}

describe("undo", () => {
  test("takes back a move, and redo makes it again", () => {
    const { a, id } = two();
    a.board.moveElement(id, { lane: "support", step: "s4" });
    expect(a.board.undo()).toBe("done");
    expect(a.board.board().elements[0]).toMatchObject(cell);
    expect(a.board.redo()).toBe("done");
    expect(a.board.board().elements[0]).toMatchObject({ lane: "support", step: "s4" });
  });

  test("leaves what another did to other fields", () => {
    const { a, b, id, meet } = two();
    a.board.moveElement(id, { lane: "support", step: "s4" });
    meet();
    b.board.setColor(id, "green");
    meet();
    a.board.undo();
    expect(a.board.board().elements[0]).toMatchObject({ ...cell, color: "green" });
  });

  test("never takes back what another has changed since", () => {
    const { a, b, id, meet } = two();
    a.board.setColor(id, "pink");
    meet();
    b.board.setColor(id, "blue");
    meet();
    expect(a.board.undo()).toBe("conflict");
    expect(a.board.board().elements[0]?.color).toBe("blue");
  });

  test("a deleted note comes back whole, with its words", () => {
    const { a, id, type } = two();
    type(a, 0, "Ring oss");
    a.board.setColor(id, "lilac");
    a.board.removeElement(id);
    expect(a.board.board().elements).toHaveLength(0);
    a.board.undo();
    expect(a.board.board().elements[0]).toMatchObject({ ...cell, id, text: "Ring oss", color: "lilac" });
    a.board.undo();
    a.board.undo();
    expect(a.board.board().elements[0]).toMatchObject({ text: "", color: "yellow" });
  });

  test("a deleted stroke comes back with its points", () => {
    const { a } = two();
    a.board.perform((draft) => createElements(draft, [{ id: "ink", kind: "ink", order: "a9", points: [0, 0, 10, 5] }]));
    a.board.removeElement("ink");
    a.board.undo();
    expect(a.board.board().elements.find((e) => e.id === "ink")?.points).toEqual([0, 0, 10, 5]);
  });

  test("a note that another has written on is not taken away", () => {
    const { a, b, path, type, meet } = two();
    type(b, 0, "mine too");
    meet();
    expect(a.board.undo()).toBe("conflict");
    expect(a.board.text(path)).toBe("mine too");
  });

  test("of typing takes one's own letters only", () => {
    const { a, b, path, type, meet } = two();
    type(a, 0, "hello world");
    meet();
    type(b, 5, " dear");
    meet();
    a.board.undo();
    meet();
    expect(b.board.text(path)).toBe(" dear");
    a.board.redo();
    meet();
    expect(b.board.text(path)).toContain("hello");
    expect(b.board.text(path)).toContain("world");
    expect(b.board.text(path)).toContain(" dear");
  });

  test("letters deleted backwards come back in their order", () => {
    const { a, path, type } = two();
    type(a, 0, "abcdef");
    for (const at of [4, 3, 2]) type(a, at, "", 1);
    expect(a.board.text(path)).toBe("abf");
    for (let i = 0; i < 3; i++) a.board.undo();
    expect(a.board.text(path)).toBe("abcdef");
  });

  test("undoing and redoing everything ends where it began, and again at the end", () => {
    const edit = fc.record({ at: fc.nat(12), remove: fc.nat(4), insert: fc.string({ maxLength: 5, unit: "grapheme" }) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), fc.boolean(), (edits, together) => {
        let clock = 0;
        const { all } = people(1, { now: () => (clock += together ? 1 : 2000) });
        const board = all[0]?.board;
        const id = board?.createElement(cell);
        if (!board || id === undefined) throw new Error("a note was asked for");
        const path = ["elements", id, "text"];
        for (const e of edits) {
          const chars = Array.from(board.text(path));
          const start = chars.slice(0, e.at).join("").length;
          const remove = chars.slice(e.at, e.at + e.remove).join("").length;
          board.editText(path, { at: start, remove, insert: e.insert });
        }
        const end = board.text(path);
        while (board.undo() === "done");
        expect(board.board().elements).toHaveLength(0);
        while (board.redo() === "done");
        expect(board.text(path)).toBe(end);
      }),
      { numRuns: 25 },
    );
  });

  test("typing without a pause is one deed", () => {
    const { all } = people(1, { now: () => 1 });
    const board = all[0]?.board;
    const id = board?.createElement(cell) ?? "";
    const path = ["elements", id, "text"];
    for (const [i, c] of [..."hej"].entries()) board?.editText(path, { at: i, remove: 0, insert: c });
    board?.undo();
    expect(board?.text(path)).toBe("");
    expect(board?.board().elements).toHaveLength(1);
  });
});

describe("typing", () => {
  test("the splice between two texts gives the second from the first", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), fc.nat(20), (before, after, caret) => {
        const s = spliceOf(before, after, Math.min(caret, after.length));
        const made = s ? before.slice(0, s.at) + s.insert + before.slice(s.at + s.remove) : before;
        expect(made).toBe(after);
      }),
    );
  });

  test("the caret tells which of equal letters was typed", () => {
    expect(spliceOf("aaa", "aaaa", 2)).toEqual({ at: 1, remove: 0, insert: "a" });
  });

  test("a caret keeps its place among what others type", () => {
    const cases: [number, { at: number; remove: number; insert: string }, number][] = [
      [5, { at: 0, remove: 0, insert: "abc" }, 8],
      [5, { at: 5, remove: 0, insert: "abc" }, 5],
      [5, { at: 9, remove: 0, insert: "abc" }, 5],
      [5, { at: 1, remove: 2, insert: "" }, 3],
      [5, { at: 3, remove: 4, insert: "" }, 3],
      [5, { at: 5, remove: 4, insert: "" }, 5],
    ];
    for (const [from, splice, to] of cases) expect(movePosition(from, [splice])).toBe(to);
  });
});
