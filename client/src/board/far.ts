import { useSyncExternalStore } from "react";
import { useTools } from "./context";

/** Below this zoom nobody can read a note: cards are drawn without their words. */
const FAR = 0.38;

/** Whether the board is seen from far away. Kept apart from the zoom, so that cards are drawn anew only when it changes. */
export class FarStore {
  readonly #listeners = new Set<() => void>();
  #far = false;

  get = (): boolean => this.#far;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  zoomed(zoom: number): void {
    if (zoom < FAR === this.#far) return;
    this.#far = zoom < FAR;
    for (const listener of this.#listeners) listener();
  }
}

export function useFar(): boolean {
  const { far } = useTools();
  return useSyncExternalStore(far.subscribe, far.get);
}
