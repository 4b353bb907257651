import type { Cell } from "./layout";

export interface Focus {
  /** The element that keys and tools are for. */
  readonly selected: string | undefined;
  /** The element being written on; always the selected one. */
  readonly editing: string | undefined;
  /** The cell that a new note goes to. */
  readonly cell: Cell | undefined;
}

/** What this person is at on the board. Kept outside React so that a click redraws two notes, not all of them. */
export class FocusStore {
  readonly #listeners = new Set<() => void>();
  #focus: Focus = { selected: undefined, editing: undefined, cell: undefined };

  get = (): Focus => this.#focus;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  select(id: string | undefined, cell: Cell | undefined = this.#focus.cell): void {
    this.#set({ selected: id, editing: this.#focus.editing === id ? id : undefined, cell });
  }

  edit(id: string): void {
    this.#set({ ...this.#focus, selected: id, editing: id });
  }

  stopEditing(): void {
    this.#set({ ...this.#focus, editing: undefined });
  }

  atCell(cell: Cell): void {
    this.#set({ selected: undefined, editing: undefined, cell });
  }

  #set(next: Focus): void {
    const now = this.#focus;
    const same = now.selected === next.selected && now.editing === next.editing && now.cell === next.cell;
    if (same) return;
    this.#focus = next;
    for (const listener of this.#listeners) listener();
  }
}
