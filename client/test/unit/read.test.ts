import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReader } from "../../src/document/read";

/** What may happen to a document, each a fresh value where something has changed and the former one where not, as Automerge gives it. */
type Doc = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
const lanes = ["l1", "l2", "gone"];
const steps = ["s1", "s2", "gone"];

const start: Doc = {
  meta: { title: "Board" },
  lanes: { l1: { role: "customer", order: "a" }, l2: { role: "support", order: "b" } },
  steps: { s1: { order: "a" }, s2: { order: "b" } },
  elements: {},
  connectors: {},
  markers: {},
};

const id = fc.constantFrom("a", "b", "c", "d", "e");
const element = fc.record({
  kind: fc.constantFrom("note", "action", "nonsense"),
  lane: fc.constantFrom(...lanes),
  step: fc.constantFrom(...steps),
  order: fc.constantFrom("a", "b", "c"),
  text: fc.constantFrom("", "hi", "ho"),
});
const put = <T>(collection: string, key: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.tuple(key, value).map(([k, v]) => (doc: Doc): Doc => ({ ...doc, [collection]: { ...doc[collection], [k]: v } }));
const drop = (collection: string, key: fc.Arbitrary<string>) =>
  key.map((k) => (doc: Doc): Doc => ({ ...doc, [collection]: Object.fromEntries(Object.entries(doc[collection] ?? {}).filter(([other]) => other !== k)) }));
const edit = fc.oneof(
  { weight: 6, arbitrary: put("elements", id, element) },
  { weight: 2, arbitrary: drop("elements", id) },
  put("connectors", fc.constantFrom("x", "y"), fc.record({ from: id, to: id })),
  put("markers", fc.constantFrom("m", "n"), fc.record({ type: fc.constant("pain"), target: id, recovery: id })),
  put("lanes", fc.constantFrom("l1", "l2", "l3"), fc.record({ role: fc.constant("customer"), order: fc.constantFrom("a", "b", "c") })),
  drop("steps", fc.constantFrom("s1", "s2")),
  put("steps", fc.constantFrom("s1", "s2"), fc.record({ order: fc.constantFrom("a", "b"), title: fc.constantFrom("", "One") })),
);

describe("reading a board again after a change", () => {
  test("gives what reading it for the first time gives", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
        const read = createReader();
        let doc = start;
        read(doc);
        for (const change of edits) {
          doc = change(doc);
          expect(read(doc)).toEqual(createReader()(doc));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("keeps every object that has not changed, and the lists with them", () => {
    const read = createReader();
    const note = (text: string) => ({ kind: "note", lane: "l1", step: "s1", order: "a", text });
    const first: Doc = { ...start, elements: { a: note("one"), b: note("two") }, connectors: { x: { from: "a", to: "b" } } };
    const before = read(first);
    const after = read({ ...first, elements: { ...first["elements"], a: note("other") } });
    expect(after.elements.map((e) => e.text)).toEqual(["other", "two"]);
    expect(after.elements[1]).toBe(before.elements[1]);
    expect(after.connectors).toBe(before.connectors);
    expect(after.lanes).toBe(before.lanes);
  });
});
