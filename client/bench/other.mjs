// The same with another editor, as far as it has the like.
import { setTimeout as pause } from "node:timers/promises";

import { frames, mainThread, memory, wheel } from "./measure.mjs";

/** How much of a turn of the wheel each makes of the same way on the screen. */
const TURN = { excalidraw: { pan: 0.5, zoom: 1 }, xyflow: { pan: 1, zoom: 1 } };

export async function measureOther(context, address, { acts, milliseconds }) {
  const { pan, zoom } = TURN[/(\w+)\.html$/.exec(address)[1]];
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await page.goto(address);
  const found = {};
  await page.waitForFunction(() => window.bench?.count() > 0);
  found["open, from memory (ms)"] = await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))));
  await pause(1500);
  found["memory: script (MiB)"] = (await memory(context, page)).heap;
  found["memory: process (MiB)"] = (await memory(context, page)).process;
  await page.evaluate(() => window.bench.full());
  await pause(500);
  found["an edit from outside (ms)"] = await mainThread(page, cdp, acts, i => page.evaluate(n => window.bench.edit(n), i), 300);
  found["pan at 100 % (frames/s)"] = (await frames(page, () => wheel(page, cdp, { x: 40 * pan, y: 8 * pan, milliseconds }))).rate;
  await page.evaluate(() => window.bench.fit());
  await pause(700);
  found["everything shown, zoom (frames/s)"] = (await frames(page, () => wheel(page, cdp, { y: -4 * zoom, ctrl: true, milliseconds }))).rate;
  await page.evaluate(() => window.bench.fit());
  await pause(700);
  found["everything shown, pan (frames/s)"] = (await frames(page, () => wheel(page, cdp, { x: 20 * pan, y: 4 * pan, milliseconds }))).rate;
  await page.close();
  return found;
}
