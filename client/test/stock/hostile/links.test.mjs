// On boards with links: strangers that have one, and reach for more.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import * as A from "@automerge/automerge";

import { createBoard } from "../boards.mjs";
import { hostile } from "./people.mjs";
import { decode, rewrite, value } from "./rewrite.mjs";
import { newDocumentId } from "./stranger.mjs";

const READ_ONLY = 0x82; // in the flags of a sync message
const refused = 4422;
const tooLarge = 4413;

hostile("hostile holders of links", scenario => {
  scenario("nobody takes the peer id of one who came by another link", async board => {
    for (const person of [board.ada, board.bob]) {
      const peer = await board.stranger({ role: "viewer", join: false, id: person.repo.peerId });
      peer.post({ type: "join", supportedProtocolVersions: ["1"], peerMetadata: {} });
      assert.equal(await peer.closed(), 4409);
    }
  });

  scenario("another board is as unavailable as one that is not there", async board => {
    const other = await createBoard(board.server, "Not yours");
    const own = board.change(doc => (doc.comments.mine = { text: "3" }));
    const answers = [];
    for (const documentId of [other.documentId, newDocumentId()]) {
      const peer = await board.stranger();
      peer.sync(documentId, {}, "request");
      peer.sync(documentId, { heads: board.heads, changes: [own] });
      peer.post({ type: "ephemeral", documentId, sessionId: "s", count: 1, data: Buffer.alloc(1) });
      await peer.heard();
      answers.push(peer.received.slice(1, -1).map(answer => ({ ...answer, documentId: "", targetId: "" })));
    }
    assert.equal(answers[0].length, 2);
    assert.ok(answers[0].every(({ type }) => type === "doc-unavailable"));
    assert.deepEqual(answers[0], answers[1]);
  });

  scenario("a viewer that writes is told not to, and then sent away", async board => {
    const own = board.change(doc => (doc.comments.mine = { text: "3" }));
    const whole = A.save(A.applyChanges(A.clone(board.base), [own])[0]);
    const have = [{ lastSync: board.heads }];
    const messages = {
      "a change": { heads: board.heads, have, changes: [own] },
      "a change of what it does not have": { heads: [], changes: [own] },
      "a document": { version: 0x43, heads: board.heads, have, changes: [whole], flags: [2] },
      "what is no change": { heads: board.heads, have, changes: [Buffer.from("change")] },
    };
    for (const [what, message] of Object.entries(messages)) {
      const peer = await board.stranger({ role: "viewer" });
      peer.sync(board.documentId, {}, "request");
      await peer.until("the board comes", () => board.heads.every(head => peer.got.includes(head)));
      for (let i = 0; i < 10; i++) peer.sync(board.documentId, message);
      assert.equal(await peer.closed(), 4403, what);
      const flags = peer.received.filter(({ type }) => type === "sync").map(({ data }) => data.at(-1));
      assert.ok(flags.some(byte => (byte & READ_ONLY) === READ_ONLY), `${what}: not told`);
      assert.ok(peer.received.length < 50, `${what}: ${peer.received.length} messages`);
    }
  });

  scenario("a board has one beginning", async board => {
    const stolen = A.getLastLocalChange(A.from({ elements: {}, comments: {} }, "ff".repeat(16)));
    const { startOp, seq } = decode(stolen);
    assert.deepEqual([startOp, seq], [1, 1]);
    await board.refusesChanges(refused, /./, {
      "another beginning": Buffer.from(stolen),
      "the same again, by another": rewrite(A.getAllChanges(board.base)[0], change => void (change.actor = "ff".repeat(16))),
    });
  });

  scenario("counters are not for boards", async board => {
    const counter = board.change(doc => (doc.votes.mine = new A.Counter(1)));
    const number = board.change(doc => (doc.votes.mine = 1));
    const increment = rewrite(board.change(doc => (doc.schema = 2)), change => void (change.ops[0].action = 5));
    await board.refusesChanges(refused, /value/, {
      "a counter": counter,
      "a number made a counter": rewrite(number, change => void (change.ops[0].value = value.counter(1))),
      "an increment": increment,
    });
  });

  scenario("values on a board are short", async board => {
    const text = length => board.change(doc => (doc.votes.mine = new A.ImmutableString("x".repeat(length))));
    const random = length => board.change(doc => (doc.votes.mine = randomBytes(length)));
    await board.refusesChanges(tooLarge, /size/, {
      "a text of 65,537 bytes": text((64 << 10) + 1),
      "bytes of half a megabyte": random(1 << 19),
    });
    await board.takes("bytes of 65,536", [random(64 << 10)]);
  });
}, { open: false });
