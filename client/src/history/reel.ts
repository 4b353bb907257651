import { loadStretch } from "./data";
import type { Stretch, Where } from "./data";
import { advance } from "./plain";
import type { Patch } from "./plain";

/** So many stretches are kept; each begins with a whole board. */
const KEPT = 5;
/** Within a stretch the board is kept after every so many changes: most of it is the same objects. */
const EVERY = 250;

interface Kept {
  readonly stretch: Stretch;
  /** The board after 0, EVERY, 2 · EVERY ... of its changes, as far as anybody has been. */
  readonly boards: unknown[];
}

/** The board at any moment, found without what came long before. */
export class Reel {
  readonly #where: Where;
  readonly #load: (where: Where, moment: number) => Promise<Stretch>;
  #kept: Kept[] = [];
  #coming = new Map<number, Promise<Kept>>();
  /** Where those end that are whole, by where they begin: asked for by that, the browser may have one still. */
  readonly #ends = new Map<number, number>();

  constructor(where: Where, load: (where: Where, moment: number) => Promise<Stretch> = loadStretch) {
    this.#where = where;
    this.#load = load;
  }

  /** The stretch that leads on from a position, if it is here. */
  held(position: number): Stretch | undefined {
    return this.#find(position)?.stretch;
  }

  #find(position: number): Kept | undefined {
    const found = this.#kept.find(({ stretch: s }) => s.from <= position && position < s.to) ?? this.#kept.find(({ stretch: s }) => s.from <= position && position === s.to && !s.whole);
    if (found) this.#kept = [found, ...this.#kept.filter((k) => k !== found)];
    return found;
  }

  /** Has the stretch brought that leads on from a position; from END, the last. What is not whole is asked for again by `fresh`. */
  async fetch(position: number, fresh = false): Promise<void> {
    const known = this.#find(position);
    if (known && (known.stretch.whole || !fresh)) return;
    let coming = this.#coming.get(position);
    if (!coming) {
      const [known] = [...this.#ends].find(([from, to]) => from <= position && position < to) ?? [position];
      coming = this.#load(this.#where, known).then((stretch) => ({ stretch, boards: [stretch.frame] }));
      this.#coming.set(position, coming);
    }
    try {
      const kept = await coming;
      if (kept.stretch.whole) this.#ends.set(kept.stretch.from, kept.stretch.to);
      this.#kept = [kept, ...this.#kept.filter((k) => k !== kept && k.stretch.from !== kept.stretch.from)].slice(0, KEPT);
    } finally {
      this.#coming.delete(position);
    }
  }

  /** The board at a position whose stretch is here. */
  at(position: number): unknown {
    const kept = this.#find(position) ?? this.#kept.find(({ stretch: s }) => s.from <= position && position <= s.to);
    if (!kept) return undefined;
    const { stretch, boards } = kept;
    const index = position - stretch.from;
    let have = Math.min(Math.floor(index / EVERY), boards.length - 1);
    let board = boards[have];
    while (have < Math.floor(index / EVERY)) {
      board = advance(board, stretch.patches.slice(have * EVERY, (have + 1) * EVERY));
      boards[++have] = board;
    }
    return index === have * EVERY ? board : advance(board, stretch.patches.slice(have * EVERY, index));
  }

  /** The board at `to`, from the one at `from` not long before it in the same stretch; and what leads there, if that is all. */
  on(board: unknown, from: number, to: number): { readonly board: unknown; readonly patches: readonly Patch[] | undefined } {
    const stretch = this.held(from);
    if (!stretch || to > stretch.to || to < from || to - from > EVERY) return { board: this.at(to), patches: undefined };
    const changes = stretch.patches.slice(from - stretch.from, to - stretch.from);
    return { board: advance(board, changes), patches: changes.flat() };
  }
}
