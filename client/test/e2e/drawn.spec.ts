// A board leaves as a picture: SVG, PNG, PDF, and on paper.
import { readFile, writeFile } from "node:fs/promises";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { SaxesParser } from "saxes";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import type { Person } from "./person";

async function saveDrawn({ page }: Person, form: string): Promise<{ name: string; bytes: Buffer }> {
  await page.getByTestId("menu").click();
  await page.getByTestId("save-copy").click();
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.getByTestId(`save-${form}`).click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** The words on each page, as a reader of PDF finds them. */
async function pagesOf(bytes: Buffer): Promise<{ words: string; width: number; height: number }[]> {
  const pdf = await getDocument({ data: new Uint8Array(bytes), verbosity: 0 }).promise;
  const pages = [];
  for (let i = 1; i <= pdf.numPages; i++) {
    const page = await pdf.getPage(i);
    const { items } = await page.getTextContent();
    const { width, height } = page.getViewport({ scale: 1 });
    pages.push({ words: items.map((item) => ("str" in item ? item.str : "")).join(" ").replace(/\s+/g, " "), width, height });
  }
  await pdf.destroy();
  return pages;
}

function readSvg(text: string): { words: string[]; viewBox: string } {
  const words: string[] = [];
  let [viewBox, inText] = ["", false];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "svg") viewBox = String(attributes["viewBox"]);
    inText = name === "text";
  });
  parser.on("text", (t) => void (inText && words.push(t)));
  parser.on("closetag", () => (inText = false));
  parser.write(text).close();
  return { words, viewBox };
}

const pixels = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)] as const;

test("a viewer saves a board as SVG, PNG and PDF, and prints it", async ({ enter }, info) => {
  const anna = await enter({ name: "Anna", language: "sv" });
  await anna.makeBoard("Bygglov: åäö");
  await anna.add("customer", "s1", "Söker bygglov på nätet", "a");
  await anna.add("backstage", "s5", "Ärendet får en handläggare");
  await anna.saved();
  const guest = await enter({ name: "Gäst", language: "sv" });
  await guest.join(await anna.linkFor("viewer"));
  await guest.sees("Söker bygglov på nätet", "Ärendet får en handläggare");
  const { page } = guest;

  await page.getByTestId("menu").click();
  await page.getByTestId("save-copy").click();
  await expect(page.getByTestId("save-pdfA3")).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.screenshot({ path: info.outputPath("save.png") });
  await page.keyboard.press("Escape");

  const svg = await saveDrawn(guest, "svg");
  expect(svg.name).toBe("Bygglov-åäö.svg");
  const drawing = readSvg(svg.bytes.toString());
  expect(drawing.words).toEqual(expect.arrayContaining(["Bygglov: åäö", "Söker bygglov på nätet", "Ärendet får en", "handläggare", "synlighetslinje", "Bevis"]));
  expect(svg.bytes.toString()).toContain("data:font/woff2");

  const [, , wide = 0, high = 0] = drawing.viewBox.split(" ").map(Number);
  const [once, twice] = [await saveDrawn(guest, "png"), await saveDrawn(guest, "png2")];
  expect(pixels(once.bytes)).toEqual([Math.ceil(wide), Math.ceil(high)]);
  expect(pixels(twice.bytes)).toEqual([Math.ceil(2 * wide), Math.ceil(2 * high)]);
  await writeFile(info.outputPath("board.png"), once.bytes);

  const whole = await saveDrawn(guest, "pdf");
  const [only, ...more] = await pagesOf(whole.bytes);
  expect(more).toEqual([]);
  for (const words of ["Bygglov: åäö", "Söker bygglov på nätet", "Ärendet får en", "handläggare", "synlighetslinje"]) expect(only?.words).toContain(words);
  await writeFile(info.outputPath("board.pdf"), whole.bytes);

  const tiled = await saveDrawn(guest, "pdfA4");
  const sheets = await pagesOf(tiled.bytes);
  expect(sheets.length).toBeGreaterThan(1);
  for (const [i, { words, width, height }] of sheets.entries()) {
    expect([Math.round(width), Math.round(height)]).toEqual([842, 595]);
    expect(words).toContain(`ark ${String(i + 1)} av ${String(sheets.length)}`);
  }
  expect(sheets[0]?.words).toContain("Söker bygglov på nätet");
  expect(sheets[0]?.words).not.toContain("handläggare");
  expect(sheets.map((s) => s.words).join(" ")).toContain("handläggare");
  await writeFile(info.outputPath("sheets.pdf"), tiled.bytes);

  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".print-sheet svg")).toBeVisible();
  await expect(page.getByTestId("menu")).toBeHidden();
  await page.screenshot({ path: info.outputPath("print.png") });
  const [paper, ...rest] = await pagesOf(await page.pdf({ preferCSSPageSize: true }));
  expect(rest).toEqual([]);
  expect(paper?.words).toContain("Söker bygglov på nätet");
  expect((paper?.width ?? 0) > (paper?.height ?? 0)).toBe(true);
  await page.emulateMedia({ media: "screen" });
  await expect(page.locator(".print-sheet")).toHaveCount(0);
  await expect(page.getByTestId("menu")).toBeVisible();

  // The outline is printed as it is, in light colours whatever the screen has.
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByTestId("view-button").click();
  for (const form of ["table", "list"]) {
    await page.getByTestId(`form-${form}`).click();
    await page.emulateMedia({ media: "print" });
    await expect(page.getByTestId(`outline-${form}`)).toBeVisible();
    await expect(page.locator(".print-sheet")).toHaveCount(0);
    await expect(page.getByTestId("menu")).toBeHidden();
    await page.screenshot({ path: info.outputPath(`print-${form}.png`) });
    const printed = await page.pdf({ preferCSSPageSize: true, path: info.outputPath(`print-${form}.pdf`) });
    const words = (await pagesOf(printed)).map((p) => p.words).join(" ");
    for (const said of ["åäö", "Söker bygglov på nätet", "Ärendet får en handläggare", "synlighetslinje"]) expect(words, form).toContain(said);
    await page.emulateMedia({ media: "screen" });
  }
});
