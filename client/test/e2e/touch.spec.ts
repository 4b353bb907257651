import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";

/** Pictures to look at go where OPENMIC_SCREENSHOTS says; without it none are taken. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["OPENMIC_SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `touch-${name}.png`) });
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Fingers on the glass, as the browser gets them from the device. */
class Fingers {
  constructor(readonly cdp: CDPSession) {}

  async #send(type: "touchStart" | "touchMove" | "touchEnd", spots: readonly Spot[]): Promise<void> {
    await this.cdp.send("Input.dispatchTouchEvent", { type, touchPoints: spots.map((s, id) => ({ ...s, id })) });
  }

  /** Puts fingers down, moves each to its end, and lifts them. */
  async stroke(from: readonly Spot[], to: readonly Spot[], steps = 8): Promise<void> {
    await this.#send("touchStart", from);
    for (let i = 1; i <= steps; i++) {
      await this.#send("touchMove", from.map((f, n) => ({ x: f.x + (((to[n]?.x ?? f.x) - f.x) * i) / steps, y: f.y + (((to[n]?.y ?? f.y) - f.y) * i) / steps })));
    }
    await this.#send("touchEnd", []);
  }

  async rest(at: Spot, until: () => Promise<void>): Promise<void> {
    await this.#send("touchStart", [at]);
    await until();
    await this.#send("touchEnd", []);
  }
}

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

test("with fingers: the view is moved and pinched, a note is chosen, carried and written on, a long press opens the menu, the pen draws", async ({ enter }) => {
  const anna = await enter({ name: "Anna", language: "sv", browser: PHONE });
  const { page } = anna;
  await anna.makeBoard("Ansöka");
  await anna.add("customer", "s1", "Söker", "a");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  const fingers = new Fingers(await anna.context.newCDPSession(page));
  const cell = () => boxOf(anna.cell("frontstage", "s1"));
  const zoom = async () => (await cell()).width / 232;
  const at = async (x: number, y: number) => {
    const { x: left, y: top } = await cell();
    return { x: left + x, y: top + y };
  };

  // One finger on the ground, and on a note that is not chosen, moves the view.
  let before = await cell();
  const near = (a: number, b: number) => Math.abs(a - b) < 6;
  await fingers.stroke([await at(100, 60)], [await at(60, 20)]);
  await expect.poll(async () => near((await cell()).x - before.x, -40) && near((await cell()).y - before.y, -40)).toBe(true);
  before = await cell();
  const card = await boxOf(anna.note("Söker"));
  const grip = { x: card.x + 60, y: card.y + 25 };
  await fingers.stroke([grip], [{ x: grip.x + 40, y: grip.y + 40 }]);
  await expect.poll(async () => near((await cell()).x - before.x, 40) && near((await cell()).y - before.y, 40)).toBe(true);
  await expect(anna.noteIn("customer", "s1", "Söker")).not.toHaveAttribute("data-selected");

  // Two fingers pinch, about the point between them.
  const scale = await zoom();
  await fingers.stroke([await at(40, 40), await at(140, 40)], [await at(0, 40), await at(180, 40)]);
  await expect.poll(async () => (await zoom()) / scale).toBeGreaterThan(1.5);
  await fingers.stroke([await at(0, 40), await at(180, 40)], [await at(40, 40), await at(140, 40)]);
  await expect.poll(async () => Math.abs((await zoom()) / scale - 1)).toBeLessThan(0.1);

  // A tap chooses, then it can be carried; another tap writes.
  await anna.note("Söker").tap();
  await expect(anna.note("Söker")).toHaveAttribute("data-selected", "true");
  await expect(anna.field).toHaveCount(0);
  const held = await boxOf(anna.note("Söker"));
  const target = await cell();
  await fingers.stroke([{ x: held.x + 60, y: held.y + 25 }], [{ x: target.x + 80, y: target.y + 60 }]);
  await expect(anna.noteIn("frontstage", "s1", "Söker")).toBeVisible();
  await expect(anna.notice).toHaveText(/interaktion/);
  await anna.note("Söker").tap();
  await expect(anna.field).toBeFocused();
  await expect(page.getByRole("contentinfo").getByRole("button", { name: "Fet stil" })).toBeInViewport();
  await picture(page, "writing");
  for (const tool of await page.getByRole("contentinfo").locator("button:visible").all()) {
    const { width, height } = await boxOf(tool);
    expect(Math.min(width, height), await tool.textContent() ?? "").toBeGreaterThanOrEqual(44);
  }
  await page.keyboard.press("Escape");

  // Resting on a note, and on the ground.
  const where = await boxOf(anna.note("Söker"));
  const menu = page.getByTestId("context-menu");
  await fingers.rest({ x: where.x + 60, y: where.y + 20 }, () => expect(menu).toBeVisible());
  await expect(menu.getByRole("menuitem", { name: "Gör en till likadan" })).toBeVisible();
  await picture(page, "menu");
  await page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  const ground = await boxOf(anna.cell("backstage", "s1"));
  await fingers.rest({ x: ground.x + 60, y: ground.y + 40 }, () => expect(menu).toBeVisible());
  await menu.getByRole("menuitem", { name: "Ny lapp" }).tap();
  await expect(anna.field).toBeFocused();
  await page.keyboard.type("Utreder");
  await page.keyboard.press("Escape");
  await expect(anna.noteIn("backstage", "s1", "Utreder")).toBeVisible();

  // One finger draws, a second one turns the stroke into a movement of the view.
  await page.getByTestId("more-tools").tap();
  await page.getByRole("menuitem", { name: "Rita för hand" }).tap();
  await expect(page.getByTestId("draw-layer")).toBeVisible();
  await expect(page.getByRole("menu")).toHaveCount(0);
  const ink = page.locator('[data-kind="ink"]');
  await fingers.stroke([{ x: 120, y: 500 }], [{ x: 260, y: 600 }], 12);
  await expect(ink).toHaveCount(1);
  before = await cell();
  await fingers.stroke([{ x: 120, y: 400 }, { x: 220, y: 400 }], [{ x: 150, y: 440 }, { x: 250, y: 440 }]);
  await expect.poll(async () => near((await cell()).x - before.x, 30) && near((await cell()).y - before.y, 40)).toBe(true);
  await expect(ink).toHaveCount(1);
  // A pen draws, thicker where it is pressed harder; from then on a finger beside it moves the view.
  const layer = page.getByTestId("draw-layer");
  for (const [y, pressure] of [[450, 0.1], [480, 1]] as const) {
    await layer.evaluate(
      (element, { y, pressure }) => {
        const send = (type: string, x: number) =>
          element.dispatchEvent(new PointerEvent(type, { pointerId: 77, pointerType: "pen", isPrimary: true, button: type === "pointermove" ? -1 : 0, buttons: 1, clientX: x, clientY: y, pressure, bubbles: true }));
        element.setPointerCapture = () => undefined;
        send("pointerdown", 100);
        for (let i = 1; i < 9; i++) send("pointermove", 100 + i * 12);
        send("pointerup", 210);
      },
      { y, pressure },
    );
  }
  await expect(ink).toHaveCount(3);
  const thick = await ink.evaluateAll((all) => all.map((one) => one.querySelector("path")?.getBBox().height ?? 0).slice(1).sort((a, b) => a - b));
  expect(thick[1]).toBeGreaterThan(2 * (thick[0] ?? 0));
  before = await cell();
  await fingers.stroke([{ x: 120, y: 400 }], [{ x: 150, y: 430 }]);
  await expect.poll(async () => near((await cell()).x - before.x, 30)).toBe(true);
  await expect(ink).toHaveCount(3);
  await picture(page, "drawn");
});
