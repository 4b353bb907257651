import { expect, test } from "./fixtures";
import { boxOf, sameBoard } from "./person";

test("the start page makes a board and leads to it: lanes, steps, three lines, and an invitation to begin", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const { page } = anna;
  await page.goto(anna.origin);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Draw the service together");
  await expect(page.getByLabel("What shall the board be called?")).toBeFocused();

  await page.getByRole("button", { name: "Make the board" }).click();
  await expect(page.getByRole("alert")).toHaveText("Give the board a name first.");
  await page.keyboard.type("Apply for a building permit");
  await page.keyboard.press("Enter");
  await anna.isAtBoard("Apply for a building permit");
  await expect(page).toHaveTitle("Apply for a building permit · Openmic");

  for (const lane of ["Evidence", "Customer", "Visible staff", "Behind the scenes", "Support processes"]) {
    await expect(page.getByLabel(`Name of the lane ${lane}`)).toHaveAttribute("placeholder", lane);
  }
  for (const step of ["Step 1", "Step 2", "Step 3", "Step 4", "Step 5"]) await expect(page.getByLabel(`Name of ${step}`)).toBeVisible();
  await expect(page.getByText("5 steps")).toBeVisible();

  // From top to bottom, each where its lanes meet.
  const lines = { interaction: "frontstage", visibility: "backstage", internal: "support" } as const;
  for (const [line, below] of Object.entries(lines)) {
    const drawn = page.getByTestId(`line-${line}`);
    await expect(drawn).toHaveText(line === "internal" ? "line of internal interaction" : `line of ${line}`);
    const lane = await boxOf(anna.cell(below, "s1"));
    const name = await boxOf(drawn);
    expect(Math.abs(name.y + name.height / 2 - lane.y)).toBeLessThan(4);
  }
  await expect(page.getByTestId("empty-hint")).toContainText("Double-click where something happens");
  await anna.saved();

  await anna.add("customer", "s1", "Looks for rules");
  await expect(page.getByTestId("empty-hint")).toHaveCount(0);
});

test("what one draws the other sees: notes, words, moves by mouse and by keyboard", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bo.join(await anna.makeBoard("Moving house").then(() => anna.linkFor("editor")), "Moving house");

  await anna.cell("frontstage", "s2").dblclick();
  await expect(anna.field).toBeFocused();
  await anna.page.keyboard.type("Hjälper i chatten");
  await expect(bo.noteIn("frontstage", "s2", "Hjälper i chatten")).toBeVisible();
  await expect(anna.field).toBeFocused();
  await anna.page.keyboard.press("Escape");

  await anna.page.getByTestId("add-action").click();
  await anna.page.keyboard.type("Svarar i telefon");
  await anna.page.keyboard.press("Escape");
  await expect(bo.note("Svarar i telefon")).toHaveAttribute("data-kind", "action");

  // By mouse, over the line of visibility: said while the note is in the hand and when it is let go.
  const note = anna.note("Hjälper i chatten");
  await anna.carry(note, anna.cell("backstage", "s3"));
  await expect(anna.page.getByTestId("crossing")).toHaveText("Moves across the line of visibility.");
  await anna.page.mouse.up();
  await expect(anna.notice).toHaveText("Moved to Behind the scenes, Step 3. Moves across the line of visibility.");
  await expect(anna.notice).toHaveRole("status");
  await expect(bo.noteIn("backstage", "s3", "Hjälper i chatten")).toBeVisible();

  // By keyboard, and back over two lines.
  await anna.choose(note);
  await anna.page.keyboard.press("ArrowRight");
  await expect(bo.noteIn("backstage", "s4", "Hjälper i chatten")).toBeVisible();
  await expect(anna.notice).toHaveText("Moved to Behind the scenes, Step 4.");
  await anna.page.keyboard.press("ArrowUp");
  await anna.page.keyboard.press("ArrowUp");
  await expect(anna.notice).toHaveText("Moved to Customer, Step 4. Moves across the line of interaction.");
  await expect(note).toBeFocused();
  await expect(bo.noteIn("customer", "s4", "Hjälper i chatten")).toBeVisible();
  for (let i = 0; i < 2; i++) await anna.page.keyboard.press("ArrowRight");
  await expect(anna.notice).toHaveText("There is nothing further that way.");

  // Names of the board's parts, and a step more.
  await anna.page.getByLabel("Name of Step 1").fill("Upptäcka");
  await anna.title.fill("Flytta hemifrån");
  await anna.page.getByRole("button", { name: "Add a step", exact: true }).click();
  await expect(bo.page.getByLabel("Name of Step 1")).toHaveValue("Upptäcka");
  await expect(bo.title).toHaveValue("Flytta hemifrån");
  await expect(bo.page.getByText("6 steps")).toBeVisible();

  // A colour, and away with it.
  await anna.choose(note);
  await anna.page.keyboard.press("2");
  await expect(bo.note("Hjälper i chatten")).toHaveAttribute("data-color", "pink");
  await sameBoard(anna, bo);
  await anna.page.keyboard.press("Delete");
  await bo.sees("Svarar i telefon");
  await anna.sees("Svarar i telefon");
  await anna.saved();
  await bo.saved();
});

test("a note that someone else moves under the pen keeps its writer", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("customer", "s1", "väntar");
  await expect(bo.note("väntar")).toBeVisible();

  await anna.writeOn(anna.note("väntar"));
  await bo.choose(bo.note("väntar"));
  await bo.page.keyboard.press("ArrowDown");
  await expect(anna.page.locator('[data-testid="note"][data-lane="frontstage"]')).toBeVisible();
  await expect(anna.field).toBeFocused();
  await anna.page.keyboard.type(" på svar");
  await bo.sees("väntar på svar");
  await sameBoard(anna, bo);
});

test("undo takes back one's own deeds and nobody else's", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bo.join(await anna.makeBoard("Board"));

  await anna.add("customer", "s1", "Annas första");
  await bo.add("customer", "s2", "Bos första");
  await anna.add("frontstage", "s1", "Annas andra");
  await bo.add("frontstage", "s2", "Bos andra");
  await anna.sees("Annas första", "Annas andra", "Bos första", "Bos andra");
  await bo.choose(bo.note("Annas första"));
  await bo.page.keyboard.press("3");
  await expect(anna.note("Annas första")).toHaveAttribute("data-color", "blue");

  // The words and the note are two deeds.
  const undo = anna.page.getByTestId("undo");
  const redo = anna.page.getByTestId("redo");
  await undo.click();
  await expect(anna.notice).toHaveText(/^Undone\./);
  await bo.sees("Annas första", "", "Bos första", "Bos andra");
  await undo.click();
  await bo.sees("Annas första", "Bos första", "Bos andra");

  await redo.click();
  await redo.click();
  await bo.sees("Annas första", "Annas andra", "Bos första", "Bos andra");
  await anna.page.keyboard.press("Control+z");
  await anna.page.keyboard.press("Control+z");
  await anna.page.keyboard.press("Control+Shift+z");
  await anna.page.keyboard.press("Control+y");
  await expect(redo).toHaveAttribute("aria-disabled", "true");
  await bo.sees("Annas första", "Annas andra", "Bos första", "Bos andra");

  await bo.page.getByTestId("undo").click();
  await anna.sees("Annas första", "Annas andra", "Bos första", "Bos andra");
  await sameBoard(anna, bo);
});

test("undo of a deletion brings the note back as it was, with what others wrote on it", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("backstage", "s4", "Granskar");
  await bo.writeOn(bo.note("Granskar"));
  await bo.page.keyboard.type(" ritningar");
  await bo.page.keyboard.press("Escape");
  await anna.sees("Granskar ritningar");

  await anna.choose(anna.note("Granskar"));
  await anna.page.keyboard.press("Delete");
  await bo.sees();
  await anna.page.keyboard.press("Control+z");
  await expect(bo.noteIn("backstage", "s4", "Granskar ritningar")).toBeVisible();
  await sameBoard(anna, bo);
});
