// Sync messages: filters that claim too much, heads and needs without end,
// bytes that are cut off or flipped, and conversations that would never end.
import assert from "node:assert/strict";

import * as A from "@automerge/automerge";

import { until } from "../clients.mjs";
import { readSyncMessage } from "../wire.mjs";
import { hostile } from "./people.mjs";
import { hashOf, rewrite } from "./rewrite.mjs";
import { bloomFilter, changesIn, writeSyncMessage } from "./stranger.mjs";

const tooLarge = 4413;
const refused = 4422;
const restart = 1012;
const atOnce = 32; // sockets
const max32 = 2 ** 32 - 1;
let drawn = 0;
const unknown = () => (++drawn).toString(16).padStart(64, "0");
const many = (length, make) => Array.from({ length }, make);

hostile("hostile sync messages", scenario => {
  scenario("a filter that says nothing or lies of its size is refused", async board => {
    const having = filter => ({ heads: board.heads, have: [{ bloom: bloomFilter(filter) }] });
    await board.refusesEach(refused, {
      "no bits": having({ entries: 1, bits: 0, probes: 7 }),
      "no probes": having({ entries: 1, bits: 10, probes: 0 }),
      "no entries": having({ entries: 0, bits: 10, probes: 7, data: Buffer.alloc(2) }),
      "a byte too few": having({ entries: 8, bits: 10, probes: 7, data: Buffer.alloc(9) }),
      "a byte too many": having({ entries: 8, bits: 10, probes: 7, data: Buffer.alloc(11) }),
      "all there can be, and no bits": having({ entries: max32, bits: 32, probes: 7, data: Buffer.alloc(0) }),
      "a number without an end": { heads: board.heads, have: [{ bloom: Buffer.alloc(15, 0xff) }] },
    });
    await board.refusesEach(tooLarge, {
      "33 bits an entry": having({ entries: 1, bits: 33, probes: 7 }),
      "2^32 bits an entry": having({ entries: max32, bits: max32, probes: 7, data: Buffer.alloc(0) }),
      "17 probes": having({ entries: 1, bits: 10, probes: 17 }),
      "2^32 probes": having({ entries: 1, bits: 10, probes: max32 }),
      "2^32 entries and one": having({ entries: 2 ** 32, bits: 1, probes: 7, data: Buffer.alloc(0) }),
      "a thousand haves": { heads: board.heads, have: many(1000, () => ({})) },
      "a have of 100,000 hashes": { heads: board.heads, have: [{ lastSync: many(100_000, unknown) }] },
    });
  });

  scenario("a filter that claims everything makes only its sender miss something", async board => {
    const peer = await board.stranger();
    const data = Buffer.alloc(10_000, 0xff);
    peer.sync(board.documentId, { have: [{ bloom: bloomFilter({ entries: 8000, bits: 10, probes: 1, data }) }] });
    await peer.heard();
  });

  scenario("a message of no known kind, cut off anywhere or with any bit flipped, harms nobody", async board => {
    const message = await ordinaryMessage(board);
    await board.refusesEach(refused, {
      "no byte but a zero": Buffer.alloc(1),
      "type 0x41": Buffer.concat([Buffer.from([0x41]), message.subarray(1)]),
      "type 0x44": Buffer.concat([Buffer.from([0x44]), message.subarray(1)]),
      "type 0xff": Buffer.alloc(300, 0xff),
    });
    const { end } = readSyncMessage(message);
    const cut = many(end - 1, (_, i) => message.subarray(0, i + 1));
    assert.deepEqual(await endings(board, cut), [tooLarge, refused]);

    const flipped = many(8 * message.length, (_, bit) => {
      const bytes = Buffer.from(message);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      return bytes;
    });
    assert.deepEqual(await endings(board, flipped), [tooLarge, refused, undefined]); // some bits do not matter
  });

  scenario("a document chunk is refused from whoever writes", async board => {
    const forged = A.save(A.change(A.clone(board.base), doc => (doc.notes = {})));
    await board.refusesEach(refused, {
      "in version 2": { version: 0x43, heads: A.getHeads(A.load(forged)), changes: [forged], flags: [2] },
      "in version 1": { heads: board.heads, changes: [forged] },
    });
  });

  scenario("heads, needs and changes without end are too much, and are not sent back", async board => {
    const peer = await board.stranger();
    peer.sync(board.documentId, { heads: many(300_000, unknown) });
    assert.equal(await peer.closed(), 1009);
    assert.deepEqual(peer.synced, []);
    const cases = {
      "100,000 heads": { heads: many(100_000, unknown) },
      "100,000 needs of what is there": { heads: board.heads, need: many(100_000, () => board.heads[0]) },
      "70,000 changes": { changes: many(70_000, () => Buffer.from([0])) },
    };
    for (const [what, message] of Object.entries(cases)) {
      const { synced } = await board.refuses(tooLarge, what, peer => peer.sync(board.documentId, message));
      assert.deepEqual(synced, [], what);
    }
    const announced = Buffer.from([0x42, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    await board.refusesEach(tooLarge, { "2^62 changes": announced });
  });

  scenario("what is asked for again and again is not sent without measure", async board => {
    const size = A.getAllChanges(board.base).reduce((sum, change) => sum + change.length, 0);
    const need = A.getAllChanges(board.base).map(hashOf);
    const peer = await board.stranger();
    peer.sync(board.documentId, {}, "request");
    const rounds = 2000;
    const message = { heads: board.heads, need, have: [{ lastSync: board.heads }] };
    for (let i = 0; i < rounds; i++) peer.sync(board.documentId, message);
    await peer.heard();
    const sent = peer.synced.flatMap(({ changes }) => changes).reduce((sum, change) => sum + change.length, 0);
    assert.ok(sent >= size, "the board did not come");
    assert.ok(sent < (rounds / 2) * size, `${sent} bytes for a board of ${size}`);
  });

  scenario("the same message a thousand times is stored once", async board => {
    const own = board.change(doc => (doc.notes.mine = { x: 3 }));
    const hash = hashOf(own);
    board.allowed.add(hash);
    const peer = await board.stranger();
    const message = { heads: [hash], have: [{ lastSync: board.heads }], changes: [own] };
    for (let i = 0; i < 1000; i++) peer.sync(board.documentId, message);
    await peer.heard();
    await peer.until("ada has it", () => A.hasHeads(board.hers.doc(), [hash]));
    const chunks = board.ada.adapter.received.filter(({ type }) => type === "sync");
    const came = chunks.flatMap(({ data }) => readSyncMessage(data).changes).flatMap(changesIn);
    assert.equal(came.filter(change => hashOf(change) === hash).length, 1);
  });

  scenario("changes that come in the wrong order are waited for", async board => {
    let doc = A.clone(board.base);
    for (let i = 0; i < 20; i++) doc = A.change(doc, d => (d.notes[`n${i}`] = { x: i }));
    const changes = A.getChanges(board.base, doc);
    for (const change of changes) board.allowed.add(hashOf(change));
    const [lost, ...others] = [...changes].reverse();
    const peer = await board.stranger();
    const heads = A.getHeads(doc);
    const have = [{ lastSync: board.heads }];
    for (const change of others) peer.sync(board.documentId, { heads, have, changes: [change] });
    const asked = () => peer.synced.some(({ need }) => need.includes(heads[0]));
    await peer.until("the server asks for the one that was lost", asked);
    peer.sync(board.documentId, { heads, have, changes: [lost] });
    await peer.until("ada has them all", () => A.hasHeads(board.hers.doc(), heads));
  });

  scenario("a peer that never gets anywhere has to connect again", async board => {
    await board.refuses(restart, "beginning anew for ever", async peer => {
      for (let i = 0; i < 50; i++) {
        peer.sync(board.documentId, { heads: board.heads, have: [{}] });
        await peer.heard().catch(() => {});
      }
    });
    const again = await board.stranger();
    again.sync(board.documentId, {}, "request");
    await again.until("the board comes", () => board.heads.every(head => again.got.includes(head)));
  });

  scenario("heads that nobody has are asked for a few times, not for ever", async board => {
    const peer = await board.stranger();
    for (let i = 0; i < 100; i++) {
      peer.sync(board.documentId, { heads: [unknown()], have: [{ lastSync: board.heads }] });
      await peer.heard();
    }
    const asked = peer.synced.filter(({ need }) => need.length > 0);
    assert.ok(asked.length >= 1 && asked.length < 50, `asked ${asked.length} times`);
  });

  scenario("a peer that remembers a sync we do not gets all it misses", async board => {
    const peer = await board.stranger();
    const forged = unknown();
    peer.sync(board.documentId, { heads: [forged], have: [{ lastSync: [forged] }], flags: [2, 0x84] });
    const hashes = A.getAllChanges(board.base).map(hashOf);
    await peer.until("all of the board comes", () => hashes.every(hash => peer.got.includes(hash)));
  });

  scenario("changes that depend on what nobody has are few, and do not hold up others", async board => {
    const orphan = i => {
      const own = board.change(doc => (doc.notes[`orphan${i}`] = {}));
      return rewrite(own, change => void (change.deps = [unknown()]));
    };
    const peer = await board.stranger();
    const orphans = many(20, (_, i) => orphan(i));
    peer.sync(board.documentId, { heads: orphans.map(hashOf).sort(), changes: orphans });
    await peer.heard();

    // Bob has been away and made 201 edits.
    const before = board.bob.adapter.sent.length;
    const edits = 201;
    for (let i = 0; i < edits; i++) board.his.change(doc => (doc.notes[`bob ${i}`] = { x: i }));
    const last = () => board.hers.doc().notes[`bob ${edits - 1}`] !== undefined;
    await until("ada has bob's edits", last);
    const own = board.bob.adapter.sent.slice(before).filter(({ type }) => type === "sync");
    const needs = board.bob.adapter.received.filter(({ type }) => type === "sync");
    assert.ok(needs.every(({ data }) => readSyncMessage(data).need.length === 0), "bob is asked for orphans");
    assert.ok(own.length <= 2 * edits, `${own.length} messages`);

    await board.refuses(refused, "a hundred orphans", peer =>
      peer.sync(board.documentId, { changes: many(100, (_, i) => orphan(i)) }),
    );
  });
});

// A message of a few hundred bytes with everything that there can be in one.
async function ordinaryMessage(board) {
  const own = board.change(doc => (doc.notes.mine = { x: 3 }));
  const doc = A.applyChanges(A.clone(board.base), [own])[0];
  const hash = hashOf(own);
  board.allowed.add(hash);
  const lastSync = board.heads;
  const bloom = bloomFilter({ entries: 3, bits: 10, probes: 7 });
  const message = { heads: A.getHeads(doc), need: board.heads, have: [{ lastSync, bloom }], changes: [own], flags: [2, 0x84] };
  const bytes = writeSyncMessage(message);
  const peer = await board.stranger();
  peer.sync(board.documentId, bytes);
  await peer.heard();
  return bytes;
}

// Send each message over a socket of its own; resolves to the codes that these
// were closed with, undefined for those that were not.
async function endings(board, messages) {
  const codes = new Set();
  const left = messages.values();
  const tryOut = async () => {
    for (const message of left) {
      const peer = await board.stranger();
      peer.sync(board.documentId, message);
      await peer.heard().catch(err => {
        if (peer.code === undefined) throw err;
      });
      codes.add(peer.code);
      peer.socket.terminate();
    }
  };
  await Promise.all(many(atOnce, tryOut));
  return [...codes].sort();
}
