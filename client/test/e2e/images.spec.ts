import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";
import type { Person } from "./person";

/** A picture that the browser itself draws, as a file. */
async function drawn(page: Page, type: "image/png" | "image/jpeg", width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    ([t, w, h]) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [w, h];
      const context = canvas.getContext("2d");
      if (!context) throw new Error("no canvas");
      const sky = context.createLinearGradient(0, 0, w, h);
      sky.addColorStop(0, "#f6b26b");
      sky.addColorStop(1, "#3d6bb3");
      context.fillStyle = sky;
      context.fillRect(0, 0, w, h);
      context.fillStyle = "#fff";
      context.fillRect(w / 4, h / 3, w / 2, h / 3);
      return canvas.toDataURL(t).split(",")[1] ?? "";
    },
    [type, width, height] as const,
  );
  return Buffer.from(base64, "base64");
}

/** Files that are copied or carried, as the browser would hand them over. */
async function hand(page: Page, how: "paste" | "drop", files: readonly { name: string; type: string; bytes: Buffer }[], at = { x: 0, y: 0 }): Promise<void> {
  await page.evaluate(
    ({ how, files, at }) => {
      const data = new DataTransfer();
      for (const { name, type, base64 } of files) {
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
      }
      const place = { clientX: at.x, clientY: at.y };
      if (how === "paste") document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      else {
        const target = document.elementFromPoint(at.x, at.y) ?? document.body;
        target.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true, ...place }));
        target.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, ...place }));
      }
    },
    { how, at, files: files.map(({ bytes, ...f }) => ({ ...f, base64: bytes.toString("base64") })) },
  );
}

const pictureOf = (person: Person, id: string): Locator => person.page.locator(`[data-note-id="${id}"]`).getByTestId("picture");

async function isHere(picture: Locator): Promise<void> {
  await expect(picture).toHaveAttribute("data-state", "here", { timeout: 20_000 });
  await expect.poll(() => picture.locator("img").evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0)).toBe(true);
}

test("one drops, pastes and chooses pictures; the other sees them, and so does a reload and a program that reads aloud", async ({ enter }) => {
  const anna = await enter({ name: "Anna", browser: { viewport: { width: 1400, height: 1000 } } });
  await anna.makeBoard("Bygglov");
  // Pictures are fetched when they come near the window.
  const bo = await enter({ name: "Bo", browser: { viewport: { width: 1400, height: 1000 } } });
  await bo.join(await anna.linkFor("viewer"), "Bygglov");
  bo.watch.allow(/status of 404/); // the picture is on its way
  const { page } = anna;

  // Into the cell that it is let go over; a photograph comes without what its camera wrote.
  const photo = await drawn(page, "image/jpeg", 3000, 1500);
  const exif = Buffer.from("Exif\0\0MM\0*\0\0\0\bGPS 59.3293N", "latin1");
  const tagged = Buffer.concat([photo.subarray(0, 2), Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif, photo.subarray(2)]);
  const cell = await boxOf(anna.cell("evidence", "s2"));
  const fetched = bo.page.waitForResponse((r) => r.url().includes("/attachments/") && r.ok());
  await hand(page, "drop", [{ name: "letter.jpg", type: "image/jpeg", bytes: tagged }], { x: cell.x + 60, y: cell.y + 30 });
  const dropped = page.locator('[data-kind="image"][data-lane="evidence"][data-step="s2"]');
  await expect(dropped).toBeFocused();
  await expect(anna.notice).toHaveText("Picture added. Press Enter to write what it shows.");
  const id = (await dropped.getAttribute("data-note-id")) ?? "";
  await isHere(pictureOf(anna, id));
  await isHere(pictureOf(bo, id));
  expect(await pictureOf(bo, id).locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(2000);
  const bytes = await (await fetched).body();
  expect(bytes.length).toBeGreaterThan(1000);
  expect(bytes.includes("GPS")).toBe(false);
  await expect(anna.page.getByRole("img", { name: "Picture without a description" })).toBeVisible();

  // What it shows is written on it, and read aloud.
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("Brevet från kommunen");
  await page.keyboard.press("Escape");
  await expect(dropped).toBeFocused();
  await expect(bo.page.getByRole("img", { name: "Brevet från kommunen" })).toBeVisible();
  await expect(bo.page.getByRole("group", { name: "Picture: Brevet från kommunen. Evidence, Step 2" })).toBeVisible();
  await page.keyboard.press("i");
  await expect(page.getByLabel("What the picture shows")).toHaveValue("Brevet från kommunen");
  await page.keyboard.press("Escape");

  // From the clipboard, where nothing is chosen: free, where the pointer is. It can be made larger and keeps its form.
  const last = await boxOf(anna.cell("support", "s1"));
  await page.mouse.click(last.x + 300, last.y + last.height + 90);
  await hand(page, "paste", [{ name: "image.png", type: "image/png", bytes: await drawn(page, "image/png", 400, 200) }]);
  const pasted = page.locator('[data-kind="image"][data-free]');
  await expect(pasted).toBeFocused();
  const small = await boxOf(pasted);
  await page.keyboard.press("Alt+Shift+ArrowRight");
  await expect.poll(async () => (await boxOf(pasted)).width).toBeGreaterThan(small.width + 4);
  const large = await boxOf(pasted);
  expect(large.width / large.height).toBeCloseTo(small.width / small.height, 1);

  // Chosen from the menu of the tools; words that are copied with a picture stay words.
  const chooser = page.waitForEvent("filechooser");
  await page.getByTestId("more-tools").click();
  await page.getByRole("menuitem", { name: "Add a picture" }).click();
  await (await chooser).setFiles([
    { name: "a.png", mimeType: "image/png", buffer: await drawn(page, "image/png", 60, 90) },
    { name: "b.svg", mimeType: "image/svg+xml", buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>') },
  ]);
  await expect(anna.notice).toHaveText("Picture added. One was left out. SVG can hold programs and is not taken. Save it as a PNG and add that.");
  await expect(bo.page.getByTestId("picture")).toHaveCount(3);
  for (const picture of await bo.page.getByTestId("picture").all()) await isHere(picture);
  await anna.saved();
  expect(await barriers(page)).toEqual([]);

  // A reload shows them all, also where there is no connection.
  await bo.page.reload();
  await bo.isAtBoard("Bygglov");
  for (const picture of await bo.page.getByTestId("picture").all()) await isHere(picture);

  // Saved as JSON they come along, and to a board that begins with it.
  await page.getByTestId("menu").click();
  await page.getByTestId("save-copy").click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-json").click()]);
  const buffer = await readFile(await file.path());
  await page.goto(anna.origin);
  await page.getByTestId("open-file").setInputFiles({ name: "Bygglov.json", mimeType: "application/json", buffer });
  await anna.isAtBoard("Bygglov");
  await expect(page.getByTestId("picture")).toHaveCount(3);
  await expect(page.getByRole("img", { name: "Brevet från kommunen" })).toBeVisible();
  for (const picture of await page.getByTestId("picture").all()) await isHere(picture);
  await anna.saved();

  // Who may only look adds nothing, and the page stays.
  await hand(bo.page, "drop", [{ name: "x.png", type: "image/png", bytes: photo }], { x: cell.x + 60, y: cell.y + 30 });
  await expect(bo.notice).toHaveText("With this link you cannot add pictures.");
  await expect(bo.page.getByTestId("picture")).toHaveCount(3);
});

test("a picture put on the board without a connection is sent when there is one, also after a reload", async ({ enter, lay, server }) => {
  const cable = await lay();
  const anna = await enter({ name: "Anna", cable });
  const link = await anna.makeBoard("Ute i skogen");
  await anna.saved();
  const bo = await enter({ name: "Bo" });
  bo.watch.allow(/status of 404/);
  anna.watch.allowOutage();
  await bo.join(link.replace(cable.origin, server.origin));
  await cable.cut();
  await anna.page.getByTestId("connection").waitFor();

  const cell = await boxOf(anna.cell("customer", "s1"));
  await hand(anna.page, "drop", [{ name: "x.png", type: "image/png", bytes: await drawn(anna.page, "image/png", 300, 200) }], { x: cell.x + 60, y: cell.y + 30 });
  const picture = anna.page.getByTestId("picture");
  await isHere(picture);
  await expect(picture).toHaveAttribute("data-sending", "waiting");
  await expect(picture).toContainText("Not sent yet");
  await anna.unsaved();

  // Localhost counts as safe, so the program itself opens from the device.
  await anna.page.reload();
  await isHere(picture);
  await expect(picture).toHaveAttribute("data-sending", "waiting");

  await cable.mend();
  await expect(picture).not.toHaveAttribute("data-sending", /./, { timeout: 30_000 });
  await anna.saved();
  await isHere(bo.page.getByTestId("picture"));
});
