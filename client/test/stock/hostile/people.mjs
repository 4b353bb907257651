// Two honest people with stock clients on one board, and what must hold for
// them whatever a third peer sends.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import * as A from "@automerge/automerge";

import { createBoard } from "../boards.mjs";
import { connect, sameHeads, saved, until } from "../clients.mjs";
import { readSyncMessage } from "../wire.mjs";
import { sqlite, startServer } from "../server.mjs";
import { decode, hashOf } from "./rewrite.mjs";
import { changesIn, stranger } from "./stranger.mjs";

const pace = 20; // milliseconds between two edits while a stranger is at work
const memory = 256 << 20; // bytes of the server at its highest

// Declare the tests of one file, which share a server. `scenario(name, attack)`
// is a test in which two people edit a board before, while and after attack(board)
// goes on. What each board then holds is looked at again after the server was killed.
// With `open` unset the boards are the server's own, and people come by their links.
export function hostile(title, declare, { open = true } = {}) {
  describe(title, () => {
    const boards = []; // as they were left
    const endings = [];
    let server;
    before(async () => {
      server = await startServer({ after: end => endings.push(end) }, sqlite, { open });
    });
    after(async () => {
      for (const end of endings) await end();
    });

    declare((name, attack, options) =>
      test(name, options ?? {}, async t => {
        const board = await (open ? openBoard(t, server) : openLinkedBoard(t, server));
        await board.edit("before");
        await board.settled();
        board.base = A.clone(board.hers.doc());
        await board.editWhile(attack(board));
        await board.edit("after");
        await board.settled();
        board.unharmed();
        boards.push(board.left());
      }),
    );

    test("its memory stayed bounded", async () => {
      assert.ok((await server.peakMemory()) < memory, `the server took ${await server.peakMemory()} bytes`);
    });

    test("killed and started again, it opens every board as it was", async t => {
      await server.stop("SIGKILL");
      await server.start();
      for (const { link, url, heads, entries, where } of boards) {
        const eve = await connect(t, link, "eve");
        const found = await eve.repo.find(url);
        await until("eve has it all", () => sameHeads(found.heads(), heads));
        assert.deepEqual(Object.keys(found.doc()[where]).sort(), entries);
        assert.deepEqual(eve.adapter.closes, []);
        eve.adapter.disconnect();
      }
    });
  });
}

let boards = 0;

async function openBoard(t, server) {
  const links = { owner: server.sync, editor: server.sync };
  const [ada, bob] = await connectBoth(t, links);
  const hers = ada.repo.create({
    entries: {},
    notes: { first: { x: 1, y: 2 } },
    text: "A board",
    list: ["a", "b", "c"],
    votes: new A.Counter(1),
  });
  await saved(ada, hers);
  const his = await bob.repo.find(hers.url);
  return new Board(t, server, { ada, bob, hers, his, links, where: "entries" });
}

async function openLinkedBoard(t, server) {
  const { documentId, secrets } = await createBoard(server, "A board");
  const opened = ([role, secret]) => [role, `${server.sync}?link=${secret}`];
  const links = Object.fromEntries(Object.entries(secrets).map(opened));
  const [ada, bob] = await connectBoth(t, links);
  const [hers, his] = [await ada.repo.find(documentId), await bob.repo.find(documentId)];
  return new Board(t, server, { ada, bob, hers, his, links, where: "comments" });
}

async function connectBoth(t, links) {
  const number = ++boards;
  return [await connect(t, links.owner, `ada-${number}`), await connect(t, links.editor, `bob-${number}`)];
}

class Board {
  entries = []; // what people wrote
  allowed = new Set(); // hashes of changes that are not theirs and yet right
  #edits = 0;

  // `links` open sockets, by role; `where` is the key of the map that people write in.
  constructor(context, server, { ada, bob, hers, his, links, where }) {
    Object.assign(this, { context, server, ada, bob, hers, his, links, where });
    this.documentId = hers.documentId;
    this.people = [
      { name: "ada", client: ada, handle: hers },
      { name: "bob", client: bob, handle: his },
    ];
    for (const change of A.getAllChanges(hers.doc())) this.allowed.add(hashOf(change)); // the board as it was made
    // A busy machine may need several attempts to connect, but only before this.
    for (const person of this.people) person.sockets = person.client.adapter.sockets;
  }

  stranger({ role = "editor", ...options } = {}) {
    return stranger(this.context, this.links[role], options);
  }

  // What is to be found after a restart.
  left() {
    const { where, entries } = this;
    return { link: this.links.owner, url: this.hers.url, heads: this.hers.heads(), entries, where };
  }

  // Both write.
  edit(when) {
    for (const { name, handle } of this.people) this.#write(name, handle, when);
  }

  // People edit until a stranger has done what it does.
  async editWhile(attack) {
    let over = false;
    const ended = attack.finally(() => (over = true));
    ended.catch(() => {}); // looked at below
    do {
      const { name, handle } = this.people[this.#edits % 2];
      this.#write(name, handle, "meanwhile");
      await pause(pace);
    } while (!over);
    await ended;
  }

  #write(name, handle, when) {
    const entry = `${when} ${name} ${this.#edits++}`;
    handle.change(doc => (doc[this.where][entry] = true));
    this.entries.push(entry);
    this.entries.sort();
  }

  // Wait until both have the same, and the server has stored it.
  async settled() {
    await until("the heads are equal", () => sameHeads(this.hers.heads(), this.his.heads()));
    for (const { client, handle } of this.people) await saved(client, handle);
  }

  // Check that nobody lost anything, was disconnected or got anything that
  // people did not write.
  unharmed() {
    assert.deepEqual(this.hers.heads(), this.his.heads());
    assert.deepEqual(this.hers.doc(), this.his.doc());
    assert.deepEqual(Object.keys(this.hers.doc()[this.where]).sort(), this.entries);
    const authors = new Set(this.people.map(({ handle }) => A.getActorId(handle.doc())));
    for (const { client, handle, sockets } of this.people) {
      assert.deepEqual([client.adapter.sockets, client.adapter.closes], [sockets, []]);
      const { received } = client.adapter;
      const data = received.filter(({ type }) => type === "sync").map(message => message.data);
      const came = data.flatMap(bytes => readSyncMessage(bytes).changes).flatMap(changesIn);
      for (const change of [...came, ...A.getAllChanges(handle.doc())]) {
        const { actor } = decode(change);
        assert.ok(authors.has(actor) || this.allowed.has(hashOf(change)), `a change of ${actor} got through`);
      }
      const others = received.filter(({ type }) => !["peer", "sync"].includes(type));
      assert.deepEqual(others.filter(message => !this.expected?.(message)), [], "a message got through");
    }
  }

  // Let somebody join and do something; expect that it is sent away with this
  // code, is told why, and that the server notes it in one line.
  async refuses(code, what, act, { why = /./, ...options } = {}) {
    const peer = await this.stranger(options);
    const hashes = (await act(peer)) ?? [];
    const has = hash => peer.synced.some(({ heads }) => heads.includes(hash)) || A.hasHeads(this.hers.doc(), [hash]);
    const taken = () => hashes.some(hash => !this.allowed.has(hash) && has(hash));
    await until(`${what}: ${peer.id} is sent away`, () => peer.code !== undefined || taken());
    assert.equal(peer.code, code, `${what}: ${peer.code ? `closed with ${peer.code} ${peer.reason}` : "taken"}`);
    assert.match(peer.reason, why, what);
    assert.ok(Buffer.byteLength(peer.reason) <= 123, what);
    assert.ok(peer.failure?.startsWith(peer.reason), `${what}: told ${peer.failure}`);
    await this.noted(peer);
    return peer;
  }

  // Check that the server has one line in its log about the end of a peer's session.
  async noted(peer) {
    const about = () => this.server.log.split("\n").filter(line => line.includes(`"peer":"${peer.id}"`));
    const [line, ...more] = await until(`the end of ${peer.id} is in the log`, () => about().length > 0 && about());
    assert.deepEqual(more, []);
    const { level, code, address, reason } = JSON.parse(line);
    assert.deepEqual({ level, code, address }, { level: peer.code < 4000 ? "info" : "warn", code: peer.code, address: "127.0.0.1" });
    assert.ok(reason.length < 256, reason);
  }

  // What refuses does, for sync messages by name, each sent by a stranger of its own.
  async refusesEach(code, messages) {
    for (const [what, message] of Object.entries(messages)) {
      await this.refuses(code, what, peer => peer.sync(this.documentId, message));
    }
  }

  // The same for changes by name, or lists of them. All are refused by a rule
  // whose name fits, so that none is for the wrong reason.
  async refusesChanges(code, why, cases) {
    for (const [what, chunks] of Object.entries(cases)) {
      await this.refuses(code, what, peer => this.bring(peer, [chunks].flat()), { why });
    }
  }

  // Let a stranger send changes as if it had the board and these.
  bring(peer, changes) {
    const heads = changes.map(hashOf);
    peer.sync(this.documentId, { heads, have: [{ lastSync: this.heads }], changes });
    return heads;
  }

  // Let a stranger send changes that are right; expect that people get them.
  async takes(what, changes) {
    const hashes = changes.map(hashOf);
    for (const hash of hashes) this.allowed.add(hash);
    const peer = await this.stranger();
    this.bring(peer, changes);
    await peer.until(`${what} arrives`, () => this.people.every(({ handle }) => A.hasHeads(handle.doc(), hashes)));
    return peer;
  }

  async metric(name) {
    const text = await (await fetch(`${this.server.http}/metrics`)).text();
    return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)[1]);
  }

  // The board's heads as it was before the stranger came.
  get heads() {
    return A.getHeads(this.base);
  }

  // A change of a stranger's own that is right, made on the board as it was.
  change(edit, { actor, on = this.base } = {}) {
    const doc = A.change(A.clone(on, actor && { actor }), { time: 1 }, edit);
    return Buffer.from(A.getLastLocalChange(doc));
  }
}
