// Stock automerge-repo clients, with a tap on what goes over their sockets.
import { setTimeout as pause } from "node:timers/promises";

import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

import { defer } from "./server.mjs";

const retryInterval = 100; // milliseconds between attempts to reconnect
const patience = 20_000; // milliseconds until something that has not happened is taken to fail

// The stock adapter; it only takes notes.
class TappedAdapter extends WebSocketClientAdapter {
  sent = []; // messages, decoded
  received = [];
  closes = []; // close codes, one for each socket that closed
  sockets = 0;
  away = false;
  #missed; // the arguments of a retry that was due while we stayed away

  constructor(url) {
    super(url, retryInterval);
    this.on("message", message => this.received.push(message));
  }

  connect(...args) {
    if (this.away) {
      this.#missed = args;
      return;
    }
    super.connect(...args);
    this.sockets++;
    this.socket.addEventListener("close", event => this.closes.push(event.code));
  }

  send(message) {
    if (this.socket?.readyState !== 1) return; // it throws, and takes the document with it
    super.send(message);
    this.sent.push(message);
  }

  disconnect() {
    this.away = true;
    if (!this.socket) return;
    this.socket.addEventListener("error", () => {}); // closed while it was connecting
    super.disconnect();
  }

  // Stay away once the socket has closed, until comeBack lets a retry through. It
  // makes none of its own: two at once leave the stock client without a sync.
  leave() {
    this.away = true;
  }

  comeBack() {
    this.away = false;
    if (this.#missed) this.connect(...this.#missed);
    this.#missed = undefined;
  }
}

// Connect a stock client that ends when the test does.
export async function connect(context, url, peerId) {
  const client = prepare(context, url, peerId);
  client.online();
  await until(`${peerId} is connected`, () => client.repo.peers.length === 1);
  return client;
}

// The same, that has not connected yet.
export function prepare(context, url, peerId) {
  const adapter = new TappedAdapter(url);
  const repo = new Repo({ peerId });
  defer(context, () => repo.shutdown());
  return {
    repo,
    adapter,
    online: () => repo.networkSubsystem.addNetworkAdapter(adapter),
    // The server's storage id, as its peer message gave it.
    get storageId() {
      return repo.getStorageIdOfPeer(adapter.remotePeerId);
    },
  };
}

// Wait until the server has told this client heads that are all it has: "saved".
export function saved(client, handle) {
  return until(`the server has ${client.repo.peerId}'s changes`, () =>
    sameHeads(handle.getSyncInfo(client.storageId)?.lastHeads, handle.heads()),
  );
}

export function sameHeads(a, b) {
  return a !== undefined && a.length === b.length && a.every((head, i) => head === b[i]);
}

// Poll until the condition gives something true, and return that. Intervals are in milliseconds.
export async function until(what, condition, every = 10) {
  const deadline = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) {
      throw new Error(`not within ${patience} ms: ${typeof what === "function" ? what() : what}`);
    }
    await pause(every);
  }
}
