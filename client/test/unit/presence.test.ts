import { Repo } from "@automerge/automerge-repo/slim";
import type { DocHandle, PeerId } from "@automerge/automerge-repo/slim";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { placeOf } from "../../src/sync/crowd";
import type { Shown } from "../../src/sync/crowd";
import { PresenceRoom } from "../../src/sync/presence";
import type { Presence } from "../../src/sync/presence";

let handle: DocHandle<unknown>;
let room: PresenceRoom;
let sent: number;

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
  vi.useFakeTimers();
  handle = new Repo({}).create<unknown>({});
  sent = 0;
  handle.on("ephemeral-message-outbound", () => sent++);
  room = new PresenceRoom(handle, { name: "Me", color: 0 }, "me");
});

afterEach(() => {
  room.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const shown = (...names: string[]): Shown[] =>
  names.map((name) => ({ id: name as PeerId, said: { type: "presence", name, color: 3 }, gone: false, participant: undefined, audience: undefined }));
const bye = (name: string): Shown => ({ id: name as PeerId, said: undefined, gone: true, participant: undefined, audience: undefined });
const here = () => room.peers().map(({ id }) => id);

test("of a server that tells who comes and goes, nobody is given up for their silence", () => {
  room.announce(true);
  let told = 0;
  room.subscribe(() => told++);
  room.shown(shown("a", "b", "c", "me"));
  expect(here()).toEqual(["a", "b", "c"]);
  expect(told).toBe(1);
  vi.advanceTimersByTime(600_000);
  expect(here()).toEqual(["a", "b", "c"]);
  room.shown([bye("b"), ...shown("d")]);
  expect(here()).toEqual(["a", "c", "d"]);
  expect(told).toBe(2);
  room.shown([bye("nobody"), { ...bye("e"), gone: false, said: 7 }]);
  expect(told).toBe(2);
});

test("after a loss people are kept for a while, and who has not come back with the connection goes", () => {
  room.announce(true);
  room.shown(shown("a", "b"));
  vi.advanceTimersByTime(60_000);
  room.lost();
  vi.advanceTimersByTime(20_000);
  expect(here()).toEqual(["a", "b"]);
  room.announce(true);
  room.shown(shown("a"));
  vi.advanceTimersByTime(30_000);
  expect(here()).toEqual(["a"]);
  room.lost();
  vi.advanceTimersByTime(30_000);
  expect(here()).toEqual([]);
});

const wander = (seconds: number) => {
  for (let i = 0; i < seconds * 20; i++) {
    room.update({ cursor: { x: i * 10, y: 0 } });
    vi.advanceTimersByTime(50);
  }
};

test("who is alone hardly says where they are, and says it as soon as somebody comes", () => {
  room.announce(true);
  vi.advanceTimersByTime(1_000);
  expect(room.place()).toBeUndefined();
  sent = 0;
  wander(5);
  expect(sent).toBeLessThanOrEqual(6);
  sent = 0;
  room.shown(shown("a"));
  vi.advanceTimersByTime(500);
  expect(sent).toBe(1);
  expect(room.place()).toMatchObject({ at: [960, 0] });
  sent = 0;
  wander(5);
  expect(sent).toBeGreaterThan(40);
});

test("who rests in a crowd gives a sign of life ever less often", () => {
  const signs = (people: number) => {
    room.announce(true);
    room.shown(shown(...Array.from({ length: people }, (_, i) => `p${String(i)}`)));
    vi.advanceTimersByTime(1_000);
    sent = 0;
    vi.advanceTimersByTime(600_000);
    return sent;
  };
  const few = signs(5);
  expect(few).toBeGreaterThan(40);
  expect(signs(400)).toBeLessThan(few / 6);
});

test("a place is told roughly: where one points or looks, what one sees, and what one does", () => {
  const self: Presence = { name: "Me", color: 0, cursor: undefined, selected: undefined, editing: undefined };
  expect(placeOf(self)).toEqual({});
  const view = { x: -10, y: 10, width: 900, height: 500 };
  expect(placeOf({ ...self, view })).toEqual({ at: [384, 256], sees: [-64, 0, 960, 512] });
  expect(placeOf({ ...self, view, cursor: { x: -1, y: 63.9 }, editing: "e", following: "b" })).toEqual({ at: [-64, 0], sees: [-64, 0, 960, 512], acts: true, follows: "b" });
  for (const act of [{ talking: "t" }, { moving: { ids: ["e"], dx: 1, dy: 1 } }, { call: { kind: "thumb", turn: 1 } }] as const) {
    expect(placeOf({ ...self, ...act })).toEqual({ acts: true });
  }
});
