import { test as base, expect } from "@playwright/test";
import type { BrowserContextOptions } from "@playwright/test";
import { Person } from "./person";
import { Cable, Server } from "./server";
import { Watch } from "./watch";

export interface Entry {
  /** What the person is called; without it the program makes up a name and asks. */
  readonly name?: string;
  readonly color?: number;
  readonly language?: "sv" | "en";
  readonly theme?: "light" | "dark" | "system";
  /** The wire to the server, if the person does not reach it directly. */
  readonly cable?: Cable;
  readonly browser?: BrowserContextOptions;
}

interface Fixtures {
  /** A server for this test alone, with an empty store. */
  server: Server;
  /** Lays a wire to the server that can be cut. */
  lay: () => Promise<Cable>;
  /** Someone comes with a browser of their own. Whatever their browser complains of ends the test. */
  enter: (entry?: Entry) => Promise<Person>;
}

/**
 * Has the device know something from before the first page. Playwright's storageState does so too, but visits a page
 * for it, which takes longer than to come to the board.
 */
function knows({ origin, known }: { origin: string; known: Readonly<Record<string, string>> }): void {
  if (window !== window.top || location.origin !== origin || sessionStorage.getItem("began") !== null) return;
  sessionStorage.setItem("began", "");
  for (const [key, value] of Object.entries(known)) localStorage.setItem(key, value);
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await Server.create();
    await use(server);
    await server.remove();
  },

  lay: async ({ server }, use) => {
    const cables: Cable[] = [];
    await use(async () => {
      const cable = await Cable.lay(server.origin);
      cables.push(cable);
      return cable;
    });
    for (const cable of cables) await cable.cut();
  },

  enter: async ({ browser, server, lay }, use) => {
    // Named so that whoever comes by a wire leaves before it is taken up.
    void lay;
    const people: Person[] = [];
    await use(async ({ name, color = people.length, language = "en", theme, cable, browser: options } = {}) => {
      const origin = cable?.origin ?? server.origin;
      const context = await browser.newContext({ locale: language === "sv" ? "sv-SE" : "en-GB", ...options });
      const watch = new Watch(context, origin);
      const page = await context.newPage();
      const known = {
        ...(name === undefined ? {} : { "openmic.profile": JSON.stringify({ name, color, invented: false }) }),
        ...(theme === undefined ? {} : { "openmic.theme": theme }),
      };
      if (Object.keys(known).length > 0) await page.addInitScript(knows, { origin, known });
      const person = new Person(page, context, watch, origin);
      people.push(person);
      return person;
    });
    const faults = people.flatMap((person) => person.watch.faults());
    for (const { context } of people) await context.close();
    expect(faults, "what the browsers complain of").toEqual([]);
  },
});

export { expect };
