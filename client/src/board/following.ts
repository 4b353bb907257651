import { useSyncExternalStore } from "react";
import type { Peer } from "../sync/presence";
import { useTools } from "./context";

/** Whose view this person follows, if anybody's. */
export class FollowStore {
  readonly #listeners = new Set<() => void>();
  #leader: string | undefined;

  get = (): string | undefined => this.#leader;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  follow(leader: string): void {
    this.#set(leader);
  }

  /** Also whenever one moves the view oneself. */
  stop(): void {
    this.#set(undefined);
  }

  #set(leader: string | undefined): void {
    if (this.#leader === leader) return;
    this.#leader = leader;
    for (const listener of this.#listeners) listener();
  }
}

/** The person who is followed, as they are now. */
export function useLeader(): Peer | undefined {
  const { follow, session } = useTools();
  const id = useSyncExternalStore(follow.subscribe, follow.get);
  return useSyncExternalStore(session.presence.subscribe, () => (id === undefined ? undefined : session.presence.peers().find((p) => p.id === id)));
}
