import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf, sameBoard } from "./person";
import type { Person } from "./person";

/** Pictures to look at go where OPENMIC_SCREENSHOTS says; without it none are taken. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["OPENMIC_SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
  await page.screenshot({ path: join(folder, `canvas-${name}.png`) });
}

const chosen = (person: Person) => person.page.locator('[data-testid="note"][data-selected="true"]');
const connectors = (person: Person) => person.page.getByTestId("connector");

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }, steps = 8): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps });
  await page.mouse.up();
}

async function middle(locator: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = await boxOf(locator);
  return { x: x + width / 2, y: y + height / 2 };
}

/** How many changes the server has taken. */
async function changes({ origin }: { origin: string }): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  return Number(/^openmic_changes_admitted_total (\d+)$/m.exec(metrics)?.[1]);
}

/** Free ground below the board, with everything in view. */
async function below(person: Person): Promise<{ x: number; y: number }> {
  const { page } = person;
  await page.keyboard.press("Escape");
  await page.mouse.move(700, 400);
  const grid = await boxOf(page.locator(".grid"));
  const end = grid.y + grid.height;
  await page.mouse.wheel(0, 2 * Math.max(0, end - 470));
  await expect(async () => {
    const { y, height } = await boxOf(page.locator(".grid"));
    expect(y + height).toBeLessThan(500);
  }).toPass();
  const { x, y, height } = await boxOf(page.locator(".grid"));
  return { x: x + 160, y: y + height + 40 };
}

test("many are chosen with the mouse, carried over a line together, and undone at once", async ({ enter, server }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const { page } = anna;
  let told = 0;
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => void (Buffer.from(payload).includes("ephemeral") && told++)));
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("frontstage", "s1", "ett");
  await anna.add("frontstage", "s2", "två");
  await anna.add("support", "s1", "tre");

  // A rectangle over the ground.
  const one = await boxOf(anna.note("ett"));
  const two = await boxOf(anna.note("två"));
  await drag(page, { x: one.x - 6, y: one.y - 6 }, { x: two.x + two.width / 2, y: two.y + 20 });
  await expect(chosen(anna)).toHaveText(["ett", "två"]);
  await expect(page.locator(".chosen-tools").getByText("2 chosen")).toBeVisible();
  await picture(page, "chosen");

  const to = await middle(anna.cell("backstage", "s1"));
  await page.mouse.move(one.x + one.width / 2, one.y + 20);
  await bo.sees("ett", "två", "tre");
  const before = await changes(server);
  const [start, toldBefore] = [performance.now(), told];
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 80 });
  await expect(page.getByTestId("crossing")).toHaveText("Moves across the line of visibility.");
  // The other sees it move before it is let go.
  await expect(async () => {
    const seen = await boxOf(bo.note("två"));
    const cell = await boxOf(bo.cell("backstage", "s2"));
    expect(seen.y).toBeGreaterThan(cell.y - 40);
  }).toPass();
  await expect(bo.noteIn("frontstage", "s2", "två")).toHaveCount(1);
  await page.mouse.up();
  expect(told - toldBefore).toBeGreaterThan(0);
  expect(told - toldBefore).toBeLessThanOrEqual(1 + (20 * (performance.now() - start)) / 1000);
  await expect(anna.notice).toHaveText("2 moved. Moves across the line of visibility.");
  await expect(bo.noteIn("backstage", "s1", "ett")).toBeVisible();
  await expect(bo.noteIn("backstage", "s2", "två")).toBeVisible();
  expect(await changes(server), "one change, when they were let go").toBe(before + 1);
  await page.keyboard.press("Control+z");
  await expect(bo.noteIn("frontstage", "s1", "ett")).toBeVisible();
  await expect(bo.noteIn("frontstage", "s2", "två")).toBeVisible();

  // With Shift one by one, and all of them.
  await anna.note("ett").click();
  await anna.note("tre").click({ modifiers: ["Shift"] });
  await expect(chosen(anna)).toHaveText(["ett", "tre"]);
  await page.keyboard.press("Control+a");
  await expect(chosen(anna)).toHaveCount(3);
  await page.keyboard.press("3");
  await expect(bo.page.locator('[data-testid="note"][data-color="blue"]')).toHaveCount(3);
  await page.keyboard.press("Delete");
  await bo.sees();
  await page.keyboard.press("Control+z");
  await bo.sees("ett", "två", "tre");
  await sameBoard(anna, bo);
});

test("by keyboard: several are kept, moved and undone; the space bar keeps", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const { page } = anna;
  await anna.makeBoard("Board");
  await anna.add("customer", "s1", "ett");
  await anna.add("customer", "s2", "två");
  await anna.choose(anna.note("ett"));
  await page.keyboard.press("Space");
  await expect(anna.notice).toContainText("Kept.");
  await anna.choose(anna.note("två"));
  await expect(chosen(anna)).toHaveCount(2);
  await page.keyboard.press("ArrowDown");
  await expect(anna.noteIn("frontstage", "s1", "ett")).toBeVisible();
  await expect(anna.noteIn("frontstage", "s2", "två")).toBeVisible();
  await expect(anna.notice).toHaveText("2 moved. Moves across the line of interaction.");
  await page.keyboard.press("Control+z");
  await expect(anna.noteIn("customer", "s1", "ett")).toBeVisible();
  await expect(anna.noteIn("customer", "s2", "två")).toBeVisible();
});

test("what is copied goes to another board; lines of text become notes", async ({ enter }) => {
  const anna = await enter({ name: "Anna", browser: { permissions: ["clipboard-read", "clipboard-write"] } });
  const { page } = anna;
  await anna.makeBoard("First");
  await anna.add("customer", "s1", "Ansöker");
  await page.keyboard.press("2");
  await anna.add("frontstage", "s2", "Svarar", "a");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  await expect(anna.notice).toHaveText("2 copied.");

  await anna.makeBoard("Second");
  await anna.cell("customer", "s3").locator(".cell-add").focus();
  await page.keyboard.press("Control+v");
  await expect(anna.noteIn("customer", "s3", "Ansöker")).toHaveAttribute("data-color", "pink");
  await expect(anna.noteIn("frontstage", "s4", "Svarar")).toHaveAttribute("data-kind", "action");
  await page.keyboard.press("Control+z");
  await anna.sees();

  await page.evaluate((text) => navigator.clipboard.writeText(text), `ringer\n- väntar\n\n${Array.from({ length: 120 }, (_, i) => `rad ${String(i)}`).join("\n")}`);
  await anna.cell("support", "s1").locator(".cell-add").focus();
  await page.keyboard.press("Control+v");
  await expect(anna.notice).toHaveText("100 pasted. The last 22 lines were left out: it was too much at once.");
  await expect(anna.notes).toHaveCount(100);
  await expect(anna.noteIn("support", "s1", "väntar")).toHaveText("väntar");
  await page.keyboard.press("Control+z");
  await anna.sees();
});

test("duplicate, lock, and the menu of the other button or of Shift+F10", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const { page } = anna;
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("customer", "s1", "ett");
  await page.keyboard.press("Control+d");
  await bo.sees("ett", "ett");
  await page.keyboard.press("Control+z");
  await bo.sees("ett");

  // With Alt held, a copy is carried away.
  await anna.carry(anna.note("ett"), anna.cell("customer", "s3"));
  await page.keyboard.down("Alt");
  await page.mouse.up();
  await page.keyboard.up("Alt");
  await expect(bo.noteIn("customer", "s3", "ett")).toBeVisible();
  await expect(bo.noteIn("customer", "s1", "ett")).toBeVisible();

  const note = anna.noteIn("customer", "s1", "ett");
  await note.click({ button: "right" });
  const menu = page.getByTestId("context-menu");
  await expect(menu).toBeVisible();
  await picture(page, "menu");
  await menu.getByRole("menuitem", { name: "Lock" }).click();
  await expect(note).toHaveAttribute("data-locked", "true");
  await expect(note).toHaveAccessibleName("Note: ett. Customer, Step 1. Locked");
  await anna.choose(note);
  await page.keyboard.press("ArrowDown");
  await expect(anna.notice).toHaveText("That is locked.");
  await page.keyboard.press("Delete");
  await expect(note).toBeVisible();

  await anna.choose(note);
  await page.keyboard.press("Shift+F10");
  await expect(menu).toBeVisible();
  await menu.getByRole("menuitem", { name: "Unlock" }).focus();
  await page.keyboard.press("Enter");
  await expect(note).not.toHaveAttribute("data-locked", "true");
  await sameBoard(anna, bo);
});

test("every command is found in the palette; ? lists the keys", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const { page } = anna;
  await anna.makeBoard("Board");
  await anna.add("customer", "s1", "ett");
  await page.keyboard.press("Control+k");
  await expect(page.getByTestId("palette")).toBeVisible();
  await picture(page, "palette");
  await page.keyboard.type("dupl");
  await page.keyboard.press("Enter");
  await anna.sees("ett", "ett");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("Duplicate");
  await expect(page.getByRole("dialog")).toContainText("Ctrl D");
  await picture(page, "keys");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("shapes, frames, text and ink lie free; a frame carries what lies on it", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const { page } = anna;
  await bo.join(await anna.makeBoard("Board"));
  const { x, y } = await below(anna);

  await page.keyboard.press("f");
  await drag(page, { x, y: y + 20 }, { x: x + 420, y: y + 180 });
  await expect(anna.field).toBeFocused();
  await page.keyboard.type("Idéer");
  await page.keyboard.press("Escape");
  await page.keyboard.press("r");
  await drag(page, { x: x + 30, y: y + 50 }, { x: x + 160, y: y + 130 });
  await page.keyboard.type("Form");
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await page.mouse.click(x + 300, y + 90);
  await page.keyboard.type("Fri text");
  await page.keyboard.press("Escape");
  await page.keyboard.press("p");
  await drag(page, { x: x + 520, y: y + 60 }, { x: x + 680, y: y + 140 }, 20);
  await expect(anna.notes).toHaveCount(4);
  await page.keyboard.press("Escape");
  await bo.sees("Idéer", "Form", "Fri text", "");
  await expect(bo.page.locator('[data-kind="ink"] path').first()).toHaveAttribute("d", /^M/);

  const shape = anna.note("Form");
  await shape.click();
  await page.keyboard.press("5");
  await expect(bo.note("Form")).toHaveAttribute("data-color", "lilac");
  await picture(page, "free");

  // By its handle it is made larger, as one deed.
  const before = await boxOf(shape);
  const corner = page.locator(".resize-handle.bottom.right");
  const at = await middle(corner);
  await drag(page, at, { x: at.x + 40, y: at.y + 20 });
  await expect(async () => expect((await boxOf(shape)).width).toBeGreaterThan(before.width + 25)).toPass();
  await page.keyboard.press("Control+z");
  await expect(async () => expect(Math.abs((await boxOf(shape)).width - before.width)).toBeLessThan(3)).toPass();

  // Nudged by keys, many times, and taken back at once.
  await anna.choose(shape);
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
  await expect(async () => expect((await boxOf(shape)).x).toBeGreaterThan(before.x + 20)).toPass();
  await page.keyboard.press("Control+z");
  await expect(async () => expect(Math.abs((await boxOf(shape)).x - before.x)).toBeLessThan(3)).toPass();

  // The frame is taken by its name, and carries the shape and the words.
  await page.keyboard.press("Escape");
  const text = await boxOf(anna.note("Fri text"));
  const name = page.locator(".kind-frame > .card-text");
  const grip = await middle(name);
  await drag(page, grip, { x: grip.x + 90, y: grip.y + 20 });
  await expect(async () => {
    expect(Math.abs((await boxOf(anna.note("Fri text"))).x - text.x - 90)).toBeLessThan(14);
    expect(Math.abs((await boxOf(shape)).x - before.x - 90)).toBeLessThan(14);
  }).toPass();
  await page.keyboard.press("Control+z");
  await expect(async () => expect(Math.abs((await boxOf(anna.note("Fri text"))).x - text.x)).toBeLessThan(4)).toPass();

  // Lined up by a command.
  await shape.click();
  await anna.note("Fri text").click({ modifiers: ["Shift"] });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("Line up at the top");
  await page.keyboard.press("Enter");
  await expect(async () => expect(Math.abs((await boxOf(anna.note("Fri text"))).y - (await boxOf(shape)).y)).toBeLessThan(3)).toPass();
  await sameBoard(anna, bo);
});

test("connectors are drawn by dragging and by keyboard, named, turned, tied anew and deleted", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const { page } = anna;
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("customer", "s1", "Frågar", "a");
  await anna.add("frontstage", "s2", "Svarar", "a");
  await anna.add("backstage", "s3", "Utreder", "a");

  await anna.note("Frågar").click();
  await drag(page, await middle(page.getByTestId("pull-right")), await middle(anna.note("Svarar")));
  await expect(connectors(bo)).toHaveAccessibleName("From Frågar to Svarar: leads to");
  await expect(anna.notice).toHaveText("Connected to Svarar.");
  await page.getByTestId("connector-label").fill("ringer");
  await page.getByLabel("What it means").selectOption("information");
  await page.getByRole("button", { name: "Both ways" }).click();
  await expect(connectors(bo)).toHaveAccessibleName("Between Frågar and Svarar: information: ringer");
  await picture(page, "connector");
  await page.getByRole("button", { name: "Turn round" }).click();
  await page.getByRole("button", { name: "One way" }).click();
  await expect(connectors(bo)).toHaveAccessibleName("From Svarar to Frågar: information: ringer");
  // A connector is talked about as a card is.
  await connectors(bo).focus();
  await bo.page.keyboard.press("Shift+C");
  await expect(bo.page.getByTestId("comment-field")).toHaveAccessibleName(/^Comment on “From Svarar to Frågar/);
  await bo.page.keyboard.type("Varför tillbaka?");
  await bo.page.keyboard.press("Control+Enter");
  await expect(bo.page.getByTestId("thread")).toHaveCount(1);
  await expect(connectors(anna)).toHaveAccessibleDescription(/1 open comment/);
  await page.getByTestId("talk-sign").click();
  await expect(page.getByTestId("thread")).toContainText("Varför tillbaka?");
  await picture(page, "connector-talk");
  await page.getByTestId("panel-button").click();
  await connectors(anna).focus();
  // The end is tied to another.
  const knob = page.getByTestId("knob-to");
  await drag(page, await middle(knob), await middle(anna.note("Utreder")));
  await expect(connectors(bo)).toHaveAccessibleName("From Svarar to Utreder: information: ringer");

  // By keyboard alone.
  await anna.choose(anna.note("Frågar"));
  await page.keyboard.press("c");
  await page.keyboard.type("svar");
  await page.keyboard.press("Enter");
  await expect(connectors(bo)).toHaveCount(2);
  await page.keyboard.press("Delete");
  await expect(connectors(bo)).toHaveCount(1);
  await page.keyboard.press("Control+z");
  await expect(connectors(bo)).toHaveCount(2);

  // What they hang on is deleted, and comes back with them.
  await anna.choose(anna.note("Svarar"));
  await page.keyboard.press("Delete");
  await expect(connectors(bo)).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(connectors(bo)).toHaveCount(2);
  await sameBoard(anna, bo);
});

test("searching goes from match to match; the view is zoomed, fitted and seen on a map", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const { page } = anna;
  await anna.makeBoard("Board");
  await anna.add("customer", "s1", "Väntar på svar");
  await anna.add("support", "s5", "Skriver SVAR");
  await anna.add("frontstage", "s2", "Annat");
  await page.keyboard.press("Control+f");
  const find = page.getByTestId("find");
  await expect(find.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("svar");
  await expect(page.getByTestId("find-match")).toHaveCount(2);
  await expect(page.locator("[data-found]")).toHaveCount(2);
  await page.keyboard.press("Enter");
  await expect(find.getByRole("status")).toHaveText("1 of 2");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-here]")).toHaveText("Skriver SVAR");
  await expect(anna.note("Skriver SVAR")).toBeInViewport({ ratio: 0.95 });
  await picture(page, "find");
  await page.keyboard.press("Escape");
  await expect(anna.note("Skriver SVAR")).toBeFocused();

  const zoom = async () => (await boxOf(anna.cell("customer", "s1"))).width / 232;
  await page.keyboard.press("Shift+Digit0");
  await expect.poll(zoom).toBeCloseTo(1, 1);
  await page.keyboard.press("Shift+Digit2");
  await expect.poll(zoom).toBeGreaterThan(1.1);
  await page.keyboard.press("Shift+Digit1");
  await expect(page.locator(".grid")).toBeInViewport({ ratio: 0.95 });
  for (let i = 0; i < 8; i++) await page.keyboard.press("-");
  await expect(anna.note("Annat")).toHaveCount(0);
  await expect(anna.notes).toHaveCount(3);
  await page.keyboard.press("m");
  await expect(page.locator(".react-flow__minimap")).toBeVisible();
  await picture(page, "far");
  await page.keyboard.press("Shift+Digit1");
  await expect(anna.note("Annat")).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test(`nothing on the canvas stands in anyone's way, ${theme}`, async ({ enter }) => {
    test.setTimeout(120_000);
    const anna = await enter({ name: "Anna", theme, language: "sv", browser: { viewport: { width: 1440, height: 900 } } });
    const { page } = anna;
    const none = async (where: string) => {
      await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
      await picture(page, `${theme}-${where}`);
      expect(await barriers(page), where).toEqual([]);
    };
    await anna.makeBoard("Ansöka om bygglov");
    await anna.add("customer", "s1", "Söker efter regler", "a");
    await anna.add("frontstage", "s2", "Svarar i chatten", "a");
    await anna.add("evidence", "s2", "E-tjänst");
    for (const [key, cell, text] of [["e", "evidence", "Brev"], ["d", "backstage", "Godkänns det?"]] as const) {
      await anna.cell(cell, "s3").locator(".cell-add").focus();
      await page.keyboard.press(key);
      await page.keyboard.insertText(text);
      await page.keyboard.press("Escape");
    }
    await anna.choose(anna.note("Söker"));
    await page.keyboard.press("c");
    await page.keyboard.type("chatten");
    await page.keyboard.press("Enter");
    await expect(connectors(anna)).toHaveCount(1);
    await none("connector");
    await anna.choose(anna.note("Svarar"));
    await page.keyboard.press("c");
    await expect(page.getByTestId("palette")).toBeVisible();
    await none("connect");
    await page.keyboard.type("god");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+k");
    await none("palette");
    await page.keyboard.press("Escape");

    await page.keyboard.press("Escape");
    const top = (await below(anna)).y - 40;
    await page.keyboard.press("f");
    await drag(page, { x: 200, y: top + 40 }, { x: 900, y: top + 200 });
    await page.keyboard.type("Idéer");
    await page.keyboard.press("Escape");
    for (const [i, color] of ["1", "2", "3", "4", "5", "6"].entries()) {
      const x = 220 + i * 110;
      await page.keyboard.press("r");
      await drag(page, { x, y: top + 60 }, { x: x + 90, y: top + 110 });
      await page.keyboard.type(`Form ${color}`);
      await page.keyboard.press("Escape");
      await page.keyboard.press(color);
      await page.keyboard.press("t");
      await page.mouse.click(x + 90, top + 150);
      await page.keyboard.type(`Text ${color}`);
      await page.keyboard.press("Escape");
      await page.keyboard.press(color);
    }
    await anna.note("Form 2").click();
    await page.getByRole("button", { name: "Byt form" }).click();
    await anna.note("Form 3").click();
    for (let i = 0; i < 2; i++) await page.getByRole("button", { name: "Byt form" }).click();
    await page.keyboard.press("p");
    await drag(page, { x: 1000, y: top + 60 }, { x: 1200, y: top + 160 }, 30);
    await page.keyboard.press("Escape");
    await none("kinds");
    await page.keyboard.press("Control+a");
    await none("all chosen");
    await anna.note("Form 1").click({ button: "right" });
    await none("menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+f");
    // The menu that has just closed must not take the keyboard back.
    await expect(page.getByRole("searchbox")).toBeFocused();
    await page.keyboard.type("form");
    await expect(page.getByTestId("find-match")).toHaveCount(6);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await none("search");
    await page.getByRole("button", { name: "Stäng sökningen" }).click();
    await page.getByRole("button", { name: "Karta", exact: true }).click();
    await expect(page.locator(".react-flow__minimap")).toBeVisible();
    await page.keyboard.press("Shift+Digit1");
    await none("map");
  });
}

test("on a phone: tools, the menu of a long press, drawing and connecting fit the window", async ({ enter }) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const anna = await enter({ name: "Anna", language: "sv", browser: phone });
  const { page } = anna;
  await anna.makeBoard("Ansöka");
  await anna.cell("customer", "s1").tap();
  await anna.cell("customer", "s1").getByRole("button").tap();
  await page.keyboard.type("Söker");
  await picture(page, "phone-writing");
  await page.getByTestId("more-tools").tap();
  await expect(page.getByRole("menuitem", { name: "Rita för hand" })).toBeVisible();
  await picture(page, "phone-more");
  await page.getByRole("menuitem", { name: "Rita för hand" }).tap();
  await expect(page.getByTestId("draw-layer")).toBeVisible();
  await drag(page, { x: 120, y: 500 }, { x: 300, y: 600 }, 15);
  await expect(page.locator('[data-kind="ink"]')).toHaveCount(1);
  await picture(page, "phone-drawing");
  await page.getByRole("button", { name: "Klar" }).tap();
  await expect(page.getByTestId("draw-layer")).toHaveCount(0);
  await anna.note("Söker").tap();
  await picture(page, "phone-chosen");
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(Math.max(...wide)).toBe(390);
});
