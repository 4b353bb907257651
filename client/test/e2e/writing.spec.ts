import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import type { Person } from "./person";

/** Types letter by letter, taking turns, so that each letter meets one from the other side. */
async function takeTurns(...hands: { page: Page; text: string }[]): Promise<void> {
  const letters = hands.map(({ page, text }) => ({ page, text: Array.from(text) }));
  const length = Math.max(...letters.map(({ text }) => text.length));
  for (let i = 0; i < length; i++) {
    await Promise.all(letters.map(({ page, text }) => page.keyboard.type(text[i] ?? "")));
  }
}

async function bothWriteOn(anna: Person, bo: Person, text: string): Promise<void> {
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("customer", "s2", text);
  await expect(bo.note(text)).toBeVisible();
  await anna.writeOn(anna.note(text));
  await bo.writeOn(bo.note(text));
}

test("two write at the ends of one note at once: no letter is lost and no caret wanders", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bothWriteOn(anna, bo, "väntar");
  await expect(anna.page.getByText("Bo is writing")).toBeVisible();
  await anna.page.keyboard.press("Home");
  await bo.page.keyboard.press("End");

  const before = "Familjen på Storgatan ";
  const after = " 👩‍👧 åtta veckor på beslut";
  await takeTurns({ page: anna.page, text: before }, { page: bo.page, text: after });
  const whole = `${before}väntar${after}`;
  await expect(anna.field).toHaveValue(whole);
  await expect(bo.field).toHaveValue(whole);

  const caret = (person: Person) => person.field.evaluate((field: HTMLTextAreaElement) => field.selectionStart);
  expect(await caret(anna)).toBe(before.length);
  expect(await caret(bo)).toBe(whole.length);

  await anna.page.keyboard.press("Escape");
  await bo.page.keyboard.press("Escape");
  await anna.saved();
  await bo.saved();
  await anna.page.reload();
  await anna.sees(whole);
  const clara = await enter({ name: "Clara" });
  await clara.join(anna.page.url());
  await clara.sees(whole);
});

test("two write at the same place at once and end with the same words, all letters in their order", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bothWriteOn(anna, bo, "[]");
  await anna.page.keyboard.press("ArrowLeft");
  await bo.page.keyboard.press("ArrowLeft");

  const digits = "0123456789".repeat(3);
  const letters = "abcdefghij".repeat(3);
  await takeTurns({ page: anna.page, text: digits }, { page: bo.page, text: letters });
  await expect.poll(async () => (await anna.field.inputValue()).length).toBe(digits.length + letters.length + 2);
  const text = await anna.field.inputValue();
  await expect(bo.field).toHaveValue(text);
  expect(text).toMatch(/^\[.*\]$/);
  expect(text.replace(/[^0-9]/g, "")).toBe(digits);
  expect(text.replace(/[^a-j]/g, "")).toBe(letters);

  await anna.saved();
  await bo.saved();
  const clara = await enter({ name: "Clara" });
  await clara.join(anna.page.url());
  await clara.sees(text);
});

test("one deletes and writes over what the other is in the middle of", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bothWriteOn(anna, bo, "ett två tre");
  await anna.field.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(0, 3));
  await bo.field.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(7, 7));
  await takeTurns({ page: anna.page, text: "först kommer" }, { page: bo.page, text: " och ett halvt" });
  const whole = "först kommer två och ett halvt tre";
  await expect(anna.field).toHaveValue(whole);
  await expect(bo.field).toHaveValue(whole);
});
