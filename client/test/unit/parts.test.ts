import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveBand, heightAt, smooth, valueAt } from "../../src/board/curve";
import { insertionAt, stretchesOf } from "../../src/board/insertion";
import { SIZES, cellAt, evenLetters, layout } from "../../src/board/layout";
import type { Outlook } from "../../src/board/layout";
import { createRouter } from "../../src/board/routes";
import { signsOf } from "../../src/board/signs";
import { createElements } from "../../src/document/elements";
import type { NewElement } from "../../src/document/elements";
import { people } from "./boards";

const count = evenLetters(7);
const card = (id: string, lane: string, step: string, more: Partial<NewElement> = {}): NewElement => ({ id, kind: "action", order: id, lane, step, ...more });

function boardOf(...made: NewElement[]) {
  const [person] = people(1).all;
  if (!person) throw new Error("one person was asked for");
  const { board: document } = person;
  document.perform((draft) => createElements(draft, made));
  const look = (outlook: Partial<Outlook> = {}) => ({ board: document.board(), geometry: layout(document.board(), count, { folded: new Set(), curve: undefined, ...outlook }) });
  return { document, look };
}

describe("a collapsed lane", () => {
  test("is low, tells how much lies in each cell, and moves up what is below", () => {
    const { look } = boardOf(card("a", "customer", "s1"), card("b", "customer", "s1"), card("c", "customer", "s3"), card("d", "frontstage", "s1"));
    const open = look().geometry;
    const { geometry } = look({ folded: new Set(["customer"]) });
    expect(geometry.lanes[1]).toMatchObject({ height: SIZES.fold, folded: 3, line: "interaction" });
    expect(geometry.folded).toMatchObject([{ step: "s1", count: 2 }, { step: "s3", count: 1 }]);
    expect([...geometry.places.keys()]).toEqual(["d"]);
    expect(open.height - geometry.height).toBe((open.lanes[1]?.height ?? 0) - SIZES.fold);
    const at = geometry.tucked.get("a");
    expect(cellAt(geometry, at?.x ?? 0, at?.y ?? 0)).toEqual({ lane: "customer", step: "s1" });
  });

  test("ends the connectors to what lies in it at its edge; within one of its cells there is none", () => {
    const { document, look } = boardOf(card("a", "customer", "s1"), card("b", "customer", "s1"), card("d", "frontstage", "s4"));
    const out = document.blueprint.connect("a", "d");
    const within = document.blueprint.connect("a", "b");
    const { board, geometry } = look({ folded: new Set(["customer"]) });
    const ways = createRouter()(board, geometry);
    const row = geometry.lanes[1];
    const start = ways.get(out ?? "")?.start;
    expect(start?.y).toBeGreaterThan(row?.y ?? Infinity);
    expect(start?.y).toBeLessThan((row?.y ?? 0) + SIZES.fold);
    expect(ways.has(within ?? "")).toBe(false);
  });
});

test("phases lie over their steps, each run of neighbours as one, and make the head higher", () => {
  const { document, look } = boardOf();
  expect(look().geometry).toMatchObject({ head: SIZES.stepHeader, phases: [] });
  const phase = document.blueprint.addPhaseFor("s2") ?? "";
  document.blueprint.set("steps", "s3", { phase });
  document.blueprint.set("steps", "s5", { phase });
  const { head, phases, lanes } = look().geometry;
  expect(head).toBe(SIZES.stepHeader + SIZES.phase);
  expect(lanes[0]?.y).toBe(head);
  expect(phases.map((p) => p.width / SIZES.step)).toEqual([2, 1]);
});

describe("the curve of feelings", () => {
  test("is there once somebody feels something, in the lane of the customer or in one of its own, unless it is hidden", () => {
    const { document, look } = boardOf();
    const where = (outlook: Partial<Outlook> = {}) => look(outlook).geometry.lanes.filter((l) => l.curve).map((l) => l.lane.role);
    expect(where()).toEqual([]);
    expect(where({ curve: true })).toEqual(["customer"]);
    document.blueprint.addEmotion("s1", "staff", 1);
    expect(where()).toEqual(["customer"]);
    expect(where({ curve: false })).toEqual([]);
    expect(where({ folded: new Set(["customer"]) })).toEqual([]);
    document.blueprint.addLane("emotion", 3);
    expect(where()).toEqual(["emotion"]);
  });

  test("is the mean of all voices at each step, and leaves the cells their room", () => {
    const { document, look } = boardOf(card("a", "customer", "s2"));
    document.blueprint.addEmotion("s1", "customer", 2);
    document.blueprint.addEmotion("s2", "customer", -2);
    document.blueprint.addEmotion("s2", "customer", 1);
    const { board, geometry } = look();
    const band = curveBand(board, geometry);
    const row = geometry.lanes[1];
    const [customer, staff] = band?.curves ?? [];
    expect(customer?.points.map((p) => p.value)).toEqual([2, -0.5, undefined, undefined, undefined]);
    expect(customer?.path).toMatch(/^M.+C.+$/);
    expect(staff?.path).toBe("");
    expect(band?.y).toBe((row?.y ?? 0) + (row?.cells ?? 0));
    expect((band?.y ?? 0) + (band?.height ?? 0)).toBe((row?.y ?? 0) + (row?.height ?? 0));
  });

  test("takes every height for the nearest value, and every value for its own height", () => {
    for (const v of [-2, -1, 0, 1, 2]) expect(valueAt(heightAt(v))).toBe(v);
    fc.assert(fc.property(fc.integer({ min: -1000, max: 1000 }), (y) => [-2, -1, 0, 1, 2].includes(valueAt(y))));
  });

  test("never rises above or falls below the values it runs between", () => {
    const values = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, (list) => {
        const points = list.map((v, i) => ({ x: i * 232, y: heightAt(v) }));
        const numbers = smooth(points).split(/[MC ]/).filter((n) => n !== "").map(Number);
        // The handles of a Bézier curve hold it: none of them lies outside the stretch it belongs to.
        for (let i = 0; i + 1 < points.length; i++) {
          const [from, to] = [points[i]?.y ?? 0, points[i + 1]?.y ?? 0];
          for (const handle of [numbers[2 + i * 6 + 1], numbers[2 + i * 6 + 3]]) {
            expect(handle).toBeGreaterThanOrEqual(Math.min(from, to) - 0.1);
            expect(handle).toBeLessThanOrEqual(Math.max(from, to) + 0.1);
          }
        }
      }),
    );
  });
});

test("a part goes before the first other whose middle it has not passed; where it lies now it stays", () => {
  const { look } = boardOf();
  const steps = stretchesOf(look().geometry, "steps");
  const ids = steps.map((s) => s.id);
  fc.assert(
    fc.property(fc.constantFrom(...ids), fc.integer({ min: -500, max: 3000 }), (moving, at) => {
      const { index, line } = insertionAt(steps, moving, at);
      const others = steps.filter((s) => s.id !== moving);
      expect(others.slice(0, index).every((s) => s.from + s.length / 2 < at)).toBe(true);
      expect(others.slice(index).every((s) => s.from + s.length / 2 >= at)).toBe(true);
      expect(steps.some((s) => s.from === line || s.from + s.length === line)).toBe(true);
    }),
  );
  const third = steps[2];
  if (!third) throw new Error("there are five steps");
  expect(insertionAt(steps, third.id, third.from + 20)).toEqual({ index: 2, line: third.from });
});

test("what is said of a card in small words takes a line of its height", () => {
  const { look } = boardOf(card("a", "customer", "s1", { text: "x ".repeat(60) }), card("b", "customer", "s2", { text: "x ".repeat(60), performedBy: "customer", evidenceStatus: "assumed", channel: " web ", owner: "" }));
  const { board, geometry } = look();
  expect(board.elements.flatMap(signsOf)).toEqual([
    { field: "performedBy", value: "customer" },
    { field: "evidenceStatus", value: "assumed" },
    { field: "channel", value: "web" },
  ]);
  expect(geometry.places.get("b")?.height).toBe((geometry.places.get("a")?.height ?? 0) + SIZES.sign);
});

test("the same mark is put on several at once, and taken back at once", () => {
  const { document } = boardOf(card("a", "customer", "s1"), card("b", "customer", "s2"));
  expect(document.blueprint.addMarkers(["a", "b"], "pain")).toBe(true);
  expect(document.board().markers.map((m) => m.target).sort()).toEqual(["a", "b"]);
  document.undo();
  expect(document.board().markers).toEqual([]);
});
