import { boxOf, farApart } from "./chart";
import type { Box, Chart } from "./chart";
import type { Point } from "../sync/presence";

/** Less than this is a click, not a drag. Pixels. */
const CLICK = 6;
/** What is spanned is at least so large, board units. */
const LEAST = 24;

export type AreaState =
  | { readonly type: "idle" }
  | { readonly type: "pressed"; readonly screen: Point; readonly at: Point }
  /** `box` is in pixels of the window. */
  | { readonly type: "spanning"; readonly screen: Point; readonly at: Point; readonly box: Box };

/** Where something new goes, in board units: at a point in its usual size, or into a box. */
export type Placing = { readonly at: Point } | { readonly box: Box };

/** Text, shapes and frames: a click puts one down, a drag says how large it is. */
export const area: Chart<AreaState, Placing> = {
  idle: { type: "idle" },
  next(state, event) {
    switch (state.type) {
      case "idle":
        return { state: event.type === "down" ? { type: "pressed", screen: event.screen, at: event.at } : state };
      case "pressed":
      case "spanning":
        if (event.type === "cancel") return { state: area.idle };
        if (event.type === "down") return { state };
        if (event.type === "move") {
          const { screen, at } = state;
          return { state: { type: "spanning", screen, at, box: boxOf(screen, event.screen) } };
        }
        return { state: area.idle, effect: placing(state, event) };
    }
  },
};

function placing(from: { readonly screen: Point; readonly at: Point }, to: { readonly screen: Point; readonly at: Point }): Placing {
  if (!farApart(from.screen, to.screen, CLICK)) return { at: to.at };
  const { x, y, width, height } = boxOf(from.at, to.at);
  return { box: { x, y, width: Math.max(LEAST, width), height: Math.max(LEAST, height) } };
}
