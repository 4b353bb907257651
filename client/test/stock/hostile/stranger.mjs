// A peer that says what it likes.
import * as A from "@automerge/automerge";
import { cbor, generateAutomergeUrl, parseAutomergeUrl } from "@automerge/automerge-repo";
import WebSocket from "ws";

import { until } from "../clients.mjs";
import { defer } from "../server.mjs";
import { uint } from "./columns.mjs";
import { hashOf } from "./rewrite.mjs";

let strangers = 0;

// Open a socket, and join unless that is to be the test's.
export async function stranger(context, url, { join = true, id = `stranger-${++strangers}` } = {}) {
  const peer = new Stranger(url, id);
  defer(context, () => peer.socket.terminate());
  await until(`${id} is connected`, () => peer.socket.readyState === WebSocket.OPEN);
  if (join) await peer.join();
  return peer;
}

export const newDocumentId = () => parseAutomergeUrl(generateAutomergeUrl()).documentId;

class Stranger {
  received = []; // messages, decoded
  code; // with which the socket was closed
  reason;
  broken; // what the socket said of an error

  constructor(url, id) {
    this.id = id;
    this.socket = new WebSocket(url);
    this.socket.on("error", err => (this.broken = err));
    this.socket.on("message", data => this.received.push(cbor.decode(new Uint8Array(data))));
    this.socket.on("close", (code, reason) => {
      this.code = code;
      this.reason = `${reason}`;
    });
  }

  async join() {
    this.post({ type: "join", supportedProtocolVersions: ["1"], peerMetadata: {} });
    const welcome = await this.until("the server answers the join", () => this.#first("peer"));
    this.server = welcome.senderId;
  }

  // Send bytes as they are.
  raw(bytes) {
    this.socket.send(bytes);
  }

  post(message) {
    this.raw(cbor.encode({ senderId: this.id, ...(this.server && { targetId: this.server }), ...message }));
  }

  // Send a sync message, as bytes or as what writeSyncMessage takes.
  sync(documentId, message, type = "sync") {
    this.post({ type, documentId, data: message instanceof Uint8Array ? message : writeSyncMessage(message) });
  }

  // Resolves to the code that the socket is closed with.
  async closed() {
    await until(`${this.id} is sent away`, () => this.code !== undefined);
    return this.code;
  }

  // Wait until the server has read everything that was sent so far, and has not minded.
  async heard() {
    const documentId = newDocumentId();
    this.sync(documentId, {}, "request");
    const unavailable = m => m.type === "doc-unavailable" && m.documentId === documentId;
    await this.until("the server answers", () => this.received.some(unavailable));
  }

  // Wait for something, as long as the socket is open.
  until(what, condition) {
    return until(`${this.id}: ${what}`, () => {
      if (this.code !== undefined) throw new Error(`${this.id}: ${what}: closed with ${this.code} ${this.reason}`);
      return condition();
    });
  }

  // What the server said before it closed.
  get failure() {
    return this.#first("error")?.message;
  }

  // The hashes of all changes that came.
  get got() {
    return this.synced.flatMap(({ changes }) => changes).flatMap(changesIn).map(hashOf);
  }

  // The sync messages that came, decoded.
  get synced() {
    return this.received.filter(({ type }) => type === "sync").map(({ data }) => A.decodeSyncMessage(data));
  }

  #first(type) {
    return this.received.find(message => message.type === type);
  }
}

const bytesOf = hash => Buffer.from(hash, "hex");

// Encode a sync message. Hashes are hexadecimal, a Bloom filter is bytes.
export function writeSyncMessage({ version = 0x42, heads = [], need = [], have = [], changes = [], flags }) {
  const prefixed = bytes => Buffer.concat([Buffer.from(uint(bytes.length)), Buffer.from(bytes)]);
  const list = (items, write) => Buffer.concat([Buffer.from(uint(items.length)), ...items.map(write)]);
  return Buffer.concat([
    Buffer.from([version]),
    list(heads, bytesOf),
    list(need, bytesOf),
    list(have, ({ lastSync = [], bloom = Buffer.alloc(0) }) =>
      Buffer.concat([list(lastSync, bytesOf), prefixed(bloom)]),
    ),
    list(changes, prefixed),
    flags ? prefixed(flags) : Buffer.alloc(0),
  ]);
}

export function bloomFilter({ entries, bits, probes, data = Buffer.alloc(Math.ceil((entries * bits) / 8)) }) {
  return Buffer.concat([Buffer.from([...uint(entries), ...uint(bits), ...uint(probes)]), data]);
}

// All changes in the chunk of a sync message: one, or those of a document.
export function changesIn(chunk) {
  const DOCUMENT = 0;
  return chunk[8] === DOCUMENT ? A.getAllChanges(A.load(chunk)) : [chunk];
}
