import * as A from "@automerge/automerge/slim";
import type { PeerId } from "@automerge/automerge-repo/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CALLS, PERSON_COLORS, givesWay, leadsBack, otherColor, readMessage } from "../../src/sync/presence";
import { afterClose, afterTicketError, delay } from "../../src/sync/reconnect";
import { hasPending, saveState } from "../../src/sync/saved";

describe("after a close", () => {
  test.each([
    [1001, 1, { retry: "soon" }],
    [1006, 1, { retry: "backoff" }],
    [1013, 9, { retry: "backoff" }],
    [4401, 1, { retry: "now" }],
    [4401, 3, { refused: "link" }],
    [4400, 2, { retry: "backoff" }],
    [4400, 3, { refused: "program" }],
    [4403, 1, { refused: "role" }],
    [4404, 1, { refused: "gone" }],
    [4410, 1, { refused: "removed" }],
    [4408, 5, { retry: "backoff" }],
    [4413, 2, { retry: "backoff" }],
    [4413, 3, { refused: "large" }],
    [4409, 5, { retry: "backoff" }],
    [4422, 1, { retry: "backoff" }],
    [4422, 3, { refused: "change" }],
    [4429, 7, { retry: "backoff" }],
  ] as const)("code %i, time %i", (code, row, expected) => {
    expect(afterClose(code, row)).toEqual(expected);
  });

  test("4403 for where a change writes is told from 4403 for who wrote it", () => {
    expect(afterClose(4403, 1, "scope")).toEqual({ refused: "scope" });
    expect(afterClose(4410, 1, "left")).toEqual({ refused: "left" });
  });

  test.each([
    [0, { retry: "backoff" }],
    [401, { refused: "link" }],
    [404, { refused: "link" }],
    [410, { refused: "gone" }],
    [429, { retry: "backoff" }],
    [503, { retry: "backoff" }],
  ] as const)("no ticket, status %i", (status, expected) => {
    expect(afterTicketError(status)).toEqual(expected);
  });

  test("waiting grows to fifteen seconds and is never the same for all", () => {
    expect(delay("backoff", 0, 0)).toBe(250);
    expect(delay("backoff", 0, 1)).toBe(500);
    expect(delay("backoff", 3, 1)).toBe(4000);
    expect(delay("backoff", 1000, 1)).toBe(15_000);
    expect(delay("soon", 0, 1)).toBeLessThanOrEqual(2_500);
  });
});

describe("the sign", () => {
  test.each([
    [false, false, 99_999, "saved"],
    [true, true, 100, "saving"],
    [true, true, 5_000, "unsaved"],
    [true, false, 0, "unsaved"],
  ] as const)("pending %s, online %s, %i ms", (pending, online, waited, expected) => {
    expect(saveState(pending, online, waited)).toBe(expected);
  });

  test("a change is pending until the server's heads cover it", () => {
    const start = A.from<Record<string, unknown>>({ a: 1 });
    const told = A.getHeads(start);
    expect(hasPending(start, undefined)).toBe(true);
    expect(hasPending(start, told)).toBe(false);
    const mine = A.change(start, (d) => void (d["b"] = 2));
    expect(hasPending(mine, told)).toBe(true);
    expect(hasPending(mine, A.getHeads(mine))).toBe(false);
    // Heads that we have never seen cover nothing that we know of.
    expect(hasPending(mine, ["ab".repeat(32)])).toBe(true);
    expect(hasPending(mine, [...told, "ab".repeat(32)])).toBe(true);
  });
});

describe("presence", () => {
  test("any message reads as a peer, a goodbye or nothing", () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        const said = readMessage("p" as PeerId, message);
        if (said && said !== "bye") expect(said.name.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  test("what does not make sense is left out", () => {
    const said = readMessage("p" as PeerId, { type: "presence", name: "x".repeat(100), color: 13, cursor: { x: NaN, y: 1 } });
    expect(said).toMatchObject({ name: "x".repeat(64), color: 3, cursor: undefined, editing: undefined });
    expect(readMessage("p" as PeerId, { type: "presence", name: " Be\u202erit\n", color: 1 })).toMatchObject({ name: "Berit" });
    expect(readMessage("p" as PeerId, { type: "bye" })).toBe("bye");
    expect(readMessage("p" as PeerId, { type: "microphone" })).toBeUndefined();
  });

  test("whatever a peer sends of itself is small and can be drawn", () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(NaN, Infinity, -0, 1e300));
    const id = fc.oneof(fc.string({ maxLength: 100 }), fc.anything());
    const area = fc.oneof(fc.record({ x: number, y: number, width: number, height: number }, { requiredKeys: [] }), fc.anything());
    const message = fc.record(
      {
        type: fc.constant("presence"),
        name: id,
        color: number,
        cursor: area,
        selected: id,
        editing: id,
        talking: id,
        following: id,
        chosen: fc.oneof(fc.array(id, { maxLength: 80 }), fc.anything()),
        view: area,
        call: fc.oneof(fc.record({ kind: fc.oneof(fc.constantFrom(...CALLS), id), turn: number }), fc.anything()),
        moving: fc.oneof(fc.record({ ids: fc.array(id), dx: number, dy: number }), fc.anything()),
      },
      { requiredKeys: ["type"] },
    );
    fc.assert(
      fc.property(message, (sent) => {
        const said = readMessage("p" as PeerId, sent);
        if (said === undefined || said === "bye") throw new Error("a presence was sent");
        for (const text of [said.selected, said.editing, said.talking, said.following]) expect((text ?? "").length).toBeLessThanOrEqual(64);
        expect((said.chosen ?? []).length).toBeLessThanOrEqual(50);
        for (const one of said.chosen ?? []) expect(one.length).toBeLessThanOrEqual(64);
        for (const n of said.view ? Object.values(said.view) : []) expect(Math.abs(n)).toBeLessThan(1e7);
        if (said.view) expect(Math.min(said.view.width, said.view.height)).toBeGreaterThanOrEqual(1);
        if (said.call) expect(CALLS).toContain(said.call.kind);
      }),
      { numRuns: 500 },
    );
  });
});

describe("colours of people", () => {
  test("whoever comes last takes another, and of two who stay the same one gives way on both sides", () => {
    expect(givesWay("a", 100, "b", 0)).toBe(true);
    expect(givesWay("a", 60_000, "b", 100)).toBe(false);
    expect([givesWay("a", 60_000, "b", 60_000), givesWay("b", 60_000, "a", 60_000)]).toEqual([false, true]);
  });

  test("the other colour is one that nobody has, as long as there is one", () => {
    const color = fc.integer({ min: 0, max: PERSON_COLORS - 1 });
    fc.assert(
      fc.property(color, fc.array(color, { maxLength: 14 }), fc.double({ min: 0, max: 1, noNaN: true }), (mine, taken, luck) => {
        const other = otherColor(mine, [mine, ...taken], luck);
        if (new Set([mine, ...taken]).size < PERSON_COLORS) expect([mine, ...taken]).not.toContain(other);
        else expect(other).toBe(mine);
      }),
    );
  });
});

test("following never leads in a circle, nor hangs in one among others", () => {
  const peer = (id: string, following?: string) => ({ id, name: id, color: 0, cursor: undefined, selected: undefined, editing: undefined, following });
  const peers = [peer("a", "b"), peer("b", "me"), peer("c", "d"), peer("d", "c"), peer("e")];
  expect(["a", "b", "c", "e", "gone"].map((leader) => leadsBack(peers, leader, "me"))).toEqual([true, true, false, false, false]);
});
