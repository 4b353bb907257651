// What a page costs: its frames, its main thread, its memory.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const FRAME = 1000 / 60;

export const median = numbers => quantile(numbers, 0.5);

export function quantile(numbers, q) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** Frames a second while something is done, by the times at which the page could draw. */
export async function frames(page, act) {
  await page.evaluate(() => {
    const times = (window.benchTimes = []);
    const look = time => {
      times.push(time);
      if (window.benchTimes === times) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await act();
  const times = await page.evaluate(() => {
    const all = window.benchTimes;
    window.benchTimes = undefined;
    return all;
  });
  const rate = ((times.length - 1) * 1000) / (times.at(-1) - times[0]);
  return { rate, longest: Math.max(...times.slice(1).map((t, i) => t - times[i])) };
}

/** Turns the wheel over the middle of the window as often as frames are drawn: there and back again. */
export async function wheel(page, cdp, { x = 0, y = 0, ctrl = false, milliseconds }) {
  const { width, height } = page.viewportSize();
  const start = performance.now();
  const sent = [];
  for (let i = 0; ; i++) {
    const at = performance.now() - start;
    if (at >= milliseconds) break;
    const sign = at < milliseconds / 2 ? 1 : -1;
    // Not waited for: a page that is slow to answer gets as many as one that is not.
    sent.push(cdp.send("Input.dispatchMouseEvent", { type: "mouseWheel", x: width / 2, y: height / 2, deltaX: x * sign, deltaY: y * sign, modifiers: ctrl ? 2 : 0 }));
    await pause(Math.max(0, (i + 1) * FRAME - (performance.now() - start)));
  }
  await Promise.all(sent);
}

/**
 * Milliseconds that the page's main thread computes for each of many acts: all of its tasks from one act to the next,
 * whatever they are for. Between acts nothing else is done. Time in which the machine did something else is not counted.
 */
export async function mainThread(page, cdp, count, act, gap) {
  const events = [];
  const keep = ({ value }) => events.push(...value);
  const done = new Promise(resolve => cdp.once("Tracing.tracingComplete", resolve));
  cdp.on("Tracing.dataCollected", keep);
  await cdp.send("Tracing.start", {
    traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline", "blink.user_timing"], excludedCategories: ["*"] },
    transferMode: "ReportEvents",
  });
  const now = () => performance.timeOrigin + performance.now();
  await page.evaluate(() => performance.mark(`bench ${performance.timeOrigin + performance.now()}`));
  const starts = [];
  for (let i = 0; i < count; i++) {
    starts.push(now());
    await act(i);
    await pause(gap);
  }
  starts.push(now());
  await cdp.send("Tracing.end");
  await done;
  cdp.off("Tracing.dataCollected", keep);
  const mark = events.find(e => e.name.startsWith("bench "));
  const shift = mark.ts - Number(mark.name.slice(6)) * 1000;
  const tasks = events.filter(e => e.name === "RunTask" && e.pid === mark.pid && e.tid === mark.tid);
  return starts.slice(0, -1).map((start, i) => {
    const [from, to] = [start * 1000 + shift, starts[i + 1] * 1000 + shift];
    return tasks.filter(t => t.ts >= from && t.ts < to).reduce((sum, t) => sum + (t.tdur ?? t.dur), 0) / 1000;
  });
}

/** Of the page's JavaScript after a collection, and of the largest renderer process as a whole; in MiB. */
export async function memory(context, page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  await cdp.detach();
  const root = await context.browser().newBrowserCDPSession();
  const { processInfo } = await root.send("SystemInfo.getProcessInfo");
  await root.detach();
  const sizes = await Promise.all(processInfo.filter(p => p.type === "renderer").map(p => resident(p.id)));
  return { heap: usedSize / 2 ** 20, process: Math.max(...sizes) };
}

async function resident(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
