// Presence that is too much, somebody else's, or about what is not the sender's.
import assert from "node:assert/strict";

import { cbor } from "@automerge/automerge-repo";

import { until } from "../clients.mjs";
import { hostile } from "./people.mjs";

const malformed = 4400;
const tooBig = 1009;
const megabyte = 1 << 20;

hostile("hostile presence", scenario => {
  scenario("presence under another's name is passed over", async board => {
    const heard = [];
    board.his.on("ephemeral-message", message => heard.push(message));
    const forger = await board.stranger();
    forger.sync(board.documentId, {}, "request");
    presence(forger, board, { senderId: board.ada.repo.peerId, data: cbor.encode("forged") });
    await forger.heard();
    // What was sent later, by another, would not arrive before it.
    const peer = await board.stranger();
    board.expected = message => message.senderId === peer.id;
    peer.sync(board.documentId, {}, "request");
    presence(peer, board, { data: cbor.encode("mine") });
    await until("bob hears the other", () => heard.some(({ senderId }) => senderId === peer.id));
    assert.deepEqual(heard.map(({ senderId, message }) => [senderId, message]), [[peer.id, "mine"]]);
  });

  scenario("of ten thousand presence messages few arrive, in order", async board => {
    const heard = [];
    board.his.on("ephemeral-message", ({ message }) => heard.push(message));
    const peer = await board.stranger();
    board.expected = message => message.senderId === peer.id;
    peer.sync(board.documentId, {}, "request");
    for (let i = 1; i <= 10_000; i++) presence(peer, board, { count: i, data: cbor.encode(i) });
    await peer.heard();
    await until("bob hears something of it", () => heard.length > 0);
    assert.ok(heard.length < 1000, `${heard.length} messages`);
    assert.deepEqual(heard, [...heard].sort((a, b) => a - b));
  });

  scenario("a count that goes backwards is not heard", async board => {
    const heard = [];
    board.his.on("ephemeral-message", ({ message }) => heard.push(message));
    const peer = await board.stranger();
    board.expected = message => message.senderId === peer.id;
    peer.sync(board.documentId, {}, "request");
    for (const count of [5, 3, 6]) {
      presence(peer, board, { count, data: cbor.encode(count) });
      await peer.heard();
      const came = () => board.bob.adapter.received.some(({ type, ...m }) => type === "ephemeral" && m.count === count);
      await until(`${count} is at bob's`, came);
    }
    await until("bob hears the last", () => heard.includes(6));
    assert.deepEqual(heard, [5, 6]);
  });

  scenario("presence is refused when it is too big for a message, and dropped when only too big", async board => {
    const peer = await board.stranger();
    peer.sync(board.documentId, {}, "request");
    presence(peer, board, { data: Buffer.alloc(megabyte) });
    await peer.heard();
    presence(peer, board, { data: Buffer.alloc(10 * megabyte) });
    assert.equal(await peer.closed(), tooBig);
  });

  scenario("presence counts in natural numbers", async board => {
    for (const count of [-1, 1.5, NaN, Infinity, "1", null, undefined, 2 ** 70]) {
      await board.refuses(malformed, `count ${count}`, peer => presence(peer, board, { count }));
    }
  });

  scenario("forged reports of what others have stored reach nobody", async board => {
    const peer = await board.stranger();
    peer.sync(board.documentId, {}, "request");
    const reports = [];
    board.his.on("remote-heads", report => reports.push(report));
    const newHeads = { [board.bob.storageId]: { heads: ["forged"], timestamp: Date.now() + 1e12 } };
    peer.post({ type: "remote-subscription-change", add: [board.bob.storageId], remove: [] });
    for (const type of ["remote-heads-changed", "remote-heads-change"]) {
      peer.post({ type, documentId: board.documentId, newHeads });
    }
    await peer.heard();
    assert.ok(reports.every(({ heads }) => !heads.includes("forged")));

    const many = Array.from({ length: 100_000 }, (_, i) => `storage-${i}`);
    await board.refuses(malformed, "100,000 storage ids", peer =>
      peer.post({ type: "remote-subscription-change", add: many, remove: [] }),
    );
  });
});

function presence(peer, board, message) {
  const { documentId } = board;
  peer.post({ type: "ephemeral", documentId, sessionId: "s", count: 1, data: cbor.encode("here"), ...message });
}
