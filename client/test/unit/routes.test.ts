import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groundOf } from "../../src/board/ground";
import { evenLetters, layout } from "../../src/board/layout";
import type { Rect } from "../../src/board/layout";
import { createRouter, route } from "../../src/board/routes";
import { settled } from "../../src/board/settle";
import type { Route } from "../../src/board/routes";
import { createConnector } from "../../src/document/create";
import { createElements } from "../../src/document/elements";
import type { NewElement } from "../../src/document/elements";
import { people } from "./boards";

const LANES = ["evidence", "customer", "frontstage", "backstage", "support"] as const;
const STEPS = ["s1", "s2", "s3", "s4", "s5"] as const;
const count = evenLetters(7);

interface Link {
  readonly from: string;
  readonly to: string;
}

function boardOf(made: NewElement[], links: Link[] = []) {
  const [person] = people(1).all;
  if (!person) throw new Error("one person was asked for");
  person.board.perform((draft) => createElements(draft, made));
  links.forEach(({ from, to }, i) =>
    person.board.perform((draft) => createConnector(draft, { id: `c${String(i)}`, from, to, direction: "one-way", meaning: "leads-to", label: "" })),
  );
  const board = person.board.board();
  return { board, geometry: layout(board, count), document: person.board };
}

const card = fc.record({
  kind: fc.constantFrom("note" as const, "action" as const),
  lane: fc.constantFrom(...LANES),
  step: fc.constantFrom(...STEPS),
  text: fc.string({ maxLength: 90 }),
});
/** Between two and sixty cards in cells. */
const cards = fc.array(card, { minLength: 2, maxLength: 60 }).map((list) => list.map((c, i): NewElement => ({ ...c, id: `e${String(i).padStart(2, "0")}`, order: `a${String(i)}` })));

function behind(way: Route, things: Iterable<Rect>, ...ends: Rect[]): Rect[] {
  return [...things].filter((r) => !ends.includes(r) && way.points.some((b, i) => {
    const a = way.points[i - 1];
    if (!a) return false;
    const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
    const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
    return left < r.x + r.width && right > r.x && top < r.y + r.height && bottom > r.y;
  }));
}

function onEdge({ x, y }: { x: number; y: number }, r: Rect): boolean {
  const upright = (x === r.x || x === r.x + r.width) && y >= r.y && y <= r.y + r.height;
  const level = (y === r.y || y === r.y + r.height) && x >= r.x && x <= r.x + r.width;
  return upright || level;
}

describe("connectors between cards in cells", () => {
  test("begin and end at their cards' edges, run upright and level, and behind no card at all", () => {
    fc.assert(
      fc.property(cards, fc.nat(), fc.nat(), fc.nat(2000), fc.nat(3), (made, i, j, mark, beside) => {
        const { board, geometry } = boardOf(made);
        const [a, b] = [made[i % made.length], made[j % made.length]];
        if (!a || !b || a === b) return;
        const [from, to] = [geometry.places.get(a.id), geometry.places.get(b.id)];
        if (!from || !to) throw new Error("a card has no place");
        const way = route(from, to, groundOf(geometry, board), { mark, beside });
        expect(onEdge(way.start, from)).toBe(true);
        expect(onEdge(way.end, to)).toBe(true);
        way.points.forEach((p, k) => {
          const before = way.points[k - 1];
          if (before) expect(p.x === before.x || p.y === before.y).toBe(true);
        });
        expect(behind(way, geometry.places.values(), from, to)).toEqual([]);
        // Nor through the very cards it ties together.
        expect(behind(way, [from, to])).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  test("stay as they are when a card far from them comes, and are the same objects", () => {
    fc.assert(
      fc.property(cards, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 20 }), (made, pairs) => {
        const id = (n: number) => made[n % made.length]?.id ?? "";
        const links = pairs.map(([i, j]) => ({ from: id(i), to: id(j) })).filter((l) => l.from !== l.to);
        const { document, board, geometry } = boardOf(made, links);
        const find = createRouter();
        const before = find(board, geometry);
        document.perform((draft) => createElements(draft, [{ id: "far", kind: "shape", order: "z", x: 5000, y: 5000, w: 100, h: 100 }]));
        const after = find(document.board(), layout(document.board(), count));
        expect(after.size).toBe(before.size);
        for (const [key, way] of before) expect(after.get(key)).toBe(way);
      }),
      { numRuns: 60 },
    );
  });
});

test("found anew only where something has moved, the ways are as if all were found anew", () => {
  fc.assert(
    fc.property(cards, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 }), fc.array(fc.tuple(fc.nat(), fc.nat(4), fc.nat(4)), { maxLength: 6 }), (made, pairs, moves) => {
      const id = (n: number) => made[n % made.length]?.id ?? "";
      const links = pairs.map(([i, j]) => ({ from: id(i), to: id(j) })).filter((l) => l.from !== l.to);
      const { document } = boardOf(made, links);
      const find = createRouter();
      let geometry = settled(layout(document.board(), count), undefined);
      find(document.board(), geometry);
      for (const [n, lane, step] of moves) {
        document.moveElement(id(n), { lane: document.board().lanes[lane]?.id ?? "", step: document.board().steps[step]?.id ?? "" });
        const board = document.board();
        geometry = settled(layout(board, count), geometry);
        // Half of them are not looked at, as if they lay outside the window.
        find(board, geometry, undefined, board.connectors.slice(0, 3));
        const ways = find(board, geometry);
        for (const [key, way] of createRouter()(board, layout(board, count))) expect(ways.get(key)?.path).toBe(way.path);
      }
    }),
    { numRuns: 60 },
  );
});

test("a connector runs from side to side, and around what lies between", () => {
  const at = (x: number, y: number) => ({ x, y, width: 100, height: 50 });
  expect(route(at(0, 0), at(300, 0))).toMatchObject({ start: { side: "right" }, end: { side: "left" } });
  expect(route(at(300, 0), at(0, 0))).toMatchObject({ start: { side: "left" }, end: { side: "right" } });
  expect(route(at(0, 0), at(0, 300))).toMatchObject({ start: { side: "bottom" }, end: { side: "top" } });
});

test("free things are gone round where there is a way", () => {
  const shape = (id: string, x: number, y: number): NewElement => ({ id, kind: "shape", order: id, x, y, w: 100, h: 60 });
  const { board, geometry } = boardOf([shape("a", 0, 2000), shape("b", 600, 2000), shape("between", 300, 1990)]);
  const [from, to] = [geometry.places.get("a"), geometry.places.get("b")];
  if (!from || !to) throw new Error("a shape has no place");
  expect(behind(route(from, to, groundOf(geometry, board)), geometry.places.values(), from, to)).toEqual([]);
});

test("two connectors between the same two do not lie upon each other", () => {
  const action = (id: string, step: string): NewElement => ({ id, kind: "action", order: id, lane: "customer", step });
  const { board, geometry } = boardOf([action("a", "s1"), action("b", "s2")], [{ from: "a", to: "b" }, { from: "b", to: "a" }]);
  const [one, other] = [...createRouter()(board, geometry).values()];
  expect(one?.start.y).not.toBe(other?.start.y);
});

test("what is carried takes its connectors along; the others keep theirs until it is let go", () => {
  const action = (id: string, lane: string, step: string): NewElement => ({ id, kind: "action", order: id, lane, step });
  const { board, geometry } = boardOf(
    [action("a", "customer", "s1"), action("b", "customer", "s3"), action("c", "support", "s2"), action("d", "support", "s4")],
    [{ from: "a", to: "b" }, { from: "c", to: "d" }],
  );
  const find = createRouter();
  const before = find(board, geometry);
  const [c, b] = [geometry.places.get("c"), geometry.places.get("b")];
  if (!c || !b) throw new Error("a card has no place");
  // Held right in the way of the other.
  const after = find(board, geometry, new Map([["c", { ...c, y: b.y }]]));
  expect(after.get("c0")).toBe(before.get("c0"));
  expect(after.get("c1")?.start.y).not.toBe(before.get("c1")?.start.y);
});
