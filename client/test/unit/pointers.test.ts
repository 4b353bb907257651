import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FEW, listOf, pointersOf } from "../../src/board/pointers";
import type { Peer } from "../../src/sync/presence";

const view = { x: 0, y: 0, width: 1000, height: 600 };
const peer = (id: string, x: number, y: number, more: Partial<Peer> = {}): Peer => ({ id, name: id, color: 0, cursor: { x, y }, selected: undefined, editing: undefined, ...more });
const row = (n: number) => Array.from({ length: n }, (_, i) => peer(`p${String(i).padStart(3, "0")}`, (i * 37) % 1000, (i * 53) % 600));
const named = (peers: readonly Peer[], cursor?: { x: number; y: number }, leader?: string) =>
  pointersOf(peers, { cursor, view }, leader).filter((p) => p.named).map((p) => p.peer.id);

describe("pointers", () => {
  test("a few have their names; in a crowd those who do something, are near, or are followed", () => {
    expect(named(row(FEW))).toHaveLength(FEW);
    const crowd = row(40);
    expect(named(crowd)).toEqual([]);
    expect(named([...crowd, peer("writes", 990, 590, { editing: "e" }), peer("carries", 0, 0, { moving: { ids: [], dx: 0, dy: 0 } })])).toEqual(["carries", "writes"]);
    expect(named(crowd, undefined, "p007")).toEqual(["p007"]);
    const near = named(crowd, { x: 500, y: 300 });
    expect(near.length).toBeGreaterThan(0);
    for (const id of near) {
      const at = crowd.find((p) => p.id === id)?.cursor ?? { x: 0, y: 0 };
      expect(Math.hypot(at.x - 500, at.y - 300)).toBeLessThan(200);
    }
  });

  test("of a crowd, who is far outside the window is not drawn, nor who has no pointer", () => {
    const some = [peer("by", -200, 5), peer("in", 5, 5), peer("none", 0, 0, { cursor: undefined }), peer("out", 5_000, 5)];
    const ids = (peers: readonly Peer[], seen: typeof view | undefined) => pointersOf(peers, { cursor: undefined, view: seen }, undefined).map((p) => p.peer.id);
    const crowd = row(FEW);
    expect(ids([...some, ...crowd], view)).toEqual(["by", "in", ...crowd.map((p) => p.id)]);
    expect(ids([...some, ...crowd], undefined)).toContain("out");
    expect(ids(some, view)).toEqual(["by", "in", "out"]);
  });

  test("however many there are, there are few names and always the same order, and whom one follows is drawn", () => {
    const someone = fc.record({ x: fc.integer({ min: -300, max: 1300 }), y: fc.integer({ min: -200, max: 800 }), editing: fc.option(fc.constant("e"), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(someone, { maxLength: 300 }), fc.nat(299), (people, which) => {
        const peers = people.map(({ x, y, editing }, i) => peer(`p${String(i)}`, x, y, { editing }));
        const drawn = pointersOf(peers, { cursor: { x: 500, y: 300 }, view }, `p${String(which)}`);
        expect(drawn.length).toBeLessThanOrEqual(40);
        if (drawn.length > FEW) {
          expect(drawn.filter((p) => p.named).length).toBeLessThanOrEqual(6);
          expect(drawn.map((p) => p.peer.id)).toEqual(drawn.map((p) => p.peer.id).sort());
        }
        const leader = peers[which]?.cursor;
        if (leader && leader.x >= -250 && leader.x <= 1250 && leader.y >= -150 && leader.y <= 750) {
          expect(drawn.find((p) => p.peer.id === `p${String(which)}`)?.named).toBe(true);
        }
      }),
    );
  });
});

test("the list of people shows a hundred and says how many more, whom one follows first, and finds people by name", () => {
  const people = row(460).map((p, i) => ({ ...p, name: i % 100 === 7 ? `Åsa Ek ${String(i)}` : p.name }));
  const all = listOf(people, "", "p400");
  expect([all.shown.length, all.more, all.shown[0]?.id, all.shown[1]?.id]).toEqual([100, 360, "p400", "p000"]);
  const found = listOf(people, " åsa ", undefined);
  expect([found.shown.map((p) => p.id), found.more]).toEqual([["p007", "p107", "p207", "p307", "p407"], 0]);
  expect(listOf(people, "nobody", "p400")).toEqual({ shown: [], more: 0 });
});
