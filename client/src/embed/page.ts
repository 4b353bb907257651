import { readPageMessage, written } from "./messages";
import type { BoardMessage, PageMessage, TokenReason } from "./messages";

/**
 * The page that shows this board in a frame, as the board sees it. Who may is said by the server, in the page of the board:
 * browsers show it to nobody else, and no message of anybody else is listened to.
 */

/** Messages of a page beyond these are not listened to: so many at once, and so many a second. */
const BURST = 40;
const RATE = 20;

/** So long the page has for a token before the board tries by itself again, milliseconds. */
export const PATIENCE = 8_000;

type Heard = Exclude<PageMessage, { type: "hello" | "token" }>;

/** What of a window the talk needs. */
export interface Around {
  readonly parent: { postMessage(message: unknown, origin: string): void };
  readonly allowed: readonly string[];
  readonly now: () => number;
  readonly wait: (then: () => void, milliseconds: number) => () => void;
}

export class Page {
  readonly #around: Around;
  readonly #listeners = new Set<(message: Heard) => void>();
  readonly #watchers = new Set<() => void>();
  #origin: string | undefined;
  #token: string | undefined;
  #wanted: { readonly reason: TokenReason; readonly take: (token: string) => void } | undefined;
  #asking: Promise<string> | undefined;
  #silent = false;
  #left = BURST;
  #counted: number;
  /** What a page is told that comes later than what it is about. */
  #news: BoardMessage | undefined;

  constructor(around: Around, token?: string) {
    this.#around = around;
    this.#token = token;
    this.#counted = around.now();
  }

  /** The token that holds, as far as is known. */
  get token(): string | undefined {
    return this.#token;
  }

  /** Whether the page was asked for a token and gave none. */
  silent = (): boolean => this.#silent;

  /** Calls back when the page has become silent, or speaks again. */
  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  listen(listener: (message: Heard) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes what has come to this window. */
  hear(source: unknown, origin: string, data: unknown): void {
    if (source !== this.#around.parent || !this.#around.allowed.includes(origin)) return;
    if (this.#origin !== undefined && origin !== this.#origin) return;
    if (!this.#mayCome()) return;
    const message = readPageMessage(data);
    if (!message) return;
    if (message.type === "hello") {
      this.#origin = origin;
      this.tell({ type: "welcome" });
      if (this.#news) this.tell(this.#news);
      if (this.#wanted) this.tell({ type: "token-needed", reason: this.#wanted.reason });
      return;
    }
    if (this.#origin === undefined) return;
    if (message.type === "token") this.#take(message.token);
    else for (const listener of this.#listeners) listener(message);
  }

  /** Says something to the page, once it has said hello. */
  tell(message: BoardMessage): void {
    if (message.type === "ready" || message.type === "problem") this.#news = message;
    if (this.#origin !== undefined) this.#around.parent.postMessage(written(message), this.#origin);
  }

  /** Another token than the one that was used last. Rejects when the page gives none. */
  renew(reason: TokenReason): Promise<string> {
    this.#asking ??= new Promise<string>((resolve, reject) => {
      const stop = this.#around.wait(() => {
        this.#wanted = undefined;
        this.#asking = undefined;
        this.#becomes(true);
        reject(new Error("the page gives no token"));
      }, PATIENCE);
      const take = (token: string) => {
        stop();
        this.#wanted = undefined;
        this.#asking = undefined;
        resolve(token);
      };
      this.#wanted = { reason, take };
      this.tell({ type: "token-needed", reason });
    });
    return this.#asking;
  }

  #take(token: string): void {
    this.#token = token;
    this.#becomes(false);
    this.#wanted?.take(token);
  }

  #becomes(silent: boolean): void {
    this.#silent = silent;
    for (const watcher of this.#watchers) watcher();
  }

  /** A page that says too much is not heard until it has been quiet for a while. */
  #mayCome(): boolean {
    const now = this.#around.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#counted) / 1000) * RATE);
    this.#counted = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
