import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import type { Person } from "./person";
import { en } from "../../src/i18n/en";

test("a reload shows the board as it was, and the start page leads back to it", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("First board");
  await anna.add("customer", "s1", "ett");
  await anna.add("backstage", "s5", "två", "a");
  await anna.choose(anna.note("ett"));
  await anna.page.keyboard.press("4");
  await anna.page.getByLabel("Name of Step 2").fill("Ansöka");
  await anna.saved();
  const before = await anna.board();
  await anna.page.reload();
  await anna.isAtBoard("First board");
  await expect.poll(() => anna.board()).toEqual(before);
  await expect(anna.page.getByLabel("Name of Step 2")).toHaveValue("Ansöka");
  await anna.saved();

  await anna.makeBoard("Second board");
  await anna.page.getByRole("link", { name: "To the start page" }).click();
  const recent = anna.page.getByRole("list").getByRole("link");
  await expect(recent).toHaveText([/^Second board.*Owner/, /^First board.*Owner/]);
  await recent.nth(1).click();
  await anna.isAtBoard("First board");
  await expect.poll(() => anna.board()).toEqual(before);
  await anna.page.goBack();
  await expect(recent).toHaveText([/^First board/, /^Second board/]);
  await anna.page.getByRole("button", { name: "What to do with “Second board”" }).click();
  await anna.page.getByRole("button", { name: "Take off this list" }).click();
  await expect(recent).toHaveText([/^First board/]);

  // Who owns a board by a link looks after it from here, and need not sign in for that.
  const button = (name: string) => anna.page.getByRole("button", { name, exact: true });
  await button("What to do with “First board”").click();
  await button("Rename").click();
  await anna.page.getByLabel("New name").fill("Moved");
  await button("Save").click();
  await expect(recent).toHaveText([/^Moved/]);
  await button("What to do with “Moved”").click();
  await button("Archive").click();
  await expect(recent).toHaveCount(0);
  await button("Archived").click();
  await button("What to do with “Moved”").click();
  await button("Take out of the archive").click();
  await button("Current").click();
  await button("What to do with “Moved”").click();
  await button("Delete").click();
  await button("Delete “Moved”").click();
  await button("Deleted").click();
  await expect(recent).toHaveText([/^MovedGoes for good on /]);
  await button("Undo").click();
  await expect(recent).toHaveCount(0);
  await button("Current").click();
  await recent.click();
  await anna.isAtBoard("Moved");
});

test("a wrong link says what to do, and knocks no more", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const link = await anna.makeBoard("Board");
  const guest = await enter({ name: "Guest" });
  guest.watch.allow(/status of 40[14]/);
  const [id, secret] = link.replace(/.*\/b\//, "").split("#") as [string, string];
  const wrong = {
    "another secret": `/b/${id}#${"x".repeat(secret.length)}`,
    "a secret that is cut off": `/b/${id}#${secret.slice(0, -3)}`,
    "no secret": `/b/${id}`,
    "another board": `/b/${"y".repeat(id.length)}#${secret}`,
  };
  await guest.page.clock.install();
  for (const [what, path] of Object.entries(wrong)) {
    await test.step(what, async () => {
      await guest.page.goto("about:blank");
      await guest.page.goto(guest.origin + path);
      await expect(guest.page.getByRole("heading")).toHaveText("There is no such board here");
      await expect(guest.page.getByRole("alert")).toContainText("ask whoever sent it for a new one");
    });
  }
  const knocks = guest.watch.knocks.length;
  await guest.page.clock.runFor("05:00");
  // Whatever it had asked for meanwhile was asked for before this.
  await guest.page.evaluate(() => fetch("/healthz"));
  expect(guest.watch.knocks.length).toBe(knocks);
  expect(knocks).toBeLessThanOrEqual(2 * Object.keys(wrong).length);
  await guest.page.getByRole("link", { name: "To the start page" }).click();
  await expect(guest.page.locator("#board-name")).toBeVisible();

  await guest.page.goto(`${guest.origin}/nowhere/at/all`);
  await expect(guest.page.getByRole("heading")).toHaveText("There is nothing here");
});

/** Every word that a page says, shown or read out. */
function wordsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const words: string[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) words.push(node.nodeValue ?? "");
    for (const attribute of ["aria-label", "placeholder", "title", "alt"]) {
      for (const element of document.body.querySelectorAll(`[${attribute}]`)) words.push(element.getAttribute(attribute) ?? "");
    }
    return words.map((word) => word.trim()).filter((word) => word !== "");
  });
}

const keys = new RegExp(`(^|[^\\w])(${Object.keys(en).join("|")})\\.[a-z]\\w+|\\{\\{|undefined|\\[object`);

test("everything is said in Swedish and in English, and the language can be changed at any time", async ({ enter }) => {
  const said = { sv: new Map<string, string[]>(), en: new Map<string, string[]>() };
  const maker = await enter({ name: "Åse" });
  const link = await maker.makeBoard("1234");
  await maker.saved();
  await maker.page.close();
  for (const language of ["sv", "en"] as const) {
    const person = await enter({ name: "Åse", language });
    await everyState(person, link, async (state) => {
      await expect(person.page.locator("html")).toHaveAttribute("lang", language);
      // What comes a moment later, as "Saved" does, is a part of the state.
      let words: string[] = [];
      const still = async () => {
        const before = words.join();
        words = await wordsOf(person.page);
        return words.join() === before;
      };
      await expect.poll(still, { intervals: [60] }).toBe(true);
      said[language].set(state, words);
    });
    await person.page.goto(person.origin);
    person.watch.allow(/status of 40[14]/);
    await person.page.goto(`${person.origin}/b/nosuchboard#nosuchsecret`);
    await expect(person.page.getByRole("heading")).toBeVisible();
    said[language].set("wrong link", await wordsOf(person.page));
  }

  // What is the same word in both: names, people's own words, and keys of the keyboard.
  const both = /^(Openmic|Svenska|English|Text|1234|Åse|[+×·\d–]*|.|Enter|Esc|Delete|Home End|F\d|(Ctrl|Alt|Shift)\b.*|[←→↑↓\d ]+|http.*)$/;
  for (const [state, words] of said.en) {
    const swedish = said.sv.get(state) ?? [];
    expect([...words, ...swedish].filter((word) => keys.test(word)), `raw keys: ${state}`).toEqual([]);
    expect(words.filter((word) => swedish.includes(word) && !both.test(word)), `not translated: ${state}`).toEqual([]);
    expect(swedish.length, state).toBe(words.length);
  }
  expect(said.sv.get("start")).toContain("Rita tjänsten tillsammans");
  expect(said.sv.get("board")).toContain("synlighetslinje");

  const anna = await enter({ name: "Anna" });
  await anna.page.goto(anna.origin);
  await anna.page.getByRole("button", { name: "Svenska" }).click();
  await expect(anna.page.locator("html")).toHaveAttribute("lang", "sv");
  await expect(anna.page.getByRole("heading", { level: 1 })).toHaveText("Rita tjänsten tillsammans");
  await anna.join(link);
  await expect(anna.page.getByTestId("line-visibility")).toHaveText("synlighetslinje");
  await anna.page.getByTestId("menu").click();
  await anna.page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(anna.page.getByTestId("line-visibility")).toHaveText("line of visibility");
  await expect(anna.page.locator("html")).toHaveAttribute("lang", "en");
  await anna.page.reload();
  await expect(anna.page.getByTestId("line-visibility")).toHaveText("line of visibility");
});

/** Brings a page into each of its main states. The board's only note is empty, so that no words are a person's own. */
async function everyState(person: Person, link: string, look: (state: string) => Promise<void>): Promise<void> {
  const { page } = person;
  await page.goto(person.origin);
  await expect(page.locator("#board-name")).toBeVisible();
  await expect(page.getByTestId("template-empty")).toBeVisible();
  await look("start");
  await page.locator("form button[type=submit]").click();
  await expect(page.getByRole("alert")).toBeVisible();
  await look("start, no name given");

  await person.join(link);
  await person.saved();
  if ((await person.notes.count()) === 0) {
    await expect(page.getByTestId("empty-hint")).toBeVisible();
  }
  await look("board");
  await person.cell("customer", "s1").locator(".cell-add").focus();
  await page.keyboard.press("n");
  await expect(person.field).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowDown");
  await expect(person.notice).toHaveAttribute("data-shown", "true");
  await person.saved();
  await look("note chosen and moved");
  await page.keyboard.press("Delete");
  await person.sees();
  await page.getByTestId("invite").click();
  await expect(page.getByTestId("share-link")).toHaveCount(4);
  await expect(page.getByTestId("board-locked")).toBeVisible();
  await look("invite");
  await page.keyboard.press("Escape");
  await page.getByTestId("people").click();
  await expect(page.getByTestId("person")).toHaveCount(1);
  await look("people");
  await page.keyboard.press("Escape");
  await page.getByTestId("panel-button").click();
  await expect(page.getByTestId("findings")).toBeVisible();
  await look("findings");
  await page.getByTestId("tab-talk").click();
  await expect(page.getByTestId("talk")).toBeVisible();
  await look("talk");
  await page.getByTestId("tab-details").click();
  await look("details of the board");
  await page.getByTestId("details-step-s1").click();
  await look("details of a step");
  await page.getByTestId("panel-button").click();
  await page.getByTestId("menu").click();
  await page.getByTestId("save-copy").click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("save a copy");
  await page.keyboard.press("Escape");
  await page.getByTestId("menu").click();
  await expect(page.getByRole("menu")).toBeVisible();
  await look("menu");
  await page.getByRole("menuitem").nth(1).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("keyboard");
  await page.keyboard.press("Escape");
  await page.getByTestId("view-button").click();
  await expect(page.getByTestId("outline-table")).toBeVisible();
  await page.getByTestId("step-title-s1").focus();
  await look("table");
  await page.getByTestId("form-list").click();
  await look("list");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("keyboard in the outline");
  await page.keyboard.press("Escape");
  await page.getByTestId("view-button").click();
  await expect(page.locator("main.canvas")).toBeVisible();
}
