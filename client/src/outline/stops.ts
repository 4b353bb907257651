import type { Direction } from "../board/layout";
import type { OutlineForm } from "../board/lastView";
import type { Outline, Run } from "./model";

/**
 * Where the keyboard can be in the outline. There is one stop at a time that Tab comes to; the arrow keys go from one to
 * the next. Pure functions of the outline.
 */
export type Stop =
  | { readonly at: "element"; readonly id: string }
  /** A cell with nothing in it. */
  | { readonly at: "cell"; readonly lane: string; readonly step: string }
  | { readonly at: "lane"; readonly id: string }
  | { readonly at: "step"; readonly id: string }
  /** A phase, at the first step of a run of its steps. */
  | { readonly at: "phase"; readonly id: string; readonly step: string }
  | { readonly at: "feelings"; readonly step: string };

export function keyOf(stop: Stop): string {
  switch (stop.at) {
    case "cell":
      return `cell\u0000${stop.lane}\u0000${stop.step}`;
    case "phase":
      return `phase\u0000${stop.id}\u0000${stop.step}`;
    case "feelings":
      return `feelings\u0000${stop.step}`;
    default:
      return `${stop.at}\u0000${stop.id}`;
  }
}

/**
 * The outline as a grid: rows of fields that hold one stop after another. Column 0 is that of the names of the lanes.
 * What lies free is one field below all.
 */
class Stops {
  readonly rows: (readonly Stop[])[][] = [];
  readonly #outline: Outline;

  constructor(outline: Outline) {
    this.#outline = outline;
    const { columns, rows, runs, free } = outline;
    const width = columns.length + 1;
    const none: readonly Stop[] = [];
    const row = (name: readonly Stop[], of: (column: number) => readonly Stop[]) => this.rows.push([name, ...columns.map((_, i) => of(i))]);
    if (runs.some((r) => r.phase)) row(none, (i) => phaseStop(outline, runs.find((r) => i >= r.from && i < r.from + r.count)));
    row(none, (i) => (columns[i] ? [{ at: "step", id: columns[i].step.id }] : none));
    for (const { lane, cells } of rows) {
      row([{ at: "lane", id: lane.id }], (i) => {
        const cell = cells[i];
        if (!cell) return none;
        return cell.items.length > 0 ? cell.items.map(({ element }) => ({ at: "element", id: element.id })) : [{ at: "cell", lane: cell.lane, step: cell.step }];
      });
    }
    row(none, (i) => (columns[i] ? [{ at: "feelings", step: columns[i].step.id }] : none));
    if (free.length > 0) {
      const all = free.map(({ element }): Stop => ({ at: "element", id: element.id }));
      this.rows.push(Array.from({ length: width }, () => all));
    }
  }

  /** Where a stop is: its row, its column, and its place in that field. */
  find(stop: Stop): { row: number; column: number; index: number } | undefined {
    const { columns, rows, runs, places } = this.#outline;
    const phases = runs.some((r) => r.phase) ? 1 : 0;
    const columnOf = (id: string) => columns.findIndex((c) => c.step.id === id);
    const found = (row: number, column: number, index = 0) => (row < 0 || column < 0 ? undefined : { row, column, index });
    switch (stop.at) {
      case "element": {
        const place = places.get(stop.id);
        if (!place) return undefined;
        return place.row < 0 ? found(this.rows.length - 1, 1, place.index) : found(place.row + phases + 1, place.column + 1, place.index);
      }
      case "cell": {
        const row = rows.findIndex((r) => r.lane.id === stop.lane);
        const column = columnOf(stop.step);
        return row < 0 || column < 0 || rows[row]?.cells[column]?.items.length !== 0 ? undefined : found(row + phases + 1, column + 1);
      }
      case "lane": {
        const row = rows.findIndex((r) => r.lane.id === stop.id);
        return row < 0 ? undefined : found(row + phases + 1, 0);
      }
      case "step":
        return columnOf(stop.id) < 0 ? undefined : found(phases, columnOf(stop.id) + 1);
      case "phase": {
        const run = runs.find((r) => r.phase?.id === stop.id && columns[r.from]?.step.id === stop.step);
        return run && found(0, run.from + 1);
      }
      case "feelings":
        return columnOf(stop.step) < 0 ? undefined : found(phases + 1 + rows.length, columnOf(stop.step) + 1);
    }
  }
}

function phaseStop({ columns }: Outline, run: Run | undefined): readonly Stop[] {
  const first = run && columns[run.from];
  return run?.phase && first ? [{ at: "phase", id: run.phase.id, step: first.step.id }] : [];
}

const made = new WeakMap<Outline, Stops>();

function stopsOf(outline: Outline): Stops {
  let stops = made.get(outline);
  if (!stops) made.set(outline, (stops = new Stops(outline)));
  return stops;
}

/** Every stop in the order in which the list has them. */
export function inOrder(outline: Outline): readonly Stop[] {
  const { rows } = stopsOf(outline);
  const phases = outline.runs.some((r) => r.phase);
  const all: Stop[] = [];
  const body = outline.free.length > 0 ? rows.slice(0, -1) : rows;
  outline.columns.forEach((_, i) => {
    body.forEach((row, r) => {
      // A phase is named once, ahead of its first step.
      if (phases && r === 0 && !outline.runs.some((run) => run.from === i)) return;
      all.push(...(row[i + 1] ?? []));
    });
  });
  all.push(...(outline.free.length > 0 ? (rows.at(-1)?.[1] ?? []) : []));
  for (const { lane } of outline.rows) all.push({ at: "lane", id: lane.id });
  return all;
}

export const has = (outline: Outline, stop: Stop): boolean => stopsOf(outline).find(stop) !== undefined;

export const first = (outline: Outline): Stop | undefined => stopsOf(outline).rows.flat(2)[0];

/** The stop that an arrow key leads to; nothing at the edge. */
export function go(outline: Outline, from: Stop, direction: Direction, form: OutlineForm): Stop | undefined {
  const { rows } = stopsOf(outline);
  const at = stopsOf(outline).find(from);
  if (!at) return first(outline);
  const by = direction === "left" || direction === "up" ? -1 : 1;
  if (form === "list" && (direction === "up" || direction === "down")) {
    const all = inOrder(outline);
    const key = keyOf(from);
    return all[all.findIndex((s) => keyOf(s) === key) + by];
  }
  const field = rows[at.row]?.[at.column] ?? [];
  if (direction === "up" || direction === "down") {
    const near = field[at.index + by];
    if (near) return near;
    for (let row = at.row + by; row >= 0 && row < rows.length; row += by) {
      const stops = rows[row]?.[at.column] ?? [];
      if (stops.length > 0) return by > 0 ? stops[0] : stops.at(-1);
    }
    return undefined;
  }
  for (let column = at.column + by; column >= 0 && column < (rows[at.row]?.length ?? 0); column += by) {
    const stops = rows[at.row]?.[column] ?? [];
    const to = stops[Math.min(at.index, stops.length - 1)];
    // A phase is one field over several columns, and what lies free over all.
    if (to && keyOf(to) !== keyOf(from) && stops !== field) return to;
  }
  return undefined;
}

/** The first or last stop of the row. */
export function end(outline: Outline, from: Stop, which: "first" | "last"): Stop | undefined {
  const { rows } = stopsOf(outline);
  const at = stopsOf(outline).find(from);
  const row = (at ? rows[at.row] : undefined)?.filter((f) => f.length > 0) ?? [];
  return which === "first" ? row[0]?.[0] : row.at(-1)?.at(-1);
}

/** Where the keyboard goes when what had it is gone: to what came into its place, else what was before it, else its cell. */
export function successor(before: Outline, after: Outline, gone: Stop): Stop | undefined {
  const { rows } = stopsOf(before);
  const at = stopsOf(before).find(gone);
  if (!at) return first(after);
  const field = rows[at.row]?.[at.column] ?? [];
  const candidates = [...field.slice(at.index + 1), ...field.slice(0, at.index).reverse()];
  const stays = candidates.find((s) => has(after, s));
  if (stays) return stays;
  const place = gone.at === "element" ? before.places.get(gone.id) : undefined;
  const cell = place && before.rows[place.row]?.cells[place.column];
  if (cell) {
    const empty: Stop = { at: "cell", lane: cell.lane, step: cell.step };
    if (has(after, empty)) return empty;
    const inside = after.rows.find((r) => r.lane.id === cell.lane)?.cells.find((c) => c.step === cell.step)?.items[0];
    if (inside) return { at: "element", id: inside.element.id };
  }
  // What has come into an empty cell.
  if (gone.at === "cell") {
    const inside = after.rows.find((r) => r.lane.id === gone.lane)?.cells.find((c) => c.step === gone.step)?.items[0];
    if (inside) return { at: "element", id: inside.element.id };
  }
  for (const direction of ["left", "right", "up", "down"] as const) {
    const near = go(before, gone, direction, "table");
    if (near && has(after, near)) return near;
  }
  return first(after);
}
