// A peer that speaks the protocol by hand, to look at what a stock client hides.
import * as A from "@automerge/automerge";
import { cbor } from "@automerge/automerge-repo";
import WebSocket from "ws";

import { until } from "./clients.mjs";
import { defer } from "./server.mjs";

export const DOCUMENT_CHUNK = 0;

// The type byte of a chunk follows its magic and its checksum.
export const chunkType = chunk => chunk[8];

// Read a sync message as far as the tests need it. `end` is where the flag list begins.
export function readSyncMessage(bytes) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("the sync message is cut off");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const take = length => {
    if (at + length > bytes.length) throw new RangeError("the sync message is cut off");
    return bytes.subarray(at, (at += length));
  };
  const list = read => Array.from({ length: number() }, read);
  const hash = () => take(32);

  const message = { version: bytes[at++], size: bytes.length, heads: list(hash), need: list(hash) };
  message.have = list(() => ({ lastSync: list(hash), bloom: take(number()) }));
  message.changes = list(() => take(number()));
  message.end = at;
  message.flags = at < bytes.length ? take(number()) : undefined;
  return message;
}

// Connect a peer that syncs one document, beginning with what `doc` has. With
// `flags` unset it sends and understands none, like a peer from before version 2
// of the protocol.
// With `passive` it asks once, and takes in nothing of what comes.
export async function wirePeer(context, url, documentId, { doc = A.init(), flags = true, passive = false } = {}) {
  const peer = new WirePeer(documentId, doc, { flags, passive });
  defer(context, () => peer.close());
  await peer.connect(url);
  return peer;
}

let peers = 0;

class WirePeer {
  #socket;
  #state = A.initSyncState();
  #id = `wire-${++peers}`;
  #documentId;
  #options;
  ended; // why there is no more to expect
  received = []; // sync messages, read
  sent = [];

  constructor(documentId, doc, options) {
    this.#documentId = documentId;
    this.#options = options;
    this.doc = doc;
  }

  async connect(url) {
    const socket = (this.#socket = new WebSocket(url));
    socket.on("error", err => (this.ended ??= err.message));
    socket.on("close", (code, reason) => (this.ended ??= `closed with ${code} ${reason}`));
    socket.on("message", data => this.#receive(cbor.decode(new Uint8Array(data))));
    socket.on("open", () => this.#post({ type: "join", supportedProtocolVersions: ["1"], peerMetadata: {} }));
    await this.until("the server answers the join", () => this.server);
    this.#send("request");
  }

  close() {
    this.ended ??= "closed by the test";
    this.#socket.close();
  }

  heads() {
    return A.getHeads(this.doc);
  }

  change(edit) {
    this.doc = A.change(this.doc, edit);
    this.#send();
  }

  apply(changes) {
    [this.doc] = A.applyChanges(this.doc, changes);
    this.#send();
  }

  // Wait until the server's heads are this peer's: it has stored everything and said so.
  saved() {
    const heads = `${this.heads()}`;
    return this.until(`the server has ${heads}`, () => `${this.#state.theirHeads}` === heads);
  }

  // Wait until the document has these heads.
  has(heads) {
    return this.until(`the document is at ${heads}`, () => `${this.heads()}` === `${heads}`);
  }

  until(what, condition) {
    const check = () => {
      if (this.ended) throw new Error(`${this.#id}: ${this.ended}; waited until ${what}`);
      return condition();
    };
    return until(`${this.#id}: ${what}`, check);
  }

  // All chunks that came.
  get chunks() {
    return this.received.flatMap(message => message.changes);
  }

  get bytes() {
    return this.received.reduce((sum, message) => sum + message.size, 0);
  }

  #receive(message) {
    if (message.type === "peer") {
      this.server = message.senderId;
    } else if (message.type === "sync" && message.documentId === this.#documentId) {
      this.received.push(readSyncMessage(message.data));
      if (this.#options.passive) return;
      [this.doc, this.#state] = A.receiveSyncMessage(this.doc, this.#state, this.#cut(message.data));
      this.#send();
    } else if (message.type === "doc-unavailable") {
      this.ended ??= "the document is unavailable";
    }
  }

  #send(empty = "sync") {
    const [state, message] = A.generateSyncMessage(this.doc, this.#state);
    this.#state = state;
    if (!message) return;
    const data = this.#cut(message);
    this.sent.push(readSyncMessage(data));
    this.#post({
      type: this.heads().length > 0 ? "sync" : empty,
      targetId: this.server,
      documentId: this.#documentId,
      data,
    });
  }

  // A message without the flag list, if this peer knows of none.
  #cut(message) {
    return this.#options.flags ? message : message.subarray(0, readSyncMessage(message).end);
  }

  #post(message) {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(cbor.encode({ senderId: this.#id, ...message }));
    }
  }
}
