import { useSyncExternalStore } from "react";
import { useTools } from "./context";

/** Below this zoom nobody can read a note: cards are drawn without their words. */
const FAR = 0.38;
/** On a large board sooner: hundreds of cards are in the window there. */
const FAR_LARGE = 0.5;

/** Whether the board is seen from far away. Kept apart from the zoom, so that cards are drawn anew only when it changes. */
export class FarStore {
  readonly #listeners = new Set<() => void>();
  #far = false;
  #zoom = 1;
  #large = false;

  get = (): boolean => this.#far;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  zoomed(zoom: number): void {
    this.#zoom = zoom;
    const far = zoom < (this.#large ? FAR_LARGE : FAR);
    if (far === this.#far) return;
    this.#far = far;
    for (const listener of this.#listeners) listener();
  }

  /** Whether the board holds so much that not all of it is drawn. */
  sized(large: boolean): void {
    this.#large = large;
    this.zoomed(this.#zoom);
  }
}

export function useFar(): boolean {
  const { far } = useTools();
  return useSyncExternalStore(far.subscribe, far.get);
}
