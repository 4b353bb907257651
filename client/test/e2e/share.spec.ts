import { barriers } from "./barriers";
import { expect, test } from "./fixtures";

test("an owner makes a link with a password, sees who came, and revokes it", async ({ enter }) => {
  const anna = await enter({ name: "Anna", language: "sv", theme: "dark" });
  const { page } = anna;
  await anna.makeBoard("Ansöka om bygglov");
  await anna.add("customer", "s1", "Läser om regler");
  const dialog = page.getByRole("dialog");
  const none = async (where: string, on = page) => {
    await on.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
    expect(await barriers(on), where).toEqual([]);
  };

  await page.getByTestId("invite").click();
  await expect(dialog.getByTestId("share-link")).toHaveCount(4);
  await page.getByTestId("new-link").click();
  await expect(dialog.getByLabel("Vad heter den?")).toBeFocused();
  await none("form of a new link");
  await page.keyboard.insertText("Fokusgrupp");
  await dialog.getByLabel("Lösenord").fill("sesam öppna dig");
  await dialog.getByLabel("Hur många som högst?").fill("5");
  await dialog.getByLabel("Hur länge gäller den?").selectOption("week");
  await page.keyboard.press("Enter");
  const made = dialog.getByTestId("share-link").filter({ hasText: "Fokusgrupp" });
  await expect(made).toContainText("Högst 5 personer");
  await made.getByRole("button", { name: /Visa som QR-kod/ }).click();
  await expect(made.getByRole("img")).toBeVisible();
  await made.getByRole("button", { name: /Återkalla/ }).click();
  await none("links, a QR code, and a question");
  await made.getByRole("button", { name: "Avbryt" }).click();
  const link = await made.getByRole("textbox").inputValue();
  await page.keyboard.press("Escape");

  const bo = await enter({ name: "Bo" });
  bo.watch.allow(/status of 40[134]/);
  await bo.follow(link);
  await expect(bo.page.getByTestId("link-password")).toBeFocused();
  await none("password", bo.page);
  await bo.page.keyboard.insertText("fel");
  await bo.page.keyboard.press("Enter");
  await expect(bo.page.getByTestId("link-password-fault")).toBeVisible();
  await bo.page.getByTestId("link-password").fill("sesam öppna dig");
  await bo.page.keyboard.press("Enter");
  await bo.isAtBoard();
  await bo.sees("Läser om regler");
  await bo.add("customer", "s2", "Ringer");
  await anna.sees("Läser om regler", "Ringer");
  // A page that is opened again asks for nothing.
  await bo.page.reload();
  await bo.sees("Läser om regler", "Ringer");

  await page.getByTestId("people").click();
  const there = page.getByTestId("person").filter({ hasText: "Bo" });
  await expect(there.getByTestId("standing")).toHaveText("kund");
  await none("people, with what an owner can do");
  await page.keyboard.press("Escape");
  await page.getByTestId("invite").click();
  await made.getByRole("button", { name: /Återkalla/ }).click();
  await made.getByRole("button", { name: "Återkalla länken" }).click();
  await expect(dialog.getByTestId("share-link")).toHaveCount(4);
  await expect(bo.page.getByTestId("connection")).toHaveAttribute("data-reason", "link");
});

test("what an owner decides reaches a guest at once, and no note is lost", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const { page } = anna;
  await anna.makeBoard("Board");
  const link = await anna.linkFor("editor");
  const bo = await enter({ name: "Bo" });
  bo.watch.allow(/status of 4(03|10)/);
  await bo.join(link);
  await bo.add("customer", "s1", "from Bo");
  await anna.sees("from Bo");

  await page.getByTestId("invite").click();
  await page.getByTestId("board-locked").check();
  await expect(bo.page.getByTestId("read-only-note")).toContainText("locked");
  await expect(bo.page.getByTestId("read-only")).toBeVisible();
  await page.getByTestId("board-locked").uncheck();
  await expect(bo.page.getByTestId("read-only")).toHaveCount(0);
  await bo.add("customer", "s2", "and more");
  await bo.saved();

  const row = page.getByTestId("share-link").and(page.locator('[data-role="editor"]'));
  await row.getByRole("button", { name: /^Change/ }).click();
  await page.getByLabel("What may they do?").selectOption("viewer");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(bo.page.getByTestId("read-only-note")).toContainText("You can look but not change");
  await bo.sees("from Bo", "and more");
  await page.keyboard.press("Escape");

  await page.getByTestId("people").click();
  await page.getByRole("button", { name: "Ask to leave: Bo" }).click();
  await expect(bo.page.getByTestId("connection")).toHaveAttribute("data-reason", "removed");
  await bo.page.reload();
  await bo.sees("from Bo", "and more");
  await page.keyboard.press("Escape");

  await page.getByTestId("invite").click();
  await page.getByRole("button", { name: "Delete the board" }).click();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  anna.watch.allow(/status of 410/);
  await page.getByRole("button", { name: "Delete “Board”" }).click();
  await expect(bo.page.getByTestId("connection")).toHaveAttribute("data-reason", "gone");
  await bo.page.reload();
  await expect(bo.page.getByTestId("problem-gone")).toBeVisible();

  await page.reload();
  const back = page.getByRole("button", { name: "Bring it back" });
  await expect(back).toBeVisible();
  expect(await barriers(page), "a board that was deleted").toEqual([]);
  await back.click();
  await anna.sees("from Bo", "and more");
  await bo.page.reload();
  await bo.sees("from Bo", "and more");
});
