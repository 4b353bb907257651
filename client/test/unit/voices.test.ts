import fc from "fast-check";
import { expect, test } from "vitest";
import { findingsOf } from "../../src/findings/findings";
import { readVoices } from "../../src/sync/voices";
import { people } from "./boards";

test("whatever the server answers, only actors with an audience count", () => {
  expect(readVoices({ authors: [{ actor: "aa", audience: "staff" }, { actor: "bb", audience: "robots" }, null, { audience: "customer" }] })).toEqual(new Map([["aa", "staff"]]));
  fc.assert(fc.property(fc.dictionary(fc.constantFrom("authors", "x"), fc.jsonValue()), (answer) => readVoices(answer) instanceof Map));
});

test("an element is its maker's, also after others have written on it and moved it", () => {
  const { all, meet } = people(2);
  const [a, b] = all;
  if (!a || !b) throw new Error("two people were asked for");
  const one = a.board.createElement({ lane: "customer", step: "s1" }) ?? "";
  const two = b.board.createElement({ lane: "customer", step: "s1" }) ?? "";
  meet();
  b.board.editText(["elements", one, "text"], { at: 0, remove: 0, insert: "hej" });
  b.board.moveElement(one, { lane: "customer", step: "s2" });
  meet();
  const mine = a.board.makerOf(one);
  expect(mine).toMatch(/^[0-9a-f]+$/);
  expect(b.board.makerOf(one)).toBe(mine);
  expect(a.board.makerOf(two)).not.toBe(mine);
  expect(a.board.makerOf("gone")).toBeUndefined();

  const rule = (authors: readonly (readonly [string, "customer" | "staff"])[]) =>
    findingsOf(a.board.board(), new Map(authors.map(([id, who]) => [id, new Set([who])])), ["SB013"]).map((f) => f.step ?? "all");
  expect(rule([])).toEqual([]);
  expect(rule([[one, "staff"], [two, "staff"]])).toEqual(["all"]);
  expect(rule([[one, "staff"], [two, "customer"]])).toEqual(["s2"]);
});
