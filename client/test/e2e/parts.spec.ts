// What makes a board a blueprint, on the board itself: lanes, steps and phases, feelings, marks.
import type { Locator, Page } from "@playwright/test";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";
import type { Person } from "./person";

/** Goes on with the Tab key until something has the keyboard. */
async function tabTo(page: Page, to: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (await to.evaluateAll((all) => all.some((e) => e === document.activeElement))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${String(to)} is not reached with ${key}`);
}

/** Goes down in the open menu to an item. A menu moves the keyboard a moment after the key. */
async function goDown(page: Page, item: Locator): Promise<void> {
  await expect(item).toBeVisible();
  await expect.poll(() => item.evaluate((e) => e.closest("[role=menu]")?.contains(document.activeElement))).toBe(true);
  for (let i = 0; i < 30; i++) {
    if (await item.evaluate((e) => e === document.activeElement)) return;
    const from = await page.evaluateHandle(() => document.activeElement);
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction((was) => document.activeElement !== was, from);
  }
  throw new Error(`${String(item)} is not reached`);
}

async function pick(page: Page, name: string): Promise<void> {
  await goDown(page, page.getByRole("menuitem", { name, exact: true }));
  await page.keyboard.press("Enter");
}

const stepNames = (p: Person) => p.page.locator(".step-field").evaluateAll((all) => all.map((f) => (f as HTMLTextAreaElement).value || (f as HTMLTextAreaElement).placeholder));
const laneNames = (p: Person) => p.page.locator(".lane-field").evaluateAll((all) => all.map((f) => (f as HTMLTextAreaElement).value || (f as HTMLTextAreaElement).placeholder));

test("a whole blueprint is built with the keyboard alone: steps, a phase, a lane, cards, a connector, a mark, feelings", async ({ enter }) => {
  test.setTimeout(90_000);
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const { page } = anna;
  const { keyboard } = page;
  await bo.join(await anna.makeBoard("Permit"));

  // A step gets a name, one is added after it, and goes before it.
  await tabTo(page, page.getByTestId("step-title-s1"));
  await keyboard.type("Apply");
  await tabTo(page, page.getByTestId("handle-s1"));
  await keyboard.press("Enter");
  await pick(page, "Add a step after");
  await expect(page.locator(".step-field:focus")).toHaveAttribute("placeholder", "Step 2");
  await keyboard.type("Find out");
  await tabTo(page, page.locator(".step-name:has(:focus) .part-handle"));
  await keyboard.press("Alt+ArrowLeft");
  await expect(anna.notice).toHaveText("Find out is now number 1 of 6.");
  await expect.poll(() => stepNames(bo)).toEqual(["Find out", "Apply", "Step 3", "Step 4", "Step 5", "Step 6"]);

  // A phase over it.
  await keyboard.press("Enter");
  await expect(page.getByTestId("part-menu")).toBeVisible();
  const phase = page.getByRole("menuitem", { name: "Phase" });
  await goDown(page, phase);
  await keyboard.press("ArrowRight");
  await pick(page, "New phase…");
  await expect(page.locator(".phase-field")).toBeFocused();
  await keyboard.type("Before");
  await expect(bo.page.locator(".phase-field")).toHaveValue("Before");

  // A lane below the support processes.
  await tabTo(page, page.getByTestId("handle-support"), "Shift+Tab");
  await keyboard.press("Enter");
  await expect(page.getByTestId("part-menu")).toBeVisible();
  const below = page.getByRole("menuitem", { name: "Add a lane below" });
  await goDown(page, below);
  await keyboard.press("ArrowRight");
  await pick(page, "Technology");
  await expect(page.locator(".lane-field:focus")).toHaveAttribute("placeholder", "Technology");
  await keyboard.type("Systems");
  await expect.poll(() => laneNames(bo)).toEqual(["Evidence", "Customer", "Visible staff", "Behind the scenes", "Support processes", "Systems"]);

  // Cards in two lanes, tied together.
  await keyboard.press("Enter");
  const cell = page.locator('.cell-add[tabindex="0"]');
  await tabTo(page, cell);
  await keyboard.press("ArrowDown");
  await keyboard.press("a");
  await keyboard.type("Asks");
  await keyboard.press("Escape");
  await expect(anna.note("Asks")).toBeFocused();
  await tabTo(page, cell, "Shift+Tab");
  await keyboard.press("ArrowDown");
  await keyboard.press("a");
  await keyboard.type("Answers");
  await keyboard.press("Escape");
  await expect(anna.note("Answers")).toBeFocused();
  await expect(bo.note("Answers")).toHaveAttribute("data-lane", "frontstage");
  await keyboard.press("c");
  await expect(page.getByTestId("palette")).toBeVisible();
  await keyboard.type("Asks");
  await keyboard.press("Enter");
  await expect(bo.page.getByTestId("connector")).toHaveAccessibleName("From Answers to Asks: leads to");

  // A mark.
  await tabTo(page, anna.note("Asks"));
  await keyboard.press("k");
  await expect(page.getByTestId("palette")).toBeVisible();
  await keyboard.type("wait");
  await keyboard.press("Enter");
  await expect(bo.note("Asks").getByTestId("pill")).toHaveText("Wait");
  await expect(anna.notice).toContainText("Press I");

  // Feelings.
  await keyboard.press("Control+k");
  await keyboard.type("curve of feelings");
  await keyboard.press("Enter");
  await expect(page.getByTestId("curve")).toBeVisible();
  const first = page.locator('[data-testid^="feel-customer-"]').first();
  await tabTo(page, first);
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  await expect(first).toHaveAttribute("aria-valuetext", "Very bad");
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowUp");
  await expect(bo.page.getByTestId("feel-customer-s1")).toHaveAccessibleName("The customer, Apply");
  await expect(bo.page.getByTestId("feel-customer-s1")).toHaveAttribute("aria-valuenow", "1");
  await expect(bo.page.getByTestId("curve").locator(".curve-line.curve-customer")).toHaveAttribute("d", /^M.+C/);

  // What lies in a removed lane stays; it all goes back step by step.
  await tabTo(page, page.getByTestId("handle-frontstage"));
  await keyboard.press("Enter");
  await pick(page, "Remove the lane, keep what lies in it (1)");
  await expect(bo.note("Answers")).not.toHaveAttribute("data-lane");
  await keyboard.press("Control+z");
  await expect(bo.note("Answers")).toHaveAttribute("data-lane", "frontstage");
  expect(await barriers(page)).toEqual([]);
});

test("lanes, steps and feelings are carried with the mouse; a lane is collapsed for oneself alone, and opens when it is needed", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo", language: "sv", theme: "dark", browser: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
  const { page } = anna;
  const { mouse } = page;
  const link = await anna.makeBoard("Permit");
  await bo.join(link);
  // On a phone the lines are named where one sees it.
  await expect(bo.page.getByTestId("line-interaction")).toBeInViewport({ ratio: 1 });

  const carry = async (what: Locator, x: number, y: number) => {
    const from = await boxOf(what);
    await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await mouse.down();
    await mouse.move(x, y, { steps: 6 });
  };
  await page.getByTestId("step-title-s1").hover();
  const third = await boxOf(page.getByTestId("step-title-s3"));
  await carry(page.getByTestId("handle-s1"), third.x + third.width - 4, third.y + 10);
  await expect(page.locator(".insertion")).toHaveCount(1);
  await mouse.up();
  await expect(anna.notice).toHaveText("Step 1 is now number 3 of 5.");
  await expect(page.getByTestId("part-menu")).toHaveCount(0);

  await page.getByTestId("lane-title-support").hover();
  const top = await boxOf(page.getByTestId("lane-title-customer"));
  await carry(page.getByTestId("handle-support"), top.x + 20, top.y + 2);
  await mouse.up();
  await expect.poll(() => laneNames(bo)).toEqual(["Bevis", "Stödprocesser", "Kund", "Synlig personal", "Bakom kulisserna"]);
  await expect(bo.page.getByTestId("line-internal")).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(bo.page.getByTestId("line-internal")).toHaveCount(1);

  // A lane that is collapsed says how much lies in it, and its connectors end there.
  await anna.add("customer", "s2", "Asks", "a");
  await anna.add("frontstage", "s4", "Answers", "a");
  await anna.note("Answers").press("c");
  await page.getByTestId("palette").getByRole("option", { name: "Asks" }).click();
  await page.getByTestId("lane-title-customer").hover();
  await page.getByTestId("fold-customer").click();
  await expect(page.getByTestId("folded-customer-s2")).toHaveText("1 element");
  await expect(anna.note("Asks")).toHaveCount(0);
  await expect(page.getByTestId("connector")).toHaveCount(1);
  await expect(bo.note("Asks")).toHaveCount(1);
  expect(await barriers(page), "collapsed").toEqual([]);
  await page.reload();
  await expect(page.getByTestId("folded-customer-s2")).toBeVisible();
  await page.keyboard.press("Control+f");
  await page.keyboard.type("Asks");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(anna.note("Asks")).toBeFocused();

  // Feelings are drawn by dragging a face; what the phone shows is sound too.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("curve of feelings");
  await page.keyboard.press("Enter");
  const face = page.getByTestId("feel-staff-s2");
  await expect(face).toBeVisible();
  const { x, y, height } = await boxOf(page.getByTestId("curve"));
  await page.mouse.move(x + 10, y + 10);
  await carry(face, (await boxOf(face)).x + 10, y + height - 12);
  await mouse.up();
  await expect(face).toHaveAttribute("aria-valuetext", "Very bad");
  await expect(bo.page.getByTestId("feel-staff-s2")).toHaveAttribute("aria-valuetext", "Mycket dåligt");
  await bo.page.getByTestId("feel-staff-s2").press("ArrowUp");
  await expect(face).toHaveAttribute("aria-valuetext", "Bad");
  expect(await barriers(bo.page), "on a phone").toEqual([]);
  await page.getByTestId("handle-s2").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("part-menu")).toBeVisible();
  expect(await barriers(page), "the menu of a step").toEqual([]);
});
