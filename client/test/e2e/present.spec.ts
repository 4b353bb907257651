// A board on a projector: shown large, step by step, by whoever may look at it.
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";

test("a viewer presents a board step by step with the keys of a clicker, and comes back to where they were", async ({ enter }, info) => {
  const anna = await enter({ name: "Anna", language: "sv" });
  await anna.page.goto(anna.origin);
  await anna.page.locator("#board-name").fill("Ansöka om bygglov");
  await anna.page.getByTestId("template-application").click({ force: true });
  await anna.page.locator("form button[type=submit]").click();
  await anna.isAtBoard();
  await expect.poll(() => anna.notes.count()).toBeGreaterThan(20);
  await anna.saved();
  const link = await anna.linkFor("viewer");

  for (const [name, theme, viewport] of [
    ["wide", "light", { width: 1600, height: 900 }],
    ["phone", "dark", { width: 390, height: 844 }],
  ] as const) {
    const guest = await enter({ name: "Gäst", language: "sv", theme, browser: { viewport, reducedMotion: "reduce", ...(name === "phone" && { hasTouch: true, isMobile: true }) } });
    const { page } = guest;
    await guest.join(link);
    await expect.poll(() => guest.notes.count()).toBeGreaterThan(20);
    const placed = () => page.locator(".react-flow__viewport").getAttribute("style");
    const before = await placed();
    const at = page.getByTestId("presentation-at");
    if (name === "wide") await page.keyboard.press("Shift+P");
    else {
      await page.getByTestId("menu").click();
      await page.getByTestId("present").click();
    }
    await expect(at).toHaveText("Hela tavlan: Ansöka om bygglov");
    await expect(page.getByTestId("menu")).toBeHidden();
    const board = await boxOf(page.locator(".grid"));
    expect(board.x >= 0 && board.y >= 0 && board.x + board.width <= viewport.width && board.y + board.height <= viewport.height, JSON.stringify(board)).toBe(true);
    await page.screenshot({ path: info.outputPath(`${name}-whole.png`) });

    const titles = await page.locator(".step-field").evaluateAll((fields) => fields.map((f) => (f as HTMLTextAreaElement).value));
    for (const [i, key] of ["PageDown", "ArrowRight"].entries()) {
      await page.keyboard.press(key);
      await expect(at).toHaveText(`Steg ${String(i + 1)} av ${String(titles.length)}: ${String(titles[i])}`);
    }
    const whole = viewport.width;
    const inView = async (step: number) => {
      const column = await boxOf(page.locator(".step-name").nth(step));
      return column.x >= 0 && column.x + column.width <= whole;
    };
    await expect.poll(() => inView(1)).toBe(true);
    await page.screenshot({ path: info.outputPath(`${name}-step.png`) });
    expect(await barriers(page), name).toEqual([]);
    // A click goes on too, and changes nothing.
    await page.mouse.dblclick(viewport.width / 2, viewport.height / 2);
    await expect(at).toContainText(`Steg 4 av`);
    await page.keyboard.press("n");
    await page.keyboard.press("End");
    await expect(at).toContainText(`Steg ${String(titles.length)} av`);
    await expect.poll(() => inView(titles.length - 1)).toBe(true);
    await page.keyboard.press("PageDown");
    await expect(at).toContainText(`Steg ${String(titles.length)} av`);
    await page.keyboard.press("PageUp");
    await expect(at).toContainText(`Steg ${String(titles.length - 1)} av`);
    await page.keyboard.press("Home");
    await expect(at).toContainText("Hela tavlan");
    if (name === "wide") await page.keyboard.press("Escape");
    else await page.getByTestId("present.leave").click();
    await expect(page.getByTestId("menu")).toBeVisible();
    await expect.poll(placed).toBe(before);
  }
});
