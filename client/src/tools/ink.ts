import type { Stroke } from "../board/ink";
import type { Chart, Press } from "./chart";

/** A stroke of more raw numbers than this takes no more. */
export const ENDLESS = 20_000;

export type InkState = { readonly type: "idle" } | { readonly type: "drawing"; readonly stroke: Stroke };

/** The pen: a stroke from where it is pressed to where it is lifted. */
export const ink: Chart<InkState, Stroke> = {
  idle: { type: "idle" },
  next(state, event) {
    switch (state.type) {
      case "idle":
        return { state: event.type === "down" ? { type: "drawing", stroke: longer(EMPTY, event) } : state };
      case "drawing":
        if (event.type === "cancel") return { state: ink.idle };
        if (event.type === "up") return { state: ink.idle, effect: state.stroke };
        if (event.type === "down" || state.stroke.points.length > ENDLESS) return { state };
        return { state: { type: "drawing", stroke: longer(state.stroke, event) } };
    }
  },
};

const EMPTY: Stroke = { points: [], pressures: [] };

const longer = ({ points, pressures }: Stroke, { at, passed }: Press): Stroke => ({
  points: [...points, ...(passed?.points ?? [at.x, at.y])],
  pressures: passed ? [...pressures, ...passed.pressures] : pressures,
});
