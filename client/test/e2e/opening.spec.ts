// A board is seen before the program that opens it has come.
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";

test("a newcomer sees the board while the program loads, and then the board itself in the same place", async ({ enter }, info) => {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("Moving <house>");
  await anna.add("customer", "s1", "Rings the office", "a");
  await anna.add("frontstage", "s2", "Answers");
  await anna.writeOn(anna.note("Answers"));
  await anna.page.keyboard.press("Control+a");
  await anna.page.keyboard.press("Control+b");
  await anna.page.keyboard.press("Escape");
  await anna.saved();
  const link = await anna.linkFor("viewer");

  for (const [name, entry] of Object.entries({
    desktop: { language: "en", theme: "light" },
    phone: { language: "sv", theme: "dark", browser: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
  } as const)) {
    await test.step(name, async () => {
      const guest = await enter({ name: "Guest", ...entry });
      const { page } = guest;
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      await page.route("**/*.wasm", async (route) => {
        await held;
        await route.continue();
      });
      await guest.follow(link);
      const picture = page.getByTestId("first-picture");
      await expect(picture).toBeVisible();
      await expect(picture.getByRole("heading")).toHaveText("Moving <house>");
      await expect(picture.getByRole("status")).toHaveText(entry.language === "sv" ? "Tavlan öppnas…" : "Opening the board…");
      const words = picture.locator("text", { hasText: "Rings the office" });
      await expect(picture.locator("tspan", { hasText: "Answers" })).toHaveAttribute("font-weight", "700");
      await expect(picture.locator("text", { hasText: entry.language === "sv" ? "synlighetslinje" : "line of visibility" })).toHaveCount(1);
      await page.evaluate(() => document.fonts.ready);
      const drawn = await boxOf(words);
      expect(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath(`${name}-picture.png`) });

      release();
      await expect(guest.note("Rings the office")).toBeVisible();
      await expect(picture).toHaveCount(0);
      await page.screenshot({ path: info.outputPath(`${name}-board.png`) });
      const live = await guest.note("Rings the office").locator(".card-text").evaluate((text) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x, y, width, height };
      });
      for (const side of ["x", "y", "width", "height"] as const) expect(Math.abs(live[side] - drawn[side]), `${side} of ${JSON.stringify([drawn, live])}`).toBeLessThan(2);

      // Now the board is on the device: nothing is asked for to show it.
      const before = guest.watch.knocks.length;
      await page.reload();
      await expect(guest.note("Rings the office")).toBeVisible();
      expect(guest.watch.knocks.slice(before).filter((path) => path.endsWith(".svg"))).toEqual([]);
    });
  }
});

test("without a picture the board opens all the same", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const link = await anna.makeBoard("Moving house");
  await anna.add("customer", "s1", "Rings the office");
  await anna.saved();
  const guest = await enter({ name: "Guest" });
  guest.watch.allow(/status of 503/);
  await guest.page.route("**/drawing.svg*", (route) => route.fulfill({ status: 503, body: "{}" }));
  await guest.join(link);
  await guest.sees("Rings the office");
  await expect(guest.page.getByTestId("first-picture")).toHaveCount(0);
});
