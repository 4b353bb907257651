import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellAt, evenLetters, indexAt, layout, neighbourCell, SIZES } from "../../src/board/layout";
import { createReader } from "../../src/document/read";
import { genesis, people } from "./boards";

const lines = evenLetters(7);

function boardWith(texts: string[], cell = { lane: "customer", step: "s2" }) {
  const { all } = people(1);
  const board = all[0]?.board;
  if (!board) throw new Error("one person was asked for");
  const ids = texts.map((text) => {
    const id = board.createElement(cell) ?? "";
    board.editText(["elements", id, "text"], { at: 0, remove: 0, insert: text });
    return id;
  });
  return { board: board.board(), ids };
}

describe("layout", () => {
  test("an empty board has rows and columns of the least size, with the lines between the right lanes", () => {
    const g = layout(createReader()(genesis()), lines);
    expect(g.lanes.map((l) => l.height)).toEqual([112, 112, 112, 112, 112]);
    expect(g.lanes.map((l) => l.line)).toEqual([undefined, "interaction", "visibility", "internal", undefined]);
    expect(g.width).toBe(SIZES.laneHeader + 5 * SIZES.step);
  });

  test("a lane is as high as its fullest cell, and what is below moves down", () => {
    const { board } = boardWith(["one", "two", "three", "four"]);
    const g = layout(board, lines);
    expect(g.lanes[1]?.height).toBeGreaterThan(4 * SIZES.noteLeast);
    expect(g.lanes[2]?.y).toBe((g.lanes[1]?.y ?? 0) + (g.lanes[1]?.height ?? 0));
    expect(g.lanes[0]?.height).toBe(SIZES.lane);
  });

  test("every element lies whole inside its own cell, and none upon another", () => {
    const texts = fc.array(fc.string({ maxLength: 120 }), { maxLength: 8 });
    fc.assert(
      fc.property(texts, (words) => {
        const { board, ids } = boardWith(words);
        const g = layout(board, lines);
        const row = g.lanes[1];
        let bottom = row?.y ?? 0;
        for (const id of ids) {
          const place = g.places.get(id);
          if (!place || !row) throw new Error("an element has no place");
          expect(place.y).toBeGreaterThanOrEqual(bottom);
          bottom = place.y + place.height;
          expect(bottom).toBeLessThanOrEqual(row.y + row.height);
          expect(cellAt(g, place.x, place.y)).toEqual({ lane: "customer", step: "s2" });
          expect(cellAt(g, place.x + place.width, place.y)).toEqual({ lane: "customer", step: "s2" });
        }
      }),
      { numRuns: 30 },
    );
  });

  test("an element whose lane is gone waits below the board", () => {
    const board = createReader()({ ...(genesis() as object), elements: { lost: { kind: "note", lane: "gone", step: "s1" } } });
    const g = layout(board, lines);
    expect(g.places.get("lost")?.y).toBeGreaterThan(g.height);
  });

  test("what is let go between two notes goes between them", () => {
    const { board, ids } = boardWith(["one", "two"]);
    const g = layout(board, lines);
    const cell = { lane: "customer", step: "s2" };
    const [one, two] = ids.map((id) => g.places.get(id));
    if (!one || !two) throw new Error("an element has no place");
    expect(indexAt(board, g, cell, one.y, "other")).toBe(0);
    expect(indexAt(board, g, cell, two.y, "other")).toBe(1);
    expect(indexAt(board, g, cell, two.y + two.height, "other")).toBe(2);
    expect(indexAt(board, g, cell, two.y + two.height, ids[0] ?? "")).toBe(1);
  });

  test("the neighbour of a cell ends at the edge", () => {
    const { board } = boardWith([]);
    expect(neighbourCell(board, { lane: "evidence", step: "s1" }, "up")).toBeUndefined();
    expect(neighbourCell(board, { lane: "evidence", step: "s1" }, "right")).toEqual({ lane: "evidence", step: "s2" });
    expect(neighbourCell(board, { lane: "evidence", step: "s1" }, "down")).toEqual({ lane: "customer", step: "s1" });
  });
});

describe("counting lines", () => {
  test.each([
    ["", 100, 1],
    ["word", 100, 1],
    ["two words", 40, 2],
    ["a\n\nb", 100, 3],
    ["abcdefghijklmnopqrst", 70, 2],
    ["a abcdefghijklmnopqrst", 70, 3],
  ])("%j in %i", (text, width, expected) => {
    expect(lines(text, width)).toBe(expected);
  });
});
