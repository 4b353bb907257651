import { cellKey } from "../board/layout";
import { inCell } from "../document/elements";
import { lineBetween } from "../document/model";
import type { Board, Connector, Element, Emotion, Lane, Line, Marker, Phase, Step } from "../document/model";
import { openThreads, votesFor } from "../talk/threads";

/** The board in words: what the table and the list are drawn from. A pure function of the board. */

export interface Link {
  readonly connector: Connector;
  /** What it leads to, or comes from. */
  readonly other: Element;
  readonly way: "out" | "in" | "both";
}

export interface Item {
  readonly element: Element;
  readonly links: readonly Link[];
  readonly markers: readonly Marker[];
  /** Whether people talk about it or have voted for it. */
  readonly talked: boolean;
}

export interface OutlineCell {
  readonly lane: string;
  readonly step: string;
  readonly items: readonly Item[];
}

export interface Row {
  readonly lane: Lane;
  /** The line at its lower edge. */
  readonly line: Line | undefined;
  /** One for each step, in their order. */
  readonly cells: readonly OutlineCell[];
}

export interface Column {
  readonly step: Step;
  readonly emotions: readonly Emotion[];
  readonly markers: readonly Marker[];
}

/** Neighbouring steps in the same phase, or in none. */
export interface Run {
  readonly phase: Phase | undefined;
  /** The number of its first step. */
  readonly from: number;
  readonly count: number;
}

export interface Outline {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly runs: readonly Run[];
  /** What lies in no cell. */
  readonly free: readonly Item[];
  /** Where each element is: the number of its row, of its column and its place there; what lies free has row and column -1. */
  readonly places: ReadonlyMap<string, { readonly row: number; readonly column: number; readonly index: number }>;
}

/**
 * Makes a maker of outlines. A part that holds the same as in the one before is the same object again, so that one edit
 * draws one cell anew.
 */
export function createOutline(): (board: Board) => Outline {
  let last: { board: Board; outline: Outline } | undefined;
  let items = new Map<string, Item>();
  const shared = new Map<string, unknown>();
  // The former object or list of this name when it holds the same.
  const keep = <T extends object>(name: string, fresh: T): T => {
    const former = shared.get(name) as T | undefined;
    if (former && same(former, fresh)) return former;
    shared.set(name, fresh);
    return fresh;
  };
  const list = <T>(name: string, fresh: readonly T[]): readonly T[] => (fresh.length === 0 ? NOTHING : keep(name, fresh));

  return (board) => {
    if (last?.board === board) return last.outline;
    const links = linksOf(board);
    const threads = openThreads(board);
    const markers = group(board.markers, (m) => m.target);
    const emotions = group(board.emotions, (e) => e.step);

    const next = new Map<string, Item>();
    const itemOf = (element: Element): Item => {
      const { id } = element;
      const former = items.get(id);
      const fresh: Item = {
        element,
        links: reuse(links.get(id), former?.links, same),
        markers: reuse(markers.get(id), former?.markers),
        talked: (threads.get(id) ?? 0) + (votesFor(board, id)?.total ?? 0) > 0,
      };
      const item = former && same(former, fresh) ? former : fresh;
      next.set(id, item);
      return item;
    };

    const cells = group(board.elements.filter(inCell), (e) => cellKey(e.lane, e.step));
    const places = new Map<string, { row: number; column: number; index: number }>();
    const rows = board.lanes.map((lane, row): Row => {
      const below = board.lanes[row + 1];
      const inRow = board.steps.map((step, column): OutlineCell => {
        const key = cellKey(lane.id, step.id);
        const here = (cells.get(key) ?? NOTHING).map(itemOf);
        here.forEach(({ element }, index) => places.set(element.id, { row, column, index }));
        return keep(`cell ${key}`, { lane: lane.id, step: step.id, items: list(`items ${key}`, here) });
      });
      return keep(`row ${lane.id}`, { lane, line: below && lineBetween(lane.role, below.role), cells: list(`cells ${lane.id}`, inRow) });
    });
    const columns = board.steps.map((step): Column => {
      const { id } = step;
      const fresh = { step, emotions: list(`emotions ${id}`, emotions.get(id) ?? NOTHING), markers: list(`markers ${id}`, markers.get(id) ?? NOTHING) };
      return keep(`column ${id}`, fresh);
    });
    const free = board.elements.filter((e) => !inCell(e)).map(itemOf);
    free.forEach(({ element }, index) => places.set(element.id, { row: -1, column: -1, index }));
    items = next;
    const runs = runsOf(board).map((run) => keep(`run ${String(run.from)}`, run));
    const outline: Outline = { columns: list("columns", columns), rows: list("rows", rows), runs: list("runs", runs), free: list("free", free), places };
    last = { board, outline };
    return outline;
  };
}

const NOTHING: readonly never[] = [];

function linksOf(board: Board): Map<string, Link[]> {
  const links = new Map<string, Link[]>();
  if (board.connectors.length === 0) return links;
  const elements = new Map(board.elements.map((e) => [e.id, e]));
  for (const connector of board.connectors) {
    const [from, to] = [elements.get(connector.from), elements.get(connector.to)];
    if (!from || !to) continue;
    const both = connector.direction === "two-way";
    push(links, from.id, { connector, other: to, way: both ? "both" : "out" });
    push(links, to.id, { connector, other: from, way: both ? "both" : "in" });
  }
  return links;
}

function runsOf({ steps, phases }: Board): Run[] {
  const runs: { phase: Phase | undefined; from: number; count: number }[] = [];
  steps.forEach((step, i) => {
    const phase = phases.find((p) => p.id === step.phase);
    const run = runs.at(-1);
    if (run && run.phase === phase) run.count++;
    else runs.push({ phase, from: i, count: 1 });
  });
  return runs;
}

function group<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) push(groups, keyOf(item), item);
  return groups;
}

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const list = groups.get(key);
  if (list) list.push(item);
  else groups.set(key, [item]);
}

/** The former list when the fresh one holds the same. */
function reuse<T>(fresh: readonly T[] = NOTHING, former: readonly T[] | undefined, alike: (a: T & object, b: T & object) => boolean = Object.is): readonly T[] {
  if (fresh.length === 0) return NOTHING;
  return former?.length === fresh.length && fresh.every((item, i) => alike(item as T & object, former[i] as T & object)) ? former : fresh;
}

/** Whether two objects of the same shape, or two lists, hold the very same things. */
function same<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(b) as (keyof T)[];
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
