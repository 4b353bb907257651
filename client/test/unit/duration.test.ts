import { expect, test } from "vitest";
import { durationOf, numberIn, roughly } from "../../src/panel/duration";

test("a time is said in the largest unit that leaves no remainder", () => {
  expect(durationOf(0)).toEqual({ count: 0, unit: "s" });
  expect(durationOf(90)).toEqual({ count: 90, unit: "s" });
  expect(durationOf(5400)).toEqual({ count: 90, unit: "min" });
  expect(durationOf(7200)).toEqual({ count: 2, unit: "h" });
  expect(durationOf(3 * 604_800)).toEqual({ count: 3, unit: "w" });
});

test("roughly is short", () => {
  expect(roughly(70)).toEqual({ count: 70, unit: "s" });
  expect(roughly(2.4 * 3600)).toEqual({ count: 2, unit: "h" });
  expect(roughly(86_400)).toEqual({ count: 1, unit: "d" });
});

test("numbers come with comma or point, and nonsense is none", () => {
  expect(numberIn(" 1,5 ")).toBe(1.5);
  expect(numberIn("-1")).toBeUndefined();
  expect(numberIn("1e999")).toBeUndefined();
  expect(numberIn("x")).toBeUndefined();
});
