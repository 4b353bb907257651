import "fake-indexeddb/auto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as A from "@automerge/automerge/slim";
import { genesis } from "./boards";
import { placeClip, readClip, toClip, writeClip } from "../../src/board/clip";
import { createElements } from "../../src/document/elements";
import { evenLetters, layout } from "../../src/board/layout";
import { createReader } from "../../src/document/read";
import { readHead } from "../../src/pictures/head";
import { Pictures } from "../../src/pictures/pictures";
import { placePictures, sizeOnBoard } from "../../src/pictures/placing";
import { isPictureName, nameOf } from "../../src/pictures/prepare";
import { Shelf } from "../../src/pictures/shelf";
import type { Transport } from "../../src/pictures/transport";
import { ApiError } from "../../src/sync/api";

const bytesOf = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (b) => Number.parseInt(b, 16));

describe("what the first bytes say", () => {
  test.each([
    ["a PNG", "89504e470d0a1a0a0000000d49484452000000280000001e08060000", { type: "image/png", width: 40, height: 30 }],
    ["a GIF", "4749463839612800" + "1e0080000000000000", { type: "image/gif", width: 40, height: 30 }],
    ["a WebP with layers", "524946460000000057454250565038580a00000010000000ff0f001d0000", { type: "image/webp", width: 4096, height: 30 }],
    ["a WebP without loss", "524946461a000000574542505650384c0d0000002f0f4007001007101111", { type: "image/webp", width: 16, height: 30 }],
    ["a WebP with loss", "52494646000000005745425056503820000000003001009d012a28001e00", { type: "image/webp", width: 40, height: 30 }],
    ["a JPEG after its notes", "ffd8ffe000041234ffffc0000b08001e00280101110000", { type: "image/jpeg", width: 40, height: 30 }],
  ])("%s", (_, bytes, head) => {
    expect(readHead(hex(bytes))).toEqual(head);
  });

  test("what is none, or may carry scripts", () => {
    for (const text of ["", "hello", "<!doctype html>", "\x89PNG\r\n\x1a\n", "GIF89a", "\xff\xd8\xff", "RIFFxxxxWEBPVP8 ", "BM", "%PDF"]) {
      expect(readHead(bytesOf(text)), text).toBeUndefined();
    }
    expect(readHead(bytesOf("<?xml version='1.0'?><svg onload='x'>"))).toBe("svg");
    expect(readHead(hex("89504e470d0a1a0a0000000d494844520000000000000000"))).toBeUndefined();
  });

  test("whatever the bytes are, reading ends without an error", () => {
    const starts = ["89504e470d0a1a0a", "474946383961", "52494646000000005745425056503858", "ffd8ff", ""].map(hex);
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        readHead(Uint8Array.from([...start, ...rest]));
      }),
    );
  });
});

test("a picture is called by what it holds, as the server calls it", () => {
  expect(nameOf(bytesOf("abc"))).toBe("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  expect(isPictureName(nameOf(bytesOf("abc")))).toBe(true);
  for (const name of ["", "x", "../boards", `${nameOf(bytesOf("abc"))}x`]) expect(isPictureName(name)).toBe(false);
});

const board0 = createReader()(genesis());
const geometry0 = layout(board0, evenLetters(7));

describe("where pictures lie", () => {
  const [board, geometry] = [board0, geometry0];
  let count = 0;
  const newId = () => `p${String(count++)}`;
  const two = [
    { id: "a", width: 800, height: 400 },
    { id: "b", width: 50, height: 4000 },
  ];

  test("keep their ratio and are handy", () => {
    expect(sizeOnBoard({ width: 800, height: 400 })).toEqual({ w: 320, h: 160 });
    expect(sizeOnBoard({ width: 100, height: 60 })).toEqual({ w: 100, h: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 60_000 }), (width, height) => {
        const { w, h } = sizeOnBoard({ width, height });
        return w >= 48 && h >= 48 && w <= 320 && h <= 320;
      }),
    );
  });

  test("in the cell that they are let go over, in their order, else free", () => {
    const cell = { lane: "customer", step: "s2" };
    const row = geometry.lanes.find((l) => l.lane.id === cell.lane);
    const column = geometry.steps.find((s) => s.step.id === cell.step);
    const inside = placePictures(board, geometry, two, { at: { x: (column?.x ?? 0) + 20, y: (row?.y ?? 0) + 20 } }, newId);
    expect(inside).toMatchObject([{ ...cell, image: "a", kind: "image" }, { ...cell, image: "b" }]);
    expect(String(inside[0]?.order) < String(inside[1]?.order)).toBe(true);
    const free = placePictures(board, geometry, two, { at: { x: -500, y: -300 } }, newId);
    expect(free[0]).toMatchObject({ x: -660, y: -380, w: 320, h: 160, image: "a" });
    expect(free[0]).not.toHaveProperty("lane");
    expect(free[1]?.x).toBeGreaterThan(-660);
  });
});

test("what is copied says which pictures are on it, whose they are and how large; another board takes them in", () => {
  const doc = genesis();
  const at = placePictures(board0, geometry0, [{ id: "a", width: 800, height: 400 }], { cell: { lane: "customer", step: "s2" } }, () => "p");
  const made = A.change(doc as A.Doc<Record<string, unknown>>, (d) => void createElements(d as A.Doc<unknown>, at));
  const board = createReader()(made);
  const clip = toClip(board, layout(board, evenLetters(7)), ["p"], "the first board");
  const read = readClip(writeClip(clip));
  expect(read).toMatchObject({ from: "the first board", elements: [{ kind: "image", image: "a", w: 320, h: 160 }] });
  if (!read) throw new Error("no clip");
  const [pasted] = placeClip(read, board0, { lane: "support", step: "s1" }, { x: 0, y: 0 }, () => "q").elements;
  expect(pasted).toMatchObject({ id: "q", kind: "image", image: "a", lane: "support", step: "s1", w: 320, h: 160 });
  expect(toClip(board, layout(board, evenLetters(7)), [], "the first board")).not.toHaveProperty("from");
});

let shelves = 0;
const shelf = (limits = { seen: 1000, waiting: 1000 }) => new Shelf(`pictures ${String(shelves++)}`, limits);
const sized = (size: number, letter = "x") => bytesOf(letter.repeat(size));

describe("what the device keeps", () => {
  test("is found again, board by board, with what becomes of it", async () => {
    const kept = shelf();
    expect(await kept.put("a", "1", "image/png", sized(10), "waiting")).toBe(true);
    expect(await kept.get("a", "1")).toEqual({ type: "image/png", bytes: sized(10), fate: "waiting" });
    expect(await kept.get("b", "1")).toBeUndefined();
    expect(await kept.waiting("a")).toEqual(["1"]);
    await kept.setFate("a", "1", "sent");
    expect(await kept.waiting("a")).toEqual([]);
    await kept.close();
    expect((await kept.get("a", "1"))?.fate).toBe("sent");
  });

  test("is bounded: what was seen longest ago goes, what waits stays, and no more waits than there is room for", async () => {
    const clock = vi.spyOn(Date, "now");
    let now = 1;
    clock.mockImplementation(() => now++);
    const kept = shelf();
    await kept.put("a", "waits", "image/png", sized(800), "waiting");
    await kept.put("a", "1", "image/png", sized(400), "sent");
    await kept.put("a", "2", "image/png", sized(400), "sent");
    await kept.get("a", "1");
    await kept.put("b", "3", "image/png", sized(400), "sent");
    expect(await kept.get("a", "2")).toBeUndefined();
    for (const id of ["waits", "1"]) expect(await kept.get("a", id)).toBeDefined();
    expect(await kept.put("b", "4", "image/png", sized(201), "waiting")).toBe(false);
    expect(await kept.get("b", "4")).toBeUndefined();
    expect(await kept.put("b", "5", "image/png", sized(200), "waiting")).toBe(true);
    clock.mockRestore();
  });
});

/** A server whose answers a test writes down: each picture that arrives, and what goes wrong first. */
class Far implements Transport {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  wrong: number[] = [];
  tries = 0;

  download(id: string) {
    this.tries++;
    const status = this.wrong.shift();
    const bytes = this.files.get(id);
    if (status !== undefined || !bytes) return Promise.reject(new ApiError(status ?? 404, ""));
    return Promise.resolve({ type: "image/png", bytes });
  }

  upload(bytes: Uint8Array<ArrayBuffer>) {
    this.tries++;
    const status = this.wrong.shift();
    if (status !== undefined) return Promise.reject(new ApiError(status, ""));
    this.files.set(nameOf(bytes), bytes);
    return Promise.resolve();
  }
}

describe("the pictures of a board", () => {
  const bytes = bytesOf("a picture");
  const id = nameOf(bytes);
  const picture = { id, type: "image/png" as const, bytes };
  let far: Far;
  let kept: Shelf;
  const open: Pictures[] = [];
  const board = () => {
    const pictures = new Pictures("a", kept, far);
    open.push(pictures);
    return pictures;
  };

  beforeEach(() => {
    // Only what waits for a better time: the database lives on the real clock.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    far = new Far();
    kept = shelf({ seen: 1e6, waiting: 1e6 });
  });
  afterEach(() => {
    for (const pictures of open.splice(0)) pictures.close();
    vi.useRealTimers();
  });
  /** Lets the time that something waits for pass, until it has come. */
  const until = (holds: () => boolean) =>
    vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(5_000);
      expect(holds()).toBe(true);
    });

  test("one that is put on it is seen at once, and sent", async () => {
    const pictures = board();
    pictures.acquire(id);
    await pictures.keep(picture);
    expect(pictures.look(id)).toMatchObject({ shown: { state: "here" }, sending: { state: "waiting" } });
    expect(pictures.pending()).toBe("moving");
    await until(() => pictures.pending() === "none");
    expect(far.files.get(id)).toEqual(bytes);
    expect((await kept.get("a", id))?.fate).toBe("sent");
  });

  test("what cannot be sent now is tried again, and goes on after a reload", async () => {
    far.wrong = [0, 503, 429];
    const first = board();
    await first.keep(picture);
    await until(() => first.pending() === "stuck");
    first.close();
    far.wrong = [0];
    const second = board();
    await second.resume();
    await until(() => second.pending() === "none");
    expect(far.files.get(id)).toEqual(bytes);
  });

  test.each([[409, "full"], [413, "large"], [415, "kind"], [403, "forbidden"]] as const)("a refusal (%i) is said and not tried again until asked for", async (status, why) => {
    far.wrong = [status];
    const pictures = board();
    await pictures.keep(picture);
    await until(() => pictures.look(id).sending?.state === "refused");
    expect(pictures.look(id).sending).toEqual({ state: "refused", why });
    expect(pictures.pending()).toBe("stuck");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(far.tries).toBe(1);
    pictures.retry(id);
    await until(() => pictures.pending() === "none");
    expect(far.files.get(id)).toEqual(bytes);
  });

  test("one that another has not sent yet comes when it is there", async () => {
    const pictures = board();
    pictures.acquire(id);
    await until(() => pictures.look(id).shown.state === "absent");
    far.files.set(id, bytes);
    await until(() => pictures.look(id).shown.state === "here");
    expect((await kept.get("a", id))?.bytes).toEqual(bytes);
  });

  test("bytes that are not those of the picture are never shown nor kept", async () => {
    far.files.set(id, bytesOf("another picture"));
    const pictures = board();
    pictures.acquire(id);
    await until(() => pictures.look(id).shown.state === "unreachable");
    expect(await kept.get("a", id)).toBeUndefined();
  });

  test("damage on the server is said, and not asked for again and again", async () => {
    far.wrong = [500];
    const pictures = board();
    pictures.acquire(id);
    await until(() => pictures.look(id).shown.state === "damaged");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(far.tries).toBe(1);
  });

  test("one that was taken away is sent after all when the board shows it again", async () => {
    far.wrong = Array<number>(1000).fill(0);
    const pictures = board();
    await pictures.keep(picture);
    await until(() => far.tries > 0);
    await pictures.cancel(id);
    far.wrong = [];
    expect(pictures.pending()).toBe("none");
    expect((await kept.get("a", id))?.fate).toBe("cancelled");
    pictures.acquire(id);
    await until(() => far.files.has(id) && pictures.pending() === "none");
  });

  test("what is no name of a picture is never asked for", async () => {
    const pictures = board();
    pictures.acquire("../../boards/x");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(pictures.look("../../boards/x").shown.state).toBe("absent");
    expect(far.tries).toBe(0);
  });
});
