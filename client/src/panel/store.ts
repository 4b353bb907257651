import { createContext, useContext, useSyncExternalStore } from "react";

export type Tab = "findings" | "talk" | "details";

/** A part of the board that is no element: those are what is selected. */
export interface Subject {
  readonly kind: "step" | "lane";
  readonly id: string;
}

export interface PanelState {
  readonly tab: Tab | undefined;
  readonly subject: Subject | undefined;
}

/** What the panel beside the board shows; no tab means that it is closed. */
export class PanelStore {
  readonly #listeners = new Set<() => void>();
  #state: PanelState = { tab: undefined, subject: undefined };

  get = (): PanelState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  show(tab: Tab | undefined): void {
    this.#set({ ...this.#state, tab });
  }

  /** What the details are about from now on, if they are shown. */
  point(subject: Subject | undefined): void {
    const { subject: now } = this.#state;
    if (now?.kind !== subject?.kind || now?.id !== subject?.id) this.#set({ ...this.#state, subject });
  }

  /** Shows the details of a step or a lane, or of the board itself. */
  about(subject: Subject | undefined): void {
    this.#set({ tab: "details", subject });
  }

  /** Shows what is said about a step or a lane, or else about the chosen element. */
  talk(subject: Subject | undefined): void {
    this.#set({ tab: "talk", subject });
  }

  #set(state: PanelState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export const PanelContext = createContext<PanelStore | undefined>(undefined);

export function usePanel(): PanelStore {
  const panel = useContext(PanelContext);
  if (!panel) throw new Error("a part of the panel was drawn outside a board");
  return panel;
}

export function usePanelState<T>(select: (state: PanelState) => T): T {
  const panel = usePanel();
  return useSyncExternalStore(panel.subscribe, () => select(panel.get()));
}
