import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";

/** Pictures to look at go where OPENMIC_SCREENSHOTS says; without it none are taken. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["OPENMIC_SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
  await page.screenshot({ path: join(folder, `devices-${name}.png`) });
}

interface Manifest {
  readonly name: string;
  readonly start_url: string;
  readonly display: string;
  readonly icons: readonly { src: string; sizes: string; type: string; purpose: string }[];
}

test("it can be installed: what the browser wants to know is there, and it opens without a network", async ({ enter, lay }) => {
  const cable = await lay();
  const anna = await enter({ name: "Anna", cable });
  const { page } = anna;
  const link = await anna.makeBoard("Board");
  await anna.add("customer", "s1", "kept", "a");
  await anna.saved();
  const cdp = await anna.context.newCDPSession(page);
  const { errors } = (await cdp.send("Page.getAppManifest")) as { errors: unknown[] };
  expect(errors).toEqual([]);
  const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
  // A window of the test keeps nothing, which is no fault of ours.
  expect(installabilityErrors.map((e) => e.errorId).filter((id) => id !== "in-incognito")).toEqual([]);
  const answer = await page.request.get(`${anna.origin}/manifest.webmanifest`);
  expect(answer.headers()["content-type"]).toBe("application/manifest+json");
  const { icons, display, start_url: start } = (await answer.json()) as Manifest;
  expect([display, start]).toEqual(["standalone", "/"]);
  expect(icons.map((i) => i.purpose)).toContain("maskable");
  for (const { src, sizes, type } of [...icons, { src: "/apple-touch-icon.png", sizes: "180x180", type: "image/png" }]) {
    const icon = await page.request.get(anna.origin + src);
    expect(icon.headers()["content-type"]).toBe(type);
    const size = await page.evaluate(async (at) => {
      const image = new Image();
      image.src = at;
      await image.decode();
      return `${String(image.naturalWidth)}x${String(image.naturalHeight)}`;
    }, src);
    if (sizes !== "any") expect(size).toBe(sizes);
  }

  // Both pages are kept; then the network goes.
  const kept = () => page.evaluate(async () => (await (await caches.open("openmic-shell")).keys()).map((r) => new URL(r.url).pathname));
  await expect.poll(kept, { timeout: 20_000 }).toContain("/");
  await page.goto(anna.origin);
  await expect(page.getByTestId("template-empty")).toBeVisible();
  await expect.poll(async () => (await kept()).some((path) => path.includes("templates")), { timeout: 20_000 }).toBe(true);
  await cable.cut();
  anna.watch.allowOutage();
  await page.goto(anna.origin);
  await expect(page.getByText("Board", { exact: true })).toBeVisible();
  await page.goto(link);
  await expect(anna.note("kept")).toBeVisible({ timeout: 20_000 });
  await cable.mend();
});

test("with the colours of the device, with more contrast, and with four times as large letters everything is there", async ({ enter }) => {
  test.setTimeout(90_000);
  const anna = await enter({ name: "Anna", language: "sv", browser: { viewport: { width: 1280, height: 800 } } });
  const { page } = anna;
  const link = await anna.makeBoard("Ansöka om bygglov");
  await anna.add("customer", "s1", "Söker efter regler", "a");
  await anna.add("customer", "s2", "Ringer");
  await anna.add("frontstage", "s2", "Svarar", "a");
  await anna.choose(anna.note("Ringer"));
  await page.keyboard.press("c");
  await page.keyboard.type("svarar");
  await page.keyboard.press("Enter");
  await anna.choose(anna.note("Svarar"));

  const none = async () => {
    await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
    expect(await barriers(page)).toEqual([]);
  };
  /** What a thing is told from its ground by, when only lines are left. */
  const lined = (selector: string) =>
    page.locator(selector).evaluateAll((all) => all.map((e) => { const s = getComputedStyle(e); return s.borderTopStyle !== "none" || s.outlineStyle !== "none" || s.borderBottomStyle !== "none"; }));
  await page.emulateMedia({ forcedColors: "active" });
  for (const selector of [".card", ".bar", ".lane", ".bar .btn"]) expect(await lined(selector), selector).not.toContain(false);
  expect(await anna.note("Svarar").evaluate((e) => getComputedStyle(e).outlineStyle)).toBe("solid");
  expect(await page.locator(".connector-line").first().evaluate((e) => getComputedStyle(e).stroke)).toBe("rgb(0, 0, 0)");
  await none();
  await picture(page, "forced");
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
  await picture(page, "forced-dark");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ forcedColors: "none", contrast: "more", colorScheme });
    await none();
    await picture(page, `contrast-${colorScheme}`);
  }
  await page.emulateMedia({ contrast: "no-preference", colorScheme: "light" });

  // 400 % of 1280 pixels are 320. Nothing is pushed out of the window, and text may be spaced.
  await page.setViewportSize({ width: 320, height: 256 * 2 });
  const spaced = () => page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
    document.adoptedStyleSheets.push(sheet);
  });
  const fits = async (where: string) => {
    expect(await page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)), where).toBeLessThanOrEqual(320);
    await picture(page, where);
  };
  await fits("320-board");
  await page.getByTestId("panel-button").click();
  await expect(page.getByTestId("findings")).toBeVisible();
  await fits("320-panel");
  const body = await boxOf(page.locator(".panel-body:visible"));
  expect(body.x + body.width).toBeLessThanOrEqual(320);
  await page.getByTestId("panel-button").click();
  await page.goto(anna.origin);
  await expect(page.getByTestId("template-empty")).toBeVisible();
  await fits("320-start");
  await spaced();
  await fits("320-start-spaced");
  await page.goto(`${new URL(link).origin}/nowhere`);
  await fits("320-problem");
});
