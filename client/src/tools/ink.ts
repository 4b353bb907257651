import type { Chart } from "./chart";

/** A stroke of more raw numbers than this takes no more. */
export const ENDLESS = 20_000;

export type InkState = { readonly type: "idle" } | { readonly type: "drawing"; readonly points: readonly number[] };
/** A stroke that is done, in board units. */
export interface Stroke {
  readonly points: readonly number[];
}

/** The pen: a stroke from where it is pressed to where it is lifted. */
export const ink: Chart<InkState, Stroke> = {
  idle: { type: "idle" },
  next(state, event) {
    switch (state.type) {
      case "idle":
        return { state: event.type === "down" ? { type: "drawing", points: [event.at.x, event.at.y] } : state };
      case "drawing":
        if (event.type === "cancel") return { state: ink.idle };
        if (event.type === "up") return { state: ink.idle, effect: { points: state.points } };
        if (event.type === "down" || state.points.length > ENDLESS) return { state };
        return { state: { type: "drawing", points: [...state.points, ...(event.passed ?? [event.at.x, event.at.y])] } };
    }
  },
};
