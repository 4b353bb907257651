import { describe, expect, test } from "vitest";
import { createDrawn } from "../../src/board/drawnBoard";
import { FarStore } from "../../src/board/far";
import { evenLetters, layout } from "../../src/board/layout";
import { elementUnder, paint, sheetOf } from "../../src/board/overview";
import { createReader } from "../../src/document/read";

const look = (doc: object) => {
  const board = createReader()({ lanes: { l1: { role: "customer", order: "a" } }, steps: { s1: { order: "a" }, s2: { order: "b" } }, ...doc });
  return { board, places: layout(board, evenLetters(7)).places };
};
const card = (more: object = {}) => ({ kind: "action", lane: "l1", step: "s1", order: "a", text: "Words", ...more });
const roleOf = () => "customer" as const;

/** What is drawn, call by call, in the names of the style sheet. */
function painted(doc: object): string[] {
  const { board, places } = look(doc);
  const calls: string[] = [];
  const context = new Proxy({} as Record<string, unknown>, {
    get: (_, name) => (...values: unknown[]) => void calls.push([name, ...values].join(" ")),
    set: (_, name, value) => (calls.push(`${String(name)}=${String(value)}`), true),
  });
  paint(context as never, sheetOf(board, places, roleOf), [], (name) => name, 1);
  return calls;
}

describe("a board from far away", () => {
  test("begins where nobody can read a card, and sooner on a large board", () => {
    const far = new FarStore();
    let told = 0;
    far.subscribe(() => told++);
    far.zoomed(0.45);
    expect(far.get()).toBe(false);
    far.sized(true);
    expect(far.get()).toBe(true);
    far.zoomed(0.49);
    far.zoomed(0.2);
    expect(told).toBe(1);
    far.zoomed(0.5);
    expect(far.get()).toBe(false);
    far.sized(false);
    far.zoomed(0.37);
    expect(far.get()).toBe(true);
  });

  test("has every card as an area with its rim and every connector as a line, and no words", () => {
    const calls = painted({ elements: { a: card(), b: card({ kind: "note", step: "s2", color: "pink", text: "Other words" }) }, connectors: { c: { from: "a", to: "b" } } });
    expect(calls.filter((c) => c.startsWith("fillRect"))).toHaveLength(3);
    expect(calls).toContain("fillStyle=--pink");
    expect(calls).toContain("fillStyle=--spine-customer");
    expect(calls.filter((c) => c.startsWith("moveTo"))).toHaveLength(1);
    expect(calls.join()).not.toContain("ords");
    expect(calls.some((c) => c.includes("Text"))).toBe(false);
  });

  test("draws what is no rectangle as what it is", () => {
    const free = { x: 10, y: 900, w: 100, h: 60 };
    expect(painted({ elements: { a: { kind: "shape", form: "ellipse", ...free } } }).some((c) => c.startsWith("ellipse"))).toBe(true);
    expect(painted({ elements: { a: { kind: "frame", ...free } } }).some((c) => c.startsWith("strokeRect"))).toBe(true);
  });

  test("what lies uppermost is taken; a frame only by its rim", () => {
    const { board, places } = look({ elements: { f: { kind: "frame", order: "a", x: 0, y: 900, w: 400, h: 300 }, n: { kind: "note", order: "b", x: 100, y: 1000, w: 100, h: 60 } } });
    expect(elementUnder(board, places, { x: 120, y: 1020 }, 10)?.id).toBe("n");
    expect(elementUnder(board, places, { x: 300, y: 1000 }, 10)).toBeUndefined();
    expect(elementUnder(board, places, { x: 5, y: 1000 }, 10)?.id).toBe("f");
  });

  test("is drawn anew when a colour or a connector changes, and not when words do", () => {
    const read = createReader();
    const doc = { lanes: { l1: { role: "customer", order: "a" } }, steps: { s1: { order: "a" } }, elements: { a: card(), b: card({ order: "b" }) }, connectors: {} };
    const drawn = createDrawn();
    const first = drawn(read(doc));
    const written = { ...doc, elements: { ...doc.elements, a: card({ text: "Others" }) } };
    expect(drawn(read(written))).toBe(first);
    const coloured = { ...written, elements: { ...written.elements, a: card({ text: "Others", color: "pink" }) } };
    const second = drawn(read(coloured));
    expect(second).not.toBe(first);
    expect(drawn(read({ ...coloured, connectors: { c: { from: "a", to: "b" } } }))).not.toBe(second);
  });
});
