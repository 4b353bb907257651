import { useEffect, useSyncExternalStore } from "react";
import { useTools } from "./context";
import { PLAIN } from "./layout";
import type { Outlook } from "./layout";

const KEY = "openmic.folds";
/** So many boards are remembered, the latest first. */
const MOST = 50;

/**
 * Which lanes this person has collapsed, and whether they see the curve of feelings. Kept on the device and not in the
 * board: in a workshop nobody's words should vanish from the others' screens because one wants to see less.
 */
export class FoldStore {
  readonly #listeners = new Set<() => void>();
  readonly #board: string;
  #outlook: Outlook;

  constructor(board: string) {
    this.#board = board;
    const known = load().find((f) => f.board === board);
    this.#outlook = known ? { folded: new Set(known.lanes), curve: known.curve } : PLAIN;
  }

  get = (): Outlook => this.#outlook;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  fold(lanes: readonly string[], folded: boolean): void {
    const next = new Set(this.#outlook.folded);
    for (const lane of lanes) {
      if (folded) next.add(lane);
      else next.delete(lane);
    }
    if (next.size !== this.#outlook.folded.size) this.#set({ ...this.#outlook, folded: next });
  }

  showCurve(curve: boolean): void {
    this.#set({ ...this.#outlook, curve });
  }

  #set(outlook: Outlook): void {
    this.#outlook = outlook;
    const own = { board: this.#board, lanes: [...outlook.folded], curve: outlook.curve };
    const others = load().filter((f) => f.board !== this.#board);
    try {
      localStorage.setItem(KEY, JSON.stringify([own, ...others].slice(0, MOST)));
    } catch {
      // A device without room only forgets it.
    }
    for (const listener of this.#listeners) listener();
  }
}

interface Known {
  readonly board: string;
  readonly lanes: readonly string[];
  readonly curve: boolean | undefined;
}

function load(): Known[] {
  let stored: unknown;
  try {
    stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((item: unknown): Known[] => {
    const { board, lanes, curve } = (item ?? {}) as Record<string, unknown>;
    if (typeof board !== "string" || !Array.isArray(lanes)) return [];
    return [{ board, lanes: lanes.filter((l) => typeof l === "string"), curve: typeof curve === "boolean" ? curve : undefined }];
  });
}

export function useOutlook(): Outlook {
  const { folds } = useTools();
  return useSyncExternalStore(folds.subscribe, folds.get);
}

/** Whatever is chosen, written on or found is seen: a collapsed lane that it lies in opens. */
export function useUnfolding(): void {
  const { document, focus, folds, ui } = useTools();
  useEffect(() => {
    const open = () => {
      const { folded } = folds.get();
      if (folded.size === 0) return;
      const wanted = new Set([...focus.get().chosen, ui.get().found]);
      const lanes = document.board().elements.filter((e) => wanted.has(e.id) && e.lane !== undefined && folded.has(e.lane));
      folds.fold(lanes.flatMap((e) => e.lane ?? []), false);
    };
    const stops = [focus.subscribe(open), ui.subscribe(open)];
    return () => stops.forEach((stop) => stop());
  }, [document, focus, folds, ui]);
}
