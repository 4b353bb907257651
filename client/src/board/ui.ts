import { useSyncExternalStore } from "react";
import type { Kind } from "../document/model";
import { useTools } from "./context";
import { lastForm, lastView, rememberView } from "./lastView";
import type { OutlineForm, View } from "./lastView";
import type { Presenting } from "./presenting";

/** What the pointer does on the board: it chooses and carries, moves the view, draws, or puts down one thing. */
export type Tool = "select" | "hand" | Extract<Kind, "text" | "shape" | "frame" | "ink">;
export type Window = "palette" | "keys" | "invite" | "name" | "connect" | "save" | "link" | "mark" | "markStep" | "feel" | "moveTo" | "removePart" | "mine" | "audit" | "joined" | "variants" | "nameVersion";

export interface Ui {
  readonly tool: Tool;
  readonly open: Window | undefined;
  /** The words searched for; undefined while nobody searches. */
  readonly find: string | undefined;
  /** Which of the elements found one is at. */
  readonly found: string | undefined;
  readonly minimap: boolean;
  readonly view: View;
  readonly form: OutlineForm;
  readonly presenting: Presenting | undefined;
  /** The board is shown as it was, from this moment on; without one, from its end. */
  readonly history: { readonly at?: number } | undefined;
}

const MINIMAP = "openmic.minimap";

/** What is open around the board. */
export class UiStore {
  readonly #listeners = new Set<() => void>();
  #ui: Ui = { tool: "select", open: undefined, find: undefined, found: undefined, minimap: localStorage.getItem(MINIMAP) === "yes", view: lastView(), form: lastForm(), presenting: undefined, history: undefined };

  /** With a moment it begins with the board as it was. */
  constructor(at?: number) {
    if (at !== undefined) this.#ui = { ...this.#ui, history: { at } };
  }

  get = (): Ui => this.#ui;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(change: Partial<Ui>): void {
    const next = { ...this.#ui, ...change };
    if ((Object.keys(next) as (keyof Ui)[]).every((k) => next[k] === this.#ui[k])) return;
    if (next.minimap !== this.#ui.minimap) localStorage.setItem(MINIMAP, next.minimap ? "yes" : "no");
    if (next.view !== this.#ui.view || next.form !== this.#ui.form) rememberView(next.view, next.form);
    this.#ui = next;
    for (const listener of this.#listeners) listener();
  }
}

export function useUi<T>(select: (ui: Ui) => T): T {
  const { ui } = useTools();
  return useSyncExternalStore(ui.subscribe, () => select(ui.get()));
}
