import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import type { Contribution, Stretch } from "../../src/history/data";
import { orderOf, stepFrom } from "../../src/history/order";
import { Player } from "../../src/history/player";
import { SPEEDS } from "../../src/history/speeds";
import { Reel } from "../../src/history/reel";
import { askedReplay } from "../../src/replay/asked";
import { keepWithin } from "../../src/replay/span";

afterEach(() => vi.unstubAllGlobals());

test("an address asks for a replay, a span of it, how fast, and that it begins", () => {
  const nothing = { from: undefined, to: undefined, speed: undefined, play: false };
  expect(askedReplay("")).toBeUndefined();
  expect(askedReplay("?at=12")).toBeUndefined();
  expect(askedReplay("?replay")).toEqual(nothing);
  expect(askedReplay("?replay=12")).toEqual({ ...nothing, from: 12 });
  expect(askedReplay("?replay=12-40&speed=16&play=")).toEqual({ from: 12, to: 40, speed: 16, play: true });
  for (const bad of ["12-", "-40", "x", "1e3", "12-40-50", "99999999999"]) expect(askedReplay(`?replay=${bad}&speed=3`), bad).toEqual(nothing);
  expect(askedReplay("?replay=40-12")).toEqual({ ...nothing, from: 40 });
});

test("one goes on to what becomes whole next, though people's contributions overlap, and never back", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }), fc.nat(45), (makers, at) => {
      // Who made each change; a contribution is all that one of them made.
      const contributions = [...new Set(makers)].map((by) => ({ first: makers.indexOf(by) + 1, last: makers.lastIndexOf(by) + 1, by }) as Contribution);
      const lasts = contributions.map((c) => c.last).sort((a, b) => a - b);
      const to = (by: number) => contributions[stepFrom(contributions, at, by)]?.last;
      expect(to(1)).toBe(lasts.find((l) => l > at) ?? lasts.at(-1));
      expect(to(-1)).toBe(lasts.findLast((l) => l < at));
      expect(orderOf(contributions).reach).toEqual(contributions.map((_, i) => Math.max(...contributions.slice(0, i + 1).map((c) => c.last))));
    }),
  );
});

/** A player of twelve changes, a tenth of a second apart, or with a pause before each. */
async function playerAt(moment: number, pause = 100, operations: readonly object[] = []): Promise<Player> {
  const start = Date.parse("2026-11-27T12:00:00Z");
  const times = Array.from({ length: 12 }, (_, i) => start + i * pause);
  const end = times.at(-1) ?? start;
  const iso = (time: number) => new Date(time).toISOString();
  const history = { length: 12, start: iso(start), end: iso(end), people: [], settled: 0, contributions: [{ first: 1, last: 12, start: iso(start), end: iso(end), changes: 12, operations }] };
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(history)));
  const stretch: Stretch = { from: 0, to: 12, whole: true, frame: {}, patches: times.map((_, i) => [[0, ["n"], i + 1]]), times };
  const player = new Player({ id: "b", secret: "s" }, new Reel({ id: "b", secret: "s" }, () => Promise.resolve(stretch)));
  await player.open(moment);
  await vi.waitUntil(() => !player.get().waiting);
  player.set({ speed: 1 });
  return player;
}

test("no pause is too long to be skipped, at any speed", async () => {
  for (const pause of [6_000, 30_000, 86_400_000]) {
    for (const speed of SPEEDS) {
      const player = await playerAt(1, pause);
      player.set({ speed });
      player.play();
      let ticks = 0;
      for (let now = 1_000; player.get().playing && ticks < 2_000; now += 33) {
        player.tick(now);
        ticks++;
      }
      expect(player.get().position, `${String(speed)} times as fast, pauses of ${String(pause)} ms`).toBe(12);
      player.close();
    }
  }
});

test("what is played ends with the span that was asked for, and begins with it again; by oneself one goes anywhere", async () => {
  const player = await playerAt(3);
  const stop = keepWithin(player, { from: 3, to: 7 });
  let now = 1_000;
  const playOn = () => {
    player.play();
    const seen = [player.get().position];
    for (let i = 0; player.get().playing && i < 200; i++) {
      player.tick((now += 33));
      seen.push(player.get().position);
    }
    return seen;
  };
  for (const seen of [playOn(), playOn()]) {
    expect(seen[0]).toBe(3);
    expect(seen.at(-1)).toBe(7);
    expect(Math.max(...seen)).toBe(7);
  }
  expect(player.get().board).toEqual({ n: 7 });
  await player.seek(10);
  expect(player.get().position).toBe(10);
  stop();
  player.close();
});

test("from mark to mark one stops where a version has a name too, and at each place once", async () => {
  const operation = (position: number) => ({ position, do: "added", what: "step", id: `s${String(position)}` });
  const player = await playerAt(1, 100, [operation(4), operation(9)]);
  const marks = player.get().moments.map((m) => m.position);
  expect(marks).toEqual([4, 9]);
  player.named([6, 9, 12]);
  const went = async (by: 1 | -1) => {
    const seen: number[] = [];
    for (let last = 0; last !== player.get().position; ) {
      last = player.get().position;
      await player.toMoment(by);
      seen.push(player.get().position);
    }
    return seen;
  };
  expect(await went(1)).toEqual([4, 6, 9, 12, 12]);
  expect(await went(-1)).toEqual([9, 6, 4, 4]);
  player.close();
});
