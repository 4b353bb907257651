import { END, loadHistory } from "./data";
import type { Contribution, History, Where } from "./data";
import { QUIET } from "./axis";
import { EVERYTHING, momentsOf, passes } from "./filter";
import type { Filter, Moment } from "./filter";
import { contributionAt, orderOf, stepFrom } from "./order";
import type { Patch } from "./plain";
import { Reel } from "./reel";
import type { Speed } from "./speeds";

export interface Playing {
  /** What is known of the history; undefined until the first of it is here. */
  readonly history: History | undefined;
  /** Those of its contributions that pass the filter, in order. */
  readonly shown: readonly Contribution[];
  readonly moments: readonly Moment[];
  /** So many changes are shown. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly playing: boolean;
  readonly speed: Speed;
  readonly skipQuiet: boolean;
  /** The view goes where something happens. */
  readonly camera: boolean;
  readonly filter: Filter;
  /** What is asked for is not here yet. */
  readonly waiting: boolean;
  readonly failed: boolean;
  /** The board at the position. */
  readonly board: unknown;
  /** What has led to it from the one before, where that is all that is different. */
  readonly patches: readonly Patch[] | undefined;
}

/** The first change makes the board; before it there is nothing to see. */
export const FIRST = 1;
/** Before what ends a pause one sees the board as it was for so long, milliseconds on the screen. */
const LEAD = 400;
/** What follows is asked for when so few changes are left. */
const AHEAD = 300;
/** While one looks at the history of a board that is drawn on, it is asked for again this often, milliseconds. */
const FRESH = 5_000;

/** Goes through a history as one goes through a recording. The clock is the caller's. */
export class Player {
  readonly #where: Where;
  readonly #reel: Reel;
  readonly #fresh: number;
  readonly #listeners = new Set<() => void>();
  #state: Playing = { history: undefined, shown: [], moments: [], position: 0, time: 0, playing: false, speed: 8, skipQuiet: true, camera: true, filter: EVERYTHING, waiting: true, failed: false, board: {}, patches: undefined };
  /** Counts what is sought: an older answer is not shown after a newer one. */
  #sought = 0;
  /** What is sought is asked for one at a time: while one scrubs, what lies between need not come. */
  #seeking: Promise<unknown> = Promise.resolve();
  #last = 0;
  /** The contribution that was gone to, and where. */
  #gone = { index: -1, position: -1 };
  #index = { shown: undefined as readonly Contribution[] | undefined, position: -1, at: -1 };
  #named: readonly number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(where: Where, reel = new Reel(where), fresh = FRESH) {
    this.#where = where;
    this.#reel = reel;
    this.#fresh = fresh;
  }

  get = (): Playing => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  /** Reads the history and goes to a moment of it, or to its end. */
  async open(moment?: number): Promise<void> {
    try {
      let begun = false;
      // Both at once: the one does not wait for the other.
      const first = this.#reel.fetch(moment ?? END).catch(() => undefined);
      const begin = (history: History) => {
        this.#told(history);
        if (!begun) void first.then(() => this.seek(Math.min(moment ?? history.length, history.length)));
        begun = true;
      };
      const history = await loadHistory(this.#where, undefined, begin);
      if (begun) this.#told(history);
      else begin(history);
    } catch {
      this.#set({ waiting: false, failed: true });
    }
    this.#follow();
  }

  /** What others do meanwhile is added at the end. */
  #follow(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      const { history } = this.#state;
      const known = history ? loadHistory(this.#where, history).then((next) => this.#told(next)) : this.open();
      void known.catch(() => undefined).finally(() => history && this.#follow());
    }, this.#state.history ? this.#fresh : FRESH);
  }

  #told(history: History): void {
    if (this.#closed) return;
    this.#set({ history, failed: false, ...this.#sift(history, this.#state.filter) });
  }

  #sift(history: History, filter: Filter): Pick<Playing, "shown" | "moments"> {
    const { contributions } = history;
    const moments = momentsOf(contributions);
    if (filter === EVERYTHING) return { shown: contributions, moments };
    const shown = contributions.filter((c) => passes(history, c, filter));
    const these = new Set(shown);
    return { shown, moments: moments.filter((m) => these.has(contributions[m.contribution] as Contribution)) };
  }

  /** Goes to a position. */
  async seek(position: number): Promise<void> {
    const { history } = this.#state;
    if (!history) return;
    const turn = ++this.#sought;
    const to = Math.max(FIRST, Math.min(Math.round(position), history.length));
    if (!this.#show(to)) {
      this.#set({ waiting: true });
      await this.#seeking;
      if (turn !== this.#sought || this.#closed || this.#show(to)) return;
      const coming = this.#reel.fetch(to, true);
      this.#seeking = coming.catch(() => undefined);
      try {
        await coming;
      } catch {
        if (turn === this.#sought) this.#set({ waiting: false, failed: true, playing: false });
        return;
      }
      if (turn !== this.#sought || this.#closed) return;
      if (!this.#show(to)) this.#set({ waiting: false, failed: true, playing: false });
    }
  }

  #show(position: number): boolean {
    const board = this.#reel.at(position);
    if (board === undefined) return false;
    this.#set({ board, patches: undefined, position, time: this.#timeOf(position), waiting: false, failed: false });
    return true;
  }

  #timeOf(position: number): number {
    const { history } = this.#state;
    if (position === 0) return history?.start ?? 0;
    const stretch = this.#reel.held(position - 1) ?? this.#reel.held(position);
    return stretch?.times[position - 1 - stretch.from] ?? history?.end ?? 0;
  }

  play(): void {
    const { history, position } = this.#state;
    if (!history) return;
    this.#last = 0;
    this.#set({ playing: true });
    if (position >= history.length) void this.seek(this.#state.shown[0] ? this.#state.shown[0].first - 1 : FIRST);
  }

  pause(): void {
    this.#set({ playing: false });
  }

  set(change: Partial<Pick<Playing, "speed" | "skipQuiet" | "camera">>): void {
    this.#set(change);
  }

  filter(filter: Filter): void {
    const { history } = this.#state;
    const next = filter.person === undefined && filter.audience === undefined && filter.lane === undefined ? EVERYTHING : filter;
    this.#set({ filter: next, ...(history ? this.#sift(history, next) : {}) });
  }

  /** Which contribution led to what is shown: the one that was gone to, or the last that has begun; -1 before the first. */
  index(): number {
    const { shown, position } = this.#state;
    // What several people did at the same time overlaps.
    return position === this.#gone.position && shown[this.#gone.index] ? this.#gone.index : this.#found(shown, position);
  }

  /** Asked for by everything that is drawn, and found once. */
  #found(shown: readonly Contribution[], position: number): number {
    const { shown: before, position: then } = this.#index;
    if (before !== shown || then !== position) this.#index = { shown, position, at: contributionAt(shown, position, lastBegun(shown, position)) };
    return this.#index.at;
  }

  current(): Contribution | undefined {
    return this.#state.shown[this.index()];
  }

  /** Stops where a contribution is whole. */
  goTo(index: number): Contribution | undefined {
    const { shown } = this.#state;
    this.pause();
    const at = Math.max(-1, Math.min(index, shown.length - 1));
    const target = shown[at];
    this.#gone = { index: at, position: target?.last ?? FIRST };
    void this.seek(this.#gone.position);
    return target;
  }

  /** Goes by so many contributions, to where each is whole. */
  step(by: number): Contribution | undefined {
    return this.goTo(stepFrom(this.#state.shown, this.#state.position, by));
  }

  /** Which moments have names: one stops there too. */
  named(positions: readonly number[]): void {
    this.#named = positions;
  }

  /** Goes to the next moment that stands out or has a name, or the one before. */
  async toMoment(by: 1 | -1): Promise<void> {
    const { moments, position } = this.#state;
    this.pause();
    const named = this.#named.filter((p) => !moments.some((m) => m.position === p)).map((p) => ({ position: p }));
    const sorted = [...moments, ...named].sort((a, b) => a.position - b.position);
    const found = by > 0 ? sorted.find((m) => m.position > position) : sorted.findLast((m) => m.position < position);
    if (found) await ("contribution" in found ? this.goToMoment(found) : this.seek(found.position));
  }

  /** Goes to where something stands out, which is then what is told of. */
  async goToMoment({ position, contribution }: Moment): Promise<void> {
    const { history, shown } = this.#state;
    this.pause();
    this.#gone = { index: shown.indexOf(history?.contributions[contribution] as Contribution), position };
    await this.seek(position);
  }

  /** Lets time pass up to now. Called with each frame that is to be drawn. */
  tick(now: number): void {
    const { history, playing, waiting, speed, skipQuiet, shown, filter, position } = this.#state;
    const passed = this.#last === 0 ? 0 : Math.min(now - this.#last, 250);
    this.#last = now;
    if (!playing || waiting || !history) return;
    let time = this.#state.time + passed * speed;
    let at = position;
    if (filter !== EVERYTHING) {
      // What does not pass has happened when the next that does begins.
      if (at >= (orderOf(shown).reach[lastBegun(shown, at)] ?? 0)) {
        const next = shown.find((c) => c.first > at);
        if (!next) return this.#end(history.length);
        if (next.first - 1 > at) return void this.seek(next.first - 1);
      }
    }
    const stretch = this.#reel.held(at);
    if (!stretch) return void this.seek(at);
    for (;;) {
      const next = stretch.times[at - stretch.from];
      if (next === undefined) break;
      // What is left of a pause is not skipped again, however fast it goes.
      if (skipQuiet && at === position && next - time > Math.max(QUIET, LEAD * speed)) time = next - LEAD * speed;
      if (next > time) break;
      at++;
    }
    if (stretch.to - at < AHEAD && stretch.to < history.length) void this.#reel.fetch(stretch.to).catch(() => undefined);
    if (at > position) {
      this.#set({ ...this.#reel.on(this.#state.board, position, at), position: at, time });
      if (at >= history.length) return this.#end(history.length);
    } else this.#set({ time });
    if (at === stretch.to && at < history.length && !this.#reel.held(at)) void this.seek(at);
  }

  #end(length: number): void {
    this.pause();
    if (this.#state.position < length && this.#state.filter === EVERYTHING) void this.seek(length);
  }

  #set(change: Partial<Playing>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** The last contribution that has begun at a position; -1 before the first. */
export function lastBegun(contributions: readonly Contribution[], position: number): number {
  let low = 0;
  let high = contributions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((contributions[middle]?.first ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
