// Pictures of the start page and of a real board, to be looked at. They go beside the other results, or to the directory
// that OPENMIC_SCREENSHOTS names. The README's picture: OPENMIC_SCREENSHOTS=docs npm run test:e2e -- -g README
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixtures";
import type { Entry } from "./fixtures";
import { boxOf } from "./person";
import type { Lane, Person, Step } from "./person";

type Written = readonly [lane: Lane, step: Step, text: string, color?: "1" | "2" | "3" | "4" | "5"];

/** What is known of applying for a building permit; what has a colour is a sticky note. */
const BLUEPRINT: readonly Written[] = [
  ["evidence", "s1", "kommun.se"],
  ["evidence", "s2", "E-tjänst"],
  ["evidence", "s3", "Brev om komplettering"],
  ["evidence", "s4", "Beslut i brevlådan"],
  ["customer", "s1", "Söker efter regler"],
  ["customer", "s1", "Jag visste inte att altanen räknas!", "1"],
  ["customer", "s2", "Fyller i ansökan"],
  ["customer", "s3", "Väntar på svar"],
  ["customer", "s3", "Ringde tre gånger, ingen visste", "2"],
  ["customer", "s4", "Läser beslutet"],
  ["customer", "s5", "Börjar bygga"],
  ["frontstage", "s1", "Svarar i chatten"],
  ["frontstage", "s2", "Hjälper vid disk"],
  ["frontstage", "s3", "Begär komplettering"],
  ["frontstage", "s4", "Ringer och förklarar"],
  ["backstage", "s2", "Registrerar ärendet"],
  ["backstage", "s3", "Granskar ritningar"],
  ["backstage", "s3", "Kan kunden se var i kön ärendet är?", "3"],
  ["backstage", "s4", "Skriver beslut"],
  ["support", "s1", "Webbredaktion"],
  ["support", "s2", "Ärendesystem"],
  ["support", "s3", "Remiss till räddningstjänst"],
  ["support", "s4", "Arkiv"],
];
const STEPS = ["Upptäcka", "Ansöka", "Komplettera", "Beslut", "Bygga"];

/** Has someone make a board and draw the whole blueprint on it, by the keyboard. Returns its address. */
async function drawBlueprint(person: Person): Promise<string> {
  const link = await person.makeBoard("Ansöka om bygglov");
  for (const [i, name] of STEPS.entries()) await person.page.getByTestId(`step-title-s${String(i + 1)}`).fill(name);
  for (const [lane, step, text, color] of BLUEPRINT) {
    await person.add(lane, step, text, color === undefined ? "a" : "n");
    if (color !== undefined) await person.page.keyboard.press(color);
  }
  await person.saved();
  return link;
}

/** Puts someone's pointer into a cell. */
async function point(person: Person, lane: Lane, step: Step, right: number, down: number): Promise<void> {
  const { x, y } = await boxOf(person.cell(lane, step));
  await person.page.mouse.move(x + right, y + down);
}

async function take(person: Person, name: string, folder: string): Promise<void> {
  const { page } = person;
  await page.evaluate(() => Promise.all([document.fonts.ready, ...document.getAnimations().map((a) => a.finished.catch(() => undefined))]));
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Where the pictures go. */
function folderOf(fallback: string): string {
  const folder = process.env["OPENMIC_SCREENSHOTS"] ?? fallback;
  mkdirSync(folder, { recursive: true });
  return folder;
}

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

test("picture for the README: two people draw a board", async ({ enter }, info) => {
  const folder = folderOf(info.outputDir);
  const anna = await enter({ name: "Anna, kund", color: 0, language: "sv", theme: "light", browser: DESK });
  const maria = await enter({ name: "Maria, handläggare", color: 1, language: "sv", theme: "light", browser: DESK });
  await maria.join(await drawBlueprint(anna));
  await expect(maria.notes).toHaveCount(BLUEPRINT.length);
  await anna.choose(anna.note("Fyller i ansökan"));
  await maria.choose(maria.note("Skriver beslut"));
  await point(maria, "support", "s4", 120, 58);
  await expect(anna.page.getByText("Maria, handläggare är här")).toBeVisible();
  await expect(anna.cursors).toHaveCount(1);
  await anna.page.getByRole("button", { name: "Visa allt" }).click();
  await point(maria, "support", "s4", 130, 60);
  await anna.page.mouse.move(300, 880);
  await expect(anna.notice).not.toHaveAttribute("data-shown", "true");
  await anna.saved();
  await take(anna, "board", folder);
});

test("pictures of the start page and the board: light and dark, desk and phone, Swedish and English", async ({ enter }, info) => {
  test.setTimeout(90_000);
  const folder = folderOf(info.outputDir);
  const anna = await enter({ name: "Anna, kund", color: 0, language: "sv", browser: DESK });
  const maria = await enter({ name: "Maria, handläggare", color: 1, language: "sv", browser: DESK });
  const link = await drawBlueprint(anna);
  await maria.join(link);
  await expect(maria.notes).toHaveCount(BLUEPRINT.length);
  await maria.choose(maria.note("Skriver beslut"));
  const looks: Record<string, Entry> = {
    "light-sv": { theme: "light", language: "sv", browser: DESK },
    "dark-sv": { theme: "dark", language: "sv", browser: DESK },
    "light-en": { theme: "light", language: "en", browser: DESK },
    "phone-light-sv": { theme: "light", language: "sv", browser: PHONE },
    "phone-dark-sv": { theme: "dark", language: "sv", browser: PHONE },
  };
  for (const [look, entry] of Object.entries(looks)) {
    const guest = await enter({ name: "Erik", color: 3, ...entry });
    await guest.page.goto(guest.origin);
    await expect(guest.page.locator("#board-name")).toBeVisible();
    await take(guest, `start-${look}`, folder);
    await guest.join(link);
    await expect(guest.notes).toHaveCount(BLUEPRINT.length);
    await point(anna, "frontstage", "s2", 160, 50);
    await point(anna, "frontstage", "s2", 165, 52);
    await point(maria, "support", "s4", 120, 50);
    await point(maria, "support", "s4", 125, 52);
    await expect(guest.cursors).toHaveCount(2);
    await guest.saved();
    await take(guest, `board-${look}`, folder);
    await guest.page.close();
  }
});
