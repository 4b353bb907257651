import { barriers } from "./barriers";
import { expect, test } from "./fixtures";

for (const theme of ["light", "dark"] as const) {
  test(`nothing stands in anyone's way: start page, board, dialogs, ${theme}`, async ({ enter }) => {
    const anna = await enter({ name: "Anna", theme, language: "sv" });
    const { page } = anna;
    const none = async (where: string) => {
      // What fades in has the colours it is meant to have once it is there.
      await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
      expect(await barriers(page), where).toEqual([]);
    };
    await page.goto(anna.origin);
    await expect(page.getByRole("radio")).toHaveCount(5);
    await expect(page.locator("#board-name")).toBeFocused();
    await none("start page");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toBeVisible();
    await none("start page with a problem");

    const link = await anna.makeBoard("Ansöka om bygglov");
    await none("empty board");
    const bo = await enter({ name: "Bo" });
    await bo.join(link);
    for (const [step, color] of [["s1", "1"], ["s2", "2"], ["s3", "3"], ["s4", "4"], ["s5", "5"]] as const) {
      await anna.add("customer", step, `Lapp ${color}`);
      await page.keyboard.press(color);
    }
    await anna.add("backstage", "s1", "Granskar ritningar", "a");
    await anna.cell("support", "s5").dblclick();
    await bo.choose(bo.note("Lapp 2"));
    await bo.page.mouse.move(300, 300);
    await expect(anna.cursors).toHaveCount(1);
    await expect(page.getByText("Bo är här")).toBeVisible();
    await none("board with notes, another person, and one note being written");
    await page.keyboard.press("Escape");
    await none("board with a note chosen");

    await page.getByTestId("invite").click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await none("invite");
    await page.keyboard.press("Escape");
    await page.getByTestId("people").click();
    await expect(page.getByTestId("person")).toHaveCount(2);
    await none("people");
    await page.keyboard.press("Escape");
    for (const [nth, what] of [[0, "name"], [1, "keyboard"]] as const) {
      await page.getByTestId("menu").click();
      await expect(page.getByRole("menu")).toBeVisible();
      if (nth === 0) await none("menu");
      await page.getByRole("menuitem").nth(nth).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await none(what);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
    }
    const viewer = await enter({ name: "Vera", theme, language: "sv" });
    await viewer.join(await anna.linkFor("viewer"));
    await viewer.sees("Lapp 1", "Lapp 2", "Lapp 3", "Lapp 4", "Lapp 5", "Granskar ritningar", "");
    expect(await barriers(viewer.page), "viewer's board").toEqual([]);

    anna.watch.allow(/status of 40[14]/);
    await page.goto(`${anna.origin}/b/nosuchboard#nosuchsecret`);
    await expect(page.getByRole("alert")).toBeVisible();
    await none("wrong link");
  });
}

test("by keyboard alone: make a board, write a note, move it over a line, delete it, bring it back", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const { page } = anna;
  const { keyboard } = page;
  await page.goto(anna.origin);
  await expect(page.locator("#board-name")).toBeFocused();
  await keyboard.type("Board by keys");
  await keyboard.press("Enter");
  await anna.isAtBoard("Board by keys");

  // The cells of the board are one stop of Tab, with the arrow keys from cell to cell.
  const stop = page.getByRole("button", { name: "Add a note: Evidence, Step 1" });
  await expect(async () => {
    await keyboard.press("Tab");
    expect(await stop.evaluate((button) => button === document.activeElement)).toBe(true);
  }).toPass({ intervals: [0], timeout: 10_000 });
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await keyboard.press(key);
  await expect(page.getByRole("button", { name: "Add a note: Visible staff, Step 2" })).toBeFocused();
  await keyboard.press("Enter");
  await expect(anna.field).toBeFocused();
  await keyboard.type("Helps at the desk");
  await keyboard.press("Escape");
  const note = anna.noteIn("frontstage", "s2", "Helps at the desk");
  await expect(note).toBeFocused();
  await expect(note).toHaveAccessibleName("Note: Helps at the desk. Visible staff, Step 2");

  await keyboard.press("ArrowDown");
  await expect(anna.noteIn("backstage", "s2", "Helps at the desk")).toBeFocused();
  await expect(anna.notice).toHaveText("Moved to Behind the scenes, Step 2. Moves across the line of visibility.");
  await keyboard.press("Enter");
  await keyboard.type(" and by phone");
  await keyboard.press("Escape");
  await anna.sees("Helps at the desk and by phone");
  await keyboard.press("Delete");
  await anna.sees();
  await expect(anna.notice).toHaveText("Deleted. Undo brings it back.");
  await keyboard.press("Control+z");
  await expect(anna.noteIn("backstage", "s2", "Helps at the desk and by phone")).toBeVisible();
  await anna.saved();
});

test("after a deletion the keyboard goes on where the note was", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("Board");
  await anna.add("backstage", "s3", "bort");
  await anna.page.keyboard.press("Delete");
  await anna.sees();
  await anna.page.keyboard.press("n");
  await expect(anna.field).toBeFocused();
  await anna.page.keyboard.type("i stället");
  await anna.page.keyboard.press("Escape");
  await expect(anna.noteIn("backstage", "s3", "i stället")).toBeFocused();
});

test("on a phone: the start page and the board fit, a note is added and read with a finger", async ({ enter }) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const anna = await enter({ name: "Anna", browser: phone });
  const bo = await enter({ name: "Bo" });
  const { page } = anna;
  const fits = async () => {
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]);
    expect(Math.max(...wide)).toBe(390);
  };
  await page.goto(anna.origin);
  await expect(page.locator("#board-name")).toBeVisible();
  await fits();
  await page.locator("#board-name").fill("Apply for a building permit with a very long name");
  await page.getByRole("button", { name: "Make the board" }).tap();
  await anna.isAtBoard();
  await fits();
  await bo.join(page.url());
  await expect(page.getByTestId("empty-hint")).toContainText("Tap a square");

  await anna.cell("customer", "s1").tap();
  await anna.cell("customer", "s1").getByRole("button").tap();
  await expect(anna.field).toBeFocused();
  await page.keyboard.type("Looks for rules");
  await bo.sees("Looks for rules");
  // While one writes the tools are for the words; then for the note.
  await expect(page.locator(".selection-bar").getByRole("button")).toHaveCount(3);
  await anna.cell("support", "s1").tap();
  await expect(anna.note("Looks for rules")).not.toHaveAttribute("data-selected");
  await anna.note("Looks for rules").tap();
  await expect(anna.note("Looks for rules")).toHaveAttribute("data-selected", "true");
  await page.locator(".selection-bar").getByRole("button", { name: "Pink" }).tap();
  await expect(bo.note("Looks for rules")).toHaveAttribute("data-color", "pink");
  await expect(anna.notes).toBeInViewport({ ratio: 1 });
  await fits();

  // Everything for a finger is large enough, and can be hit.
  for (const button of await page.getByRole("button").all()) {
    if (!(await button.isVisible()) || (await button.evaluate((b) => getComputedStyle(b).opacity)) === "0") continue;
    const inBars = await button.evaluate((b) => b.closest(".bar, .bars, .selection-bar") !== null);
    if (!inBars) continue;
    const { width, height } = await button.evaluate((b) => b.getBoundingClientRect());
    const name = (await button.getAttribute("aria-label")) ?? (await button.textContent());
    expect(Math.min(width, height), `size of “${String(name)}”`).toBeGreaterThanOrEqual(44);
  }
  await page.getByTestId("undo").tap();
  await expect(bo.note("Looks for rules")).toHaveAttribute("data-color", "yellow");
  await anna.saved();
});
