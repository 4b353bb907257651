// The operator's commands: files that the library reads, and files that it wrote.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import * as A from "@automerge/automerge";

import { connect, sameHeads, saved } from "./clients.mjs";
import { defer, program, startServer } from "./server.mjs";

const edits = 50;

export function commands(backend) {
  test("a board leaves as a file and comes back as another board", async t => {
    const server = await startServer(t, backend, { open: false });
    const answer = await fetch(`${server.http}/api/boards`, { method: "POST", body: '{"title": "Moving house"}' });
    const board = await answer.json();
    const ada = await connect(t, syncAddress(server, board.links.editor), "ada");
    const hers = await ada.repo.find(board.documentId);
    for (let i = 0; i < edits; i++) hers.change(doc => (doc.elements[`e${i}`] = { text: `Step ${i} 🏠`, x: i }));
    await saved(ada, hers);
    assert.equal(await server.stop("SIGTERM"), 0);

    const dir = await scratch(t);
    const left = path.join(dir, "left.automerge");
    await openmic("export", board.id, "-o", left, ...server.flags);
    let doc = A.load(await readFile(left));
    assert.ok(sameHeads(A.getHeads(doc), A.getHeads(hers.doc())));
    assert.deepEqual(doc, hers.doc());

    // The library goes on with it: a saved document and two increments after it.
    const back = path.join(dir, "back.automerge");
    doc = A.change(A.clone(doc), doc => A.updateText(doc, ["meta", "title"], "Moved"));
    const parts = [A.save(doc)];
    for (const purpose of ["To rest", "To settle"]) {
      doc = A.change(doc, doc => A.updateText(doc, ["meta", "purpose"], purpose));
      parts.push(A.saveIncremental(doc));
    }
    assert.ok(parts.every(part => part.length > 0));
    await writeFile(back, Buffer.concat(parts));
    const said = await openmic("import", back, ...server.flags);
    const [, documentId] = /^document (.+)$/m.exec(said);
    const [, editor] = /^editor (.+)$/m.exec(said);
    assert.notEqual(documentId, board.documentId);
    assert.match(await openmic("check", ...server.flags), /looked at 2 boards, .* whole$/m);

    await server.start();
    const bob = await connect(t, syncAddress(server, editor), "bob");
    const his = await bob.repo.find(documentId);
    assert.deepEqual(his.doc(), doc);
    assert.ok(sameHeads(A.getHeads(his.doc()), A.getHeads(doc)));
    his.change(doc => A.updateText(doc, ["meta", "title"], "Moved in"));
    await saved(bob, his);
  });

  test("a document of another application is imported on request", async t => {
    const { flags, remove } = await backend.store();
    defer(t, remove);
    const file = path.join(await scratch(t), "todo.automerge");
    const doc = A.from({ todo: ["pack", "move"], done: false });
    await writeFile(file, A.save(doc));
    await assert.rejects(openmic("import", file, ...flags), /--foreign/);
    const said = await openmic("import", file, "--foreign", ...flags);
    const [, id] = /^board (.+)$/m.exec(said);
    await openmic("export", id, "-o", `${file}.out`, ...flags);
    assert.deepEqual(A.load(await readFile(`${file}.out`)), doc);
  });
}

// Run a command; resolves to what it says, rejects with what it complains of.
async function openmic(...args) {
  const { stdout } = await promisify(execFile)(program, args);
  return stdout;
}

async function scratch(t) {
  const dir = await mkdtemp(path.join(tmpdir(), "openmic-stock-"));
  defer(t, () => rm(dir, { recursive: true }));
  return dir;
}

const syncAddress = (server, link) => `${server.sync}?link=${link.slice(link.indexOf("#") + 1)}`;
