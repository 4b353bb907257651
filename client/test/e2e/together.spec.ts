import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";
import type { Person } from "./person";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

async function nothingInTheWay({ page }: Person, where: string): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
  expect(await barriers(page), where).toEqual([]);
}

test("a comment is written by keyboard, answered, declined with a reason and opened again, for both to see", async ({ enter }) => {
  const anna = await enter({ name: "Anna", theme: "light" });
  const bo = await enter({ name: "Bo", theme: "dark", color: 0 });
  const link = await anna.makeBoard("Board");
  await anna.add("customer", "s1", "Looks for rules", "a");
  await bo.join(link);
  const [threadA, threadB] = [anna.page.getByTestId("thread"), bo.page.getByTestId("thread")];

  // Both came with the same colour: one of them has another now.
  await anna.page.mouse.move(400, 300);
  await expect(bo.cursors).toHaveCount(1);
  await expect
    .poll(async () => new Set(await bo.page.locator(".avatars .avatar").evaluateAll((all) => all.map((a) => getComputedStyle(a).backgroundColor))).size)
    .toBe(2);

  await bo.choose(bo.note("Looks for rules"));
  await bo.page.keyboard.press("Shift+C");
  const field = bo.page.getByTestId("comment-field");
  await expect(field).toBeFocused();
  await expect(field).toHaveAccessibleName("Comment on “Looks for rules”");
  // Undo in the field is about the words in it, not about the board.
  await bo.page.keyboard.type("Hm");
  await bo.page.keyboard.press("Control+z");
  await expect(field).not.toHaveValue("Hm");
  await expect(bo.note("Looks for rules")).toBeVisible();
  await field.fill("");
  // A draft outlives the panel, and the page.
  await bo.page.keyboard.type("I found none");
  await bo.page.reload();
  await bo.isAtBoard();
  await bo.choose(bo.note("Looks for rules"));
  await bo.page.keyboard.press("Shift+C");
  await expect(field).toHaveValue("I found none");
  await bo.page.keyboard.press("End");
  await bo.page.keyboard.type(".");
  await expect(anna.page.getByText("Bo is commenting")).toBeVisible();
  await bo.page.keyboard.press("Control+Enter");
  await expect(threadB).toHaveCount(1);
  await bo.page.keyboard.press("Escape");
  await expect(bo.note("Looks for rules")).toBeFocused();
  await bo.page.keyboard.press("Shift+V");
  await expect(bo.notice).toHaveText(/^You have voted. 1 vote\./);

  await expect(anna.page.getByTestId("talk-new")).toHaveText(/1 new/);
  await expect(anna.note("Looks for rules")).toHaveAccessibleDescription(/1 open comment.*1 vote/);
  await anna.page.getByTestId("talk-sign").click();
  await expect(threadA).toContainText("I found none");
  await expect(anna.page.getByTestId("talk-new")).toHaveCount(0);
  await anna.page.getByTestId("answer").click();
  await anna.page.keyboard.type("They are at");
  await expect(bo.page.getByTestId("writers")).toHaveText("Anna is writing…");
  await anna.page.keyboard.type(" the desk");
  await anna.page.keyboard.press("Control+Enter");
  await expect(threadB.getByRole("listitem")).toHaveText(/They are at the desk$/);
  await expect(bo.page.getByTestId("talk-heard")).toHaveText("New comment: They are at the desk.");
  await expect(bo.page.getByTestId("writers")).toHaveCount(0);
  // What one has said can be put in other words.
  await expect(threadB.getByTestId("reword")).toHaveCount(1);
  await threadA.getByRole("listitem").getByTestId("reword").click();
  const words = anna.page.getByTestId("reword-field");
  await expect(words).toHaveValue("They are at the desk");
  await words.fill("They are at the front desk");
  await nothingInTheWay(anna, "put in other words, light");
  await anna.page.keyboard.press("Control+Enter");
  await expect(threadB.getByRole("listitem")).toHaveText(/They are at the front desk$/);
  await nothingInTheWay(bo, "a thread, dark");

  await anna.page.getByTestId("fate-declined").click();
  await anna.page.getByTestId("decline").click();
  await expect(anna.page.getByRole("alert")).toContainText("Say why first");
  await nothingInTheWay(anna, "asked for a reason, light");
  await anna.page.getByTestId("reason").fill("Not this year");
  await anna.page.getByTestId("decline").click();
  await expect(threadB).toHaveAttribute("data-fate", "declined");
  await expect(threadB).toContainText("Because: Not this year");
  await expect(bo.page.getByTestId("talk-sign")).toHaveCount(0);
  await bo.page.getByTestId("reopen").click();
  await expect(threadA).toHaveAttribute("data-fate", "open");

  // What it was about goes; what was said stays, and says so.
  await anna.choose(anna.note("Looks for rules"));
  await anna.page.keyboard.press("Delete");
  await bo.page.getByTestId("talk-all").click();
  await expect(threadB).toContainText("About something that has been removed");
  await expect(threadB).toContainText("I found none");

  // A step has its talk too, and what is being written at its name is seen.
  await anna.page.getByTestId("step-title-s2").focus();
  await expect(bo.page.getByTestId("part-visitors")).toHaveText("Anna is writing");
  await anna.page.getByTestId("details-step-s2").click();
  await anna.page.getByTestId("details-talk").click();
  await anna.page.getByTestId("comment-field").fill("Two steps?");
  await anna.page.getByTestId("comment-field-send").click();
  await bo.page.getByTestId("talk-open").click();
  await threadB.filter({ hasText: "Two steps?" }).getByRole("button", { name: "Go to Step 2" }).click();
  await expect(bo.page.getByTestId("step-title-s2")).toBeFocused();
  await expect(bo.page.getByTestId("talk-sign")).toHaveAccessibleName("1 open comment. Show it");
  await nothingInTheWay(anna, "talk about a step, light");
  await bo.saved();
});

test("a commenter on a phone comments and votes with a finger, takes it back, and changes nothing else", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("Board");
  await anna.add("customer", "s1", "Applies", "a");
  const link = await anna.linkFor("commenter");
  const kim = await enter({ name: "Kim", browser: PHONE });
  const { page } = kim;
  await kim.join(link, "Board");
  await expect(page.getByTestId("read-only")).toHaveText("Can comment");
  await expect(page.getByTestId("read-only-note")).toContainText("You can comment and vote");
  await page.getByTestId("read-only-note").getByRole("button").tap();
  await expect(page.getByTestId("add-note")).toHaveCount(0);
  await expect(kim.title).not.toBeEditable();

  await kim.note("Applies").tap();
  const tools = page.locator(".selection-bar");
  await expect(tools.getByRole("button")).toHaveCount(3);
  await tools.getByTestId("tool-vote").tap();
  await expect(anna.page.getByTestId("vote-sign")).toHaveText("1");
  await nothingInTheWay(kim, "a commenter’s phone");
  await page.getByTestId("vote-sign").tap();
  await expect(anna.page.getByTestId("vote-sign")).toHaveCount(0);
  await page.getByTestId("undo").tap();
  await expect(anna.page.getByTestId("vote-sign")).toHaveText("1");

  await tools.getByTestId("tool-comment").tap();
  await page.getByTestId("comment-field").fill("Can I save and go on later?");
  await page.getByTestId("comment-field-send").tap();
  await expect(page.getByTestId("thread")).toContainText("Can I save");
  await expect(page.getByTestId("fate-declined")).toHaveCount(0);
  await nothingInTheWay(kim, "a commenter’s talk");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const menu = await boxOf(page.getByTestId("menu"));
  expect(menu.x + menu.width).toBeLessThanOrEqual(390);
  for (const button of await page.locator(".panel, .people-bar").getByRole("button").all()) {
    const { width, height } = await boxOf(button);
    const name = await button.evaluate((b) => b.getAttribute("aria-label") ?? b.textContent);
    expect(Math.min(width, height), `size of “${name}”`).toBeGreaterThanOrEqual(44);
  }
  await kim.saved();
  await anna.page.getByTestId("talk-sign").click();
  await anna.page.getByTestId("fate-adopted").click();
  await expect(page.getByTestId("thread")).toHaveAttribute("data-fate", "adopted");
  await expect(page.getByTestId("reopen")).toHaveCount(0);
  await page.getByRole("button", { name: "Close the panel" }).tap();

  // With the keyboard of a tablet: none of the keys that draw does anything.
  await kim.note("Applies").focus();
  for (const key of ["n", "2", "Delete", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  await expect(kim.field).toHaveCount(0);
  await anna.add("backstage", "s2", "Reads");
  await kim.sees("Applies", "Reads");
  await anna.sees("Applies", "Reads");
  await expect(anna.noteIn("customer", "s1", "Applies")).toHaveAttribute("data-color", "gray");
});

test("one follows a person, sees at least what they see, and stops by moving the view or when they leave", async ({ enter }) => {
  const anna = await enter({ name: "Anna", theme: "light", browser: { viewport: { width: 1280, height: 720 } } });
  const bo = await enter({ name: "Bo", theme: "dark", browser: { viewport: { width: 900, height: 700 } } });
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("support", "s5", "Archive", "a");
  await anna.add("support", "s4", "Sends", "a");
  await anna.page.getByTestId("note").first().click();
  await anna.page.getByTestId("note").last().click({ modifiers: ["Shift"] });
  await expect(bo.page.locator(".card[data-visited]")).toHaveCount(2);

  const follow = async () => {
    await bo.page.getByTestId("people").click();
    await bo.page.getByTestId("follow").click();
    await expect(bo.page.getByTestId("following")).toContainText("You see what Anna sees.");
  };
  await follow();
  // Something without a word, shown where one points, or amid what one sees.
  await bo.page.getByTestId("call-heart").click();
  await expect(anna.page.getByTestId("call")).toHaveText("Bo");
  await expect(anna.page.getByTestId("call-heard")).toHaveText("Bo: Heart");
  await expect(anna.page.getByTestId("call")).toHaveCount(0);
  await nothingInTheWay(bo, "people, following, dark");
  await bo.page.keyboard.press("Escape");
  await anna.page.getByTestId("people").click();
  await expect(anna.page.getByTestId("person").nth(1)).toContainText("follows you");
  await anna.page.keyboard.press("Escape");
  await anna.choose(anna.note("Archive"));
  await anna.page.keyboard.press("Shift+Digit2");
  await expect(bo.note("Archive")).toBeInViewport({ ratio: 0.99 });
  // Both are brought close: what was a small card is a large one.
  await expect.poll(async () => (await boxOf(bo.note("Archive"))).width).toBeGreaterThan(165);

  await bo.page.keyboard.press("Escape");
  await expect(bo.page.getByTestId("following")).toHaveCount(0);
  await follow();
  await bo.page.keyboard.press("Escape");
  await bo.page.mouse.move(400, 400);
  await bo.page.mouse.wheel(0, 60);
  await expect(bo.page.getByTestId("following")).toHaveCount(0);
  await follow();
  await anna.page.close({ runBeforeUnload: true });
  await expect(bo.notice).toHaveText("Anna has left. The view is your own again.");
  await expect(bo.page.getByTestId("following")).toHaveCount(0);
});
