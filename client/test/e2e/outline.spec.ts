// The second view: the same board as a table and as a list, for keyboard and screen reader, and for phones.
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { sameBoard } from "./person";
import type { Person } from "./person";

const table = (p: Person) => p.page.getByTestId("outline-table");
const list = (p: Person) => p.page.getByTestId("outline-list");
const step = (p: Person, id: string) => p.page.getByTestId(`step-title-${id}`);

/** Writes where the keyboard already is. */
async function type(p: Person, words: string, done: string): Promise<void> {
  await expect(p.page.locator("textarea:focus")).toHaveCount(1);
  await p.page.keyboard.insertText(words);
  await p.page.keyboard.press(done);
}

async function press(p: Person, ...keys: string[]): Promise<void> {
  for (const key of keys) await p.page.keyboard.press(key);
}

test("a whole blueprint is built with the keyboard alone, and is there on the canvas", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("Permit");
  const { page } = anna;
  const secret = new URL(page.url()).hash;
  // An item by its own words: it also has those of what it is connected with.
  const item = (words: string) => anna.notes.filter({ has: page.locator(".card-text", { hasText: words }) });
  const desk = item("Helps at the desk");
  await press(anna, "o");
  await expect(table(anna)).toBeVisible();
  await expect(page.locator(".react-flow")).toHaveCount(0);
  expect(new URL(page.url()).hash).toBe(secret);

  await test.step("steps and a phase", async () => {
    await press(anna, "ArrowDown");
    await expect(step(anna, "s1")).toBeFocused();
    await press(anna, "Enter");
    await type(anna, "Apply", "Enter");
    await expect(step(anna, "s1")).toBeFocused();
    await expect(step(anna, "s1")).toContainText("Apply");
    await press(anna, "s");
    await type(anna, "Wait", "Enter");
    await expect(page.getByRole("columnheader")).toHaveCount(6);
    await press(anna, "Alt+ArrowRight");
    await expect(anna.notice).toHaveText("Moved: now number 3 of 6.");
    await press(anna, "Alt+ArrowLeft", "Shift+P");
    await type(anna, "Before the decision", "Enter");
    await expect(page.getByRole("columnheader", { name: "Before the decision" })).toBeFocused();
    await press(anna, "ArrowDown");
    await expect(page.getByRole("columnheader", { name: "Wait" })).toBeFocused();
    // A step with nothing in it goes at once.
    await press(anna, "End", "Delete");
    await expect(page.getByRole("columnheader", { name: /^Step|Apply|Wait/ })).toHaveCount(5);
    await press(anna, "Home");
  });

  await test.step("lanes", async () => {
    await press(anna, "ArrowDown", "ArrowLeft");
    await expect(page.getByTestId("lane-title-evidence")).toBeFocused();
    await press(anna, "Control+Enter");
    await type(anna, "Measures", "Enter");
    await expect(page.getByRole("rowheader", { name: "Measures" })).toBeFocused();
    for (let i = 0; i < 4; i++) await press(anna, "Alt+ArrowDown");
    await expect(anna.notice).toHaveText("Moved: now number 6 of 6.");
    await press(anna, "i");
    await expect(page.getByTestId("tab-details")).toBeFocused();
    await expect(page.getByTestId("details")).toHaveAttribute("data-kind", "lane");
    await press(anna, "F6");
    await expect(page.getByRole("rowheader", { name: "Measures" })).toBeFocused();
  });

  await test.step("elements", async () => {
    await press(anna, "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp");
    await expect(page.getByTestId("lane-title-customer")).toBeFocused();
    await press(anna, "ArrowRight", "Enter");
    await type(anna, "Fills in the form", "Control+Enter");
    await type(anna, "Asks at the desk", "Escape");
    await expect(anna.noteIn("customer", "s1", "Asks at the desk")).toBeFocused();
    await expect(anna.note("Fills in the form")).toHaveAttribute("data-kind", "action");
    await press(anna, "n");
    await type(anna, "Which form?", "Escape");
    await press(anna, "2");
    await expect(anna.note("Which form?")).toHaveAttribute("data-color", "pink");
    await press(anna, "Alt+ArrowUp", "Alt+ArrowUp");
    await expect(anna.notes).toHaveText([/Which form/, /Fills in/, /Asks at/]);
    await press(anna, "ArrowDown", "ArrowDown");
    await expect(anna.note("Asks at the desk")).toBeFocused();
    await press(anna, "Alt+ArrowDown");
    await expect(anna.noteIn("frontstage", "s1", "Asks at the desk")).toBeFocused();
    await expect(anna.notice).toHaveText(/Moved to Visible staff, Apply\. Moves across the line of interaction\./);
    await press(anna, "Enter", "Control+A");
    await type(anna, "Helps at the desk", "Escape");
    await press(anna, "Control+d");
    await expect(anna.note("Helps at the desk")).toHaveCount(2);
    await press(anna, "Shift+M");
    const lane = page.getByTestId("move-lane");
    await lane.focus();
    await lane.selectOption({ label: "Behind the scenes" });
    await page.getByTestId("move-there").focus();
    await press(anna, "Enter");
    await expect(anna.noteIn("backstage", "s1", "Helps at the desk")).toBeFocused();
    await press(anna, "Enter", "Control+A");
    await type(anna, "Registers", "Escape");
    await press(anna, "ArrowRight", "e");
    await type(anna, "Letter", "Escape");
    await press(anna, "Delete");
    await expect(anna.note("Letter")).toHaveCount(0);
    await expect(page.getByRole("gridcell").and(page.locator("[data-testid^='cell-backstage-']:focus"))).toHaveCount(1);
    await press(anna, "ArrowLeft");
    await expect(anna.note("Registers")).toBeFocused();
  });

  await test.step("a connector, a marker, a feeling, and details", async () => {
    await press(anna, "ArrowUp", "c");
    await page.getByTestId("palette").getByRole("combobox").waitFor();
    await page.keyboard.type("Regi");
    await press(anna, "Enter");
    await expect(desk).toBeFocused();
    await expect(desk).toContainText("leads to Registers");
    await expect(item("Registers")).toContainText("comes from Helps at the desk");
    await press(anna, "k");
    await page.getByTestId("palette").getByRole("combobox").waitFor();
    await page.keyboard.type("fail");
    await press(anna, "Enter");
    await expect(desk.getByTestId("pill")).toHaveText("Fail point");
    await press(anna, "F6");
    for (let i = 0; i < 40 && !(await page.getByTestId("owner").evaluate((el) => el === document.activeElement)); i++) await press(anna, "Tab");
    await page.keyboard.insertText("Permit office");
    await press(anna, "F6");
    await expect(desk).toBeFocused();
    await expect(desk).toContainText("Owner: Permit office");
    await expect(page.getByTestId("link-meaning")).toHaveCount(1);
    await press(anna, "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp");
    await expect(step(anna, "s1")).toBeFocused();
    await press(anna, "h");
    await page.getByTestId("palette").getByRole("combobox").waitFor();
    await page.keyboard.type("customer: very bad");
    await press(anna, "Enter");
    await expect(page.getByTestId("feelings-s1")).toHaveText("The customer: very bad");
    await press(anna, "?");
    await expect(page.getByRole("dialog")).toContainText("Go from place to place");
    await expect(page.getByRole("dialog")).not.toContainText("Zoom in");
    await press(anna, "Escape");
  });

  await test.step("search", async () => {
    await press(anna, "Control+f");
    await page.keyboard.type("desk");
    await press(anna, "Enter");
    await expect(page.getByTestId("find")).toContainText("1 of 1");
    await press(anna, "Escape");
    await expect(desk).toBeFocused();
  });

  await anna.saved();
  const words = await anna.words();
  await press(anna, "o");
  await expect(desk).toBeFocused();
  await anna.sees(...words);
  await expect(page.locator(".connector")).toHaveCount(1);
  await expect(page.getByTestId("feel-customer-s1")).toHaveAttribute("aria-valuetext", "Very bad");
  await expect(page.locator(".phase-field")).toHaveValue("Before the decision");
  await press(anna, "o");
  await expect(table(anna)).toBeVisible();
  await page.reload();
  await expect(table(anna)).toBeVisible();
});

test("one draws on the canvas and one works in the outline: each sees what the other does, and both write on one text", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bo.join(await anna.makeBoard("Permit"));
  await bo.page.getByTestId("view-button").click();
  await expect(table(bo)).toBeVisible();

  await anna.add("customer", "s1", "Apply");
  await expect(bo.noteIn("customer", "s1", "Apply")).toBeVisible();
  await expect(bo.note("Apply")).toContainText("Anna is here");
  await anna.page.keyboard.press("ArrowDown");
  await expect(bo.noteIn("frontstage", "s1", "Apply")).toBeVisible();

  await bo.page.getByTestId("cell-support-s3").dblclick();
  await type(bo, "Archive", "Escape");
  await expect(anna.noteIn("support", "s3", "Archive")).toBeVisible();
  await expect(anna.page.getByText("Bo is here")).toBeVisible();
  await bo.page.keyboard.press("Alt+ArrowUp");
  await expect(anna.noteIn("backstage", "s3", "Archive")).toBeVisible();

  // The one element is moved by the other while it has the keyboard here, and keeps it.
  await anna.choose(anna.note("Archive"));
  await anna.page.keyboard.press("ArrowRight");
  await expect(bo.noteIn("backstage", "s4", "Archive")).toBeFocused();

  await bo.note("Apply").focus();
  await bo.page.keyboard.press("Enter");
  await anna.writeOn(anna.note("Apply"));
  await expect(bo.page.getByText("Anna is writing")).toBeVisible();
  await anna.page.keyboard.press("End");
  await bo.page.keyboard.press("Home");
  for (const letter of "now ") {
    await bo.page.keyboard.type(letter);
    await anna.page.keyboard.type("!");
  }
  await expect(anna.field).toHaveValue("now Apply!!!!");
  await expect(bo.field).toHaveValue("now Apply!!!!");
  await anna.page.keyboard.press("Escape");
  await bo.page.keyboard.press("Escape");

  await bo.page.getByTestId("panel-button").click();
  await bo.page.getByRole("button", { name: "Go to Archive" }).first().click();
  await expect(bo.note("Archive")).toBeFocused();
  await bo.page.keyboard.press("Delete");
  await anna.sees("now Apply!!!!");
  await bo.page.keyboard.press("Control+z");
  await anna.sees("now Apply!!!!", "Archive");
  await sameBoard(anna, bo);
});

test("table and list show all that a board has, stand in nobody’s way, and fit desk and phone", async ({ enter }, info) => {
  const anna = await enter({ name: "Anna", language: "sv", browser: { viewport: { width: 1360, height: 860 } } });
  const { page } = anna;
  await page.goto(anna.origin);
  await page.locator("#board-name").fill("Ansöka om bygglov");
  await page.getByTestId("template-application").click({ force: true });
  await page.locator("form button[type=submit]").click();
  await anna.isAtBoard();
  await expect.poll(() => anna.notes.count()).toBeGreaterThan(20);
  // Something that lies in no cell.
  await page.keyboard.press("f");
  await page.keyboard.press("Enter");
  await type(anna, "Etapp ett", "Escape");
  await anna.saved();
  const board = await anna.board();
  const [pills, phases, connectors] = [await page.locator(".card").getByTestId("pill").count(), await page.locator(".phase-field").evaluateAll((fields) => fields.map((f) => (f as HTMLTextAreaElement).value)), await page.locator(".connector").count()];
  expect(pills * phases.length * connectors).toBeGreaterThan(0);
  const link = page.url();

  for (const [name, theme, browser] of [
    ["desk-light", "light", { viewport: { width: 1360, height: 860 } }],
    ["desk-dark", "dark", { viewport: { width: 1360, height: 860 } }],
    ["phone", "light", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ] as const) {
    const person = await enter({ name: "Bo", language: "sv", theme, browser });
    await person.join(link);
    await person.page.getByTestId("view-button").click();
    // A phone begins with the list.
    const forms = name === "phone" ? (["list", "table"] as const) : (["table", "list"] as const);
    for (const form of forms) {
      await person.page.getByTestId(`form-${form}`).click();
      await expect(form === "table" ? table(person) : list(person)).toBeVisible();
      expect(await person.board(), form).toEqual(board);
      await expect(person.notes.getByTestId("pill")).toHaveCount(pills);
      await expect(person.page.locator(".item-link")).toHaveCount(2 * connectors);
      expect(await person.page.locator(".phase-part .part-name").allTextContents()).toEqual(phases);
      await expect(person.page.locator(".line-visibility")).toHaveText(form === "table" ? ["synlighetslinje"] : Array.from({ length: 8 }, () => "synlighetslinje"));
      await expect(person.page.getByTestId("outside")).toContainText("Etapp ett");
      await person.notes.nth(5).click();
      await expect(person.notes.nth(5)).toHaveAttribute("data-selected", "true");
      await person.page.screenshot({ path: info.outputPath(`${name}-${form}.png`) });
      expect(await barriers(person.page), `${name} ${form}`).toEqual([]);
      expect(await person.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing wider than the window").toBe(true);
    }
  }
});
