import { where } from "../embed/where";
import { SIZES } from "./layout";

/** In a frame the bars are smaller, and lie in one row for longer: see embed.css. */
const FRAMED = {
  get top() {
    return matchMedia("(pointer: coarse)").matches ? 66 : 58;
  },
  bottom: 78,
  get topNarrow() {
    return matchMedia("(width >= 520px)").matches ? this.top : 2 * this.top - 16;
  },
};
/** Space that the floating bars take, pixels. */
export const BAR: { readonly top: number; readonly bottom: number; readonly topNarrow: number } = where().framed ? FRAMED : { top: 74, bottom: 92, topNarrow: 130 };
export const NARROW = 720;

/** How far down the bars reach over a canvas so wide, pixels. Where one looks back they lie in one row, however narrow it is. */
export const barsReach = (width: number): number => (width >= NARROW || document.querySelector(".history-page") ? BAR.top : BAR.topNarrow);

/** The view that shows the whole board if it can be read like that, else its upper left corner. */
export function viewOf(board: { readonly width: number; readonly height: number }, width: number, height: number): { x: number; y: number; zoom: number } {
  const narrow = width < NARROW;
  const top = barsReach(width);
  const wide = board.width + (narrow ? 0 : SIZES.margin);
  const fit = Math.min((width - 32) / wide, (height - top - BAR.bottom) / board.height);
  const zoom = Math.max(narrow ? 0.9 : 0.7, Math.min(fit, 1.6));
  const spare = width - wide * zoom;
  return { x: spare > 0 ? spare / 2 : narrow ? 0 : 16, y: top, zoom };
}
