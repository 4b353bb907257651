import { readFileSync } from "node:fs";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";

test("an owner takes back what somebody wrote, and somebody sees what is stored about them and leaves", async ({ enter, server }) => {
  const anna = await enter({ name: "Anna", language: "sv", theme: "dark" });
  const { page } = anna;
  const dialog = page.getByRole("dialog");
  const none = async (where: string, on = page) => {
    await on.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
    expect(await barriers(on), where).toEqual([]);
  };
  await anna.makeBoard("Ansöka om bygglov");
  await anna.add("customer", "s1", "Läser om regler");
  const bo = await enter({ name: "Bo" });
  bo.watch.allow(/status of 403/);
  await bo.join(await anna.linkFor("editor"));
  await bo.sees("Läser om regler");
  await bo.add("customer", "s2", "from Bo");
  await bo.add("customer", "s3", "more from Bo");
  await bo.saved();
  await anna.sees("Läser om regler", "from Bo", "more from Bo");

  // What one wrote goes, and comes back.
  await page.getByTestId("people").click();
  await page.getByRole("button", { name: "Vilka som har varit här" }).click();
  const his = dialog.getByTestId("joined").filter({ hasText: /^Bo/ });
  await expect(his).toContainText("kund");
  // What one person may do is changed for them alone, at once.
  await his.getByTestId("role-of").selectOption("viewer");
  await expect(bo.page.getByTestId("read-only-note")).toContainText("You can look but not change");
  await his.getByTestId("role-of").selectOption({ label: "Som länken säger" });
  await expect(bo.page.getByTestId("read-only")).toHaveCount(0);
  await his.getByTestId("take-back").click();
  await expect(his.getByTestId("take-back-sure")).toContainText("2 kort");
  await none("who has been here, and how much somebody wrote");
  await his.getByTestId("take-back-yes").click();
  await page.keyboard.press("Escape");
  await anna.sees("Läser om regler");
  await bo.sees("Läser om regler");
  await page.keyboard.press("ControlOrMeta+z");
  await anna.sees("Läser om regler", "from Bo", "more from Bo");
  await anna.saved();

  // A program gets the copy that a person saves.
  await page.getByTestId("menu").click();
  await page.getByTestId("save-copy").click();
  const saving = page.waitForEvent("download");
  await page.getByTestId("save-json").click();
  const saved: unknown = JSON.parse(readFileSync(await (await saving).path(), "utf8"));
  const secret = new URL(page.url()).hash.slice(1);
  const [, id = ""] = /\/b\/([^#/]+)/.exec(page.url()) ?? [];
  const fetched = await page.request.get(`${server.origin}/api/boards/${id}/export.json`, { headers: { Authorization: `Bearer ${secret}` } });
  expect(await fetched.json()).toEqual(saved);

  // What is stored about somebody, until they have it erased and leave.
  await bo.page.getByTestId("people").click();
  await bo.page.getByTestId("mine").click();
  const about = bo.page.getByRole("dialog");
  await expect(about.getByTestId("about-me")).toContainText("Bo");
  await about.getByText("What has been noted about you").click();
  await expect(about.getByTestId("audit-line").filter({ hasText: "You joined" })).toHaveCount(1);
  await none("what is stored about me", bo.page);
  await about.getByTestId("erase-name").click();
  await none("whether to erase a name", bo.page);
  await about.getByTestId("erase-name-yes").click();
  await expect(about.getByTestId("about-me")).toContainText("Name erased");
  await expect(about.getByTestId("about-me")).not.toContainText("Bo");
  await about.getByTestId("leave").click();
  await none("whether to leave", bo.page);
  await about.getByTestId("leave-yes").click();
  await expect(bo.page).toHaveURL(/\/$/);
  await expect(bo.page.getByText("Ansöka om bygglov")).toHaveCount(0);

  await page.getByTestId("invite").click();
  await page.getByTestId("audit").click();
  for (const kind of ["left", "name-erased", "copied", "exported", "taken-back", "opened", "joined", "made"]) {
    await expect(dialog.locator(`[data-testid=audit-line][data-kind=${kind}]`).first(), kind).toBeVisible();
  }
  await expect(dialog).not.toContainText("Bo ");
  await expect(dialog.locator("[data-kind=joined]").filter({ hasText: "Anna gick med" })).toHaveCount(1);
  await none("what has been done");
});
