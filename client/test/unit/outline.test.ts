// @vitest-environment node
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { find } from "../../src/board/find";
import { createReader } from "../../src/document/read";
import { createOutline } from "../../src/outline/model";
import type { Outline } from "../../src/outline/model";
import { end, go, has, inOrder, keyOf, successor } from "../../src/outline/stops";
import type { Stop } from "../../src/outline/stops";

type Things = Record<string, Record<string, unknown>>;

const LANES = ["evidence", "customer", "frontstage", "backstage", "support"];
const ordered = (ids: readonly string[], more: (id: string) => object) => Object.fromEntries(ids.map((id, i) => [id, { order: `a${String(i)}`, title: "", ...more(id) }]));

interface Parts {
  elements?: Things;
  connectors?: Things;
  markers?: Things;
  emotions?: Things;
  comments?: Things;
  phases?: Things;
  steps?: Things;
}

function doc({ elements = {}, steps, ...parts }: Parts): unknown {
  const placed = Object.fromEntries(Object.entries(elements).map(([id, e], i) => [id, { kind: "action", lane: "customer", step: "s1", order: `a${String(i)}`, text: id, ...e }]));
  return { schema: 1, meta: {}, lanes: ordered(LANES, (role) => ({ role })), steps: steps ?? ordered(["s1", "s2", "s3"], () => ({})), elements: placed, ...parts };
}

const outlineOf = (parts: Parts): Outline => createOutline()(createReader()(doc(parts)));
const e = (id: string): Stop => ({ at: "element", id });

describe("what the outline holds", () => {
  test("cells hold elements in order, with what is known of each; what lies free comes last", () => {
    const o = outlineOf({
      elements: { a: {}, b: { lane: "backstage", step: "s2" }, c: {}, free: { lane: undefined, kind: "ink", text: "" } },
      connectors: { k: { from: "a", to: "b" }, l: { from: "c", to: "a", direction: "two-way" } },
      markers: { m: { target: "a", type: "pain" } },
      comments: { q: { target: "a", text: "?", order: "a0" }, r: { target: "a", parent: "q", text: "!", order: "a1" } },
      emotions: { f: { step: "s2", who: "customer", value: -1, note: "" } },
    });
    const cell = o.rows[1]?.cells[0];
    expect(cell?.items.map((i) => i.element.id)).toEqual(["a", "c"]);
    const [a] = cell?.items ?? [];
    expect(a?.links.map((l) => [l.way, l.other.id])).toEqual([
      ["out", "b"],
      ["both", "c"],
    ]);
    expect(a?.markers.map((m) => m.type)).toEqual(["pain"]);
    expect(a?.talked).toBe(true);
    expect(o.rows[3]?.cells[1]?.items[0]?.links.map((l) => l.way)).toEqual(["in"]);
    expect(cell?.items[1]?.talked).toBe(false);
    expect(o.columns.map((c) => c.emotions.length)).toEqual([0, 1, 0]);
    expect(o.free.map((i) => i.element.id)).toEqual(["free"]);
    expect(o.rows.map((r) => r.line)).toEqual([undefined, "interaction", "visibility", "internal", undefined]);
  });

  test("neighbouring steps of a phase are one run", () => {
    const steps = { s1: { order: "a0", phase: "p" }, s2: { order: "a1", phase: "p" }, s3: { order: "a2" }, s4: { order: "a3", phase: "p" } };
    const { runs } = outlineOf({ steps, phases: { p: { title: "Before", order: "a0" } } });
    expect(runs.map((r) => [r.phase?.id, r.from, r.count])).toEqual([
      ["p", 0, 2],
      [undefined, 2, 1],
      ["p", 3, 1],
    ]);
  });

  test("one edit leaves every other cell the same object", () => {
    const [read, make] = [createReader(), createOutline()];
    const elements = { a: {}, b: { step: "s2" }, c: { lane: "support" } };
    const before = make(read(doc({ elements })));
    const after = make(read(doc({ elements: { ...elements, b: { step: "s2", text: "other" } } })));
    expect(after.rows[1]?.cells[1]).not.toBe(before.rows[1]?.cells[1]);
    expect(after.rows[1]?.cells[0]).toBe(before.rows[1]?.cells[0]);
    expect(after.rows[4]).toBe(before.rows[4]);
    expect(after.columns).toBe(before.columns);
  });
});

const someBoard = fc
  .record({
    steps: fc.integer({ min: 1, max: 5 }),
    phases: fc.array(fc.constantFrom("p", "q", undefined), { minLength: 5, maxLength: 5 }),
    elements: fc.array(fc.record({ lane: fc.constantFrom(...LANES, "gone"), step: fc.constantFrom("s0", "s1", "s2", "s3", "s4") }), { maxLength: 20 }),
  })
  .map(({ steps, phases, elements }) =>
    outlineOf({
      steps: Object.fromEntries(Array.from({ length: steps }, (_, i) => [`s${String(i)}`, { order: `a${String(i)}`, phase: phases[i] }])),
      phases: { p: { order: "a0" }, q: { order: "a1" } },
      elements: Object.fromEntries(elements.map((place, i) => [`e${String(i)}`, place])),
    }),
  );

describe("where the keyboard goes", () => {
  test("the arrow keys reach everything, in the table and in the list", () => {
    fc.assert(
      fc.property(someBoard, fc.constantFrom("table" as const, "list" as const), (o, form) => {
        const all = inOrder(o);
        const keys = all.map(keyOf);
        expect(new Set(keys).size).toBe(keys.length);
        const start = all[0];
        const reached = new Set(start ? [keyOf(start)] : []);
        const open = start ? [start] : [];
        for (let at = open.pop(); at; at = open.pop()) {
          for (const direction of ["left", "right", "up", "down"] as const) {
            const to = go(o, at, direction, form);
            if (!to || reached.has(keyOf(to))) continue;
            expect(has(o, to)).toBe(true);
            reached.add(keyOf(to));
            open.push(to);
          }
        }
        expect([...reached].sort()).toEqual([...keys].sort());
        const elements = all.filter((s) => s.at === "element");
        expect(elements).toHaveLength(o.places.size);
      }),
    );
  });

  test("up and down go through a cell and on to the next; left and right keep the place in it", () => {
    const o = outlineOf({ elements: { a: {}, b: {}, c: { step: "s2" }, d: { lane: "frontstage" } } });
    expect(go(o, e("a"), "down", "table")).toEqual(e("b"));
    expect(go(o, e("b"), "down", "table")).toEqual(e("d"));
    expect(go(o, e("d"), "up", "table")).toEqual(e("b"));
    expect(go(o, e("b"), "right", "table")).toEqual(e("c"));
    expect(go(o, e("a"), "up", "table")).toEqual({ at: "cell", lane: "evidence", step: "s1" });
    expect(go(o, e("a"), "left", "table")).toEqual({ at: "lane", id: "customer" });
    expect(go(o, { at: "step", id: "s3" }, "right", "table")).toBeUndefined();
    expect(end(o, e("a"), "last")).toEqual({ at: "cell", lane: "customer", step: "s3" });
    expect(end(o, e("c"), "first")).toEqual({ at: "lane", id: "customer" });
  });

  test("what had the keyboard and is gone is followed by what is next to it", () => {
    const before = outlineOf({ elements: { a: {}, b: {}, c: {} } });
    const without = (...ids: string[]) => outlineOf({ elements: Object.fromEntries(["a", "b", "c"].filter((id) => !ids.includes(id)).map((id) => [id, {}])) });
    expect(successor(before, without("b"), e("b"))).toEqual(e("c"));
    expect(successor(before, without("c"), e("c"))).toEqual(e("b"));
    expect(successor(before, without("a", "b", "c"), e("b"))).toEqual({ at: "cell", lane: "customer", step: "s1" });
    const empty: Stop = { at: "cell", lane: "customer", step: "s1" };
    expect(successor(without("a", "b", "c"), before, empty)).toEqual(e("a"));
    fc.assert(
      fc.property(someBoard, someBoard, fc.nat(), (a, b, n) => {
        const all = inOrder(a);
        const gone = all[n % all.length];
        const to = gone && successor(a, b, gone);
        expect(to && has(b, to)).toBe(true);
      }),
    );
  });
});

test("a search finds steps, lanes, elements and comments by their words", () => {
  const board = createReader()(
    doc({
      elements: { a: { text: "Waits for the LETTER" }, b: { text: "Calls" } },
      steps: { s1: { order: "a0", title: "Letter" }, s2: { order: "a1", title: "" } },
      comments: { q: { target: "b", text: "Which letter?", order: "a0" }, lost: { target: "gone", text: "letter", order: "a1" } },
    }),
  );
  const names = { step: (id: string | undefined) => board.steps.find((s) => s.id === id)?.title ?? "", lane: (id: string | undefined) => `lane ${id ?? ""}` };
  expect(find(board, "letter", names).map((m) => [m.kind, m.id, m.comment])).toEqual([
    ["step", "s1", false],
    ["element", "a", false],
    ["element", "b", true],
  ]);
  expect(find(board, "lane back", names).map((m) => m.id)).toEqual(["backstage"]);
  expect(find(board, " ", names)).toEqual([]);
});
