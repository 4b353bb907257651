// The board that is measured, and a stock peer who edits it.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import * as A from "@automerge/automerge";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

import { program } from "../test/stock/server.mjs";

const WORDS = "waits for the letter that tells when somebody comes by phone or at the counter to sign what was agreed".split(" ");
const LANES = ["evidence", "customer", "frontstage", "backstage", "support"];
const COLORS = ["yellow", "pink", "blue", "green", "lilac"];
/** Elements in one cell. */
const DEEP = 8;
/** A server takes 10,000 operations in a change. */
const PART = 100;

const key = i => `a${String(i).padStart(4, "0")}`;
// What is said on the nth card: from 2 to 12 words, the same in every run.
const words = n => Array.from({ length: 2 + ((n * 7) % 11) }, (_, i) => WORDS[(n * 5 + i * 3) % WORDS.length]).join(" ");

/** So many elements in cells, eight a cell, and so many connectors to the next step or the lane below. */
export function plan(elementCount, connectorCount) {
  const steps = Math.ceil(elementCount / LANES.length / DEEP);
  const cards = Array.from({ length: elementCount }, (_, n) => {
    const lane = Math.floor(n / DEEP) % LANES.length;
    const step = Math.floor(n / DEEP / LANES.length);
    return { id: `e${n}`, n, lane, step, slot: n % DEEP, text: words(n), note: n % 4 === 3 };
  });
  const below = ({ n }) => cards[n + DEEP];
  const right = ({ n }) => cards[n + DEEP * LANES.length];
  const links = cards
    .flatMap(card => [[card, right(card)], [card, card.lane + 1 < LANES.length ? below(card) : undefined]])
    .filter(([, to]) => to !== undefined);
  // Spread over the whole board.
  const every = links.length / connectorCount;
  const connectors = Array.from({ length: Math.min(connectorCount, links.length) }, (_, i) => {
    const [from, to] = links[Math.floor(i * every)];
    return { id: `c${i}`, from: from.id, to: to.id };
  });
  return { steps, cards, connectors };
}

/** Fills the document of a board that is just made. */
function* fillings({ steps, cards, connectors }) {
  const scalar = text => new A.ImmutableString(text);
  yield doc => {
    for (let i = Object.keys(doc.steps).length + 1; i <= steps; i++) doc.steps[`s${i}`] = { title: `Step ${i}`, order: scalar(`b${key(i)}`) };
  };
  for (let at = 0; at < cards.length; at += PART) {
    yield doc => {
      for (const { id, n, lane, step, slot, text, note } of cards.slice(at, at + PART)) {
        const kind = note ? "note" : LANES[lane] === "evidence" ? "evidence" : "action";
        const color = note ? COLORS[n % COLORS.length] : "gray";
        doc.elements[id] = { kind: scalar(kind), lane: scalar(LANES[lane]), step: scalar(`s${step + 1}`), order: scalar(key(slot)), color: scalar(color), text };
      }
    };
  }
  for (let at = 0; at < connectors.length; at += PART) {
    yield doc => {
      for (const { id, from, to } of connectors.slice(at, at + PART)) {
        doc.connectors[id] = { from: scalar(from), to: scalar(to), direction: scalar("one-way"), meaning: scalar("leads-to"), label: "" };
      }
    };
  }
}

async function create(origin, title) {
  const response = await fetch(`${origin}/api/boards`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ title }) });
  if (response.status !== 201) throw new Error(`create a board: ${response.status}`);
  return response.json();
}

/** A stock client at a board. It can edit as another person would. */
export class Peer {
  constructor(repo, handle, storageId) {
    this.repo = repo;
    this.handle = handle;
    this.storageId = storageId;
  }

  static async join(origin, { documentId, links }) {
    const secret = new URL(links.owner).hash.slice(1);
    const adapter = new WebSocketClientAdapter(`${origin.replace(/^http/, "ws")}/sync?link=${secret}`);
    const repo = new Repo({ peerId: `bench-${Math.random().toString(36).slice(2)}`, network: [adapter] });
    await repo.networkSubsystem.whenReady();
    const handle = await repo.find(documentId);
    return new Peer(repo, handle, repo.getStorageIdOfPeer(adapter.remotePeerId));
  }

  async saved() {
    for (;;) {
      const told = this.handle.getSyncInfo(this.storageId)?.lastHeads;
      if (told && told.join() === this.handle.heads().join()) return;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  /** What people do: a letter on a card, a card to the next step, another colour. */
  edit(i, cards) {
    const { id } = cards[(i * 37) % cards.length];
    this.handle.change(doc => {
      if (i % 4 === 1) doc.elements[id].step = new A.ImmutableString(`s${1 + (i % 5)}`);
      else if (i % 4 === 3) doc.elements[id].color = new A.ImmutableString(COLORS[i % COLORS.length]);
      else A.splice(doc, ["elements", id, "text"], 0, 0, "x");
    });
  }

  close() {
    return this.repo.shutdown();
  }
}

/** Makes a board on the server as a client does. */
export async function makeBoard(origin, content) {
  const board = await create(origin, "Speed");
  const peer = await Peer.join(origin, board);
  for (const fill of fillings(content)) peer.handle.change(fill);
  await peer.saved();
  await peer.close();
  return board;
}

/** A board of a long history, by way of a file, as the server is stopped: words are written on its cards and taken away. */
export async function importLongBoard(origin, content, changes, server) {
  const seed = await create(origin, "Long");
  const peer = await Peer.join(origin, seed);
  let doc = A.clone(peer.handle.doc());
  await peer.close();
  for (const fill of fillings(content)) doc = A.change(doc, fill);
  for (let i = A.stats(doc).numChanges; i < changes; i++) {
    const { id } = content.cards[Math.floor(i / 40) % content.cards.length];
    // Twenty letters are typed, and taken away again.
    doc = A.change(doc, d => (i % 40 < 20 ? A.splice(d, ["elements", id, "text"], 0, 0, "x") : A.splice(d, ["elements", id, "text"], 0, 1)));
  }
  const folder = await mkdtemp(join(tmpdir(), "openmic-bench-"));
  try {
    const file = join(folder, "long.automerge");
    await writeFile(file, A.save(doc));
    await server.stop("SIGTERM");
    const { stdout } = await promisify(execFile)(program, ["import", ...server.flags, "--public-url", origin, file]);
    await server.start();
    const owner = /https?:\/\/\S+\/b\/\S+#\S+/.exec(stdout)?.[0];
    if (!owner) throw new Error(`import a board: ${stdout}`);
    return { links: { owner } };
  } finally {
    await rm(folder, { recursive: true });
  }
}
