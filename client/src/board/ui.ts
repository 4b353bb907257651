import { useSyncExternalStore } from "react";
import type { Kind } from "../document/model";
import { useTools } from "./context";

/** What the pointer does on the board: it chooses and carries, moves the view, draws, or puts down one thing. */
export type Tool = "select" | "hand" | Extract<Kind, "text" | "shape" | "frame" | "ink">;
export type Window = "palette" | "keys" | "invite" | "name" | "connect" | "mark" | "save" | "link";

export interface Ui {
  readonly tool: Tool;
  readonly open: Window | undefined;
  /** The words searched for; undefined while nobody searches. */
  readonly find: string | undefined;
  /** Which of the elements found one is at. */
  readonly found: string | undefined;
  readonly minimap: boolean;
}

const MINIMAP = "openmic.minimap";

/** What is open around the board. */
export class UiStore {
  readonly #listeners = new Set<() => void>();
  #ui: Ui = { tool: "select", open: undefined, find: undefined, found: undefined, minimap: localStorage.getItem(MINIMAP) === "yes" };

  get = (): Ui => this.#ui;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(change: Partial<Ui>): void {
    const next = { ...this.#ui, ...change };
    if ((Object.keys(next) as (keyof Ui)[]).every((k) => next[k] === this.#ui[k])) return;
    if (next.minimap !== this.#ui.minimap) localStorage.setItem(MINIMAP, next.minimap ? "yes" : "no");
    this.#ui = next;
    for (const listener of this.#listeners) listener();
  }
}

export function useUi<T>(select: (ui: Ui) => T): T {
  const { ui } = useTools();
  return useSyncExternalStore(ui.subscribe, () => select(ui.get()));
}
