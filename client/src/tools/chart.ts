import type { Stroke } from "../board/ink";
import type { Point } from "../sync/presence";

/**
 * The tools in a person's hand, each a small state chart: what it is doing, and what the next event makes of that. They
 * know of no browser; what has to happen is told as an effect, which the canvas carries out.
 */
export interface Chart<State extends { readonly type: string }, Effect> {
  readonly idle: State;
  next(state: State, event: Press): Step<State, Effect>;
}

export interface Step<State, Effect> {
  readonly state: State;
  readonly effect?: Effect;
}

/** What the pointer does. */
export interface Press {
  readonly type: "down" | "move" | "up" | "cancel";
  /** In pixels of the window. */
  readonly screen: Point;
  /** In board units. */
  readonly at: Point;
  /** All that was passed since the last event. Left out: only `at`. */
  readonly passed?: Stroke;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function boxOf(a: Point, b: Point): Box {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

export const farApart = (a: Point, b: Point, least: number) => Math.hypot(a.x - b.x, a.y - b.y) >= least;
