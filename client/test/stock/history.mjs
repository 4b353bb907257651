// A document of 20,000 changes, and those who come to it with all of them, some or none.
import assert from "node:assert/strict";
import { test } from "node:test";

import * as A from "@automerge/automerge";
import { generateAutomergeUrl, parseAutomergeUrl } from "@automerge/automerge-repo";

import { connect, prepare, sameHeads, until } from "./clients.mjs";
import { startServer } from "./server.mjs";
import { DOCUMENT_CHUNK, chunkType, wirePeer } from "./wire.mjs";

const length = 20_000; // changes
const batch = 4000; // of them in one sync message
const tail = 5; // changes after those
const unworthy = 2500; // so many changes after a snapshot do not call for another
const behind = [tail, 600, 3000]; // how much peers miss who come back: of the log, of the snapshot too

export function history(backend) {
  test("a document of 20,000 changes", async t => {
    const server = await startServer(t, backend);
    const { documentId } = parseAutomergeUrl(generateAutomergeUrl());
    const author = await seed(t, server, documentId);
    const heads = author.heads();
    const rawBytes = A.getAllChanges(author.doc).reduce((sum, change) => sum + change.length, 0);

    await t.test("comes to a newcomer as a snapshot and the changes after it", async t => {
      const peer = await wirePeer(t, server.sync, documentId);
      await peer.has(heads);
      assert.ok(peer.sent[0].flags, "the newcomer does not say that it takes version 2");
      const [message, ...more] = peer.received.filter(({ changes }) => changes.length > 0);
      assert.deepEqual(more, []);
      assert.equal(message.version, 0x43);
      const [first, ...rest] = message.changes.map(chunkType);
      assert.equal(first, DOCUMENT_CHUNK);
      assert.ok(rest.length >= tail && rest.length <= unworthy, `${rest.length} changes after the snapshot`);
      assert.ok(!rest.includes(DOCUMENT_CHUNK));
      assert.ok(peer.bytes < rawBytes / 4, `${peer.bytes} bytes for ${rawBytes} of changes`);
      assert.deepEqual(A.getAllChanges(peer.doc).length, length + tail);
    });

    await t.test("opens in a stock client", async t => {
      const client = await connect(t, server.sync, "newcomer");
      const handle = await client.repo.find(`automerge:${documentId}`);
      await until("the newcomer has it all", () => sameHeads(A.getHeads(handle.doc()), heads));
      assert.deepEqual(handle.doc(), author.doc);
    });

    await t.test("comes to a peer without flags in version 1 alone", async t => {
      const peer = await wirePeer(t, server.sync, documentId, { flags: false });
      await peer.has(heads);
      assert.deepEqual(peer.sent.map(({ flags }) => flags), peer.sent.map(() => undefined));
      assert.deepEqual([...new Set(peer.received.map(({ version }) => version))], [0x42]);
      assert.ok(!peer.chunks.map(chunkType).includes(DOCUMENT_CHUNK));
      assert.equal(peer.chunks.length, length + tail);
      assert.deepEqual(peer.doc, author.doc);
    });

    for (const missing of behind) {
      await t.test(`comes to a peer that misses ${missing} changes as these alone`, async t => {
        const doc = A.load(longHistory().saved.get(length + tail - missing));
        const peer = await wirePeer(t, server.sync, documentId, { doc });
        await peer.has(heads);
        assert.ok(!peer.chunks.map(chunkType).includes(DOCUMENT_CHUNK));
        assert.equal(peer.chunks.length, missing);
        assert.deepEqual(peer.doc, author.doc);
      });
    }
  });

  test("a day's offline work of 20,000 changes comes home", async t => {
    const server = await startServer(t, backend);
    const ada = prepare(t, server.sync, "ada");
    const hers = ada.repo.import(longHistory().saved.get(length));
    assert.equal(A.getAllChanges(hers.doc()).length, length);
    ada.online();
    await until(
      () => `the server has it all; it closed the sockets with ${ada.adapter.closes}`,
      () => sameHeads(hers.getSyncInfo(ada.storageId)?.lastHeads, hers.heads()),
    );
    assert.deepEqual(ada.adapter.closes, []);

    const bob = await connect(t, server.sync, "bob");
    const his = await bob.repo.find(hers.url);
    await until("bob has it all", () => sameHeads(his.heads(), hers.heads()));
    assert.deepEqual(his.doc(), hers.doc());
  });
}

// Bring the history to the server in one conversation, wait until there is a
// snapshot that will not be replaced, and add the tail. Returns the peer that did.
async function seed(t, server, documentId) {
  const { changes } = longHistory();
  const [doc] = A.applyChanges(A.init(), changes.slice(0, batch));
  const author = await wirePeer(t, server.sync, documentId, { doc });
  await author.saved();
  for (let from = batch; from < length; from += batch) {
    author.apply(changes.slice(from, from + batch));
    await author.saved();
  }
  const hasSnapshot = async () => {
    const peer = await wirePeer(t, server.sync, documentId, { passive: true });
    const [{ changes }] = await peer.until("the server answers", () => peer.received.length > 0 && peer.received);
    peer.close();
    return chunkType(changes[0]) === DOCUMENT_CHUNK && changes.length - 1 < unworthy;
  };
  await until("there is a snapshot of nearly all", hasSnapshot, 200);
  for (let i = 0; i < tail; i++) author.change(doc => (doc.stickies[`tail${i}`] = { x: i, y: i }));
  await author.saved();
  return author;
}

let made; // once, for all who need it

// Changes as from dragging stickies about, and the document saved at the
// lengths that the tests begin from. One by one through A.change this takes
// most of a minute; underneath it, seconds.
function longHistory() {
  if (made) return made;
  const saved = new Map();
  const points = new Set([length, ...behind.map(missing => length + tail - missing)]);
  const core = A.getBackend(A.init());
  const all = core.putObject("_root", "stickies", {});
  const stickies = Array.from({ length: 50 }, (_, i) => core.putObject(all, `s${i}`, {}));
  for (let n = 1; n <= length; n++) {
    core.put(stickies[n % stickies.length], "x", n);
    core.put(stickies[n % stickies.length], "y", 2 * n);
    core.commit();
    if (points.has(n)) saved.set(n, core.save());
  }
  const changes = core.getChanges([]);
  assert.equal(changes.length, length);
  return (made = { changes, saved });
}
