import fc from "fast-check";

/** What may happen to a document, each a fresh value where something has changed and the former one where not, as Automerge gives it. */
export type Doc = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Edit {
  readonly at: readonly [collection: string, key: string];
  readonly of: (doc: Doc) => Doc;
}

const lanes = ["l1", "l2", "gone"];
const steps = ["s1", "s2", "gone"];

export const start: Doc = {
  meta: { title: "Board" },
  lanes: { l1: { role: "customer", order: "a" }, l2: { role: "support", order: "b" } },
  steps: { s1: { order: "a" }, s2: { order: "b" } },
  elements: {},
  connectors: {},
  markers: {},
};

const id = fc.constantFrom("a", "b", "c", "d", "e");
const element = fc.record(
  {
    kind: fc.constantFrom("note", "action", "image", "ink", "nonsense"),
    lane: fc.constantFrom(...lanes),
    step: fc.constantFrom(...steps),
    order: fc.constantFrom("a", "b", "c"),
    text: fc.constantFrom("", "hi", "ho", "something that takes more than one line on a card, and more than two as well"),
    owner: fc.constantFrom("", "Anna"),
    x: fc.constantFrom(0, 40),
    w: fc.constantFrom(0, 300),
  },
  { requiredKeys: ["kind", "lane", "step", "order", "text"] },
);
const put = <T>(collection: string, key: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.tuple(key, value).map(([k, v]): Edit => ({ at: [collection, k], of: (doc) => ({ ...doc, [collection]: { ...doc[collection], [k]: v } }) }));
const drop = (collection: string, key: fc.Arbitrary<string>) =>
  key.map((k): Edit => ({ at: [collection, k], of: (doc) => ({ ...doc, [collection]: Object.fromEntries(Object.entries(doc[collection] ?? {}).filter(([other]) => other !== k)) }) }));

export const edit = fc.oneof(
  { weight: 9, arbitrary: put("elements", id, element) },
  { weight: 2, arbitrary: drop("elements", id) },
  put("connectors", fc.constantFrom("x", "y"), fc.record({ from: id, to: id })),
  put("markers", fc.constantFrom("m", "n"), fc.record({ type: fc.constant("pain"), target: id, recovery: id })),
  put("emotions", fc.constantFrom("f"), fc.record({ step: fc.constantFrom("s1", "gone"), who: fc.constant("customer"), value: fc.constant(1) })),
  put("lanes", fc.constantFrom("l1", "l2", "l3"), fc.record({ role: fc.constant("customer"), order: fc.constantFrom("a", "b", "c") })),
  drop("steps", fc.constantFrom("s1", "s2")),
  put("steps", fc.constantFrom("s1", "s2"), fc.record({ order: fc.constantFrom("a", "b"), title: fc.constantFrom("", "One") })),
);
