import type { OutlineKeys } from "../outline/keys";
import type { Writer } from "../richtext/writer";
import type { Point } from "../sync/presence";
import { NOTHING } from "./layout";
import type { Geometry, Rect } from "./layout";
import { below } from "./moving";

/** How the view of the board is moved. Rectangles are in board units. */
export interface View {
  /** What can be seen, the part under the bars left out. */
  visible(): Rect;
  zoomIn(): void;
  zoomOut(): void;
  /** Full size, about the middle. */
  actualSize(): void;
  /** The whole board, as small as it takes. */
  fitAll(): void;
  fit(area: Rect): void;
  /** Moves the view just so far that the area is seen, if it is not. */
  reveal(area: Rect): void;
  /** Pixels. */
  panBy(dx: number, dy: number): void;
  /** The point of the board that is seen at a point of the window. */
  at(x: number, y: number): Point;
}

/**
 * Brings a part of the board into view and gives it the keyboard; with `look` the keyboard stays where it is. Every way of
 * showing the board has its own.
 */
export interface GoTo {
  element(id: string, look?: boolean): void;
  step(id: string, look?: boolean): void;
  lane(id: string, look?: boolean): void;
}

/** What commands must know of the view at the moment they run. The view that is shown keeps it up to date; nothing follows it. */
export class Stage {
  /** Works out where everything lies; a view without a canvas does so only when somebody asks. */
  measure: () => Geometry = () => NOTHING;
  view: View | undefined;
  goTo: GoTo | undefined;
  /** What the keys do in the outline, while that is shown. */
  outline: OutlineKeys | undefined;
  /** Where the pointer was last. */
  pointer: Point | undefined;
  /** Where the open context menu was asked for, if by a pointer. */
  menuAt: Point | undefined;
  /** A pen has been used on this board: from then on fingers draw nothing. */
  penSeen = false;
  /** Of the field being written in, while there is one. */
  writer: Writer | undefined;

  get geometry(): Geometry {
    return this.measure();
  }

  /** Where something new goes that has no place of its own: amid what is seen, else below everything, in nothing's way. */
  middle(): Point {
    const seen = this.view?.visible();
    return seen ? { x: seen.x + seen.width / 2, y: seen.y + seen.height / 2 } : below(this.geometry);
  }

  /** Gives an element the keyboard, once it has been drawn. */
  focusOn(id: string): void {
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-note-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }));
  }

  /** What had the keyboard is gone: it goes on in the cell where it lay, else on the board as a whole. */
  focusOnCell(): void {
    const cell = document.querySelector<HTMLElement>(".cell[data-current] > .cell-add") ?? document.querySelector<HTMLElement>("main.canvas");
    cell?.focus({ preventScroll: true });
  }
}

/** A menu gives the keyboard back when it closes, but not out of a field that what was picked from it has opened meanwhile. */
export function keepField(event: { preventDefault: () => void }): void {
  if (document.activeElement?.matches("input, textarea") === true) event.preventDefault();
}
