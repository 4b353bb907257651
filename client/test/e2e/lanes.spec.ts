import { barriers } from "./barriers";
import { expect, test } from "./fixtures";

test("customers write in their lane, comment everywhere, and are told where they cannot write", async ({ enter }) => {
  const anna = await enter({ name: "Anna", language: "sv" });
  const { page } = anna;
  await anna.makeBoard("Ansöka om bygglov");
  await anna.add("backstage", "s1", "Granskar ritningar");
  await anna.add("frontstage", "s2", "Hjälper vid disken");
  const dialog = page.getByRole("dialog");
  await page.getByTestId("invite").click();
  await page.getByTestId("new-link").click();
  await page.keyboard.insertText("Kundträff");
  await dialog.getByLabel("Var får de skriva?").selectOption("Bara i vissa banor");
  const lane = (name: string) => dialog.getByRole("group", { name: "Vilka banor?" }).getByRole("checkbox", { name, exact: true });
  await expect(lane("Kund")).toBeChecked();
  await lane("Kund").uncheck();
  await dialog.getByRole("button", { name: "Skapa länken" }).click();
  await expect(dialog.getByTestId("link-form"), "a link for nowhere is not made").toBeVisible();
  await lane("Kund").check();
  expect(await barriers(page), "the form of a link for some lanes").toEqual([]);
  await dialog.getByRole("button", { name: "Skapa länken" }).click();
  const made = dialog.getByTestId("share-link").filter({ hasText: "Kundträff" });
  await expect(made).toContainText("Bara i: Kund");
  const link = await made.getByRole("textbox").inputValue();
  await page.keyboard.press("Escape");

  const bo = await enter({ name: "Bo" });
  await bo.join(link);
  await bo.sees("Granskar ritningar", "Hjälper vid disken");
  const why = "Your link lets you write in the lane Customer. You can comment everywhere.";
  await expect(bo.page.getByTestId("read-only-note")).toContainText(why);
  await expect(bo.page.getByTestId("read-only")).toHaveText("Some lanes");
  await expect(bo.page.getByTestId("lane-theirs")).toHaveCount(1);
  expect(await barriers(bo.page), "the board of somebody who writes in one lane").toEqual([]);

  // Their own lane is theirs, by keys and by pointer.
  await bo.add("customer", "s1", "Läser om regler");
  await bo.page.keyboard.press("3");
  await bo.page.keyboard.press("ArrowRight");
  await expect(anna.noteIn("customer", "s2", "Läser om regler")).toHaveAttribute("data-color", "blue");
  // Over the line it does not go: by keys, and carried by hand.
  const own = bo.noteIn("customer", "s2", "Läser om regler");
  await bo.page.keyboard.press("ArrowDown");
  await expect(bo.notice).toHaveText(why);
  await expect(own).toBeVisible();
  await bo.carry(own, bo.cell("frontstage", "s3"));
  await expect(bo.page.getByTestId("crossing")).toHaveText(why);
  await bo.page.mouse.up();
  await expect(bo.page.getByTestId("crossing")).toHaveCount(0);
  await expect(own).toBeVisible();
  await bo.carry(own, bo.cell("customer", "s3"));
  await bo.page.mouse.up();
  await expect(anna.noteIn("customer", "s3", "Läser om regler")).toBeVisible();
  await bo.page.keyboard.press("Control+z");
  await expect(anna.noteIn("customer", "s2", "Läser om regler")).toBeVisible();

  // The cards of others are read, and talked about.
  const theirs = bo.note("Granskar ritningar");
  await expect(theirs).toHaveAccessibleDescription(/Outside the lanes that your link lets you write in/);
  await theirs.dblclick();
  await expect(bo.field).toHaveCount(0);
  await expect(bo.notice).toHaveText(why);
  await bo.choose(theirs);
  await bo.page.keyboard.press("Delete");
  await bo.page.keyboard.press("1");
  await bo.carry(theirs, bo.cell("customer", "s1"));
  await bo.page.mouse.up();
  await bo.cell("support", "s4").dblclick();
  await bo.choose(theirs);
  await bo.page.keyboard.press("Shift+C");
  await bo.page.getByTestId("comment-field").fill("Varför tar det tre veckor?");
  await bo.page.keyboard.press("Control+Enter");
  await page.getByTestId("talk-button").click();
  await expect(page.getByText("Varför tar det tre veckor?")).toBeVisible();
  await bo.saved();
  await anna.sees("Granskar ritningar", "Hjälper vid disken", "Läser om regler");
  await expect(anna.noteIn("backstage", "s1", "Granskar ritningar")).toHaveAttribute("data-color", "yellow");
  await bo.page.keyboard.press("Escape");

  // The same in words: what is theirs can be changed, the rest only read.
  await bo.page.keyboard.press("o");
  await bo.note("Hjälper vid disken").dblclick();
  await expect(bo.notice).toHaveText(why);
  await bo.note("Läser om regler").dblclick();
  await bo.page.keyboard.insertText(" igen");
  await bo.page.keyboard.press("Escape");
  await expect(anna.note("Läser om regler igen")).toBeVisible();

  // An owner lets them write everywhere, and that holds at once.
  await page.getByTestId("invite").click();
  await made.getByRole("button", { name: /^Ändra/ }).click();
  await dialog.getByLabel("Var får de skriva?").selectOption("I alla banor");
  await dialog.getByRole("button", { name: "Spara", exact: true }).click();
  await expect(bo.page.getByTestId("read-only")).toHaveCount(0);
  await expect(bo.page.getByTestId("read-only-note")).toHaveCount(0);
});
