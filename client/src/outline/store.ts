import { createContext, useContext, useSyncExternalStore } from "react";
import { visitorsIn } from "../board/context";
import type { Company, Visitor } from "../board/context";
import type { OutlineKeys } from "./keys";
import type { Outline } from "./model";
import { first, has, keyOf, successor } from "./stops";
import type { Stop } from "./stops";

/** Where the keyboard is in the outline, and what is being renamed. Kept outside React so that a step redraws two stops, not all. */
export class OutlineStore {
  readonly #listeners = new Set<() => void>();
  readonly #places = new Map<string, HTMLElement>();
  #outline: Outline | undefined;
  #at: Stop | undefined;
  #key = "";
  #naming = "";
  /** What has the keyboard just now, if it is in the outline. */
  #holder: Element | undefined;

  get at(): Stop | undefined {
    return this.#at;
  }

  get outline(): Outline | undefined {
    return this.#outline;
  }

  isAt = (key: string): boolean => this.#key === key;
  isNaming = (key: string): boolean => this.#naming === key;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Each stop tells what it is drawn as. */
  hold(key: string, place: HTMLElement): () => void {
    this.#places.set(key, place);
    return () => {
      if (this.#places.get(key) === place) this.#places.delete(key);
    };
  }

  placeOf(stop: Stop): HTMLElement | undefined {
    return this.#places.get(keyOf(stop));
  }

  /** The keyboard has come to a stop. */
  visit(stop: Stop): void {
    const key = keyOf(stop);
    if (this.#key === key) return;
    this.#at = stop;
    this.#key = key;
    this.#tell();
  }

  /** Gives a stop the keyboard. */
  focus(stop: Stop): void {
    this.visit(stop);
    this.placeOf(stop)?.focus();
  }

  name(stop: Stop): void {
    this.visit(stop);
    this.#naming = keyOf(stop);
    this.#tell();
  }

  named(key: string): void {
    if (this.#naming !== key) return;
    this.#naming = "";
    this.#tell();
  }

  /** Something in the outline has been given the keyboard. */
  entered(holder: Element): void {
    this.#holder = holder;
  }

  /** The keyboard has gone elsewhere, unless its place has only been taken out of the page. */
  left(holder: Element): void {
    setTimeout(() => {
      if (this.#holder === holder && holder.isConnected && document.activeElement !== holder) this.#holder = undefined;
    }, 0);
  }

  /** Whether the keyboard is in the outline. */
  get active(): boolean {
    return this.#holder !== undefined && this.#holder === document.activeElement;
  }

  /** Whether it is at its stop, and not at something else there. */
  get holds(): boolean {
    return this.active && this.#places.get(this.#key)?.contains(document.activeElement) === true;
  }

  /** The outline has been drawn anew: the keyboard follows what it was at, or goes to what comes nearest. */
  settle(outline: Outline): void {
    const before = this.#outline ?? outline;
    this.#outline = outline;
    const at = this.#at;
    const next = at && has(outline, at) ? at : at ? successor(before, outline, at) : first(outline);
    if (!next) return;
    if (next !== at) this.visit(next);
    if (this.#holder && !this.#holder.isConnected && (document.activeElement === document.body || document.activeElement === null)) {
      this.placeOf(next)?.focus({ preventScroll: next !== at });
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const NOBODY: readonly Visitor[] = [];

/**
 * Who else is at which element. It listens to the others once for all elements: they move their pointers all the time, and
 * there are thousands of elements.
 */
export class Visitors {
  readonly #presence: Company;
  readonly #listeners = new Map<string, Set<() => void>>();
  #here: ReadonlyMap<string, readonly Visitor[]> = new Map();

  constructor(presence: Company) {
    this.#presence = presence;
  }

  start(): () => void {
    this.#look();
    return this.#presence.subscribe(() => this.#look());
  }

  at = (id: string): readonly Visitor[] => this.#here.get(id) ?? NOBODY;

  subscribe(id: string, listener: () => void): () => void {
    const set = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#listeners.delete(id);
    };
  }

  #look(): void {
    const next = visitorsIn(this.#presence.peers());
    const before = this.#here;
    const merged = new Map<string, readonly Visitor[]>();
    const changed: string[] = [];
    for (const [id, list] of next) {
      const former = before.get(id);
      const same = former?.length === list.length && list.every((v, i) => v.name === former[i]?.name && v.color === former[i]?.color && v.doing === former[i]?.doing);
      merged.set(id, same ? former : list);
      if (!same) changed.push(id);
    }
    for (const id of before.keys()) if (!next.has(id)) changed.push(id);
    this.#here = merged;
    for (const id of changed) for (const listener of this.#listeners.get(id) ?? []) listener();
  }
}

export interface OutlineTools {
  readonly store: OutlineStore;
  readonly visitors: Visitors;
  readonly keys: OutlineKeys;
}

export const OutlineContext = createContext<OutlineTools | undefined>(undefined);

export function useOutline(): OutlineTools {
  const tools = useContext(OutlineContext);
  if (!tools) throw new Error("a part of the outline was drawn outside it");
  return tools;
}

export function useIsAt(key: string): boolean {
  const { store } = useOutline();
  return useSyncExternalStore(store.subscribe, () => store.isAt(key));
}

export function useIsNaming(key: string): boolean {
  const { store } = useOutline();
  return useSyncExternalStore(store.subscribe, () => store.isNaming(key));
}
