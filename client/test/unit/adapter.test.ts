import { once } from "node:events";
import type { AddressInfo } from "node:net";
import * as A from "@automerge/automerge/slim";
import { Repo, cbor, generateAutomergeUrl, parseAutomergeUrl } from "@automerge/automerge-repo/slim";
import { WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import type { DocumentId, Message, PeerId } from "@automerge/automerge-repo/slim";
import { WebSocket, WebSocketServer } from "ws";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BoardSocket } from "../../src/sync/adapter";
import { readPeople } from "../../src/sync/crowd";
import type { Shown } from "../../src/sync/crowd";
import { readMessage } from "../../src/sync/presence";
import { ApiError } from "../../src/sync/api";

/** A real socket server that greets like a board server; only the browser around the adapter is made up. */
class Greeter {
  readonly server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  readonly tickets: (string | null)[] = [];
  readonly received: Record<string, unknown>[] = [];
  sockets: WebSocket[] = [];
  /** What it says of itself besides. */
  more: Record<string, unknown> = {};
  heard: (message: Record<string, unknown>) => void = () => undefined;

  constructor() {
    this.server.on("connection", (socket, request) => {
      this.tickets.push(new URL(request.url ?? "", "http://x").searchParams.get("ticket"));
      this.sockets.push(socket);
      socket.on("message", (data: Buffer) => {
        const message: Record<string, unknown> = cbor.decode(new Uint8Array(data));
        this.received.push(message);
        this.heard(message);
        if (message["type"] !== "join") return;
        const peerMetadata = { storageId: "store", isEphemeral: false, ...this.more };
        this.send({ type: "peer", senderId: "server", targetId: message["senderId"], peerMetadata, selectedProtocolVersion: "1" });
      });
    });
  }

  send(message: unknown): void {
    this.sockets.at(-1)?.send(cbor.encode(message));
  }
}

let greeter: Greeter;
let socket: BoardSocket;
let asked: number;
let answer: () => Promise<string>;

beforeEach(async () => {
  greeter = new Greeter();
  await once(greeter.server, "listening");
  const { port } = greeter.server.address() as AddressInfo;
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("location", { origin: `http://127.0.0.1:${String(port)}` });
  vi.stubGlobal("WebSocket", WebSocket);
  asked = 0;
  answer = () => Promise.resolve(`ticket-${String(asked)}`);
  socket = new BoardSocket(() => {
    asked++;
    return answer();
  });
});

afterEach(() => {
  socket.disconnect();
  for (const s of greeter.sockets) s.terminate();
  greeter.server.close();
  vi.unstubAllGlobals();
});

const state = (wanted: string) => vi.waitFor(() => expect(socket.connection().state).toBe(wanted), { timeout: 5_000 });

test("joins with a ticket and presents the server's storage", async () => {
  const peers: unknown[] = [];
  socket.on("peer-candidate", (peer) => peers.push(peer));
  socket.connect("me" as PeerId, { isEphemeral: false });
  await state("online");
  expect(greeter.tickets).toEqual(["ticket-1"]);
  expect(greeter.received[0]).toMatchObject({ type: "join", senderId: "me", supportedProtocolVersions: ["1"] });
  expect(peers).toEqual([{ peerId: "server", peerMetadata: { storageId: "store", isEphemeral: true } }]);
  expect(socket.storageId).toBe("store");
});

test("comes back with a new ticket after the server has restarted", async () => {
  const gone: unknown[] = [];
  socket.on("peer-disconnected", (peer) => gone.push(peer));
  socket.connect("me" as PeerId);
  await state("online");
  greeter.sockets[0]?.close(1001);
  await state("waiting");
  expect(gone).toEqual([{ peerId: "server" }]);
  window.dispatchEvent(new Event("online"));
  await state("online");
  expect(greeter.tickets).toEqual(["ticket-1", "ticket-2"]);
});

test("stops knocking when the role does not hold, and says so", async () => {
  socket.connect("me" as PeerId);
  await state("online");
  greeter.sockets[0]?.close(4403);
  await state("refused");
  window.dispatchEvent(new Event("online"));
  expect(socket.connection()).toEqual({ state: "refused", reason: "role" });
  expect(asked).toBe(1);
});

test("asks for a fresh ticket when the ticket no longer holds, and believes the server about the link", async () => {
  socket.connect("me" as PeerId);
  await state("online");
  answer = () => Promise.reject(new ApiError(404, ""));
  greeter.sockets[0]?.close(4401);
  await state("refused");
  expect(socket.connection()).toEqual({ state: "refused", reason: "link" });
  expect(asked).toBe(2);
});

test("waits when the server has too much to do", async () => {
  answer = () => Promise.reject(new ApiError(503, "", 60_000));
  socket.connect("me" as PeerId);
  await state("waiting");
  expect(socket.isReady()).toBe(true);
});

test("passes on messages, but none that would break the reader", async () => {
  const heard: Message[] = [];
  socket.on("message", (message) => heard.push(message));
  socket.connect("me" as PeerId);
  await state("online");
  const base = { senderId: "server", targetId: "me", documentId: "d" };
  greeter.sockets[0]?.send(new Uint8Array([0xff, 0xff]));
  greeter.sockets[0]?.send("text");
  greeter.send(null);
  greeter.send({ ...base, type: "error", message: "no" });
  greeter.send({ ...base, type: "sync", data: new Uint8Array() });
  greeter.send({ ...base, type: "sync", data: new Uint8Array([1]) });
  await vi.waitFor(() => expect(heard).toHaveLength(1));
  expect(heard[0]).toMatchObject({ type: "sync" });
});

test("gathers plain confirmations, and sends changes at once", async () => {
  socket.connect("me" as PeerId);
  await state("online");
  const doc = A.from<Record<string, unknown>>({ a: 1 });
  const heads = A.getHeads(doc);
  const sync = (changes: Uint8Array[]): Message => ({
    type: "sync",
    senderId: "me" as PeerId,
    targetId: "server" as PeerId,
    documentId: "d" as DocumentId,
    data: A.encodeSyncMessage({ heads, need: [], have: [{ lastSync: heads, bloom: new Uint8Array() }], changes } as never),
  });
  for (let i = 0; i < 5; i++) socket.send(sync([]));
  socket.send(sync(A.getAllChanges(doc)));
  await vi.waitFor(() => expect(greeter.received).toHaveLength(2));
  for (let i = 0; i < 5; i++) socket.send(sync([]));
  await vi.waitFor(() => expect(greeter.received).toHaveLength(3), 10_000);
});

const ephemeral = (senderId: string): Message => ({ type: "ephemeral", senderId: senderId as PeerId, targetId: "server" as PeerId, documentId: "d" as DocumentId, data: new Uint8Array([1]) }) as Message;

test("tells where one is to a server that knows of crowds alone, and sends nothing of others back", async () => {
  for (const crowds of [false, true]) {
    greeter.more = crowds ? { presenceBatches: true } : {};
    socket.placed(() => ({ at: [64, 128], acts: true }));
    socket.connect("me" as PeerId, { isEphemeral: false });
    await state("online");
    expect(greeter.received[0]).toMatchObject({ type: "join", peerMetadata: { isEphemeral: false, presenceBatches: true } });
    expect(socket.crowds).toBe(crowds);
    socket.send(ephemeral("somebody else"));
    socket.send(ephemeral("me"));
    await vi.waitFor(() => expect(greeter.received).toHaveLength(2));
    expect(greeter.received[1]).toMatchObject({ type: "ephemeral", senderId: "me" });
    expect(greeter.received[1]?.["place"]).toEqual(crowds ? { at: [64, 128], acts: true } : undefined);
    socket.disconnect();
    greeter.received.length = 0;
  }
});

test("reads of many people at once what can be read, with whose they are by the word of the server", async () => {
  greeter.more = { presenceBatches: true };
  const told: (readonly Shown[])[] = [];
  socket.onPeople((people) => told.push(people));
  socket.connect("me" as PeerId);
  await state("online");
  const here = cbor.encode({ type: "presence", name: "Bo" });
  for (const people of [undefined, "all", {}, [null, 5, "x", {}, [], [5, here], ["", here], ["x".repeat(300), here], ["a", "text"], ["a", null], ["a", new Uint8Array([0xff])]]]) {
    greeter.send({ type: "presence", senderId: "server", documentId: "d", people });
  }
  greeter.send({ type: "presence", senderId: "server", documentId: "d", people: [["b", here, "p7", "staff"], ["c", here, 7, 7], ["gone"], ["a", new Uint8Array([0xff])]] });
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told[0]).toMatchObject([
    { id: "b", gone: false, said: { name: "Bo" }, participant: "p7" },
    { id: "c", gone: false, participant: undefined },
    { id: "gone", gone: true, said: undefined },
  ]);
  expect([socket.standing("b"), socket.standing("c")]).toEqual([{ participant: "p7", staff: true }, undefined]);
});

test("tells who listens later what it was told of people before", async () => {
  greeter.more = { presenceBatches: true };
  socket.connect("me" as PeerId);
  await state("online");
  const here = cbor.encode({ type: "presence", name: "Bo" });
  greeter.send({ type: "presence", senderId: "server", documentId: "d", people: [["b", here, "p7", "staff"]] });
  await vi.waitFor(() => expect(socket.standing("b")).toBeDefined());
  const told: string[] = [];
  socket.onPeople((people) => told.push(...people.map(({ id }) => id)));
  greeter.send({ type: "presence", senderId: "server", documentId: "d", people: [["c", here]] });
  await vi.waitFor(() => expect(told).toEqual(["b", "c"]));
});

test("any batch at all is read without harm", () => {
  const data = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.anything().map((value) => new Uint8Array(cbor.encode(value))), fc.anything());
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(fc.oneof(fc.anything(), fc.tuple(fc.string(), data), fc.tuple(fc.string(), data, fc.anything(), fc.anything())))), (people) => {
      for (const { id, said, gone } of readPeople(people)) {
        expect(id.length).toBeGreaterThan(0);
        if (!gone) readMessage(id, said);
      }
    }),
  );
});

/** Draws on a document and syncs it as a server does, sixty times in three seconds, to who only looks. */
async function watched(crowds: boolean): Promise<Record<string, unknown>[]> {
  greeter.more = crowds ? { presenceBatches: true } : {};
  let doc = A.from<{ n: number }>({ n: 0 });
  let known = A.initSyncState();
  const { documentId } = parseAutomergeUrl(generateAutomergeUrl());
  const say = () => {
    const [next, data] = A.generateSyncMessage(doc, known);
    known = next;
    if (data) greeter.send({ type: "sync", senderId: "server", targetId: "me", documentId, data });
  };
  greeter.heard = ({ type, data }) => {
    if ((type !== "sync" && type !== "request") || !(data instanceof Uint8Array)) return;
    [doc, known] = A.receiveSyncMessage(doc, known, data);
    say();
  };
  const repo = new Repo({ network: [socket], peerId: "me" as PeerId });
  const handle = await repo.find<{ n: number }>(documentId);
  expect(handle.doc().n).toBe(0);
  for (let n = 1; n <= 60; n++) {
    doc = A.change(doc, (d) => (d.n = n));
    say();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await vi.waitFor(() => expect(handle.doc().n).toBe(60));
  // What one draws oneself goes at once, however quiet one was.
  handle.change((d) => (d.n = 61));
  await vi.waitFor(() => expect(doc.n).toBe(61));
  return greeter.received.filter(({ type }) => type !== "join");
}

test("who only looks on says nothing while another draws, to a server that knows what it has sent", async () => {
  const sent = await watched(true);
  // The request, what confirms it, and what was drawn.
  expect(sent.length).toBeLessThanOrEqual(3);
});

test("and to another server says once a second what one has", async () => {
  const begun = Date.now();
  const sent = await watched(false);
  expect(sent.length).toBeGreaterThanOrEqual(4);
  expect(sent.length).toBeLessThanOrEqual(4 + (Date.now() - begun) / 1_000);
});

test("a stock server and its other clients understand us", async () => {
  const stock = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(stock, "listening");
  const server = new Repo({ network: [new WebSocketServerAdapter(stock as never)], peerId: "stock" as PeerId });
  const { port } = stock.address() as AddressInfo;
  vi.stubGlobal("location", { origin: `http://127.0.0.1:${String(port)}` });
  const made = server.create<{ n: number }>({ n: 1 });
  socket.placed(() => ({ at: [0, 0] }));
  const other = new BoardSocket(() => Promise.resolve("b"));
  const [a, b] = await Promise.all(
    [socket, other].map((s, i) => new Repo({ network: [s], peerId: `p${String(i)}` as PeerId }).find<{ n: number }>(made.documentId)),
  );
  if (!a || !b) throw new Error("no handles");
  const heard: unknown[] = [];
  b.on("ephemeral-message", ({ senderId, message }) => heard.push([senderId, message]));
  a.broadcast({ hello: 1 });
  await vi.waitFor(() => expect(heard).toEqual([["p0", { hello: 1 }]]));
  a.change((d) => (d.n = 2));
  await vi.waitFor(() => expect(b.doc().n).toBe(2));
  other.disconnect();
  for (const client of stock.clients) client.terminate();
  stock.close();
});
