// Two people, one document.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import * as A from "@automerge/automerge";
import { generateAutomergeUrl } from "@automerge/automerge-repo";

import { connect, sameHeads, saved, until } from "./clients.mjs";
import { startServer } from "./server.mjs";

const edits = 50; // of each client

export function editing(backend) {
  test("a hundred concurrent edits of two clients end in one document", async t => {
    const server = await startServer(t, backend);
    const ada = await connect(t, server.sync, "ada");
    const bob = await connect(t, server.sync, "bob");
    const hers = ada.repo.create({ notes: {}, text: "" });
    await saved(ada, hers);
    const his = await bob.repo.find(hers.url);
    const before = A.getAllChanges(hers.doc()).length;

    for (let i = 0; i < edits; i++) {
      hers.change(doc => edit(doc, "a", i));
      his.change(doc => edit(doc, "b", i));
      await pause(5); // a pace at which the edits of one meet those of the other on their way
    }
    await until("the heads are equal", () => sameHeads(hers.heads(), his.heads()));
    await saved(ada, hers);
    await saved(bob, his);

    assert.deepEqual(hers.heads(), his.heads());
    assert.deepEqual(hers.doc(), his.doc());
    assert.equal(A.getAllChanges(hers.doc()).length, before + 2 * edits);
    assert.ok(merges(hers.doc()) > 1, "the edits were not concurrent");
    for (const who of ["a", "b"]) {
      for (let i = 0; i < edits; i++) {
        const removed = i % 10 === 8;
        if (i % 2 === 0) assert.equal(count(his.doc().text, `<${who}${i}>`), removed ? 0 : 1, `${who}${i}`);
        else if (i % 10 !== 9) assert.deepEqual(his.doc().notes[`${who}${i}`], { x: i });
      }
    }

    const eve = await connect(t, server.sync, "eve");
    const later = await eve.repo.find(hers.url);
    assert.deepEqual(later.heads(), hers.heads());
  });

  test("presence reaches the other with its sender's id, and not its sender", async t => {
    const server = await startServer(t, backend);
    const ada = await connect(t, server.sync, "ada");
    const bob = await connect(t, server.sync, "bob");
    const hers = ada.repo.create({ title: "presence" });
    await saved(ada, hers);
    const his = await bob.repo.find(hers.url);
    const heard = { ada: [], bob: [] };
    hers.on("ephemeral-message", ({ senderId, message }) => heard.ada.push({ senderId, message }));
    his.on("ephemeral-message", ({ senderId, message }) => heard.bob.push({ senderId, message }));

    hers.broadcast({ cursor: [1, 2] });
    await until("bob hears ada", () => heard.bob.length > 0);
    his.broadcast({ cursor: [3, 4] });
    await until("ada hears bob", () => heard.ada.length > 0);
    hers.broadcast({ cursor: [5, 6] });
    await until("bob hears ada again", () => heard.bob.length > 1);

    const [first, second] = [[1, 2], [5, 6]].map(cursor => ({ senderId: "ada", message: { cursor } }));
    assert.deepEqual(heard.bob, [first, second]);
    assert.deepEqual(heard.ada, [{ senderId: "bob", message: { cursor: [3, 4] } }]);
    // The library may hide an echo, the socket does not. What ada said first would have
    // come back before what bob said after it.
    const senders = ({ adapter }) => adapter.received.filter(m => m.type === "ephemeral").map(m => m.senderId);
    assert.deepEqual(senders(ada), ["bob"]);
    assert.deepEqual(senders(bob), ["ada", "ada"]);
  });

  test("a document that nobody has is unavailable at once, and the connection stays", async t => {
    const server = await startServer(t, backend);
    const ada = await connect(t, server.sync, "ada");
    const bob = await connect(t, server.sync, "bob");

    const signal = AbortSignal.timeout(2000);
    await assert.rejects(ada.repo.find(generateAutomergeUrl(), { signal }), /is unavailable/);

    const hers = ada.repo.create({ title: "still here" });
    await saved(ada, hers);
    const his = await bob.repo.find(hers.url);
    assert.equal(his.doc().title, "still here");
    assert.deepEqual([ada.adapter.sockets, ada.adapter.closes], [1, []]);
  });

  test("the server's storage reports the heads of a client's own change", async t => {
    const server = await startServer(t, backend);
    const ada = await connect(t, server.sync, "ada");
    assert.match(ada.storageId, /^.{8,}$/);
    const hers = ada.repo.create({ title: "", n: 0 });
    await saved(ada, hers);

    const reports = [];
    hers.on("remote-heads", report => reports.push(report));
    const began = Date.now();
    hers.change(doc => (doc.n = 1));
    const heads = hers.heads();
    assert.notDeepEqual(hers.getSyncInfo(ada.storageId).lastHeads, heads);
    await until("the change is reported", () => reports.some(report => sameHeads(report.heads, heads)));

    assert.deepEqual(reports.map(report => report.storageId), reports.map(() => ada.storageId));
    const info = hers.getSyncInfo(ada.storageId);
    assert.deepEqual(info.lastHeads, heads);
    assert.ok(info.lastSyncTimestamp >= began, "the report is older than the change");
  });
}

// Edit a map or a text; every tenth edit takes back what the one before it wrote.
function edit(doc, who, i) {
  const token = n => `<${who}${n}>`;
  if (i % 10 === 9) A.splice(doc, ["text"], doc.text.indexOf(token(i - 1)), token(i - 1).length);
  else if (i % 2 === 1) doc.notes[`${who}${i}`] = { x: i };
  else A.splice(doc, ["text"], i % 4 === 0 ? 0 : doc.text.length, 0, token(i));
}

const count = (text, token) => text.split(token).length - 1;

// Changes that stand on more than one other.
const merges = doc => A.getAllChanges(doc).filter(change => A.decodeChange(change).deps.length > 1).length;
