import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { sameBoard } from "./person";

test("without a network one draws on, and both have everything when it is back", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  await bo.join(await anna.makeBoard("Board"));
  for (const [step, text] of [["s1", "ett"], ["s2", "två"], ["s3", "tre"]] as const) await anna.add("customer", step, text);
  await bo.sees("ett", "två", "tre");
  await anna.saved();

  anna.watch.allowOutage();
  await anna.context.setOffline(true);
  await expect(anna.page.getByTestId("connection")).toHaveAttribute("data-state", "lost");
  await anna.add("backstage", "s4", "utan nät");
  await anna.choose(anna.note("ett"));
  await anna.page.keyboard.press("ArrowDown");
  await anna.unsaved();
  await expect(anna.page.getByTestId("save-state")).toHaveText("Not saved yet");
  await expect(anna.page.getByTestId("connection")).toContainText("Go on drawing");

  await bo.writeOn(bo.note("ett"));
  await bo.page.keyboard.type(" och ett halvt");
  await bo.page.keyboard.press("Escape");
  await bo.choose(bo.note("två"));
  await bo.page.keyboard.press("Delete");
  await bo.saved();
  await bo.sees("ett och ett halvt", "tre");
  expect(await anna.words()).toEqual(["ett", "tre", "två", "utan nät"].sort());

  await anna.context.setOffline(false);
  await anna.sees("ett och ett halvt", "tre", "utan nät");
  await bo.sees("ett och ett halvt", "tre", "utan nät");
  await expect(bo.noteIn("frontstage", "s1", "ett och ett halvt")).toBeVisible();
  await sameBoard(anna, bo);
  await anna.saved();
  await bo.saved();
  await expect(anna.page.getByTestId("connection")).toHaveCount(0);
});

/** Whether words written a moment ago are on the device: what is typed goes there in strokes of a tenth of a second. */
async function keeps(page: Page, words: string): Promise<boolean> {
  return page.evaluate(async (looked) => {
    const open = indexedDB.open("openmic");
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      open.onsuccess = () => resolve(open.result);
      open.onerror = () => reject(new Error("the device's storage does not open"));
    });
    const all = database.transaction("documents").objectStore("documents").getAll();
    const rows = await new Promise<{ binary: Uint8Array }[]>((resolve, reject) => {
      all.onsuccess = () => resolve(all.result);
      all.onerror = () => reject(new Error("the device's storage does not answer"));
    });
    database.close();
    return rows.some(({ binary }) => new TextDecoder().decode(binary).includes(looked));
  }, words);
}

test("a board opens again without a network, with what was not saved yet", async ({ enter, lay }) => {
  const cable = await lay();
  const anna = await enter({ name: "Anna", cable });
  const bo = await enter({ name: "Bo" });
  const link = await anna.makeBoard("Board");
  await bo.join(link);
  await anna.add("customer", "s1", "sparat");
  await anna.saved();
  // The program itself is on the device once this has come.
  await expect.poll(() => anna.page.evaluate(async () => (await caches.keys()).length > 0 && (await (await caches.open("openmic-shell")).keys()).length > 2)).toBe(true);

  anna.watch.allowOutage();
  await cable.cut();
  await anna.add("customer", "s2", "bara här");
  await anna.unsaved();
  await expect.poll(() => keeps(anna.page, "bara här")).toBe(true);
  await anna.page.reload();
  await anna.isAtBoard("Board");
  await anna.sees("sparat", "bara här");
  await anna.unsaved();
  await bo.add("customer", "s3", "hos den andra");

  await cable.mend();
  await anna.sees("sparat", "bara här", "hos den andra");
  await bo.sees("sparat", "bara här", "hos den andra");
  await anna.saved();
  await bo.saved();
});

test("a connection that is dead without saying so is noticed, left and made anew", async ({ enter, lay }) => {
  const cable = await lay();
  const anna = await enter({ name: "Anna", cable });
  const bo = await enter({ name: "Bo" });
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("customer", "s1", "före");
  await anna.saved();
  await bo.sees("före");

  anna.watch.allowOutage();
  cable.silence();
  await anna.add("customer", "s2", "i tystnaden");
  await expect(anna.page.getByTestId("save-state")).toHaveAttribute("data-state", "saving");
  await anna.unsaved();
  await expect(anna.page.getByTestId("connection")).toHaveAttribute("data-state", "slow");
  expect(await bo.words()).toEqual(["före"]);

  // What the dead wire still held never arrives: only a new connection can bring it.
  await cable.cut();
  cable.heal();
  await cable.mend();
  await anna.saved();
  await bo.sees("före", "i tystnaden");
});

test("the server is killed in the midst of it and started again: both carry on and nothing is lost", async ({ enter, server }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const link = await anna.makeBoard("Board");
  await bo.join(link);
  await anna.add("customer", "s1", "före");
  await bo.sees("före");
  await anna.saved();

  anna.watch.allowOutage();
  bo.watch.allowOutage();
  await anna.writeOn(anna.note("före"));
  const typing = anna.page.keyboard.type(" under tiden som det faller", { delay: 10 });
  await server.kill();
  await typing;
  await anna.page.keyboard.press("Escape");
  await anna.add("support", "s1", "Annas medan den var borta");
  await bo.add("support", "s2", "Bos medan den var borta");
  await anna.unsaved();
  await bo.unsaved();
  await expect(anna.page.getByTestId("connection")).toBeVisible();
  await expect(bo.page.getByTestId("connection")).toBeVisible();
  expect(await bo.words()).not.toContain("Annas medan den var borta");

  await server.start();
  const all = ["före under tiden som det faller", "Annas medan den var borta", "Bos medan den var borta"];
  await anna.sees(...all);
  await bo.sees(...all);
  await anna.saved();
  await bo.saved();
  await bo.add("evidence", "s5", "efteråt");
  await anna.sees(...all, "efteråt");
  await bo.saved();

  const clara = await enter({ name: "Clara" });
  await clara.join(link, "Board");
  await clara.sees(...all, "efteråt");
  await sameBoard(anna, bo, clara);
});

test("what the sign calls saved survives the server and both who drew it", async ({ enter, server }) => {
  const anna = await enter({ name: "Anna" });
  const bo = await enter({ name: "Bo" });
  const link = await anna.makeBoard("Board");
  await bo.join(link);
  anna.watch.allowOutage();
  bo.watch.allowOutage();
  await bo.add("customer", "s1", "Bos");
  await anna.add("customer", "s2", "Annas");
  await anna.sees("Annas", "Bos");
  await anna.saved();
  await bo.saved();
  await server.kill();
  await anna.context.close();
  await bo.context.close();

  await server.start();
  const clara = await enter({ name: "Clara" });
  await clara.join(link, "Board");
  await clara.sees("Annas", "Bos");
});
