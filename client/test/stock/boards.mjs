// Without --open: boards, and the links that open them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import * as A from "@automerge/automerge";
import { decodeHeads, encodeHeads } from "@automerge/automerge-repo";
import WebSocket from "ws";

import { connect, sameHeads, saved, until } from "./clients.mjs";
import { startServer } from "./server.mjs";
import { wirePeer } from "./wire.mjs";

export function boards(backend) {
  test("a socket without a ticket or a link is refused", async t => {
    const server = await startServer(t, backend, { open: false });
    const board = await createBoard(server, "Moving house");
    const ticket = await createTicket(server, board);
    assert.equal(await opens(server.sync), 401);
    assert.equal(await opens(`${server.sync}?link=${board.secrets.editor}x`), 401);
    assert.equal(await opens(`${server.sync}?ticket=x${ticket}`), 401);
    assert.equal(await opens(`${server.sync}?ticket=${ticket}`), 101);
    assert.equal(await opens(`${server.sync}?ticket=${ticket}`), 401, "a ticket opens one socket");
  });

  test("a board opens by its link, and that link opens no other", async t => {
    const server = await startServer(t, backend, { open: false });
    const board = await createBoard(server, "Moving house");
    const other = await createBoard(server, "Another board");
    const ada = await connect(t, `${server.sync}?link=${board.secrets.owner}`, "ada");
    const bob = await connect(t, `${server.sync}?link=${board.secrets.editor}`, "bob");
    const hers = await ada.repo.find(board.documentId);
    const his = await bob.repo.find(board.documentId);
    assert.equal(hers.doc().meta.title, "Moving house");

    await assert.rejects(bob.repo.find(other.documentId), /is unavailable/);
    setTitle(his, "Moving out");
    await until("ada sees bob's edit", () => hers.doc().meta.title === "Moving out");
    await saved(bob, his);
    assert.deepEqual([bob.adapter.sockets, bob.adapter.closes], [1, []]);
  });

  test("a viewer's link reads, and what its holder edits reaches nobody", async t => {
    const { server, board, link, editor, edited } = await boardWithEditor(t, backend);
    const viewer = await connect(t, link("viewer"), "viewer");
    const viewed = await viewer.repo.find(board.documentId);
    assert.equal(viewed.doc().meta.title, "Moving house");
    const before = edited.heads();
    const heard = [];
    edited.on("ephemeral-message", ({ message }) => heard.push(message));

    setTitle(viewed, "Mine");
    const announced = ({ type, data }) =>
      type === "sync" && sameHeads(encodeHeads(A.decodeSyncMessage(data).heads), viewed.heads());
    await until("the viewer has announced its edit", () => viewer.adapter.sent.some(announced));
    viewed.broadcast("after the edit"); // once it is through, so is what came before it
    await until("the editor hears the viewer", () => heard.includes("after the edit"));
    assert.deepEqual(edited.heads(), before);

    edited.change(doc => A.splice(doc, ["meta", "purpose"], 0, 0, "To read"));
    await until("the viewer sees the edit", () => viewed.doc().meta.purpose === "To read");
    assert.deepEqual(viewer.adapter.closes, []);
    await untouched(t, server, board, { editor, edited });
  });

  test("a viewer that sends changes all the same is sent away", async t => {
    const { server, board, link, editor, edited } = await boardWithEditor(t, backend);
    // An old peer does not understand that it is asked to send none.
    const viewer = await wirePeer(t, link("viewer"), board.documentId, { flags: false });
    await viewer.has(decodeHeads(edited.heads()));
    for (let i = 0; i < 10; i++) viewer.change(doc => A.splice(doc, ["meta", "title"], 0, 0, "Mine "));
    await until("the session has ended", () => viewer.ended);
    assert.match(viewer.ended, /4403/);
    assert.ok(viewer.sent.some(({ changes }) => changes.length > 0));
    await untouched(t, server, board, { editor, edited });
  });
}

async function boardWithEditor(t, backend) {
  const server = await startServer(t, backend, { open: false });
  const board = await createBoard(server, "Moving house");
  const link = role => `${server.sync}?link=${board.secrets[role]}`;
  const editor = await connect(t, link("editor"), "editor");
  const edited = await editor.repo.find(board.documentId);
  return { server, board, link, editor, edited };
}

// Check that the board is as its editor has it, for others too.
async function untouched(t, server, board, { editor, edited }) {
  await saved(editor, edited);
  const newcomer = await connect(t, `${server.sync}?link=${board.secrets.owner}`, "newcomer");
  const found = await newcomer.repo.find(board.documentId);
  assert.deepEqual(found.heads(), edited.heads());
  assert.equal(found.doc().meta.title, "Moving house");
}

function setTitle(handle, title) {
  handle.change(doc => A.updateText(doc, ["meta", "title"], title));
}

// Create a board; secrets are those of its links, by role.
export async function createBoard(server, title) {
  const board = await post(`${server.http}/api/boards`, { title });
  const secrets = Object.entries(board.links).map(([role, link]) => [role, new URL(link).hash.slice(1)]);
  return { ...board, secrets: Object.fromEntries(secrets) };
}

async function createTicket(server, board) {
  const answer = await post(`${server.http}/api/boards/${board.id}/tickets`, {}, board.secrets.viewer);
  return answer.ticket;
}

async function post(url, body, secret) {
  const headers = { "Content-Type": "application/json", ...(secret && { Authorization: `Bearer ${secret}` }) };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(response.status, 201, `${url}: ${response.status}`);
  return response.json();
}

// Try to open a socket; resolves to the status of the answer.
async function opens(url) {
  const socket = new WebSocket(url);
  const answered = Promise.race([
    once(socket, "open").then(() => 101),
    once(socket, "unexpected-response").then(([, response]) => response.statusCode),
  ]);
  const status = await answered;
  socket.on("error", () => {}); // terminated while it was connecting
  socket.terminate();
  return status;
}
