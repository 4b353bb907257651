import { once } from "node:events";
import type { AddressInfo } from "node:net";
import * as A from "@automerge/automerge/slim";
import { cbor } from "@automerge/automerge-repo/slim";
import type { DocumentId, Message, PeerId } from "@automerge/automerge-repo/slim";
import { WebSocket, WebSocketServer } from "ws";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BoardSocket } from "../../src/sync/adapter";
import { ApiError } from "../../src/sync/api";

/** A real socket server that greets like a board server; only the browser around the adapter is made up. */
class Greeter {
  readonly server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  readonly tickets: (string | null)[] = [];
  readonly received: Record<string, unknown>[] = [];
  sockets: WebSocket[] = [];

  constructor() {
    this.server.on("connection", (socket, request) => {
      this.tickets.push(new URL(request.url ?? "", "http://x").searchParams.get("ticket"));
      this.sockets.push(socket);
      socket.on("message", (data: Buffer) => {
        const message: Record<string, unknown> = cbor.decode(new Uint8Array(data));
        this.received.push(message);
        if (message["type"] !== "join") return;
        const peerMetadata = { storageId: "store", isEphemeral: false };
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
