import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import type { Person } from "./person";

async function openVariants({ page }: Person): Promise<void> {
  await page.getByTestId("menu").click();
  await page.getByTestId("variants").click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

test("two people try another way, see what differs, and bring home first a part and then all of it", async ({ enter }) => {
  const anna = await enter({ name: "Anna", language: "sv" });
  const { page } = anna;
  await anna.makeBoard("Ansöka om bygglov");
  await anna.add("customer", "s1", "Fyller i blanketten");
  await anna.add("backstage", "s2", "Läser ansökan", "a");
  await anna.saved();
  const bo = await enter({ name: "Bo", theme: "dark" });
  await bo.join(await anna.linkFor("editor"));
  const none = async (who: Person, where: string) => {
    await who.page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
    expect(await barriers(who.page), where).toEqual([]);
  };

  // Anna makes a variant; Bo comes to it from the board, by a link of his own.
  await openVariants(anna);
  await expect(page.getByTestId("no-variants")).toBeVisible();
  await page.getByTestId("variant-name").fill("Utan blanketten");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("variant")).toContainText("Utan blanketten");
  await expect(page.getByTestId("variant-count")).toHaveText("Inget skiljer.");
  await page.keyboard.press("Escape");
  await openVariants(bo);
  await bo.page.getByTestId("variant-open").click();
  await expect(bo.page.getByTestId("variant-tag")).toHaveText("Variant: Utan blanketten");
  await bo.sees("Fyller i blanketten", "Läser ansökan");
  await bo.choose(bo.noteIn("customer", "s1", "Fyller i blanketten"));
  await bo.page.keyboard.press("Delete");
  await bo.add("customer", "s1", "Ringer kommunen");
  await bo.add("frontstage", "s1", "Svarar i telefon", "a");
  await bo.saved();
  // Both go on.
  await anna.add("support", "s3", "Arkivet");
  await anna.sees("Fyller i blanketten", "Läser ansökan", "Arkivet");

  await openVariants(anna);
  const variant = page.getByTestId("variant");
  await expect(variant.getByTestId("variant-count")).toHaveText("3 skillnader");
  await expect(variant).toContainText("1 handling har tillkommit");
  await variant.getByTestId("variant-vote").click();
  await expect(variant.getByTestId("variant-vote")).toHaveAttribute("aria-pressed", "true");
  await none(anna, "the list of variants");
  await variant.getByTestId("variant-see").click();
  const differences = page.getByTestId("difference");
  await expect(differences).toHaveCount(4);
  // What Anna has drawn since is not the variant's to take away.
  await expect(differences.filter({ hasText: "Arkivet" }).getByRole("checkbox")).toHaveCount(0);
  await expect(page.getByTestId("compared-before").locator("[data-how=removed]")).toHaveCount(1);
  await expect(page.getByTestId("compared-before").locator("[data-how=added]")).toHaveCount(1);
  await expect(page.getByTestId("compared-after").locator("[data-how=added]")).toHaveCount(2);
  await none(anna, "what differs");
  // Both boards show the same part.
  for (let i = 0; i < 3; i++) await page.getByTestId("differences-larger").click();
  await page.getByRole("button", { name: "Visa på tavlorna: Arkivet" }).click();
  const down = (side: string) => page.getByTestId(`compared-${side}`).evaluate((e) => e.scrollTop);
  await expect.poll(() => down("before")).toBeGreaterThan(0);
  await expect.poll(async () => (await down("after")) - (await down("before"))).toBe(0);

  await page.getByRole("checkbox", { name: /Svarar i telefon/ }).check();
  await page.getByTestId("bring").click();
  await expect(differences).toHaveCount(3);
  await anna.sees("Fyller i blanketten", "Läser ansökan", "Arkivet", "Svarar i telefon");
  await page.getByTestId("merge").click();
  await page.getByTestId("merge-yes").click();
  await expect(differences).toHaveCount(1);
  await page.keyboard.press("Escape");
  await anna.sees("Läser ansökan", "Arkivet", "Svarar i telefon", "Ringer kommunen");
  await anna.saved();
  // What Anna chose is not hers alone any more: to take it back would take what Bo wrote.
  await page.keyboard.press("Control+z");
  await expect(anna.notice).toContainText("Inte ångrat");
  await anna.sees("Läser ansökan", "Arkivet", "Svarar i telefon", "Ringer kommunen");

  // Bo goes home, sees the same, and changes what most think is best.
  await bo.page.getByTestId("variant-tag").click();
  await none(bo, "a variant, and the way home");
  await bo.page.getByRole("link", { name: "To the original" }).click();
  await bo.sees("Läser ansökan", "Arkivet", "Svarar i telefon", "Ringer kommunen");
  await openVariants(bo);
  await expect(bo.page.getByTestId("variant").getByTestId("variant-vote")).toContainText("1");
  await bo.page.getByTestId("variant-original").getByTestId("variant-vote").click();
  await expect(bo.page.getByTestId("variant-original").getByTestId("variant-vote")).toContainText("1");
});
