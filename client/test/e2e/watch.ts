import type { BrowserContext, Page } from "@playwright/test";

/** What a browser says while its server cannot be reached. */
const OUTAGE = /net::ERR_|WebSocket connection to .* failed|Failed to load resource/;

/**
 * Notes everything that must not happen on any page: errors and warnings in the console (which is also where a browser
 * tells of violations of the content security policy), uncaught exceptions, requests that fail, and any request that
 * goes to another host than the server's.
 */
export class Watch {
  readonly #faults: string[] = [];
  readonly #allowed: RegExp[] = [];
  readonly #own: Set<string>;
  /** Requests for the API and sockets, in the order they came. */
  readonly knocks: string[] = [];

  constructor(context: BrowserContext, origin: string) {
    this.#own = new Set([origin, origin.replace(/^http/, "ws")]);
    const look = (url: string) => {
      const { protocol, origin: to, pathname, host } = new URL(url);
      if (protocol === "data:" || protocol === "blob:") return;
      if (!this.#own.has(to === "null" ? `${protocol}//${host}` : to)) this.#faults.push(`request to another host: ${url}`);
      if (pathname.startsWith("/api/") || pathname === "/sync") this.knocks.push(pathname);
    };
    const follow = (page: Page) => {
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") this.#note(`console: ${message.text()} ${message.location().url}`);
      });
      page.on("pageerror", (error) => this.#note(`uncaught: ${error.stack ?? error.message}`));
      page.on("websocket", (socket) => look(socket.url()));
    };
    context.on("page", follow);
    context.on("request", (request) => look(request.url()));
    context.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // A page that is left gives up what it had asked for.
      if (reason !== "net::ERR_ABORTED") this.#note(`request: ${reason} ${request.url()}`);
    });
  }

  /** Another site that pages lead to. */
  leadsTo(origin: string): void {
    this.#own.add(origin);
    this.allow(new RegExp(`${origin}/favicon`));
  }

  /** From now on the server may be out of reach. */
  allowOutage(): void {
    this.allow(OUTAGE);
  }

  allow(fault: RegExp): void {
    this.#allowed.push(fault);
  }

  faults(): readonly string[] {
    return this.#faults;
  }

  #note(fault: string): void {
    if (!this.#allowed.some((a) => a.test(fault))) this.#faults.push(fault);
  }
}
