import type { Board } from "../document/model";
import { SIZES } from "./layout";
import type { Geometry, Rect } from "./layout";

/** What connectors run over: the gaps between columns and between lanes, and the things they should not run behind. */
export interface Ground {
  /** The edges of the columns, left to right: no card in a cell lies on one. */
  readonly columns: readonly number[];
  /** The edges of the lanes, top to bottom; likewise. */
  readonly rows: readonly number[];
  /** How many things an upright or level stretch runs behind, the spared ones not counted. Who has seen enough at `most` says so. */
  hits(x1: number, y1: number, x2: number, y2: number, spared: readonly Rect[], most?: number): number;
}

export const NO_GROUND: Ground = { columns: [], rows: [], hits: () => 0 };

/** So many buckets in a row at most, however far apart things lie. */
const BUCKETS = 200;

export function groundOf({ lanes, steps, places, folded, width, height }: Geometry, board: Pick<Board, "elements">): Ground {
  // What frames hold and what ink is drawn upon is meant to lie together.
  const things: Rect[] = board.elements.flatMap((e) => {
    const place = e.kind === "frame" || e.kind === "ink" ? undefined : places.get(e.id);
    return place ? [place] : [];
  });
  things.push(...folded);
  const columns = steps.map((s) => s.x);
  const rows = lanes.map((l) => l.y);
  return { columns: columns.length > 0 ? [...columns, width] : [], rows: rows.length > 0 ? [...rows, height] : [], hits: finder(things) };
}

function finder(things: readonly Rect[]): Ground["hits"] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of things) {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + width), Math.max(bottom, y + height)];
  }
  const wide = Math.max(SIZES.step, (right - left) / BUCKETS);
  const high = Math.max(SIZES.lane, (bottom - top) / BUCKETS);
  const column = (x: number) => Math.floor((x - left) / wide);
  const row = (y: number) => Math.floor((y - top) / high);
  const buckets = new Map<number, Rect[]>();
  for (const thing of things) {
    for (let c = column(thing.x); c <= column(thing.x + thing.width); c++) {
      for (let r = row(thing.y); r <= row(thing.y + thing.height); r++) {
        const key = c * 1024 + r;
        const bucket = buckets.get(key);
        if (bucket) bucket.push(thing);
        else buckets.set(key, [thing]);
      }
    }
  }
  return (x1, y1, x2, y2, spared, most = Infinity) => {
    const [x, y] = [Math.min(x1, x2), Math.min(y1, y2)];
    const [toX, toY] = [Math.max(x1, x2), Math.max(y1, y2)];
    if (toX < left || x > right || toY < top || y > bottom) return 0;
    let count = 0;
    for (let c = column(Math.max(x, left)); c <= column(Math.min(toX, right)); c++) {
      for (let r = row(Math.max(y, top)); r <= row(Math.min(toY, bottom)); r++) {
        const bucket = buckets.get(c * 1024 + r);
        if (!bucket) continue;
        for (const thing of bucket) {
          const across = x < thing.x + thing.width && toX > thing.x;
          const along = y < thing.y + thing.height && toY > thing.y;
          if (across && along && !isAmong(spared, thing) && ++count >= most) return count;
        }
      }
    }
    return count;
  };
}

function isAmong(list: readonly Rect[], thing: Rect): boolean {
  for (const one of list) if (sameRect(one, thing)) return true;
  return false;
}

export const sameRect = (a: Rect, b: Rect) => a === b || (a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height);

export const touches = (a: Rect, b: Rect) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
