// How a long history is looked at: opened, sought, played.
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { frames, memory } from "./measure.mjs";
import { follow } from "./openmic.mjs";

// The timeline waits for nothing, and the board is drawn.
const THERE = '.history-page:has([data-testid="history-strip"]):has([data-testid="history-bar"]:not([data-waiting])) :is(.react-flow__node .card, .overview)';

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Leaves a board in a directory that eight people have drawn on, with a change every 200 ms; resolves to its path and secret. */
export async function leaveLongBoard(directory, changes) {
  const args = ["test", "./server", "-count", "1", "-run", "^TestLongHistory$", "-large", `${changes}`, "-leave", directory, "-v"];
  const { stdout } = await promisify(execFile)("go", args, { cwd: ROOT });
  const path = /left \S+?(\/b\/\S+#\S+)/.exec(stdout)?.[1];
  if (!path) throw new Error(`make a long board: ${stdout}`);
  return path;
}

/** How the history of a board is opened, by somebody who has the board: with nothing of it made, kept by the server, in its memory. */
export async function measureOpening(context, link) {
  const page = await context.newPage();
  await follow(page, link);
  await page.getByTestId("save-state").waitFor();
  await pause(3000);
  const open = async () => {
    const took = await opened(page);
    await page.getByTestId("history-close").click();
    await page.getByTestId("history-page").waitFor({ state: "detached" });
    return took;
  };
  const found = {};
  // The program's part for histories is loaded with the first.
  found["history, opened, the server just started (ms)"] = await open();
  found["history, opened (ms)"] = await open();
  await page.close();
  return found;
}

/** From the key to the first frame with the timeline and the board. */
function opened(page) {
  return page.evaluate(there => {
    const start = performance.now();
    document.querySelector('[data-testid="history-button"]').click();
    return new Promise(resolve => {
      const look = () => {
        if (document.querySelector(there)) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        else requestAnimationFrame(look);
      };
      look();
    });
  }, THERE);
}

/** Looking back from the board, which stays open beneath. */
export async function measureHistory(context, link, pace) {
  const page = await context.newPage();
  await follow(page, link);
  await page.getByTestId("save-state").waitFor();
  await pause(3000);
  const { process } = await memory(context, page);
  await opened(page);
  const found = { "history, memory before it: process (MiB)": process, ...(await look(context, page, "history", pace)) };
  await page.close();
  return found;
}

/** The replay by itself, as in somebody's page, from its address to its last frame. */
export async function measureReplay(context, link, pace) {
  const page = await context.newPage();
  const took = await follow(page, link.replace("#", "?replay#"), THERE);
  const found = { "replay, opened from its address (ms)": took, ...(await look(context, page, "replay", pace)) };
  await page.close();
  return found;
}

/** Going to moments all over a history, and playing it 64 times as fast. */
async function look(context, page, view, { seeks, milliseconds }) {
  await pause(1000);
  const found = {};
  const took = [];
  for (let i = 0; i < seeks; i++) {
    // All over the strip, and never where it was.
    took.push(await seek(page, ((i * 37) % 101) / 101));
    await pause(300);
  }
  found[`${view}, a moment sought (ms)`] = took;
  await page.getByTestId("history-speed").selectOption("64");
  const shown = [];
  for (const at of [0.1, 0.5, 0.9]) {
    await seek(page, at);
    await page.getByTestId("history.play").click();
    await pause(500);
    const before = await position(page);
    const { rate, longest } = await frames(page, () => pause(milliseconds));
    (found[`${view}, played at 64x (frames/s)`] ??= []).push(rate);
    (found[`${view}, played at 64x, longest frame (ms)`] ??= []).push(longest);
    shown.push(((await position(page)) - before) / (milliseconds / 1000));
    await page.getByTestId("history.play").click();
  }
  found[`${view}, played at 64x (changes/s)`] = shown;
  const { heap, process } = await memory(context, page);
  found[`${view}, memory: script (MiB)`] = heap;
  found[`${view}, memory: process (MiB)`] = process;
  return found;
}

const position = async page => Number(await page.getByTestId("history-strip").getAttribute("data-position"));

/** From the pointer's coming down on the strip to the frame in which the board is drawn as it was then. */
function seek(page, at) {
  return page.evaluate(part => {
    const strip = document.querySelector('[data-testid="history-strip"]');
    const bar = document.querySelector('[data-testid="history-bar"]');
    const { left, top, width, height } = strip.getBoundingClientRect();
    const before = strip.dataset.position;
    const start = performance.now();
    const event = name => new PointerEvent(name, { bubbles: true, pointerId: 1, button: 0, clientX: left + width * part, clientY: top + height / 2 });
    // A pointer that nobody holds cannot be captured.
    strip.setPointerCapture = () => undefined;
    strip.dispatchEvent(event("pointerdown"));
    strip.dispatchEvent(event("pointerup"));
    return new Promise(resolve => {
      const look = () => {
        if (strip.dataset.position !== before && bar.dataset.waiting === undefined) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        else requestAnimationFrame(look);
      };
      look();
    });
  }, at);
}
