// The server goes away and comes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import * as A from "@automerge/automerge";
import { decodeHeads } from "@automerge/automerge-repo";
import WebSocket from "ws";

import { connect, sameHeads, saved, until } from "./clients.mjs";
import { startServer } from "./server.mjs";

const kills = 3; // how often the server is killed
const steps = 30; // changes of each client, one at a time
const burst = 300; // and then so many at once

export function restart(backend) {
  test("stopped and started again, it has everything, and clients go on by themselves", async t => {
    const server = await startServer(t, backend);
    const ada = await connect(t, server.sync, "ada");
    const bob = await connect(t, server.sync, "bob");
    const hers = ada.repo.create({ log: {} });
    await saved(ada, hers);
    const his = await bob.repo.find(hers.url);
    const storageId = ada.storageId;
    const write = (handle, entry) => handle.change(doc => (doc.log[entry] = true));
    const converged = () => until("the heads are equal", () => sameHeads(hers.heads(), his.heads()));

    write(hers, "ada before");
    write(his, "bob before");
    await converged();
    assert.equal(await server.stop("SIGTERM"), 0, server.log);
    await until("both sockets are closed", () => ada.adapter.closes.length && bob.adapter.closes.length);
    assert.deepEqual([ada.adapter.closes[0], bob.adapter.closes[0]], [1001, 1001]);

    write(hers, "ada meanwhile");
    write(his, "bob meanwhile");
    await server.start();
    await converged();
    write(hers, "ada after");
    write(his, "bob after");
    await converged();
    await saved(ada, hers);
    assert.ok(ada.adapter.sockets > 1 && bob.adapter.sockets > 1);

    const eve = await connect(t, server.sync, "eve");
    const later = await eve.repo.find(hers.url);
    assert.deepEqual(later.heads(), hers.heads());
    const entries = ["before", "meanwhile", "after"].flatMap(when => [`ada ${when}`, `bob ${when}`]);
    assert.deepEqual(Object.keys(later.doc().log).sort(), entries.sort());
    assert.deepEqual([ada.storageId, bob.storageId, eve.storageId], [storageId, storageId, storageId]);
  });

  test("killed in the middle of editing, it has every change it acknowledged", async t => {
    const server = await startServer(t, backend);
    const ada = await connect(t, server.sync, "ada");
    const bob = await connect(t, server.sync, "bob");
    const hers = ada.repo.create({ ada: {}, bob: {} });
    await saved(ada, hers);
    const people = [
      { name: "ada", client: ada, handle: hers },
      { name: "bob", client: bob, handle: await bob.repo.find(hers.url) },
    ];
    for (let round = 0; round < kills; round++) {
      await editUntilKilled(server, people, round);
      await server.start();

      const fresh = await connect(t, server.sync, `fresh-${round}`);
      const found = (await fresh.repo.find(hers.url)).doc();
      const last = `${round}.burst ${burst - 1}`;
      assert.ok(people.some(person => last in acknowledged(person)), "no burst was acknowledged");
      for (const person of people) {
        const lost = Object.keys(acknowledged(person)).filter(entry => !(entry in found[person.name]));
        assert.deepEqual(lost, [], `acknowledged changes of ${person.name} are lost`);
      }
      fresh.adapter.disconnect();

      for (const { name, client, handle } of people) {
        handle.change(doc => (doc[name][`${round}, away`] = true));
        client.adapter.comeBack();
      }
      const [a, b] = people.map(person => person.handle);
      await until("the heads are equal", () => sameHeads(a.heads(), b.heads()));
      for (const { client, handle } of people) await saved(client, handle);
    }
  });
}

// Both edit, and end with a burst that takes the store a moment. The server is
// killed as soon as it tells one of them that it has theirs, and both stay away then.
async function editUntilKilled(server, people, round) {
  const write = ({ name, handle }, entry) => handle.change(doc => (doc[name][`${round}.${entry}`] = true));
  for (let i = 0; i < steps; i++) {
    for (const person of people) write(person, i);
    await pause(2); // a pace at which they see each other's changes
  }
  for (const person of people) {
    for (let i = 0; i < burst; i++) write(person, `burst ${i}`);
  }
  let killed;
  const taps = people.map(({ client, handle }) => {
    const [own] = decodeHeads(handle.heads());
    const tap = ({ type, data }) => {
      if (killed || type !== "sync" || !A.decodeSyncMessage(data).heads.includes(own)) return;
      for (const { client } of people) client.adapter.leave();
      killed = server.stop("SIGKILL");
    };
    client.adapter.on("message", tap);
    return () => client.adapter.off("message", tap);
  });
  await until("a burst is acknowledged", () => killed !== undefined);
  await killed;
  for (const remove of taps) remove();
  const closed = ({ client }) => client.adapter.socket.readyState === WebSocket.CLOSED;
  await until("both sockets are closed", () => people.every(closed));
}

// What a person has written as far as the server has acknowledged it. The heads
// it tells may cover changes of others; each is promised only that their own are stored.
function acknowledged({ name, client, handle }) {
  const { lastHeads = [] } = handle.getSyncInfo(client.storageId) ?? {};
  const heads = decodeHeads(lastHeads).filter(head => A.hasHeads(handle.doc(), [head]));
  return A.view(handle.doc(), heads)[name];
}
