// Measures the board in a real browser, beside other editors that hold as much. `make bench-client` runs it.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "@playwright/test";

import { startServer, sqlite } from "../test/stock/server.mjs";
import { Peer, importLongBoard, makeBoard, plan } from "./board.mjs";
import { quantile } from "./measure.mjs";
import { leaveLongBoard, measureHistory, measureOpening, measureReplay } from "./history.mjs";
import { firstNote, measureBoard, measureOutline, openBoard, seeBoard } from "./openmic.mjs";
import { measureOther } from "./other.mjs";
import { serve } from "./site.mjs";

const { values } = parseArgs({
  options: {
    elements: { type: "string", default: "2000" },
    connectors: { type: "string", default: "1000" },
    history: { type: "string", default: "100000" },
    seeks: { type: "string", default: "30" },
    runs: { type: "string", default: "5" },
    acts: { type: "string", default: "60" },
    seconds: { type: "string", default: "3" },
    only: { type: "string", default: "guest,see,open,board,outline,excalidraw,xyflow,long,history" },
    /** A figure that is missing fails the run: for tests, beside a board that is small. */
    check: { type: "boolean", default: false },
  },
});
const size = { elements: Number(values.elements), connectors: Number(values.connectors) };
const pace = { acts: Number(values.acts), milliseconds: Number(values.seconds) * 1000 };
const wanted = new Set(values.only.split(","));
const runs = Number(values.runs);

const ends = [];
const context = { after: end => ends.push(end) };
try {
  await bench();
} finally {
  for (const end of ends.reverse()) await end();
}

async function bench() {
  const content = plan(size.elements, size.connectors);
  const server = await startServer(context, sqlite, { open: false });
  const board = await makeBoard(server.http, content);
  const small = await makeBoard(server.http, plan(8, 4));
  const figures = new Map();
  const add = (editor, found) => {
    for (const [name, value] of Object.entries(found)) {
      const key = `${editor}\t${name}`;
      figures.set(key, [...(figures.get(key) ?? []), ...[value].flat()]);
    }
  };

  const site = wanted.has("excalidraw") || wanted.has("xyflow") ? await serve(content) : undefined;
  if (site) context.after(site.stop);
  // By turns, so that what else the machine does falls on all alike.
  for (let run = 0; run < runs; run++) {
    if (wanted.has("guest")) {
      const workshop = await makeBoard(server.http, plan(60, 20));
      await withBrowser(async browser => add("guest", await firstNote(browser, workshop.links.editor)));
    }
    if (wanted.has("see")) {
      const { links } = board;
      await drawn(server.http);
      const see = async what => {
        const { took, kilobytes } = await withBrowser(browser => seeBoard(browser, links.viewer));
        add("board", { [`see, nothing cached${what} (ms)`]: took, [`see, nothing cached${what} (kB)`]: kilobytes });
      };
      await see("");
      await server.stop("SIGTERM");
      await server.start();
      await see(", the server just started");
    }
    if (wanted.has("open")) {
      await withBrowser(async browser => {
        add("board", { "open, nothing cached (ms)": await openBoard(browser, board.links.owner) });
      });
      await withBrowser(async browser => {
        await openBoard(browser, small.links.owner, true);
        add("board", { "open, program cached (ms)": await openBoard(browser, board.links.owner, true) });
        add("board", { "open, from the device (ms)": await openBoard(browser, board.links.owner) });
      });
    }
    if (wanted.has("board")) {
      const peer = await Peer.join(server.http, board);
      await withBrowser(async browser => add("board", await measureBoard(browser, board.links.owner, peer, content, pace)));
      await peer.close();
    }
    if (wanted.has("outline")) {
      const peer = await Peer.join(server.http, board);
      await withBrowser(async browser => add("board", await measureOutline(browser, board.links.owner, peer, content, pace)));
      await peer.close();
    }
    for (const editor of ["excalidraw", "xyflow"]) {
      if (wanted.has(editor)) await withBrowser(async browser => add(editor, await measureOther(browser, `${site.origin}/${editor}.html`, pace)));
    }
    console.error(`run ${run + 1} of ${runs}, load ${loadavg()[0].toFixed(1)}`);
  }
  if (wanted.has("long")) {
    const long = await importLongBoard(server.http, plan(200, 100), Number(values.history), server);
    for (let run = 0; run < Math.min(runs, 3); run++) {
      await withBrowser(async browser => {
        await openBoard(browser, small.links.owner, true);
        add("board", { [`open ${values.history} changes, program cached (ms)`]: await openBoard(browser, long.links.owner, true) });
        add("board", { [`open ${values.history} changes, from the device (ms)`]: await openBoard(browser, long.links.owner) });
      });
    }
  }
  if (wanted.has("history")) await lookBack(add);
  print(figures);
}

/** The history of a long board, on a server of its own. */
async function lookBack(add) {
  const folder = await mkdtemp(join(tmpdir(), "openmic-bench-"));
  context.after(() => rm(folder, { recursive: true, maxRetries: 5, retryDelay: 200 }));
  const looking = { seeks: Number(values.seeks), milliseconds: pace.milliseconds };
  const path = await leaveLongBoard(folder, Number(values.history));
  const server = await startServer(context, { store: async () => ({ flags: ["--data", folder], remove: async () => undefined }) }, { open: false });
  for (let run = 0; run < Math.min(runs, 3); run++) {
    await withBrowser(async browser => {
      await openBoard(browser, server.http + path, true);
      await server.stop("SIGTERM");
      await server.start();
      add("board", await measureOpening(browser, server.http + path));
      add("board", await measureHistory(browser, server.http + path, looking));
    });
    // A browser that has not had the board open.
    await withBrowser(async browser => add("board", await measureReplay(browser, server.http + path, looking)));
    console.error(`history ${run + 1}, load ${loadavg()[0].toFixed(1)}`);
  }
}

/** Waits until the server has a drawing of a board for whoever comes: it makes one when people pause, and has it again after a start. */
async function drawn(origin) {
  for (;;) {
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    if (/^openmic_drawing(_seconds_count|s_recalled_total) [1-9]/m.test(metrics)) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

/** The browser of the machine: OPENMIC_CHROMIUM, or one found on PATH. */
function chromiumPath() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const places = (process.env.PATH ?? "").split(delimiter).flatMap(folder => names.map(name => join(folder, name)));
  return process.env.OPENMIC_CHROMIUM ?? places.find(existsSync);
}

/** A browser with an empty disk of its own. */
async function withBrowser(act) {
  const folder = await mkdtemp(join(tmpdir(), "openmic-bench-"));
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath(),
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
  });
  try {
    return await act(browser);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, maxRetries: 5, retryDelay: 200 });
  }
}

function print(figures) {
  console.log(`${size.elements} elements, ${size.connectors} connectors; ${cpus().length} cores, no GPU, load ${loadavg()[0].toFixed(1)}`);
  console.log("median (least to most; p95 where single acts are measured)\n");
  const missing = [];
  for (const [key, numbers] of figures) {
    const [editor, name] = key.split("\t");
    if (!numbers.every(Number.isFinite) || numbers.length === 0) missing.push(key);
    const show = n => (n >= 100 ? n.toFixed(0) : n.toFixed(1));
    const spread = `(${show(Math.min(...numbers))} to ${show(Math.max(...numbers))}; p95 ${show(quantile(numbers, 0.95))})`;
    console.log(`${editor.padEnd(12)} ${name.padEnd(48)} ${show(quantile(numbers, 0.5)).padStart(8)}  ${spread}`);
  }
  if (values.check && (missing.length > 0 || figures.size === 0)) throw new Error(`no figure for ${missing.join(", ") || "anything"}`);
}
