import type { BoardDocument } from "../document/document";
import type { Fate } from "../document/model";
import { TalkMemory } from "./memory";
import { votesFor } from "./threads";

export const FILTERS = ["open", "all", "chosen"] as const;
export type Filter = (typeof FILTERS)[number];

export interface TalkState {
  readonly filter: Filter;
  /** The thread that is being answered or decided on. */
  readonly thread: string | undefined;
}

/** What this person sees of the talk on the board, and what they say in it. */
export class TalkStore {
  readonly #document: BoardDocument;
  readonly #listeners = new Set<() => void>();
  readonly memory: TalkMemory;
  readonly drafts: Drafts;
  #state: TalkState = { filter: "open", thread: undefined };

  constructor(document: BoardDocument, board: string) {
    this.#document = document;
    this.memory = new TalkMemory(board);
    this.drafts = new Drafts(board);
  }

  get = (): TalkState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  show(change: Partial<TalkState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Says something about a part of the board, or answers in a thread. Undefined when the board takes no more. */
  say(target: string, text: string, thread?: string): string | undefined {
    const id = this.#document.blueprint.addComment(target, text.trim(), thread);
    if (id !== undefined) this.memory.keep(id);
    return id;
  }

  reword(id: string, text: string): boolean {
    return this.#document.blueprint.rewordComment(id, text.trim());
  }

  decide(thread: string, fate: Fate, reason = ""): boolean {
    return this.#document.blueprint.setFate(thread, fate, reason.trim());
  }

  hasVoted(target: string): boolean {
    return (votesFor(this.#document.board(), target)?.by.get(this.memory.voter) ?? 0) > 0;
  }

  /** Gives this person's vote to a part of the board, or takes it back. Undefined when it could not be done. */
  vote(target: string): "given" | "back" | undefined {
    const back = this.hasVoted(target);
    if (!this.#document.blueprint.vote(target, this.memory.voter, back ? 0 : 1)) return undefined;
    this.memory.keep();
    return back ? "back" : "given";
  }
}

/** So many drafts are kept; the oldest goes first. */
const MOST_DRAFTS = 20;

/** What is written and not yet said: by thread, or by what it is about. Kept as long as the window is, through reloads. */
export class Drafts {
  readonly #key: string;
  readonly #texts: Map<string, string>;

  constructor(board: string) {
    this.#key = `openmic.drafts.${board}`;
    this.#texts = new Map(recall(this.#key));
  }

  get(about: string): string {
    return this.#texts.get(about) ?? "";
  }

  set(about: string, text: string): void {
    this.#texts.delete(about);
    if (text !== "") this.#texts.set(about, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > MOST_DRAFTS && oldest !== undefined) this.#texts.delete(oldest);
    try {
      sessionStorage.setItem(this.#key, JSON.stringify([...this.#texts]));
    } catch {
      // Without storage a draft ends with the page.
    }
  }
}

function recall(key: string): [string, string][] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(stored) ? stored.filter((d): d is [string, string] => Array.isArray(d) && d.every((part) => typeof part === "string")) : [];
  } catch {
    return [];
  }
}
