import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import { usePlayer, usePlaying } from "../history/use";
import type { At } from "../share/api";
import { listVersions, loadPeriods } from "./api";
import type { NamedVersion, Period } from "./api";

export interface Versions {
  /** By moment, as the periods are; undefined until they are known. */
  readonly named: readonly NamedVersion[] | undefined;
  readonly periods: readonly Period[];
  readonly failed: boolean;
}

const NOTHING: Versions = { named: undefined, periods: [], failed: false };

/** The versions of a board, while somebody looks back. */
export class VersionStore {
  readonly board: At;
  readonly #listeners = new Set<() => void>();
  #versions: Versions = NOTHING;
  #asked = 0;

  constructor(board: At) {
    this.board = board;
  }

  get = (): Versions => this.#versions;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks again; of several answers the last that was asked for holds. */
  async load(): Promise<void> {
    const turn = ++this.#asked;
    const next = await Promise.all([listVersions(this.board), loadPeriods(this.board)]).then(
      ([named, periods]): Versions => ({ named, periods, failed: false }),
      () => ({ ...this.#versions, failed: true }),
    );
    if (turn !== this.#asked) return;
    this.#versions = next;
    for (const listener of this.#listeners) listener();
  }
}

export const VersionsContext = createContext<VersionStore | undefined>(undefined);

export function useVersionStore(): VersionStore {
  const store = useContext(VersionsContext);
  if (!store) throw new Error("versions were drawn outside the history");
  return store;
}

export function useVersions(): Versions {
  const store = useContext(VersionsContext);
  return useSyncExternalStore(store?.subscribe ?? nothing, store?.get ?? (() => NOTHING));
}

const nothing = () => () => undefined;

/** What is asked for again waits for more of the like, milliseconds. */
const CALM = 3_000;

/** Keeps the versions known: once, and again with what others do while the list of them is open. One can go from one to the next. */
export function useLoadedVersions(store: VersionStore, open: boolean): void {
  const player = usePlayer();
  const { named } = useSyncExternalStore(store.subscribe, store.get);
  useEffect(() => player.named(named?.map((v) => v.moment) ?? []), [player, named]);
  const length = usePlaying((p) => p.history?.length);
  const known = length !== undefined;
  useEffect(() => {
    if (known) void store.load();
  }, [store, known, open]);
  useEffect(() => {
    if (!open) return;
    const timer = setTimeout(() => void store.load(), CALM);
    return () => clearTimeout(timer);
  }, [store, open, length]);
}
