// Staff sign in at a real provider; their boards stand in a list. A guest beside them needs nothing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Page } from "@playwright/test";
import { barriers } from "./barriers";
import { expect, test as base } from "./fixtures";
import { Server } from "./server";

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, "close");
  return port;
}

const test = base.extend<{ issuer: string }>({
  // eslint-disable-next-line no-empty-pattern
  issuer: async ({}, use) => {
    const provider = spawn("node", [join(import.meta.dirname, "../provider/provider.mjs")], { stdio: ["pipe", "pipe", "ignore"] });
    const [line] = (await once(createInterface({ input: provider.stdout }), "line")) as [string];
    await use(line.replace("provider at ", ""));
    const gone = once(provider, "exit");
    provider.stdin.end();
    await gone;
  },
  server: async ({ issuer }, use) => {
    const listen = `127.0.0.1:${String(await freePort())}`;
    const flags = `--public-url http://${listen} --oidc-issuer ${issuer} --oidc-client-id openmic --oidc-client-secret openmic-secret --oidc-staff-groups staff --oidc-admin-groups board-admins`;
    const server = await Server.at(listen, ...flags.split(" "));
    await use(server);
    await server.remove();
  },
});

test("staff sign in, and have a list of their boards; a guest comes by a link all the same", async ({ enter, issuer }, info) => {
  const anna = await enter({});
  anna.watch.leadsTo(issuer);
  const { page } = anna;
  const look = async (name: string, whose: Page = page) => {
    expect(await barriers(whose), name).toEqual([]);
    await whose.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true });
  };
  const mine = page.getByTestId("my-boards").getByRole("link");
  const said = page.getByTestId("own-said");
  const shelf = (name: string) => page.getByRole("button", { name, exact: true });
  const about = (title: string) => page.getByRole("button", { name: `What to do with “${title}”` });

  await test.step("whoever is in none of the groups is told so, and can go on as a guest", async () => {
    await page.goto(anna.origin);
    await look("signed-out");
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Cia Carlsson" }).click();
    await expect(page.getByRole("alert")).toContainText("not in any of the groups");
    await expect(page).toHaveURL(`${anna.origin}/`);
    await look("refused");
    await page.context().clearCookies();
  });

  await test.step("sign in with the keyboard", async () => {
    await page.getByRole("link", { name: "Sign in" }).press("Enter");
    await page.getByRole("button", { name: "Anna Åberg" }).press("Enter");
    await expect(page.getByText("Signed in as Anna Åberg")).toBeVisible();
    await expect(page.getByText("You have no boards yet")).toBeVisible();
    await look("no-boards");
  });

  let link = "";
  await test.step("a board of one's own needs no secret in its address", async () => {
    await page.locator("#board-name").fill("Moving house");
    await page.locator("form button[type=submit]").click();
    await expect(anna.title).toHaveValue("Moving house");
    await expect(page).toHaveURL(/\/b\/[\w-]+$/);
    await anna.add("customer", "s1", "Rings the office");
    await anna.saved();
    link = await anna.linkFor("editor");
    await page.reload();
    await anna.sees("Rings the office");
    await page.goto(anna.origin);
    await expect(mine).toHaveText([/^Moving house/]);
  });

  const guest = await enter({ name: "Guest" });
  await guest.join(link, "Moving house");
  await guest.sees("Rings the office");

  await test.step("a new name is seen by who is there", async () => {
    await about("Moving house").press("Enter");
    await look("deeds");
    await page.getByRole("button", { name: "Rename" }).press("Enter");
    await expect(page.getByLabel("New name")).toBeFocused();
    await page.keyboard.insertText("Moving out");
    await look("renaming");
    await page.keyboard.press("Enter");
    await expect(said).toContainText("The board is now called “Moving out”.");
    await expect(mine).toHaveText([/^Moving out/]);
    await expect(about("Moving out")).toBeFocused();
    await expect(guest.title).toHaveValue("Moving out");
  });

  await test.step("archive, look, and undo", async () => {
    await about("Moving out").click();
    await shelf("Archive").click();
    await expect(said).toContainText("“Moving out” is archived.");
    await expect(page.getByRole("heading", { name: "My boards" })).toBeFocused();
    await expect(mine).toHaveCount(0);
    await shelf("Archived").click();
    await expect(mine).toHaveText([/^Moving out/]);
    await expect(guest.page.getByTestId("read-only-note")).toContainText("An owner has archived this board");
    await look("archived");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(said).toContainText("is out of the archive");
    await shelf("Current").click();
    await expect(mine).toHaveText([/^Moving out/]);
  });

  await test.step("delete, and regret it", async () => {
    await about("Moving out").click();
    await shelf("Delete").click();
    await expect(page.getByText("You can bring the board back for 30 days")).toBeVisible();
    await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
    await look("deleting");
    await page.getByRole("button", { name: "Delete “Moving out”" }).click();
    await expect(said).toContainText("“Moving out” is deleted.");
    await expect(guest.page.getByTestId("connection")).toHaveAttribute("data-reason", "gone");
    await shelf("Deleted").click();
    await expect(mine).toHaveText([/^Moving outGoes for good on /]);
    await look("deleted");
    guest.watch.allow(/status of 410/);
    anna.watch.allow(/status of 410/);
    await mine.click();
    await expect(page.getByTestId("problem-gone")).toContainText("Goes for good on");
    await page.getByRole("button", { name: "Bring it back" }).click();
    await anna.sees("Rings the office");
    await page.goto(anna.origin);
    await expect(mine).toHaveText([/^Moving out/]);
  });

  await test.step("in Swedish, dark, on a phone, an administrator sees what there is and takes it over", async () => {
    const bo = await enter({ language: "sv", theme: "dark", browser: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } });
    bo.watch.leadsTo(issuer);
    await bo.page.goto(bo.origin);
    await bo.page.getByRole("link", { name: "Logga in" }).tap();
    await bo.page.getByRole("button", { name: "Bo Berg" }).tap();
    await bo.page.getByRole("button", { name: "Visa alla tavlor" }).tap();
    await expect(bo.page.getByTestId("all-boards").getByRole("listitem")).toContainText(["Moving out"]);
    await look("administrator", bo.page);
    for (const target of await bo.page.locator(".own-boards button, .start-side a, .start-side button").all()) {
      const { width = 0, height = 0 } = (await target.boundingBox()) ?? {};
      expect(Math.min(width, height), await target.innerText()).toBeGreaterThanOrEqual(44);
    }
    await bo.page.getByRole("button", { name: "Ta över ”Moving out”" }).tap();
    await bo.page.getByTestId("my-boards").getByRole("link").tap();
    await bo.sees("Rings the office");
  });

  await test.step("sign out, here and at the provider", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
    await expect(page.getByTestId("own-board")).toHaveCount(0);
    anna.watch.allow(/status of 401/);
    await page.goto(`${anna.origin}${new URL(link).pathname}`);
    await expect(page.getByRole("heading")).toHaveText("Sign in to open this board");
    await look("signed-out-at-a-board");
  });
  await guest.page.reload();
  await guest.sees("Rings the office");
});
