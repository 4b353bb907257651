import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linesCrossed, lineBetween } from "../../src/document/model";
import { neighbours, orderBetween } from "../../src/document/order";
import { createReader, mapOf } from "../../src/document/read";
import { people } from "./boards";
import type { Person } from "./boards";

function person(all: Person[], i: number): Person {
  const found = all[i];
  if (!found) throw new Error(`no person ${String(i)}`);
  return found;
}

function element(p: Person, id: string | undefined) {
  return p.board.board().elements.find((e) => e.id === id);
}

const cell = { lane: "customer", step: "s1" };

describe("reading", () => {
  test("a fresh board has five lanes and five steps in order", () => {
    const { all } = people(1);
    const board = person(all, 0).board.board();
    expect(board.lanes.map((l) => l.role)).toEqual(["evidence", "customer", "frontstage", "backstage", "support"]);
    expect(board.steps.map((s) => s.id)).toEqual(["s1", "s2", "s3", "s4", "s5"]);
    expect(board.title).toBe("Board");
  });

  test("any value at all reads as a board", () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withTypedArray: true, withNullPrototype: true }), (junk) => {
        const board = createReader()(junk);
        expect(Array.isArray(board.elements)).toBe(true);
      }),
    );
  });

  test("junk in every known place never breaks the view, and what is whole is still shown", () => {
    const junk = fc.oneof(
      fc.anything(),
      fc.constantFrom(NaN, Infinity, -1, "", "customer", "__proto__", new A.ImmutableString("note"), new Date(NaN)),
    );
    const fields = fc.record(
      { role: junk, title: junk, order: junk, kind: junk, lane: junk, step: junk, x: junk, y: junk, text: junk, color: junk },
      { requiredKeys: [] },
    );
    const collection = fc.oneof(junk, fc.dictionary(fc.string(), fc.oneof(fields, junk)));
    const doc = fc.record({ schema: junk, meta: junk, lanes: collection, steps: collection, elements: collection });
    fc.assert(
      fc.property(doc, (d) => {
        const read = createReader();
        const whole = { kind: "note", text: "here", lane: "gone", step: "gone" };
        const elements = { ...mapOf(d.elements), whole };
        const board = read({ ...d, elements });
        const shown = board.elements.find((e) => e.id === "whole");
        expect(shown).toMatchObject({ text: "here", lane: undefined, step: undefined });
        for (const e of board.elements) {
          expect(Number.isFinite(e.x) && Number.isFinite(e.y)).toBe(true);
          if (e.lane !== undefined) expect(board.lanes.some((l) => l.id === e.lane)).toBe(true);
        }
        expect(read({ ...d, elements })).toBe(board);
      }),
    );
  });

  test("both kinds of string are read", () => {
    const { all } = people(1);
    const { desk, board } = person(all, 0);
    desk.change((d) => {
      (d as { meta: Record<string, unknown> }).meta["title"] = new A.ImmutableString("scalar");
    });
    expect(board.board().title).toBe("scalar");
    board.editText(["meta", "title"], { at: 6, remove: 0, insert: "!" });
    expect(board.board().title).toBe("scalar!");
  });

  test("a newer schema is read-only", () => {
    const { all } = people(1);
    const { desk, board } = person(all, 0);
    desk.change((d) => {
      (d as { schema: number }).schema = 2;
    });
    expect(board.board().newer).toBe(true);
    expect(board.createElement(cell)).toBeUndefined();
  });

  test("an edit leaves every other element the same object", () => {
    const { all, meet } = people(2);
    const [a, b] = [person(all, 0), person(all, 1)];
    const one = a.board.createElement(cell);
    const two = a.board.createElement(cell);
    meet();
    const before = element(b, one);
    const lanes = b.board.board().lanes;
    a.board.editText(["elements", two ?? "", "text"], { at: 0, remove: 0, insert: "hi" });
    meet();
    expect(element(b, two)?.text).toBe("hi");
    expect(element(b, one)).toBe(before);
    expect(b.board.board().lanes).toBe(lanes);
  });

  test("kinds this client cannot draw are kept and not shown", () => {
    const { all } = people(1);
    const { desk, board } = person(all, 0);
    desk.change((d) => {
      (d as { elements: Record<string, unknown> }).elements["odd"] = { kind: new A.ImmutableString("hologram"), deep: { n: 1 } };
    });
    expect(board.board().elements).toHaveLength(0);
    board.createElement(cell);
    expect((desk.doc() as { elements: Record<string, unknown> }).elements["odd"]).toMatchObject({ deep: { n: 1 } });
  });
});

describe("merging", () => {
  test("two people who move different notes see both moves", () => {
    const { all, meet } = people(2);
    const [a, b] = [person(all, 0), person(all, 1)];
    const one = a.board.createElement(cell);
    const two = a.board.createElement(cell);
    meet();
    a.board.moveElement(one ?? "", { lane: "backstage", step: "s2" });
    b.board.moveElement(two ?? "", { lane: "support", step: "s3" });
    meet();
    for (const p of [a, b]) {
      expect(element(p, one)).toMatchObject({ lane: "backstage", step: "s2" });
      expect(element(p, two)).toMatchObject({ lane: "support", step: "s3" });
    }
  });

  test("whatever people do apart, they see the same board once they meet", () => {
    const act = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom("create", "move", "type", "color", "remove", "undo", "redo", "step", "meet"),
      which: fc.nat(7),
      lane: fc.constantFrom("customer", "frontstage", "backstage"),
      step: fc.constantFrom("s1", "s2"),
      at: fc.nat(5),
      word: fc.string({ maxLength: 4, unit: "grapheme" }),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
        const { all, meet } = people(3);
        for (const x of acts) {
          const { board } = person(all, x.who);
          const shown = board.board().elements;
          const id = shown[x.which % Math.max(1, shown.length)]?.id ?? "none";
          const path = ["elements", id, "text"];
          const at = Math.min(x.at, board.text(path).length);
          if (x.what === "create") board.createElement(x);
          if (x.what === "move") board.moveElement(id, { lane: x.lane, step: x.step, index: x.which });
          if (x.what === "type") board.editText(path, { at, remove: 0, insert: x.word });
          if (x.what === "color") board.setColor(id, "pink");
          if (x.what === "remove") board.removeElement(id);
          if (x.what === "undo") board.undo();
          if (x.what === "redo") board.redo();
          if (x.what === "step") board.addStep();
          if (x.what === "meet") meet();
        }
        meet();
        meet();
        const [first, ...others] = all.map((p) => p.board.board());
        for (const other of others) expect(other).toEqual(first);
      }),
      { numRuns: 25 },
    );
  });
});

describe("order", () => {
  test("a key always sorts behind the one before it, whatever the keys are", () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.option(fc.string(), { nil: undefined }), (before, after) => {
        const key = orderBetween(before, after);
        if (before !== undefined) expect(key > before).toBe(true);
      }),
    );
  });

  test("a note put between two that share a key still finds a place", () => {
    const list = [{ order: "a0" }, { order: "a0" }, { order: "a1" }];
    const key = orderBetween(...neighbours(list, 1));
    expect(key > "a0" && key < "a1").toBe(true);
  });
});

describe("lines", () => {
  test("each line lies between the roles it separates", () => {
    expect(lineBetween("customer", "frontstage")).toBe("interaction");
    expect(lineBetween("frontstage", "backstage")).toBe("visibility");
    expect(lineBetween("backstage", "support")).toBe("internal");
    expect(lineBetween("evidence", "customer")).toBeUndefined();
  });

  test("moving tells every line on the way", () => {
    expect(linesCrossed("customer", "backstage")).toEqual(["interaction", "visibility"]);
    expect(linesCrossed("support", "frontstage")).toEqual(["internal", "visibility"]);
    expect(linesCrossed("evidence", "customer")).toEqual([]);
    expect(linesCrossed("ideas", "support")).toEqual([]);
  });
});
