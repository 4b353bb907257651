import { inCell } from "../document/elements";
import type { Patch } from "../document/elements";
import type { Board, Element } from "../document/model";
import { neighbours, orderBetween } from "../document/order";
import { touches } from "./ground";
import { SIZES, cellAt, indexAt } from "./layout";
import type { Cell, Geometry, Rect } from "./layout";

/** Where things go when they are carried, nudged, lined up or laid in a row. Pure functions of the board. */

export type Patches = Map<string, Patch>;

/** What is put on the grid goes into its cells; drawings, words and frames may lie anywhere. */
export function snaps(element: Pick<Element, "kind">): boolean {
  return ["note", "action", "evidence", "decision", "image"].includes(element.kind);
}

/** The point of an element that decides which cell it is over. */
export function grip(place: Rect): { x: number; y: number } {
  return { x: place.x + place.width / 2, y: place.y + Math.min(place.height / 2, 40) };
}

/** The cell that an element carried by (dx, dy) would go into; nothing when it would lie free there. */
export function cellOver(geometry: Geometry, element: Element, dx: number, dy: number, loose: boolean): Cell | undefined {
  const place = geometry.places.get(element.id);
  if (!place || loose || !(snaps(element) || inCell(element))) return undefined;
  const { x, y } = grip(place);
  return cellAt(geometry, x + dx, y + dy);
}

/**
 * All of `ids` carried by (dx, dy): into the cells they are let go over, keeping their order there, else to where they are
 * let go. `loose` keeps them out of the cells.
 */
export function carried(board: Board, geometry: Geometry, ids: readonly string[], dx: number, dy: number, loose = false): Patches {
  const patches: Patches = new Map();
  const lastIn = new Map<string, string>();
  let top = topOrder(board);
  for (const element of board.elements) {
    const place = geometry.places.get(element.id);
    if (!place || element.locked || !ids.includes(element.id)) continue;
    const cell = cellOver(geometry, element, dx, dy, loose);
    if (!cell) {
      const free = { x: place.x + dx, y: place.y + dy };
      if (inCell(element)) patches.set(element.id, { ...free, lane: undefined, step: undefined, order: (top = orderBetween(top)) });
      else patches.set(element.id, free);
      continue;
    }
    const key = `${cell.lane}\u0000${cell.step}`;
    const others = board.elements.filter((e) => e.lane === cell.lane && e.step === cell.step && !ids.includes(e.id));
    const index = indexAt(board, geometry, cell, place.y + place.height / 2 + dy, ...ids);
    const [before, after] = neighbours(others, index);
    const order = orderBetween(lastIn.get(key) ?? before, after);
    const stays =
      element.lane === cell.lane && element.step === cell.step && ids.length === 1 && indexOf(board, element) === index;
    if (stays) continue;
    lastIn.set(key, order);
    patches.set(element.id, { ...cell, order });
  }
  return patches;
}

function indexOf(board: Board, element: Element): number {
  return board.elements.filter((e) => e.lane === element.lane && e.step === element.step).findIndex((e) => e.id === element.id);
}

/** An order key above everything that lies free. */
export function topOrder(board: Board): string | undefined {
  return board.elements.filter((e) => !inCell(e)).at(-1)?.order;
}

/** What lies on these frames, and on the frames on them: it is carried along. */
export function withCarried(board: Board, geometry: Geometry, ids: readonly string[]): string[] {
  const all = new Set(ids);
  const frames = board.elements.filter((e) => e.kind === "frame" && all.has(e.id));
  for (const frame of frames) {
    const ground = geometry.places.get(frame.id);
    if (!ground) continue;
    for (const element of board.elements) {
      const place = geometry.places.get(element.id);
      if (!place || all.has(element.id) || inCell(element)) continue;
      if (element.kind === "frame" ? !holds(ground, place) : !holdsCentre(ground, place)) continue;
      all.add(element.id);
      if (element.kind === "frame") frames.push(element);
    }
  }
  return [...all];
}

const holds = (a: Rect, b: Rect) => b.x >= a.x && b.y >= a.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height;

function holdsCentre(ground: Rect, place: Rect): boolean {
  const x = place.x + place.width / 2;
  const y = place.y + place.height / 2;
  return x >= ground.x && y >= ground.y && x <= ground.x + ground.width && y <= ground.y + ground.height;
}

/** What a rectangle drawn over the board chooses: all it touches, but of frames only those it holds whole. */
export function within(board: Board, geometry: Geometry, area: Rect): string[] {
  return board.elements
    .filter((e) => {
      const place = geometry.places.get(e.id);
      return place !== undefined && (e.kind === "frame" ? holds(area, place) : touches(area, place));
    })
    .map((e) => e.id);
}

/** A point under everything there is. */
export function below(geometry: Geometry): { x: number; y: number } {
  let bottom = geometry.height;
  for (const p of geometry.places.values()) bottom = Math.max(bottom, p.y + p.height);
  return { x: SIZES.laneHeader + SIZES.step / 2, y: bottom + SIZES.lane };
}

/** The least rectangle around all of these. */
export function around(places: Iterable<Rect | undefined>): Rect | undefined {
  let box: Rect | undefined;
  for (const p of places) {
    if (!p) continue;
    if (!box) {
      box = p;
      continue;
    }
    const x = Math.min(box.x, p.x);
    const y = Math.min(box.y, p.y);
    box = { x, y, width: Math.max(box.x + box.width, p.x + p.width) - x, height: Math.max(box.y + box.height, p.y + p.height) - y };
  }
  return box;
}

/** The chosen elements that lie free and may be moved, with their places. */
export function movable(board: Board, geometry: Geometry, ids: readonly string[]): { element: Element; place: Rect }[] {
  return board.elements.flatMap((element) => {
    const place = geometry.places.get(element.id);
    return place && ids.includes(element.id) && !inCell(element) && !element.locked ? [{ element, place }] : [];
  });
}

export type Edge = "left" | "center" | "right" | "top" | "middle" | "bottom";

/** Lines up what lies free along one edge of the whole. */
export function aligned(board: Board, geometry: Geometry, ids: readonly string[], edge: Edge): Patches {
  const items = movable(board, geometry, ids);
  const box = around(items.map((i) => i.place));
  const patches: Patches = new Map();
  if (!box || items.length < 2) return patches;
  for (const { element, place } of items) {
    const { width: w, height: h } = place;
    const x = edge === "left" ? box.x : edge === "center" ? box.x + (box.width - w) / 2 : edge === "right" ? box.x + box.width - w : place.x;
    const y = edge === "top" ? box.y : edge === "middle" ? box.y + (box.height - h) / 2 : edge === "bottom" ? box.y + box.height - h : place.y;
    patches.set(element.id, { x, y });
  }
  return patches;
}

/** Makes the gaps between what lies free equal, the outermost staying where they are. */
export function distributed(board: Board, geometry: Geometry, ids: readonly string[], axis: "x" | "y"): Patches {
  const side = axis === "x" ? "width" : "height";
  const items = movable(board, geometry, ids).sort((a, b) => a.place[axis] - b.place[axis]);
  const patches: Patches = new Map();
  const first = items[0]?.place;
  const last = items.at(-1)?.place;
  if (!first || !last || items.length < 3) return patches;
  const room = last[axis] + last[side] - first[axis] - items.reduce((sum, i) => sum + i.place[side], 0);
  const gap = room / (items.length - 1);
  let at = first[axis];
  for (const { element, place } of items) {
    patches.set(element.id, axis === "x" ? { x: at, y: place.y } : { x: place.x, y: at });
    at += place[side] + gap;
  }
  return patches;
}

/** Puts what is chosen, of that which lies free, above or below all the rest, keeping the order among themselves. */
export function restacked(board: Board, ids: readonly string[], to: "front" | "back"): Patches {
  const free = board.elements.filter((e) => !inCell(e));
  const moving = free.filter((e) => ids.includes(e.id));
  const rest = free.filter((e) => !ids.includes(e.id));
  const patches: Patches = new Map();
  if (rest.length === 0) return patches;
  let before = to === "front" ? rest.at(-1)?.order : undefined;
  const after = to === "front" ? undefined : rest[0]?.order;
  for (const element of moving) {
    before = orderBetween(before, after);
    patches.set(element.id, { order: before });
  }
  return patches;
}

