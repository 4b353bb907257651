import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "@playwright/test";
import type { Browser, FrameLocator, Page } from "@playwright/test";
import { barriers } from "./barriers";
import { expect, test as base } from "./fixtures";
import { Server } from "./server";

/** The example of the README: the page of another site, whose server vouches for whoever looks at it. */
const EXAMPLE = resolve(import.meta.dirname, "../../docs/intranet.mjs");

interface Fixtures {
  folder: string;
  /** A browser that gives no cookies to what is in the frames of other sites. */
  strict: Browser;
  /** Runs the intranet for a board; its tokens hold for so many seconds. */
  intranet: (board: string, seconds?: number) => Promise<string>;
  /** A page of a person at the intranet; what its console says that is wrong. */
  faults: string[];
}

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "openmic-embed-"));
    await writeFile(join(folder, "key"), "of an intranet and a server of boards\n");
    await use(folder);
    await rm(folder, { recursive: true });
  },
  server: async ({ folder }, use) => {
    const server = await Server.create("--embed-secret-file", join(folder, "key"), "--embed-issuer", "intranet");
    await use(server);
    await server.remove();
  },
  strict: async ({ browser }, use) => {
    void browser; // one after the other
    const { launchOptions } = test.info().project.use;
    const strict = await chromium.launch({ ...launchOptions, args: [...(launchOptions?.args ?? []), "--test-third-party-cookie-phaseout"] });
    await use(strict);
    await strict.close();
  },
  intranet: async ({ folder }, use) => {
    const running: ChildProcess[] = [];
    await use(async (board, seconds = 300) => {
      const child = spawn(process.execPath, [EXAMPLE, "--board", board, "--secret-file", join(folder, "key"), "--port", "0", "--seconds", String(seconds)], { stdio: ["ignore", "pipe", "inherit"] });
      running.push(child);
      const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
      return line.replace("intranet: ", "");
    });
    for (const child of running) child.kill();
  },
  // eslint-disable-next-line no-empty-pattern
  faults: async ({}, use) => {
    const faults: string[] = [];
    await use(faults);
    expect(faults, "what the browsers complain of").toEqual([]);
  },
});

const frameOf = (page: Page): FrameLocator => page.frameLocator("openmic-board iframe");
const watched = (page: Page, faults: string[]): Page => {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  return page;
};

/** Puts a note into a cell, with the keyboard. */
async function add(page: Page, cell: string, words: string): Promise<void> {
  const frame = frameOf(page);
  await frame.getByTestId(`cell-${cell}`).locator(".cell-add").focus();
  await page.keyboard.press("n");
  await page.keyboard.insertText(words);
  await page.keyboard.press("Escape");
  await expect(frame.getByTestId("note").filter({ hasText: words })).toBeFocused();
}

test("people of an intranet draw in its page, without cookies, with others who are not there", async ({ enter, intranet, strict, server, faults }) => {
  const owner = await enter({ name: "Olga", language: "sv" });
  const url = new URL(await owner.makeBoard("Flytta"));
  const secret = url.hash.slice(1);
  const board = url.origin + url.pathname;
  const site = await intranet(board, 8);

  // The owner lets the page show the board, and takes the code for it.
  await owner.page.getByTestId("invite").click();
  const section = owner.page.getByTestId("embed");
  await section.locator("summary").click();
  owner.watch.allow(/status of 400/);
  await section.getByTestId("embed-origins").fill("intranet.example");
  await section.getByTestId("embed-save").click();
  await expect(section.getByRole("alert")).toContainText("ingen adress");
  await section.getByTestId("embed-origins").fill(`${site}/start`);
  await section.getByTestId("embed-save").click();
  await expect(section.getByTestId("embed-origins")).toHaveValue(site);
  await section.getByTestId("embed-role").selectOption("editor");
  await expect(section.getByTestId("embed-code")).toHaveValue(/<script src=".*\/embed\.js" async><\/script>\n<openmic-board src=".*"\n +token-url="\/openmic-token">/);
  expect(await section.getByTestId("embed-code").inputValue()).not.toContain(secret);
  expect(await barriers(owner.page), "the section about embedding").toEqual([]);
  await owner.page.keyboard.press("Escape");

  const context = await strict.newContext({ locale: "sv-SE", viewport: { width: 640, height: 620 } });
  const page = watched(await context.newPage(), faults);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url() + JSON.stringify(request.headers()["referer"] ?? "")));
  await page.goto(site);
  const frame = frameOf(page);
  await add(page, "customer-s1", "Anna ringer");
  await owner.sees("Anna ringer");
  await owner.add("customer", "s2", "Olga svarar");
  await expect(frame.getByTestId("note").filter({ hasText: "Olga svarar" })).toBeVisible();
  // What she is called, and that she is staff, is said by the intranet's server.
  await owner.page.getByTestId("people").click();
  const anna = owner.page.getByTestId("person").filter({ hasText: "Anna Ek" });
  await expect(anna.getByTestId("standing")).toHaveText("personal");
  await owner.page.keyboard.press("Escape");
  expect(await context.cookies(server.origin)).toEqual([]);
  await expect(frame.getByTestId("not-kept")).toBeVisible();
  expect(await barriers(page), "a board in a frame").toEqual([]);

  // The page hears what happens, and can have things done.
  await expect(page.locator("#chosen")).toHaveText("Anna ringer");
  await expect(page.locator("#count")).toHaveText("2");
  const copy = await page.evaluate(async () => {
    const element = document.querySelector("openmic-board") as unknown as { export(form: string): Promise<File>; show(how: object): void };
    element.show({ view: "outline" });
    return (await element.export("markdown")).text();
  });
  expect(copy).toContain("Olga svarar");
  await expect(frame.locator(".board-page")).toHaveAttribute("data-view", "outline");
  await page.evaluate(() => (document.querySelector("openmic-board") as unknown as { show(how: object): void }).show({ view: "canvas" }));
  await expect(frame.locator(".board-page")).toHaveAttribute("data-view", "canvas");
  const id = await frame.getByTestId("note").filter({ hasText: "Olga svarar" }).getAttribute("data-note-id");
  await page.evaluate((id) => (document.querySelector("openmic-board") as unknown as { focusElement(id: string | null): void }).focusElement(id), id);
  await expect(page.locator("#chosen")).toHaveText("Olga svarar");

  // The token ends, and the page has no other for a while: what is drawn meanwhile is not lost.
  await page.route("**/openmic-token", (route) => route.fulfill({ json: {} }));
  await expect(frame.getByTestId("connection")).toHaveAttribute("data-state", "lost", { timeout: 20_000 });
  await add(page, "customer-s3", "Medan ingen hör");
  await expect(frame.getByTestId("save-state")).toHaveAttribute("data-state", "unsaved", { timeout: 15_000 });
  await page.unroute("**/openmic-token");
  await page.evaluate(() => (document.querySelector("openmic-board") as unknown as { signIn(): Promise<void> }).signIn());
  await expect(frame.getByTestId("save-state")).toHaveAttribute("data-state", "saved", { timeout: 15_000 });
  await owner.sees("Anna ringer", "Olga svarar", "Medan ingen hör");

  // Another page plays how the board came to be, to who may only read. It begins by itself, and leaves the page its keys and its wheel.
  const before = asked.length;
  const past = watched(await context.newPage(), faults);
  past.on("request", (request) => asked.push(request.url() + JSON.stringify(request.headers()["referer"] ?? "")));
  await past.goto(`${site}/replay?as=vera`);
  const replay = frameOf(past);
  await expect(replay.getByTestId("history-strip")).toBeVisible();
  const search = past.getByLabel("Sök på intranätet");
  await expect(search).toBeFocused();
  await past.keyboard.type("p.");
  await expect(search).toHaveValue("p.");
  await expect(replay.getByTestId("note")).toHaveText([/Anna ringer/, /Olga svarar/, /Medan ingen hör/], { timeout: 30_000 });
  await expect(replay.getByTestId("history.play")).toHaveAccessibleName("Spela upp");
  await expect(replay.getByTestId("history-what")).toContainText("lade till lappen ”Medan ingen hör” i Kund, Steg 3");
  await expect(replay.getByTestId("replay-page").getByTestId(/^(history-menu|history-close|invite|menu|replay-board)$/)).toHaveCount(0);
  expect(await barriers(past), "a replay in a frame").toEqual([]);
  await replay.locator(".canvas").hover();
  await past.mouse.wheel(0, 200);
  await expect.poll(() => past.evaluate(() => scrollY)).toBeGreaterThan(0);
  // In the frame its own keys hold.
  await replay.getByTestId("history-strip").focus();
  await past.keyboard.press("Home");
  await expect(replay.getByTestId("note")).toHaveCount(0);
  expect(asked.slice(before).filter((request) => /\/(sync|tickets)\b/.test(request)), "a replay comes to the board as nobody").toEqual([]);
  expect(await context.cookies(server.origin)).toEqual([]);
  expect(asked.filter((request) => request.includes(secret) || /[?&#]token=/.test(request)), "requests with a secret in them").toEqual([]);
});

test("a page that may not show a board shows nothing of it, and nobody but the page around it is heard", async ({ enter, intranet, strict, server }) => {
  const owner = await enter({ name: "Olga" });
  const url = new URL(await owner.makeBoard("Flytta"));
  await owner.add("customer", "s1", "Ringer");
  const board = url.origin + url.pathname;
  const site = await intranet(board);
  let body = "";
  const own = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><title>Own</title>${body}`));
  own.listen(0);
  await once(own, "listening");
  const ownSite = `http://localhost:${String((own.address() as AddressInfo).port)}`;
  const allowed = await fetch(`${server.origin}/api${url.pathname.replace("/b/", "/boards/")}/embedding`, {
    method: "PATCH",
    headers: { Authorization: `Bearer ${url.hash.slice(1)}` },
    body: JSON.stringify({ origins: [site, ownSite], role: "editor" }),
  });
  expect(allowed.status).toBe(200);
  const context = await strict.newContext({ locale: "en-GB" });
  const knocks: string[] = [];
  context.on("request", (request) => {
    if (request.url().startsWith(server.origin) && !request.url().includes("/assets/")) knocks.push(new URL(request.url()).pathname);
  });

  // The same page under another name.
  const stranger = await context.newPage();
  await stranger.goto(site.replace("localhost", "127.0.0.1"));
  const refused = stranger.locator("openmic-board").getByRole("alert");
  await expect(refused).toContainText("Tavlan kan inte visas här");
  await expect(refused.getByRole("link")).toHaveAttribute("href", board);
  await expect(stranger.locator("openmic-board iframe")).toBeHidden();
  expect(knocks.filter((path) => path.startsWith("/api/"))).toEqual([]);

  /** A page that may show the board, with frames in it. */
  const pageWith = async (frames: string) => {
    body = frames;
    const page = await context.newPage();
    await page.goto(ownSite);
    return page;
  };
  const locked = await pageWith(`<iframe sandbox="allow-scripts" src="${board}" width="700" height="500"></iframe>`);
  await expect(locked.frameLocator("iframe").getByTestId("problem-homeless")).toContainText("allow-same-origin");
  expect(knocks.filter((path) => path.startsWith("/api/") || path === "/sync")).toEqual([]);

  // A plain frame, with a token in its address. Beside it is one of a third site that talks to it.
  const token = await (await fetch(`${site}/openmic-token`)).text();
  const page = await pageWith(`<iframe src="${board}#token=${token}" width="700" height="500"></iframe><iframe srcdoc="<p>x</p>"></iframe><iframe src="data:text/html,<p>Evil</p>"></iframe>`);
  const frame = page.frameLocator("iframe >> nth=0");
  await expect(frame.getByTestId("note")).toHaveText(/Ringer/);
  expect(await page.frames()[1]?.evaluate(() => location.hash)).toBe("#~");
  const heard = await Promise.all(
    page.frames().slice(2).map((beside) =>
      beside.evaluate(async () => {
        const messages: unknown[] = [];
        window.addEventListener("message", ({ data }) => messages.push(data));
        for (const message of [{ openmic: 1, type: "hello" }, { openmic: 1, type: "view", view: "outline" }, { openmic: 1, type: "token", token: "e.v.il" }]) {
          (window.parent[0] as Window).postMessage(message, "*");
        }
        await new Promise((resolve) => setTimeout(resolve, 0));
        return messages;
      }),
    ),
  );
  const answers = await page.evaluate((origin) => {
    const answers: string[] = [];
    const all = new Promise<string[]>((resolve) => {
      window.addEventListener("message", ({ data, origin: from }: MessageEvent<{ type: string }>) => {
        answers.push(`${data.type} ${String(from === origin)}`);
        if (data.type === "ready") resolve(answers);
      });
    });
    const board = window[0] as Window;
    // By the same way, after theirs: what is heard of this was not heard of them.
    board.postMessage({ openmic: 1, type: "view", view: "outline", __more__: 1 }, origin);
    board.postMessage(JSON.parse('{"openmic": 1, "type": "view", "view": "outline", "__proto__": {}}'), origin);
    board.postMessage({ openmic: 1, type: "hello" }, origin);
    return all;
  }, server.origin);
  expect(answers).toEqual(["welcome true", "ready true"]);
  expect(heard).toEqual([[], []]);
  await expect(frame.locator(".board-page")).toHaveAttribute("data-view", "canvas");

  // A moment that is asked for beside a token in the address is kept when that is taken out.
  const then = await pageWith(`<iframe src="${board}?replay=1#token=${token}" width="700" height="500"></iframe>`);
  await expect(then.frameLocator("iframe").getByTestId("history-strip")).toHaveAttribute("data-position", "1");
  expect(await then.frames()[1]?.evaluate(() => location.search + location.hash)).toBe("?replay=1#~");

  // By a link in a frame: there is a way out of it, and what cannot be taken back is not done by a click alone.
  const linked = (await pageWith(`<iframe src="${url.href}" width="900" height="600"></iframe>`)).frameLocator("iframe");
  await expect(linked.getByTestId("own-window")).toHaveAttribute("href", url.pathname + url.hash);
  await linked.getByTestId("invite").click();
  await linked.getByRole("button", { name: "Delete the board" }).click();
  const really = linked.getByRole("button", { name: "Delete “Flytta”" });
  await linked.getByTestId("typed-title").fill("Flytt");
  await expect(really).toBeDisabled();
  await linked.getByTestId("typed-title").fill("Flytta");
  await really.click();
  owner.watch.allow(/status of 410/);
  await expect(owner.page.getByTestId("connection")).toHaveAttribute("data-reason", "gone");
  own.close();
});
