// Boards leave and enter as files, and begin as templates.
import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures";
import type { Person } from "./person";

/** Saves a copy from the board's menu and returns its name and content. */
async function saveCopy({ page }: Person, form: "json" | "csv" | "markdown" | "automerge"): Promise<{ name: string; bytes: Buffer }> {
  await page.getByTestId("menu").click();
  await page.getByTestId("save-copy").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`save-${form}`).click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

async function openFile({ page, origin }: Person, name: string, buffer: Buffer): Promise<void> {
  await page.goto(origin);
  await page.getByTestId("open-file").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
}

test("a board leaves as JSON, CSV, Markdown and Automerge, and comes back as a new board", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const link = await anna.makeBoard("Permit: åäö");
  await anna.add("customer", "s1", "=Apply", "a");
  await anna.add("frontstage", "s2", "Answer");
  await anna.page.keyboard.press("2");
  await anna.page.getByTestId("step-title-s1").fill("Begin");
  await anna.saved();
  const before = await anna.board();

  const files = [await saveCopy(anna, "json"), await saveCopy(anna, "csv"), await saveCopy(anna, "automerge")];
  expect(files.map((f) => f.name)).toEqual(["Permit-åäö.json", "Permit-åäö.csv", "Permit-åäö.automerge"]);
  const outline = await saveCopy(anna, "markdown");
  expect(outline.bytes.toString()).toContain("# Permit: åäö\n\n## 1. Begin\n\n### Customer\n\n- =Apply\n");
  expect(files[1]?.bytes.toString()).toContain("'=Apply");

  for (const { name, bytes } of files) {
    await test.step(name, async () => {
      await openFile(anna, name, bytes);
      await anna.isAtBoard("Permit: åäö");
      expect(anna.page.url()).not.toContain(new URL(link).pathname);
      await anna.sees("=Apply", "Answer");
      await expect(anna.page.locator(".step-field").first()).toHaveValue("Begin");
      // A table has no colours, and lanes and steps get new ids.
      if (!name.endsWith(".csv")) expect(await anna.board()).toEqual(before);
      await anna.saved();
    });
  }
  const guest = await enter({ name: "Guest" });
  await guest.join(anna.page.url(), "Permit: åäö");
  await guest.sees("=Apply", "Answer");
});

test("a file that is no board is told in plain words, and nothing is made", async ({ enter }) => {
  const anna = await enter({ name: "Anna", language: "sv" });
  const problem = anna.page.getByTestId("file-problem");
  await openFile(anna, "a.json", Buffer.from("{ nej"));
  await expect(problem).toContainText("Det här är inte JSON");
  await openFile(anna, "a.csv", Buffer.from("step;lane_role;text\nEtt;kung;Hej\n"));
  await expect(problem).toContainText("Rad 2: ”kung” är ingen sorts bana.");
  await openFile(anna, "a.automerge", Buffer.from([0x85, 0x6f, 0x4a, 0x83, 1, 2, 3, 4, 5]));
  await expect(problem).toContainText("Filen går inte att läsa");
  await expect(anna.page.locator(".recent")).toHaveCount(0);
});

test("a board begins as a template, chosen by keyboard, and becomes a template itself", async ({ enter }, info) => {
  const anna = await enter({ name: "Anna", language: "sv" });
  const { page } = anna;
  await page.goto(anna.origin);
  await page.locator("#board-name").fill("Bygglov");
  const empty = page.getByRole("radio", { name: "Tom tavla" });
  await expect(empty).toBeChecked();
  await empty.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: "Ansökan hos kommunen" })).toBeChecked();
  await page.screenshot({ path: info.outputPath("start.png"), fullPage: true });
  await page.keyboard.press("Enter");
  await anna.isAtBoard("Bygglov");
  await expect(page.locator(".step-name")).toHaveCount(8);
  await expect(anna.note("Begär komplettering")).toBeVisible();
  await expect(page.getByTestId("undo")).toHaveAttribute("aria-disabled", "true");
  await anna.saved();
  await page.screenshot({ path: info.outputPath("application.png") });
  await page.getByTestId("panel-button").click();
  await page.screenshot({ path: info.outputPath("application-findings.png") });

  await page.getByTestId("menu").click();
  await page.getByTestId("save-template").click();
  await expect(anna.notice).toContainText("Mallen finns på den här enheten");
  await page.goto(anna.origin);
  await page.locator("#board-name").fill("Nästa");
  await page.getByTestId("template-own").click();
  await page.locator("form button[type=submit]").click();
  await anna.isAtBoard("Nästa");
  await expect(anna.note("Begär komplettering")).toBeVisible();
  await anna.saved();

  await page.goto(anna.origin);
  await page.getByRole("button", { name: "Glöm mallen Bygglov" }).click();
  await expect(page.getByTestId("template-own")).toHaveCount(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: info.outputPath("start-phone.png"), fullPage: true });
});
