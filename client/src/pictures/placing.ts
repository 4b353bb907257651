import type { Board } from "../document/model";
import { neighbours, orderBetween } from "../document/order";
import { cellAt, indexAt } from "../board/layout";
import type { Cell, Geometry } from "../board/layout";
import { topOrder } from "../board/moving";
import type { NewElement } from "../document/elements";
import type { Point } from "../sync/presence";

/** How large a picture lies on the board at first, board units. */
const SIDE = 320;
const LEAST = 48;
/** Several that are put down together lie so far from each other, board units. */
const ASIDE = 28;

export interface Sized {
  readonly width: number;
  readonly height: number;
}

/** The size of a picture on the board: with its own ratio, no larger than it is and than is handy. */
export function sizeOnBoard({ width, height }: Sized): { w: number; h: number } {
  const scale = Math.min(1, SIDE / Math.max(width, height, 1));
  return { w: Math.max(LEAST, Math.round(width * scale)), h: Math.max(LEAST, Math.round(height * scale)) };
}

/** Into the cell at a point or a given one, else free about the point. */
export type Where = { readonly at: Point } | { readonly cell: Cell };

/** Pictures as new elements, in the order in which they came. */
export function placePictures(
  board: Board,
  geometry: Geometry,
  pictures: readonly (Sized & { readonly id: string })[],
  where: Where,
  newId: () => string,
): NewElement[] {
  const cell = "cell" in where ? where.cell : cellAt(geometry, where.at.x, where.at.y);
  const kind = "image" as const;
  if (cell) {
    const inside = board.elements.filter((e) => e.lane === cell.lane && e.step === cell.step);
    const index = "at" in where ? indexAt(board, geometry, cell, where.at.y) : inside.length;
    const [former, after] = neighbours(inside, index);
    let before = former;
    return pictures.map((p) => {
      before = orderBetween(before, after);
      return { id: newId(), kind, ...cell, order: before, image: p.id, color: "gray", ...sizeOnBoard(p) };
    });
  }
  const at = "at" in where ? where.at : { x: 0, y: 0 };
  let top = topOrder(board);
  return pictures.map((p, i) => {
    top = orderBetween(top);
    const { w, h } = sizeOnBoard(p);
    return { id: newId(), kind, order: top, image: p.id, color: "gray", x: at.x - w / 2 + i * ASIDE, y: at.y - h / 2 + i * ASIDE, w, h };
  });
}
