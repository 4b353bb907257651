// Envelopes: what is no message, what is one at the wrong moment, and what
// claims to be somebody or something else.
import assert from "node:assert/strict";

import { cbor } from "@automerge/automerge-repo";

import { until } from "../clients.mjs";
import { hostile } from "./people.mjs";
import { newDocumentId, writeSyncMessage } from "./stranger.mjs";

const malformed = 4400;
const tooBig = 1009;
const megabyte = 1 << 20;
const bytes = hex => Buffer.from(hex, "hex");
const join = { type: "join", supportedProtocolVersions: ["1"], peerMetadata: {} };
const empty = writeSyncMessage({});

hostile("hostile envelopes", scenario => {
  scenario("what is no CBOR map is malformed", async board => {
    const frames = {
      "nothing": Buffer.alloc(0),
      "null": bytes("f6"),
      "an empty list": bytes("80"),
      "an empty map": bytes("a0"),
      "a text": cbor.encode("sync"),
      "a list of a message": cbor.encode([{ type: "leave" }]),
      "bytes of no meaning": bytes("ff00ff00"),
      "half a message": cbor.encode({ type: "leave", senderId: "x" }).subarray(0, 9),
      "two messages": Buffer.concat([bytes("a16474797065656c65617665"), bytes("a0")]),
      "a key twice": bytes("a26474797065656c656176656474797065656c65617665"),
      "text that is not UTF-8": bytes("a1647479706562fffe"),
    };
    await refusesFrames(board, frames);
  });

  scenario("nesting and announced sizes cost nothing and are malformed", async board => {
    // {type: "leave", a: value}
    const around = value => Buffer.concat([bytes("a26474797065656c656176656161"), value]);
    assert.deepEqual(cbor.decode(around(bytes("01"))), { type: "leave", a: 1 });
    const frames = {
      "lists within lists": around(Buffer.concat([Buffer.alloc(10_000, 0x81), bytes("00")])),
      "maps within maps": around(Buffer.concat([...Array(10_000).fill(bytes("a100")), bytes("00")])),
      "tags upon tags": around(Buffer.concat([Buffer.alloc(10_000, 0xc1), bytes("00")])),
      "a list without an end": around(bytes("9f01")),
      "a list of indefinite length": around(bytes("9f01ff")),
      "a text of indefinite length": around(bytes("7f6161ff")),
      "bytes of indefinite length": around(bytes("5f4161ff")),
      "a map of 2^63 entries": bytes("bb8000000000000000"),
      "a list of 2^63 entries": around(bytes("9b8000000000000000")),
      "bytes of 2^63 length": around(bytes("5b8000000000000000")),
      "a text of 2^32 length": around(bytes("7affffffff")),
      "a thousand keys": cbor.encode(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]))),
      "a reserved length": around(bytes("1c")),
    };
    await refusesFrames(board, frames);
  });

  scenario("a type that is missing or no short text is malformed, one not known is passed over", async board => {
    const messages = {
      "no type": {},
      "an empty type": { type: "" },
      "a number for a type": { type: 1 },
      "bytes for a type": { type: Buffer.from("sync") },
      "a type of a megabyte": { type: "x".repeat(megabyte) },
    };
    await refusesMessages(board, messages);
    const peer = await board.stranger();
    peer.post({ type: "remote-heads-of-the-future", documentId: board.documentId, data: empty });
    await peer.heard();
  });

  scenario("a peer begins with one join, of a version that there is", async board => {
    const first = {
      "a sync": { type: "sync", documentId: board.documentId, data: empty },
      "a request": { type: "request", documentId: board.documentId, data: empty },
      "a type not known": { type: "hello" },
      "a peer": { type: "peer", selectedProtocolVersion: "1" },
      "a join without a sender": { ...join, senderId: "" },
      "a sender that is a number": { ...join, senderId: 7 },
      "a sender of a kilobyte": { ...join, senderId: "x".repeat(1024) },
      "no versions": { ...join, supportedProtocolVersions: [] },
      "another version": { ...join, supportedProtocolVersions: ["2"] },
      "a million versions": { ...join, supportedProtocolVersions: Array(1_000_000).fill("1") },
      "versions that are numbers": { ...join, supportedProtocolVersions: [1] },
    };
    for (const [what, message] of Object.entries(first)) {
      const peer = await board.stranger({ join: false });
      peer.post(message);
      assert.equal(await peer.closed(), malformed, what);
    }
    await board.refuses(malformed, "a second join", peer => peer.post(join));
    await board.refuses(malformed, "a peer message", peer => peer.post({ type: "peer", selectedProtocolVersion: "1" }));
  });

  scenario("nobody can be the server", async board => {
    const { server } = await board.stranger();
    const peer = await board.stranger({ join: false, id: server });
    peer.post(join);
    assert.equal(await peer.closed(), 4409);
  });

  scenario("a message is from whoever joined, and to this server", async board => {
    const sync = { type: "sync", documentId: board.documentId, data: empty };
    await refusesMessages(board, {
      "another's sync": { ...sync, senderId: board.ada.repo.peerId },
      "nobody's sync": { ...sync, senderId: "" },
      "another's request": { ...sync, type: "request", senderId: board.ada.repo.peerId },
      "another's leave": { type: "leave", senderId: board.ada.repo.peerId },
      "a sync to another": { ...sync, targetId: board.bob.repo.peerId },
    });
  });

  scenario("a peer that comes back takes the place of its old socket, and begins anew", async board => {
    const old = await board.stranger({ id: "came-back" });
    old.sync(board.documentId, {}, "request");
    await until("the old socket has the board", () => old.synced.some(({ changes }) => changes.length > 0));
    const now = await board.stranger({ id: "came-back" });
    assert.equal(await old.closed(), 1001);
    now.sync(board.documentId, {}, "request");
    await until("the new socket has the board", () => now.synced.some(({ changes }) => changes.length > 0));
    await now.heard();

    const third = await board.stranger({ id: "came-back" });
    assert.equal(await now.closed(), 1001, "the old socket's end has made the peer forgotten");
    await third.heard();
  });

  scenario("a document id is 16 bytes in their one spelling", async board => {
    const good = board.documentId;
    const ids = {
      "a megabyte": "1".repeat(megabyte),
      "a path": "../../etc/passwd",
      "a zero byte": `${good}\0`,
      "a quote": `${good}' OR '1'='1`,
      "one letter changed": good.slice(0, -1) + (good.endsWith("1") ? "2" : "1"),
      "a letter that is none of base58": `0${good.slice(1)}`,
      "a leading one": `1${good}`,
      "a space": ` ${good}`,
      "a whole address": `automerge:${good}`,
      "a number": 17,
      "nothing": "",
    };
    for (const type of ["sync", "request", "ephemeral"]) {
      const more = type === "ephemeral" ? { sessionId: "s", count: 1 } : {};
      const each = Object.entries(ids).map(([what, documentId]) => [what, { type, documentId, data: empty, ...more }]);
      await refusesMessages(board, Object.fromEntries(each));
    }
  });

  scenario("one who asks for documents that nobody has is stopped, and leaves no rooms", async board => {
    const before = await board.metric("openmic_rooms");
    const peer = await board.stranger();
    for (let i = 0; i < 5000; i++) peer.sync(newDocumentId(), {}, "request");
    assert.equal(await peer.closed(), 4429);
    const unavailable = peer.received.filter(({ type }) => type === "doc-unavailable");
    assert.ok(unavailable.length < 2000, `${unavailable.length} answers`);
    assert.deepEqual(peer.synced, []);
    await until("the rooms are gone", async () => (await board.metric("openmic_rooms")) <= before);
  });

  scenario("data is bytes, and some, of a document", async board => {
    const sync = { type: "sync", documentId: board.documentId, data: empty };
    await refusesMessages(board, {
      "no data": { ...sync, data: undefined },
      "null": { ...sync, data: null },
      "empty data": { ...sync, data: Buffer.alloc(0) },
      "a text": { ...sync, data: "sync" },
      "a number": { ...sync, data: 1 },
      "a map": { ...sync, data: { 0: 0x42 } },
      "data of no document": { ...sync, documentId: undefined },
      "a request without data": { ...sync, type: "request", data: undefined },
      "presence without data": { ...sync, type: "ephemeral", sessionId: "s", count: 1, data: undefined },
    });
  });

  scenario("leave, error and doc-unavailable from a client change nothing", async board => {
    const peer = await board.stranger();
    peer.sync(board.documentId, {}, "request");
    peer.post({ type: "leave" });
    peer.post({ type: "error", message: "<b>over</b>".repeat(1000) });
    peer.post({ type: "doc-unavailable", documentId: board.documentId });
    await peer.heard();
  });

  scenario("a text frame and a message of more than the limit end the socket", async board => {
    const text = await board.stranger();
    text.socket.send("hello");
    assert.equal(await text.closed(), 1003);

    const limit = 8 * megabyte;
    const filled = size => {
      const message = { type: "filled", senderId: "x", data: Buffer.alloc(0) };
      const short = cbor.encode({ ...message, data: Buffer.alloc(size) }).length - size;
      return { ...message, data: Buffer.alloc(size - short) };
    };
    const whole = await board.stranger({ id: "x" });
    const frame = cbor.encode(filled(limit));
    assert.equal(frame.length, limit);
    whole.raw(frame);
    await whole.heard();
    whole.raw(cbor.encode(filled(limit + 1)));
    assert.equal(await whole.closed(), tooBig);

    const huge = await board.stranger();
    // A masked binary frame that announces 2^40 bytes, and its beginning.
    huge.socket._socket.write(bytes("82ff0000010000000000" + "00000000"));
    huge.socket._socket.write(Buffer.alloc(limit + 1));
    assert.equal(await huge.closed(), tooBig);
  });
});

async function refusesFrames(board, frames) {
  for (const [what, frame] of Object.entries(frames)) {
    const first = await board.stranger({ join: false });
    first.raw(frame);
    assert.equal(await first.closed(), malformed, `${what}, first of all`);
    await board.refuses(malformed, what, peer => peer.raw(frame));
  }
}

async function refusesMessages(board, messages) {
  for (const [what, message] of Object.entries(messages)) {
    await board.refuses(malformed, what, peer => peer.post(message));
  }
}
