import fc from "fast-check";
import { expect, test } from "vitest";
import { readCustomers } from "../../src/history/customers";
import type { Contribution } from "../../src/history/data";
import { deedsOf, heatOf, levelOf, placeOf } from "../../src/history/heat";
import type { Warmth } from "../../src/history/heat";

/** Contributions of three people in two lanes and three steps, one thing each, a minute apart. */
const worked = fc.array(
  fc.record({ by: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }), lane: fc.constantFrom(undefined, "l1", "l2"), step: fc.constantFrom(undefined, "s1", "s2", "s3"), things: fc.integer({ min: 1, max: 4 }) }),
  { maxLength: 40 },
);
const crowd = (["customer", "staff", undefined] as const).map((audience) => ({ name: "", pseudonym: undefined, audience, joined: undefined }));
const done = (list: readonly { by: number | undefined; lane: string | undefined; step: string | undefined; things: number }[]): Contribution[] =>
  list.map(({ by, lane, step, things }, i) => ({
    first: 5 * i + 1,
    last: 5 * i + things,
    start: i * 60_000,
    end: i * 60_000,
    by,
    changes: things,
    operations: Array.from({ length: things }, (_, k) => ({ do: "added" as const, what: "element", position: 5 * i + k + 1, ...(lane || step ? { at: { ...(lane && { lane }), ...(step && { step }) } } : {}) })),
  }));

test("heat has all that people did in a time, each thing in one place", () => {
  fc.assert(
    fc.property(worked, fc.nat(200), fc.nat(200), (list, a, b) => {
      const deeds = deedsOf(done(list));
      const since = { position: Math.min(a, b), time: -Infinity };
      const until = Math.max(a, b);
      const heat = heatOf(deeds, crowd, since, until);
      const inside = done(list).flatMap((c) => (c.by === undefined ? [] : c.operations.filter((op) => op.position > since.position && op.position <= until).map((op) => ({ ...op, by: c.by }))));
      const sum = (of: (w: Warmth) => number) => [...heat.values()].reduce((n, w) => n + of(w), 0);
      expect(sum((w) => w.things)).toBe(inside.length);
      expect(sum((w) => w.customers)).toBe(inside.filter((op) => op.by === 0).length);
      expect(sum((w) => w.staff)).toBe(inside.filter((op) => op.by === 1).length);
      for (const op of inside) expect(heat.get(placeOf(op.at?.lane, op.at?.step))?.people).toBeGreaterThan(0);
      for (const { things, people } of heat.values()) expect(people).toBeLessThanOrEqual(Math.min(things, 3));
    }),
  );
});

test("playing builds heat up: two times together are what both were", () => {
  fc.assert(
    fc.property(worked, fc.nat(200), (list, middle) => {
      const deeds = deedsOf(done(list));
      const before = heatOf(deeds, crowd, { position: 0, time: -Infinity }, middle);
      const after = heatOf(deeds, crowd, { position: middle, time: -Infinity }, Infinity);
      const whole = heatOf(deeds, crowd, { position: 0, time: -Infinity }, Infinity);
      for (const [place, { things }] of whole) expect((before.get(place)?.things ?? 0) + (after.get(place)?.things ?? 0)).toBe(things);
      expect([...before.keys(), ...after.keys()].every((place) => whole.has(place))).toBe(true);
    }),
  );
});

test("what is done to a lane is done in it, and the warmest is warmest", () => {
  const lane: Contribution = { first: 1, last: 1, start: 0, end: 0, by: 0, changes: 1, operations: [{ do: "wrote", what: "lane", id: "l1", position: 1 }] };
  expect(heatOf(deedsOf([lane]), crowd, { position: 0, time: -Infinity }, 1).get(placeOf("l1", undefined))?.things).toBe(1);
  expect([0, 1, 25, 100].map((n) => levelOf(n, 100))).toEqual([0, 1, 3, 5]);
});

test("a number of customers is read as people write it", () => {
  expect(["1000000", "1 000 000", "1,000,000", "1.000.000", "", "many", "-5", "0", "2.5e3"].map(readCustomers)).toEqual([1e6, 1e6, 1e6, 1e6, undefined, undefined, undefined, undefined, undefined]);
});
