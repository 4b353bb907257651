import type { Geometry } from "../board/layout";
import type { Board, Element, Marker } from "../document/model";
import type { DrawnTheme, Palette, Tint } from "./palette";
import type { DrawingWords } from "./words";
import type { lay } from "./wrap";

/** How a board is to be drawn. */
export interface Look {
  readonly theme: DrawnTheme;
  readonly words: DrawingWords;
  /** The bytes of a picture on the board as a data: URL, where they are at hand. */
  readonly image?: (id: string) => string | undefined;
  /** Fills the ground, and leaves a rim and the board's name around it: for a picture that stands alone. */
  readonly sheet?: boolean;
  /** Of fonts, for a picture that carries them. */
  readonly css?: string;
}

/** What the parts of a drawing have in common. */
export interface Pen {
  readonly board: Board;
  readonly geometry: Geometry;
  readonly look: Look;
  readonly colors: Palette;
  readonly lay: typeof lay;
  readonly marks: ReadonlyMap<string, readonly Marker[]>;
  tint(element: Element): Tint;
}
