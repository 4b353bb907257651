import type { Cell } from "./layout";

export interface Focus {
  /** The element that keys and tools are for: the last of those chosen. */
  readonly selected: string | undefined;
  /** All that is chosen, `selected` among them. */
  readonly chosen: readonly string[];
  /** The element being written on; always the selected one. */
  readonly editing: string | undefined;
  /** The cell that a new note goes to. */
  readonly cell: Cell | undefined;
  /** The connector that is chosen; then no element is. */
  readonly connector: string | undefined;
}

const NONE: readonly string[] = [];

/** What this person is at on the board. Kept outside React so that a click redraws two notes, not all of them. */
export class FocusStore {
  readonly #listeners = new Set<() => void>();
  #focus: Focus = { selected: undefined, chosen: NONE, editing: undefined, cell: undefined, connector: undefined };
  /** Chosen to stay so while the keyboard goes on to other elements. */
  #held: ReadonlySet<string> = new Set();

  get = (): Focus => this.#focus;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  isChosen(id: string): boolean {
    return this.#focus.chosen.includes(id);
  }

  /** Chooses one element alone, or none. */
  select(id: string | undefined, cell: Cell | undefined = this.#focus.cell): void {
    this.#held = new Set();
    this.#set({ selected: id, chosen: id === undefined ? NONE : [id], editing: this.#focus.editing === id ? id : undefined, cell, connector: undefined });
  }

  /** The keyboard has come to an element: those that are held stay chosen beside it. */
  visit(id: string, cell: Cell | undefined = this.#focus.cell): void {
    const chosen = [...[...this.#held].filter((h) => h !== id), id];
    this.#set({ selected: id, chosen, editing: this.#focus.editing === id ? id : undefined, cell, connector: undefined });
  }

  /** Chooses all of these, the last of them for the keys. */
  selectAll(ids: readonly string[]): void {
    this.#held = new Set(ids);
    this.#set({ ...this.#focus, selected: ids.at(-1), chosen: ids.length === 0 ? NONE : [...ids], editing: undefined, connector: undefined });
  }

  /** Adds an element to what is chosen, or takes it out. True when it is chosen afterwards. */
  toggle(id: string): boolean {
    const { chosen } = this.#focus;
    const added = !chosen.includes(id);
    this.selectAll(added ? [...chosen, id] : chosen.filter((c) => c !== id));
    return added;
  }

  /** Holds the element that has the keyboard, or lets go of it. True when it is held afterwards. */
  hold(id: string): boolean {
    const held = new Set(this.#held);
    const added = !held.delete(id);
    if (added) held.add(id);
    this.#held = held;
    this.visit(id);
    return added;
  }

  selectConnector(id: string | undefined): void {
    this.#held = new Set();
    this.#set({ ...this.#focus, selected: undefined, chosen: NONE, editing: undefined, connector: id });
  }

  /** Lets go of what is not there any more. */
  keep(there: (id: string) => boolean): void {
    const { chosen, selected } = this.#focus;
    if (chosen.every(there)) return;
    const left = chosen.filter(there);
    this.#held = new Set([...this.#held].filter(there));
    const still = selected !== undefined && left.includes(selected);
    this.#set({ ...this.#focus, chosen: left.length === 0 ? NONE : left, selected: still ? selected : left.at(-1), editing: still ? this.#focus.editing : undefined });
  }

  edit(id: string): void {
    this.#held = new Set();
    this.#set({ ...this.#focus, selected: id, chosen: [id], editing: id, connector: undefined });
  }

  stopEditing(): void {
    this.#set({ ...this.#focus, editing: undefined });
  }

  atCell(cell: Cell | undefined): void {
    this.#held = new Set();
    this.#set({ selected: undefined, chosen: NONE, editing: undefined, cell, connector: undefined });
  }

  #set(next: Focus): void {
    const now = this.#focus;
    const chosen = sameList(now.chosen, next.chosen) ? now.chosen : next.chosen;
    const same =
      now.selected === next.selected && now.chosen === chosen && now.editing === next.editing && now.cell === next.cell && now.connector === next.connector;
    if (same) return;
    this.#focus = { ...next, chosen };
    for (const listener of this.#listeners) listener();
  }
}

const sameList = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((id, i) => id === b[i]);
