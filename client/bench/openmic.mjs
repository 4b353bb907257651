// What is done with the board while it is measured.
import { setTimeout as pause } from "node:timers/promises";

import { frames, mainThread, memory, wheel } from "./measure.mjs";

/** What shows that the board is live: cards that can be taken, or the layer that stands for them. */
const LIVE = ".react-flow__node .card, .overview";
/** What shows that the board is seen: the server's picture of it, or the board itself. */
const SEEN = `.opening-frame svg, ${LIVE}`;
/** Acts that are measured one by one are so far apart, milliseconds: what one leaves for later has been done by then. */
const GAP = 500;

/** Milliseconds from the navigation to the first frame with a live board. */
export async function openBoard(context, link, stored = false) {
  const page = await context.newPage();
  const took = await follow(page, link);
  // The device has it, and the files that are kept for a time without a network.
  if (stored) await pause(1500);
  await page.close();
  return took;
}

/** Milliseconds to the first frame in which the board is seen, and kilobytes until then: of a browser that has nothing of it. */
export async function seeBoard(context, link) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  let bytes = 0;
  cdp.on("Network.responseReceived", ({ response }) => (bytes += response.encodedDataLength));
  cdp.on("Network.dataReceived", ({ encodedDataLength }) => (bytes += encodedDataLength));
  const took = await follow(page, link, SEEN);
  const found = { took, kilobytes: bytes / 1000 };
  await page.close();
  return found;
}

/**
 * Milliseconds from following a link to the first note that is stored, for a guest whose browser has nothing of the board:
 * one click, into the field that asks for a name, and the name; then a key and the words of the note.
 */
export async function firstNote(context, link) {
  const page = await context.newPage();
  await page.goto(link, { waitUntil: "commit" });
  const since = () => page.evaluate(() => performance.now());
  const name = page.getByTestId("name-card").locator("input");
  await name.click();
  const found = { "link to being asked for a name (ms)": await since() };
  await page.keyboard.type("Bo");
  await page.keyboard.press("Enter");
  await page.keyboard.press("n");
  await page.getByTestId("note-text").waitFor();
  found["link to writing a note (ms)"] = await since();
  await page.keyboard.type("We wait for an answer");
  await page.locator("[data-testid=save-state][data-state=saved]").waitFor();
  found["link to a stored note (ms)"] = await since();
  await page.close();
  return found;
}

export async function follow(page, link, shows = LIVE) {
  await page.addInitScript(selector => {
    localStorage.setItem("openmic.profile", JSON.stringify({ name: "Anna", color: 1, invented: false }));
    window.benchShown = new Promise(resolve => {
      const look = () => {
        if (document.querySelector(selector)) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  }, shows);
  await page.goto(link, { waitUntil: "commit" });
  return page.evaluate(() => window.benchShown);
}

export async function measureBoard(context, link, peer, { cards }, { acts, milliseconds }) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await follow(page, link);
  await page.getByTestId("save-state").waitFor();
  await pause(1500);
  const found = {};
  found["memory: script (MiB)"] = (await memory(context, page)).heap;
  found["memory: process (MiB)"] = (await memory(context, page)).process;

  // What others do, with the window at the beginning of the board.
  await page.keyboard.press("Control+0");
  await pause(500);
  found["idle for half a second (ms)"] = await mainThread(page, cdp, Math.ceil(acts / 4), () => undefined, GAP);
  found["a remote edit (ms)"] = await mainThread(page, cdp, acts, i => peer.edit(i, cards), GAP);
  // A busy room: the work that waits for a pause waits.
  found["a remote edit of 10 a second (ms)"] = await mainThread(page, cdp, acts, i => peer.edit(i + 1000, cards), 100);
  await pause(1000);

  found["pan at 100 % (frames/s)"] = (await frames(page, () => wheel(page, cdp, { x: 40, y: 8, milliseconds }))).rate;

  // One letter, and a card to the next cell. Amid the board, wherever the wheel has left the view.
  await page.keyboard.press("Shift+Digit1");
  await pause(700);
  await page.keyboard.press("Control+0");
  await pause(500);
  const { x, y } = await freeCard(page);
  await page.mouse.dblclick(x, y);
  await page.getByTestId("note-text").waitFor();
  found["a letter typed (ms)"] = await mainThread(page, cdp, acts, () => page.keyboard.type("x"), GAP);
  await page.keyboard.press("Escape");
  found["a card moved (ms)"] = await mainThread(page, cdp, acts, i => page.keyboard.press(i % 2 ? "ArrowLeft" : "ArrowRight"), GAP);
  await page.keyboard.press("Escape");

  await page.keyboard.press("Shift+Digit1");
  await pause(700);
  found["everything shown, zoom (frames/s)"] = (await frames(page, () => wheel(page, cdp, { y: -4, ctrl: true, milliseconds }))).rate;
  await page.keyboard.press("Shift+Digit1");
  await pause(700);
  found["everything shown, pan (frames/s)"] = (await frames(page, () => wheel(page, cdp, { x: 20, y: 4, milliseconds }))).rate;
  await page.keyboard.press("Shift+Digit1");
  await pause(700);
  found["from everything to 100 % and back (frames/s)"] = (await frames(page, () => wheel(page, cdp, { y: -10, ctrl: true, milliseconds: milliseconds }))).rate;
  await page.close();
  return found;
}

/** The same board in words. */
export async function measureOutline(context, link, peer, { cards }, { acts }) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await follow(page, link);
  await page.getByTestId("save-state").waitFor();
  await pause(1500);
  const found = {};
  found["outline, shown (ms)"] = await page.evaluate(() => {
    const start = performance.now();
    document.querySelector('[data-testid="view-button"]').click();
    return new Promise(resolve => {
      const look = () => {
        if (document.querySelector('[data-testid="outline-table"]')) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        else requestAnimationFrame(look);
      };
      look();
    });
  });
  await pause(1500);
  found["outline, a remote edit (ms)"] = await mainThread(page, cdp, acts, i => peer.edit(i + 2000, cards), GAP);
  await page.getByTestId("step-title-s1").focus();
  await pause(GAP);
  found["outline, an arrow key (ms)"] = await mainThread(page, cdp, acts, i => page.keyboard.press(i % 2 ? "ArrowUp" : "ArrowDown"), GAP);
  await page.locator('[data-testid="outline-table"] [data-note-id]').first().focus();
  await page.keyboard.press("Enter");
  await page.locator("textarea:focus").waitFor();
  found["outline, a letter typed (ms)"] = await mainThread(page, cdp, acts, () => page.keyboard.type("x"), GAP);
  found["outline, memory: process (MiB)"] = (await memory(context, page)).process;
  await page.close();
  return found;
}

/** The middle of a card that no bar covers. */
function freeCard(page) {
  return page.evaluate(() => {
    for (const card of document.querySelectorAll(".card")) {
      const { x, y, width, height } = card.getBoundingClientRect();
      const at = { x: x + width / 2, y: y + height / 2 };
      if (at.x > 150 && card.contains(document.elementFromPoint(at.x, at.y))) return at;
    }
    throw new Error("no card can be seen");
  });
}
