import { exchanged } from "../document/exchanged";
import type { Board, Element } from "../document/model";
import { BELOW, PLAIN, SIZES, cellKey, curveLane, layout, leastHeight, sizer } from "./layout";
import type { CountLines, Geometry, LaneRow, Outlook, Rect } from "./layout";
import { sameRect } from "./ground";
import { settled } from "./settle";

/** When more elements than this are others than before, everything is laid out anew. */
const FEW = 120;

/** Where a cell is, and how high its lane has to be for what lies in it. */
type Needs = Map<string, number>;

interface Laid {
  readonly board: Board;
  readonly outlook: Outlook;
  readonly geometry: Geometry;
  needs: Needs | undefined;
}

/**
 * Lays a board out as it changes. What has not moved is the same object as before, and so is the whole when nothing has; and
 * only the cells in which something is another are gone through, as long as no lane becomes higher or lower by it.
 */
export function createLayout(countLines: CountLines): (board: Board, outlook?: Outlook) => Geometry {
  let last: Laid | undefined;
  return (board, outlook = PLAIN) => {
    if (last?.board === board && last.outlook === outlook) return last.geometry;
    const patched = last && sameFrame(last, board, outlook) ? patch(last, board, sizer(countLines, outlook)) : undefined;
    const geometry = patched ?? settled(layout(board, countLines, outlook), last?.geometry);
    last = { board, outlook, geometry, needs: patched && last?.needs };
    return geometry;
  };
}

/** Whether lanes, steps and all that is not an element lie as they did. */
function sameFrame({ board: a, outlook: was }: Laid, b: Board, outlook: Outlook): boolean {
  const looks = was === outlook || (was.folded === outlook.folded && was.curve === outlook.curve && was.writing === outlook.writing);
  const parts = a.lanes === b.lanes && a.steps === b.steps && a.phases === b.phases;
  return looks && parts && outlook.folded.size === 0 && (a.emotions === b.emotions || curveLane(a, outlook) === curveLane(b, outlook));
}

/** The layout after a change to a few elements; undefined where more may have moved than what lies in their cells. */
function patch(laid: Laid, { elements, steps }: Board, { inCell, free }: ReturnType<typeof sizer>): Geometry | undefined {
  const { geometry, board } = laid;
  const former = board.elements;
  const place = (e: Element) => geometry.places.get(e.id);
  // Most of what people do is writing: a letter seldom makes a card higher.
  const pairs = exchanged(former, elements);
  if (pairs?.every(([was, now]) => sameBox(was, now, place(now), cellOf(now) === undefined ? free(now) : inCell(now)))) return geometry;
  const { from, end, formerEnd } = changedPart(former, elements);
  if (end - from > FEW || formerEnd - from > FEW) return undefined;
  const before = former.slice(from, formerEnd);
  const now = elements.slice(from, end);
  const [looseBefore, loose] = [before, now].map((list) => list.filter((e) => cellOf(e) === undefined));
  // Where one of these has its place may follow from the others.
  const stay = exchanged(looseBefore ?? [], loose ?? [])?.every(([was, e]) => sameBox(was, e, place(e), free(e)));
  if (stay !== true) return undefined;

  const dirty = new Set<string>();
  for (const e of [...before, ...now]) {
    const cell = cellOf(e);
    if (cell !== undefined) dirty.add(cell);
  }
  if (dirty.size === 0) return geometry;
  const cells = wholeCells(elements, from, end);
  const needs = (laid.needs ??= needsOf(board, geometry));
  const moved = new Map<string, Rect | undefined>();
  const gone = new Set(now.map((e) => e.id));
  for (const e of before) if (!gone.has(e.id)) moved.set(e.id, undefined);
  for (const key of dirty) {
    const list = cells.get(key) ?? [];
    const [lane, step] = key.split("\u0000");
    const row = geometry.lanes.find((r) => r.lane.id === lane);
    const column = geometry.steps.find((c) => c.step.id === step);
    if (!row || !column) return undefined;
    let y = row.y + SIZES.padding;
    for (const element of list) {
      const rect = { x: column.x + SIZES.padding, y, ...inCell(element) };
      const was = place(element);
      if (!was || !sameRect(was, rect)) moved.set(element.id, rect);
      y += rect.height + SIZES.gap;
    }
    needs.set(key, y - SIZES.gap + BELOW - row.y);
    if (heightFor(row, steps, needs) !== row.cells) return undefined;
  }
  if (moved.size === 0) return geometry;
  const places = new Map(geometry.places);
  for (const [id, rect] of moved) {
    if (rect) places.set(id, rect);
    else places.delete(id);
  }
  return { ...geometry, places };
}

const cellOf = ({ lane, step }: Element) => (lane === undefined || step === undefined ? undefined : cellKey(lane, step));

/** Whether something lies where it did and has come out as large. */
const sameBox = (was: Element, now: Element, place: Rect | undefined, { width, height }: Pick<Rect, "width" | "height">) =>
  was.lane === now.lane && was.step === now.step && was.x === now.x && was.y === now.y && was.w === now.w && place?.width === width && place.height === height;

/** The stretch in which two lists differ. */
function changedPart(former: readonly unknown[], list: readonly unknown[]): { from: number; end: number; formerEnd: number } {
  let from = 0;
  while (from < list.length && from < former.length && list[from] === former[from]) from++;
  let [end, formerEnd] = [list.length, former.length];
  while (end > from && formerEnd > from && list[end - 1] === former[formerEnd - 1]) [end, formerEnd] = [end - 1, formerEnd - 1];
  return { from, end, formerEnd };
}

/** The elements of a stretch by cell, and with them those of the cells that it begins and ends in. */
function wholeCells(elements: readonly Element[], from: number, end: number): ReadonlyMap<string, readonly Element[]> {
  const same = (i: number, j: number) => {
    const [a, b] = [elements[i], elements[j]];
    return a !== undefined && b !== undefined && a.lane === b.lane && a.step === b.step;
  };
  let [low, high] = [Math.max(0, from - 1), Math.min(elements.length, end + 1)];
  while (low > 0 && same(low - 1, low)) low--;
  while (high < elements.length && same(high, high - 1)) high++;
  const cells = new Map<string, Element[]>();
  for (const element of elements.slice(low, high)) {
    const key = cellOf(element);
    if (key === undefined) continue;
    const cell = cells.get(key);
    if (cell) cell.push(element);
    else cells.set(key, [element]);
  }
  return cells;
}

function needsOf({ elements }: Board, { lanes, places }: Geometry): Needs {
  const tops = new Map(lanes.map((row) => [row.lane.id, row.y]));
  const needs: Needs = new Map();
  for (const element of elements) {
    const [key, place, top] = [cellOf(element), places.get(element.id), tops.get(element.lane ?? "")];
    if (key === undefined || !place || top === undefined) continue;
    needs.set(key, Math.max(needs.get(key) ?? 0, place.y + place.height + BELOW - top));
  }
  return needs;
}

function heightFor({ lane, curve }: LaneRow, steps: Board["steps"], needs: Needs): number {
  let height = leastHeight(lane, curve);
  for (const { id } of steps) height = Math.max(height, needs.get(cellKey(lane.id, id)) ?? 0);
  return height;
}
