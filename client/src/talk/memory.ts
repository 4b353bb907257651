import type { Comment } from "../document/model";
import { newId } from "../document/id";
import { byOrder } from "../document/order";

/** The newest so many comments are remembered one by one; what is older than these counts as seen. */
const MOST_SEEN = 1000;
const MOST_OWN = 1000;

interface Remembered {
  /** The name under which this person votes on this board: drawn at random, the same for nobody and nowhere else. */
  readonly voter: string;
  readonly own: readonly string[];
  readonly seen: readonly string[];
  /** The order key of the newest of what is no longer remembered one by one. */
  readonly until: string;
}

export const talkKey = (board: string) => `openmic.talk.${board}`;

/** What this device remembers of the talk on one board: what was said here, what has been seen, and the voter. */
export class TalkMemory {
  readonly #key: string;
  readonly #listeners = new Set<() => void>();
  #own: ReadonlySet<string>;
  #seen: ReadonlySet<string>;
  #now: Remembered;

  constructor(board: string) {
    this.#key = talkKey(board);
    this.#now = recall(this.#key) ?? { voter: newId(), own: [], seen: [], until: "" };
    this.#own = new Set(this.#now.own);
    this.#seen = new Set(this.#now.seen);
  }

  get voter(): string {
    return this.#now.voter;
  }

  /** The same value until something is remembered. */
  state = (): unknown => this.#now;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  isOwn(id: string): boolean {
    return this.#own.has(id);
  }

  isNew(comment: Comment): boolean {
    return !this.#own.has(comment.id) && !this.#seen.has(comment.id) && (this.#now.until === "" || comment.order > this.#now.until);
  }

  /** This person has said this, or voted: the device keeps it. */
  keep(comment?: string): void {
    const { own } = this.#latest();
    this.#set({ ...this.#now, own: comment === undefined ? own : [...own, comment].slice(-MOST_OWN) });
  }

  /** This person has seen these. `all` are the comments there are: what is gone is forgotten. */
  see(comments: readonly Comment[], all: readonly Comment[]): void {
    if (!comments.some((c) => this.isNew(c))) return;
    const { seen: before, until } = this.#latest();
    const ids = new Set([...before, ...comments.map((c) => c.id)]);
    const seen = all.filter((c) => ids.has(c.id)).sort(byOrder);
    const old = seen.slice(0, -MOST_SEEN).at(-1)?.order ?? "";
    this.#set({ ...this.#now, seen: seen.slice(-MOST_SEEN).map((c) => c.id), until: old > until ? old : until });
  }

  /** Another window of this device may have remembered something since. */
  #latest(): Remembered {
    const stored = recall(this.#key);
    if (!stored) return this.#now;
    const own = [...new Set([...stored.own, ...this.#now.own])];
    this.#now = { ...stored, voter: this.#now.voter, own, seen: [...new Set([...stored.seen, ...this.#now.seen])] };
    return this.#now;
  }

  #set(now: Remembered): void {
    this.#now = now;
    this.#own = new Set(now.own);
    this.#seen = new Set(now.seen);
    try {
      localStorage.setItem(this.#key, JSON.stringify(now));
    } catch {
      // Without storage the device forgets; everything else works.
    }
    for (const listener of this.#listeners) listener();
  }
}

function recall(key: string): Remembered | undefined {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<Record<keyof Remembered, unknown>> | null;
    if (!stored || typeof stored.voter !== "string" || !/^[0-9a-z]{12}$/.test(stored.voter)) return undefined;
    const ids = (value: unknown) => (Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : []);
    return { voter: stored.voter, own: ids(stored.own), seen: ids(stored.seen), until: typeof stored.until === "string" ? stored.until : "" };
  } catch {
    return undefined;
  }
}
