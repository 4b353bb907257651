import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";
import type { Person } from "./person";

/** Pictures to look at go where OPENMIC_SCREENSHOTS says; without it none are taken. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["OPENMIC_SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
  await page.screenshot({ path: join(folder, `text-${name}.png`) });
}

const choose = (person: Person, words: string) =>
  person.field.evaluate((field: HTMLTextAreaElement, w) => field.setSelectionRange(field.value.indexOf(w), field.value.indexOf(w) + w.length), words);

/** Pastes what another program has copied. */
async function paste(person: Person, plain: string, html?: string): Promise<void> {
  if (html === undefined) {
    await person.page.evaluate((text) => navigator.clipboard.writeText(text), plain);
    await person.page.keyboard.press("Control+v");
    return;
  }
  // A page may not put everything on the clipboard that a program can.
  await person.field.evaluate(
    (field: HTMLTextAreaElement, [text, rich]) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      clipboardData.setData("text/html", rich);
      if (field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))) document.execCommand("insertText", false, text);
    },
    [plain, html] as const,
  );
}

test("two make bold, a list and a link of one text at once; it is shown, spoken, searched and opened", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const { page } = anna;
  const rules = `${bo.origin}/healthz`;
  await anna.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("customer", "s1", "Läser reglerna noga", "a");
  await anna.writeOn(anna.note("Läser"));
  await bo.writeOn(bo.note("Läser"));

  // Each at their own words, at once.
  await choose(anna, "Läser");
  await choose(bo, "reglerna");
  await Promise.all([page.keyboard.press("Control+b"), bo.page.keyboard.press("Control+Shift+k")]);
  const address = bo.page.getByTestId("link-address");
  await address.fill("nonsense");
  await bo.page.keyboard.press("Enter");
  await expect(bo.page.getByRole("alert")).toHaveText(/That is no address/);
  expect(await barriers(bo.page)).toEqual([]);
  await picture(bo.page, "link");
  // Meanwhile the other writes before the words that are to be a link.
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("X");
  await expect(bo.field).toHaveValue("**XLäser** reglerna noga");
  await address.fill(rules);
  await bo.page.keyboard.press("Enter");
  await expect(bo.field).toBeFocused();
  const linked = `**XLäser** [reglerna](${rules}) noga`;
  await expect(anna.field).toHaveValue(linked);
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "List", exact: true }).click();
  await expect(anna.field).toBeFocused();
  await page.keyboard.type("altan");
  await page.keyboard.press("Enter");
  await page.keyboard.type("carport");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Klart");
  const whole = `**Läser** [reglerna](${rules}) noga\n- altan\n- carport\nKlart`;
  await expect(anna.field).toHaveValue(whole);
  await expect(bo.field).toHaveValue(whole);
  await picture(page, "writing");
  // One's own deeds are taken back, one by one, and nothing of the other's.
  await choose(anna, "noga");
  await page.getByRole("button", { name: "Bold", exact: true }).click();
  await expect(bo.field).toHaveValue(whole.replace("noga", "**noga**"));
  await page.keyboard.press("Control+z");
  await expect(bo.field).toHaveValue(whole);
  await bo.page.keyboard.press("Escape");
  await page.keyboard.press("Escape");

  const card = bo.note("Läser");
  await expect(card.locator("b")).toHaveText("Läser");
  await expect(card.getByRole("listitem")).toHaveText(["altan", "carport"]);
  await expect(card).toHaveAccessibleName("Action: Läser reglerna noga\naltan\ncarport\nKlart. Customer, Step 1".replaceAll("\n", " "));
  const { height } = await boxOf(card);
  const text = await boxOf(card.locator(".rich"));
  expect(text.height).toBeLessThan(height - 18);
  expect(await barriers(bo.page)).toEqual([]);
  await picture(bo.page, "card");

  // Its words choose the card; the sign, Ctrl and the keyboard open it in a tab of its own that knows nothing of this one.
  const link = card.getByRole("link");
  await expect(link).toHaveAttribute("rel", "noopener noreferrer");
  await bo.page.keyboard.press("Escape");
  await expect(card).not.toHaveAttribute("data-selected");
  const words = await boxOf(link);
  await bo.page.mouse.click(words.x + 8, words.y + 8);
  await expect(card).toHaveAttribute("data-selected", "true");
  expect(bo.context.pages()).toHaveLength(1);
  for (const open of [() => link.locator(".open-sign").click(), () => link.click({ modifiers: ["Control"] }), () => link.press("Enter")]) {
    const [tab] = await Promise.all([bo.context.waitForEvent("page"), open()]);
    await expect(tab).toHaveURL(rules);
    expect(await tab.evaluate(() => [window.opener, document.referrer])).toEqual([null, ""]);
    await tab.close();
  }
  await expect(bo.field).toHaveCount(0);
  await bo.page.keyboard.press("Control+f");
  await bo.page.keyboard.type("läser regler");
  await expect(bo.page.getByTestId("find-match")).toHaveCount(1);
  await bo.page.keyboard.press("Escape");

  // Pasting: an address over words, and text with a form; what is no text is left out.
  await anna.add("customer", "s2", "Frågar kommunen", "a");
  await anna.writeOn(anna.note("Frågar"));
  await choose(anna, "kommunen");
  await paste(anna, "https://example.org/kommun");
  await expect(anna.field).toHaveValue("Frågar [kommunen](https://example.org/kommun)");
  await page.keyboard.press("Enter");
  const html = `<meta charset="utf-8"><b style="font-weight:normal"><p>Tre <strong>saker</strong>&nbsp;att <img src=x onerror="window.broken=1"><script>window.broken=1</script>göra:</p>
    <ol><li><p>ring <a href="https://example.org/(x)">Anna [chef]</a></p></li><li>mejla <a href="javascript:window.broken=1">Bo</a><ul><li><span style="font-weight:700">snart</span></li></ul></li></ol></b>`;
  await paste(anna, "plain", html);
  await expect(anna.field).toHaveValue(
    "Frågar [kommunen](https://example.org/kommun)\nTre **saker** att göra:\n1. ring [Anna chef](https://example.org/%28x%29)\n2. mejla Bo\n- **snart**",
  );
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await paste(anna, "**just** words", "<p>**just** words</p>");
  await page.keyboard.press("Escape");
  await expect(bo.note("Frågar").locator("ol > li")).toHaveText(["ring Anna chef", "mejla Bo"]);
  await expect(bo.note("Frågar").locator("b")).toHaveText(["saker", "snart", "just"]);
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
  await picture(page, "pasted");
});
