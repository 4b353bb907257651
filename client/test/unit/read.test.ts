import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReader } from "../../src/document/read";
import { edit, start } from "./edits";
import type { Doc } from "./edits";

describe("reading a board again after a change", () => {
  test("gives what reading it for the first time gives", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
        const read = createReader();
        let doc = start;
        read(doc);
        for (const { of } of edits) {
          doc = of(doc);
          expect(read(doc)).toEqual(createReader()(doc));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("told what was touched, gives the same", () => {
    fc.assert(
      fc.property(fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { maxLength: 15 }), (changes) => {
        const read = createReader();
        let doc = start;
        read(doc);
        for (const edits of changes) {
          const touched = new Map<string, Set<string>>();
          for (const { at, of } of edits) {
            doc = of(doc);
            touched.set(at[0], (touched.get(at[0]) ?? new Set()).add(at[1]));
          }
          expect(read(doc, touched)).toEqual(createReader()(doc));
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
