// The history of a board: two people are recorded, and a guest looks at how it came to be.
import { NOTE_COLORS } from "../../src/document/model";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import type { Entry } from "./fixtures";
import { boxOf, seenOn } from "./person";
import type { Person, Seen } from "./person";

/** What the server tells of a board, by the link that a person came by. */
async function told<T>(person: Person, path: string): Promise<T> {
  return person.page.evaluate(async (rest) => {
    const id = location.pathname.split("/")[2];
    const response = await fetch(`/api/boards/${String(id)}${rest}`, { headers: { Authorization: `Bearer ${location.hash.slice(1)}` } });
    return (await response.json()) as T;
  }, path) as Promise<T>;
}

/** Numbers below n, the same again for the same seed. */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** So many random moments are compared with what was on the screen. */
const MOMENTS = 50;

/**
 * Two people draw a board. After each deed: how many changes there are, and what was on the screen. With a seed they then do
 * many small things, each one change, by turns, and take them away again.
 */
async function record(enter: (entry?: Entry) => Promise<Person>, seed?: number) {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("Moving house");
  const link = await anna.linkFor("editor");
  const viewerLink = await anna.linkFor("viewer");
  const berit = await enter({ name: "Berit" });
  await berit.join(link);

  const seen: { position: number; board: Seen[] }[] = [];
  const keep = async (who: Person) => {
    await who.saved();
    await expect.poll(() => anna.words().then((w) => w.length)).toBe((await who.words()).length);
    const { length } = await told<{ length: number }>(who, "/history");
    seen.push({ position: length, board: await who.board() });
  };
  await keep(anna);
  const deeds: readonly (readonly [Person, () => Promise<void>])[] = [
    [anna, () => anna.add("customer", "s1", "Rings the bell", "a")],
    [berit, () => berit.add("frontstage", "s1", "Opens the door", "a")],
    [anna, () => anna.add("customer", "s2", "Waits")],
    [berit, () => berit.add("backstage", "s2", "Finds the key", "a")],
    [
      anna,
      async () => {
        await anna.choose(anna.note("Waits"));
        await anna.page.keyboard.press("Enter");
        await anna.field.press("End");
        await anna.field.pressSequentially(" and waits");
        await anna.page.keyboard.press("Escape");
      },
    ],
    [
      berit,
      async () => {
        await berit.carry(berit.note("Opens the door"), berit.cell("backstage", "s3"));
        await berit.page.mouse.up();
        await expect(berit.noteIn("backstage", "s3", "Opens the door")).toBeVisible();
      },
    ],
    [
      anna,
      async () => {
        await anna.choose(anna.note("Rings the bell"));
        await anna.page.keyboard.press("Delete");
        await expect(anna.note("Rings the bell")).toHaveCount(0);
      },
    ],
  ];
  for (const [who, deed] of deeds) {
    await deed();
    await keep(who);
  }
  const small: { position: number; board: Seen[] }[] = [];
  if (seed !== undefined) {
    const below = numbers(seed);
    await anna.add("customer", "s4", "Anna");
    await berit.add("frontstage", "s4", "Berit");
    await keep(berit);
    let length = seen.at(-1)?.position ?? 0;
    for (const who of [anna, berit, anna, berit]) {
      const own = who.note(who === anna ? "Anna" : "Berit");
      await who.choose(own);
      const letters = below(2) === 0;
      let color: string | null | undefined = await own.getAttribute("data-color");
      if (letters) await who.writeOn(own);
      for (let i = 0; i <= MOMENTS / 4; i++) {
        // What a card is coloured already would be no change.
        const other = (NOTE_COLORS.findIndex((c) => c === color) + 1 + below(NOTE_COLORS.length - 1)) % NOTE_COLORS.length;
        if (letters) await who.page.keyboard.insertText("abcdefghij".charAt(below(10)));
        else await who.page.keyboard.press(String(other + 1));
        color = NOTE_COLORS[other];
        // The number of changes that the server has is that of what is on this screen: nobody else does anything meanwhile.
        const before = length;
        await expect.poll(async () => (length = (await told<{ length: number }>(who, "/history")).length), { intervals: [20, 40, 80] }).toBe(before + 1);
        small.push({ position: length, board: await who.board() });
      }
      if (letters) await who.page.keyboard.press("Escape");
    }
    for (const [who, words] of [[anna, "Anna"], [berit, "Berit"]] as const) {
      await who.choose(who.note(words));
      await who.page.keyboard.press("Delete");
      await expect(who.note(words)).toHaveCount(0);
    }
    await keep(berit);
  }
  return { anna, berit, link, viewerLink, seen, small };
}

test("a board is replayed as it was drawn, for a guest too", async ({ enter }, info) => {
  const seed = Number(process.env["SEED"]) || Math.floor(Math.random() * 2 ** 31);
  console.log(`history: SEED=${String(seed)}`);
  const { viewerLink, seen, small } = await record(enter, seed);
  const guest = await enter({ name: "Guest", language: "sv", browser: { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" } });
  await guest.join(viewerLink);
  const { page } = guest;
  await page.keyboard.press("Shift+H");
  const strip = page.getByTestId("history-strip");
  await expect(strip).toBeVisible();
  await expect(page.getByTestId("history-time")).not.toBeEmpty();
  await expect.poll(() => guest.board()).toEqual(seen.at(-1)?.board);
  await page.screenshot({ path: info.outputPath("end.png") });
  expect(await barriers(page), "at the end").toEqual([]);

  // At random moments the board is what was on the screen then. A page that shows the replay goes through them.
  const { pathname, hash } = new URL(viewerLink);
  await page.goto(guest.origin);
  await page.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    frame.style.cssText = "position: fixed; inset: 0; width: 100%; height: 100%";
    document.body.append(frame);
  }, `${pathname}?replay=1-${String(seen[3]?.position)}${hash}`);
  const frame = page.frameLocator("iframe");
  const inFrame = frame.getByTestId("history-strip");
  await expect(inFrame).toHaveAttribute("data-position", "1");
  // What was asked for is shaded, and one may go anywhere.
  await expect(inFrame).toHaveAccessibleDescription(/^Spelar från \d.* till \d/);
  const [asked, whole] = [await boxOf(frame.getByTestId("history-asked")), await boxOf(inFrame)];
  expect(Math.abs(asked.x - whole.x)).toBeLessThan(whole.width / 4);
  expect(asked.x + asked.width).toBeLessThan(whole.x + whole.width - 10);
  const say = (message: object) => page.evaluate((m) => (window[0] as Window).postMessage({ openmic: 1, ...m }, location.origin), message);
  await say({ type: "hello" });
  const below = numbers(seed + 1);
  const drawn = [...seen, ...small].map((s) => ({ s, by: below(2 ** 31) })).sort((x, y) => x.by - y.by);
  expect(drawn.length).toBeGreaterThan(MOMENTS);
  for (const { position, board } of drawn.slice(0, MOMENTS).map(({ s }) => s)) {
    await say({ type: "seek", moment: position });
    await expect(inFrame).toHaveAttribute("data-position", String(position));
    await expect.poll(() => seenOn(frame.getByTestId("note")), { message: `at ${String(position)}`, intervals: [5, 20, 50] }).toEqual(board);
  }

  // By a link too.
  for (const { position, board } of seen[0] ? [seen[0]] : []) {
    await page.goto("about:blank");
    await page.goto(`${guest.origin}${pathname}?at=${String(position)}${hash}`);
    await expect(strip).toHaveAttribute("data-position", String(position));
    await expect.poll(() => guest.board(), { message: `at ${String(position)}` }).toEqual(board);
  }
  await expect(strip).toHaveAttribute("aria-valuetext", /gav tavlan namnet ”Moving house”/);

  // Step by step, in words.
  const what = page.getByTestId("history-what");
  const spoken = page.getByTestId("history-spoken");
  // What is told as one depends on the pauses between: which of the two comes first, and what lies between them, does not.
  const position = async () => Number(await strip.getAttribute("data-position"));
  const first = ["Anna: lade till handlingen ”Rings the bell” i Kund, Steg 1", "Berit: lade till handlingen ”Opens the door” i Synlig personal, Steg 1"];
  const heard: string[] = [];
  while (!first.every((words) => heard.some((told) => told.startsWith(words)))) {
    const [before, last] = [await position(), heard.at(-1) ?? ""];
    expect(before, heard.join("\n")).toBeLessThan(seen.at(-1)?.position ?? 0);
    await page.keyboard.press(".");
    await expect.poll(position).toBeGreaterThan(before);
    await expect(spoken).not.toHaveText(last);
    heard.push(await spoken.innerText());
  }
  // The marks: Anna, Berit, and what crossed the line.
  await strip.focus();
  await page.keyboard.press("Home");
  for (const mark of [/^Anna/, /^Berit/, /över synlighetslinjen/]) {
    await page.keyboard.press("Alt+ArrowRight");
    await expect(what).toHaveText(mark);
  }
  await page.screenshot({ path: info.outputPath("crossing.png") });

  // Only what customers did; then from the beginning, fast.
  await page.getByTestId("history-filter").click();
  await page.getByTestId("history-audience").selectOption("customer");
  expect(await barriers(page), "the filters").toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("history-list").getByText("Anna")).toHaveCount(0);
  await page.getByTestId("history-filter").click();
  await page.getByTestId("history-audience").selectOption("");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("history-filter")).toBeFocused();
  await strip.focus();
  await page.keyboard.press("Home");
  await expect(guest.notes).toHaveCount(0);
  await page.getByTestId("history-speed").selectOption("64");
  await page.keyboard.press("p");
  await expect.poll(() => guest.board(), { timeout: 20_000 }).toEqual(seen.at(-1)?.board);

  // Scrubbing with the pointer.
  const box = await boxOf(strip);
  await page.mouse.move(box.x + box.width - 2, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 1, box.y + 20, { steps: 6 });
  await page.mouse.up();
  await expect(guest.notes).toHaveCount(0);
  // Where people worked builds up; whose words live on.
  await page.getByTestId("insight-button").click();
  const said = page.getByTestId("heat-said");
  await expect(said).toHaveText("Ingen gjorde något under den här tiden.");
  await strip.focus();
  await page.keyboard.press("End");
  await expect(page.getByTestId("heat").getByText(/^Kund, Steg 2: [12] sak(er)?, 0 av kunder, [12] av personal, 1 person$/)).toHaveCount(1);
  await page.screenshot({ path: info.outputPath("heat.png") });
  expect(await barriers(page), "the heat").toEqual([]);
  await page.getByTestId("insight-voices").click();
  await expect(page.getByTestId("voices-words")).toHaveText("Kunder 67 %, personal 33 % av orden på tavlan.");
  await expect(page.getByTestId("voices-living")).toContainText(/\d+ % av det kunderna bidrog med lever kvar/);
  await page.getByTestId("voices-customers").fill("1 000 000");
  await expect(page.getByTestId("voices-one")).toContainText(/^En procent av dem är 10.000 personer: på heltid blir det 400.000 timmar på 1 vecka/);
  await page.getByTestId("voices-nameless").check();
  await expect(page.getByTestId("voices-table")).not.toContainText("Anna");
  await page.screenshot({ path: info.outputPath("voices.png") });
  expect(await barriers(page), "the voices").toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("insight-button")).toBeFocused();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId("history-list-button").click();
  await page.screenshot({ path: info.outputPath("phone.png") });
  expect(await barriers(page), "on a phone").toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByTestId("history-close").click();
  await expect(page.getByTestId("menu")).toBeVisible();

  // Who made a card, and wrote its words.
  await guest.choose(guest.note("Waits and waits"));
  await page.keyboard.press("i");
  await page.getByTestId("made").locator("summary").click();
  await expect(page.getByTestId("made-words")).toHaveText(/Anna.*Waits and waits/);
  await page.screenshot({ path: info.outputPath("made.png") });
  expect(await barriers(page), "who made it").toEqual([]);
});

test("a board is compared with what it was, brought back to it, and gone on from elsewhere", async ({ enter }, info) => {
  const { anna, berit, link, seen } = await record(enter);
  // Who may draw compares, brings the board back in one change that can be undone, and goes on elsewhere.
  const { page: hers } = anna;
  const last = seen.at(-1)?.board;
  const earlier = seen[3]?.board;
  const at = async (position: number | undefined) => {
    const { pathname, hash } = new URL(link);
    await hers.goto("about:blank");
    await hers.goto(`${anna.origin}${pathname}?at=${String(position)}${hash}`);
  };
  await at(seen[3]?.position);
  await expect.poll(() => anna.board()).toEqual(earlier);
  await hers.getByTestId("history-menu").click();
  await hers.getByTestId("history-compare").click();
  const differences = hers.getByTestId("history-differences");
  await expect(differences).toContainText("1 action removed");
  await expect(differences).toContainText("the line of visibility");
  await expect(hers.getByTestId("compared-after").locator(".mark-of[data-how='moved']")).toHaveCount(1);
  await hers.screenshot({ path: info.outputPath("compare.png") });
  expect(await barriers(hers), "the comparison").toEqual([]);
  await hers.keyboard.press("Escape");

  // The moment gets a name, which everybody finds, and any two can be compared.
  await hers.getByTestId("history-menu").click();
  await hers.getByTestId("history-name").click();
  await expect(hers.getByTestId("versions-none")).toContainText("No versions yet");
  await expect(hers.getByTestId("period")).toHaveText(/, 2 people/);
  await hers.screenshot({ path: info.outputPath("no-versions.png") });
  await hers.keyboard.type("After the visit");
  await hers.keyboard.press("Enter");
  const version = hers.getByTestId("version");
  await expect(version).toContainText("After the visit");
  await expect(version).toContainText("named by Anna");
  await version.getByTestId("version-rename").click();
  await hers.keyboard.type("After the first visit");
  await hers.keyboard.press("Enter");
  await expect(version.getByRole("button", { name: "After the first visit, " })).toHaveCount(0);
  await expect(version).toContainText("After the first visit");
  await expect(hers.locator(".version-mark")).toHaveCount(1);
  // Going from mark to mark one stops there, between what crossed the line and where Berit came.
  await hers.getByTestId("history-strip").focus();
  await hers.keyboard.press("End");
  await expect(hers.getByTestId("history-version")).toHaveCount(0);
  await hers.keyboard.press("Alt+ArrowLeft");
  await expect(hers.getByTestId("history-what")).toContainText("the line of visibility");
  await hers.keyboard.press("Alt+ArrowLeft");
  await expect(hers.getByTestId("history-version")).toHaveText("After the first visit");
  await expect(hers.getByTestId("history-spoken")).toHaveText(/^Version: After the first visit\. /);
  await hers.screenshot({ path: info.outputPath("versions.png") });
  expect(await barriers(hers), "the versions").toEqual([]);
  await hers.getByTestId("period-compare").click();
  await expect(differences).toContainText("2 actions added");
  await hers.getByTestId("compare-from").selectOption({ label: await hers.getByTestId("compare-from").locator("option", { hasText: "After the first visit" }).innerText() });
  await expect(differences).toContainText("1 action removed");
  await berit.page.emulateMedia({ colorScheme: "dark" });
  const { pathname, hash } = new URL(link);
  await berit.page.goto("about:blank");
  await berit.page.setViewportSize({ width: 390, height: 844 });
  await berit.page.goto(`${berit.origin}${pathname}?compare=${String(seen[1]?.position)}..${String(seen[3]?.position)}${hash}`);
  await expect(berit.page.getByTestId("history-differences")).toContainText("action");
  await expect(berit.page.getByTestId("compare-to").locator("option:checked")).toContainText("After the first visit");
  await berit.page.screenshot({ path: info.outputPath("compare-phone.png") });
  expect(await barriers(berit.page), "the comparison on a phone, in the dark").toEqual([]);
  await berit.page.keyboard.press("Escape");
  await berit.page.getByTestId("versions-button").click();
  await berit.page.screenshot({ path: info.outputPath("versions-phone.png") });
  // What is above the board takes one row.
  expect((await boxOf(berit.page.locator(".people-bar"))).y).toBe((await boxOf(berit.page.locator(".title-bar"))).y);
  expect(await barriers(berit.page), "the versions on a phone, in the dark").toEqual([]);
  await berit.page.getByTestId("history-close").click();
  await hers.keyboard.press("Escape");
  await hers.getByTestId("history-menu").click();
  await hers.getByTestId("history-restore").click();
  await expect.poll(() => anna.board()).toEqual(earlier);
  await expect.poll(() => berit.board()).toEqual(earlier);
  await hers.keyboard.press("Control+z");
  await expect.poll(() => berit.board()).toEqual(last);
  await at(seen[2]?.position);
  await expect.poll(() => anna.board()).toEqual(seen[2]?.board);
  // Elsewhere it goes on with what led there, and whose it was.
  await hers.getByTestId("history-menu").click();
  await expect(hers.getByTestId("history-copy")).toHaveCount(0);
  await hers.getByTestId("history-fork").click();
  await expect(hers).not.toHaveURL((url) => url.pathname === pathname);
  await anna.isAtBoard();
  await expect.poll(() => anna.board()).toEqual(seen[2]?.board);
  await hers.keyboard.press("Shift+H");
  await expect(hers.getByTestId("history-list")).toContainText(/Berit.*added the action “Opens the door”/);
  await expect(hers.getByTestId("history-list")).not.toContainText("Finds the key");
});
