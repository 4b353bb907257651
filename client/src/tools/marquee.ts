import { boxOf, farApart } from "./chart";
import type { Box, Chart } from "./chart";
import type { Point } from "../sync/presence";

/** Less than this is a click on the ground, not a drag. Pixels. */
const LEAST = 5;

export type MarqueeState =
  | { readonly type: "idle" }
  | { readonly type: "pressed"; readonly screen: Point; readonly at: Point }
  /** `box` is in pixels of the window, `area` the same in board units. */
  | { readonly type: "spanning"; readonly screen: Point; readonly at: Point; readonly box: Box; readonly area: Box };

/** What the rectangle touches now is chosen; or it was let go. */
export type Catch = { readonly type: "over"; readonly area: Box } | { readonly type: "done" };

/** A rectangle drawn over the ground, which chooses what it touches while it is drawn. */
export const marquee: Chart<MarqueeState, Catch> = {
  idle: { type: "idle" },
  next(state, event) {
    switch (state.type) {
      case "idle":
        return { state: event.type === "down" ? { type: "pressed", screen: event.screen, at: event.at } : state };
      case "pressed":
        if (event.type === "up" || event.type === "cancel") return { state: marquee.idle };
        if (event.type === "down" || !farApart(state.screen, event.screen, LEAST)) return { state };
        return span(state, event);
      case "spanning":
        if (event.type === "up" || event.type === "cancel") return { state: marquee.idle, effect: { type: "done" } };
        return event.type === "down" ? { state } : span(state, event);
    }
  },
};

type Ends = { readonly screen: Point; readonly at: Point };

function span({ screen, at }: Ends, to: Ends): { state: MarqueeState; effect: Catch } {
  const area = boxOf(at, to.at);
  return { state: { type: "spanning", screen, at, box: boxOf(screen, to.screen), area }, effect: { type: "over", area } };
}
