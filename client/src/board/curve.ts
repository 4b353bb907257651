import { FEELERS } from "../document/model";
import type { Board, Emotion, Feeler } from "../document/model";
import { SIZES } from "./layout";
import type { Frame } from "./layout";

/** The curve of feelings: how it goes for the customer and the staff, from step to step. Pure functions of the board. */

export const FEELING = { least: -2, most: 2 } as const;
/** Room above and below the curve. */
const RIM = 20;
/** The two are drawn somewhat apart, so that neither hides the other. */
const APART = 24;

export interface CurvePoint {
  readonly step: string;
  readonly x: number;
  readonly y: number;
  /** The mean of all voices; undefined while nobody has said anything. */
  readonly value: number | undefined;
  readonly voices: readonly Emotion[];
}

export interface Curve {
  readonly who: Feeler;
  /** One for each step, in order; those without a value lie on the middle line. */
  readonly points: readonly CurvePoint[];
  /** Through those that have a value; empty when there are fewer than two. */
  readonly path: string;
}

export interface CurveBand {
  readonly y: number;
  readonly height: number;
  readonly curves: readonly Curve[];
}

/** Where the curves run, if they are shown. */
export function curveBand(board: Pick<Board, "emotions">, geometry: Frame): CurveBand | undefined {
  const row = geometry.lanes.find((l) => l.curve);
  if (!row) return undefined;
  const y = row.y + row.cells;
  const said = new Map<string, Emotion[]>();
  for (const e of board.emotions) {
    const key = `${e.who} ${e.step}`;
    said.set(key, [...(said.get(key) ?? []), e]);
  }
  const curves = FEELERS.map((who, i): Curve => {
    const points = geometry.steps.map(({ step, x }): CurvePoint => {
      const voices = said.get(`${who} ${step.id}`) ?? [];
      const value = voices.length === 0 ? undefined : voices.reduce((sum, e) => sum + e.value, 0) / voices.length;
      return { step: step.id, x: x + SIZES.step / 2 + (i === 0 ? -APART : APART), y: y + heightAt(value ?? 0), value, voices };
    });
    return { who, points, path: smooth(points.filter((p) => p.value !== undefined)) };
  });
  return { y, height: SIZES.curve, curves };
}

/** How far below the upper edge of the band a value lies. */
export function heightAt(value: number): number {
  return RIM + ((FEELING.most - value) / (FEELING.most - FEELING.least)) * (SIZES.curve - 2 * RIM);
}

/** The value nearest to a height in the band. */
export function valueAt(height: number): number {
  const value = FEELING.most - ((height - RIM) / (SIZES.curve - 2 * RIM)) * (FEELING.most - FEELING.least);
  return Math.round(Math.max(FEELING.least, Math.min(value, FEELING.most))) + 0;
}

/**
 * A smooth line through points that go left to right. It never goes higher or lower than the points it runs between
 * (monotone cubic interpolation, Fritsch and Carlson 1980), so that no feeling is shown that nobody has had.
 */
export function smooth(points: readonly { x: number; y: number }[]): string {
  const slopes = tangents(points);
  const n = (value: number) => String(Math.round(value * 10) / 10);
  let path = "";
  points.forEach((p, i) => {
    const before = points[i - 1];
    if (!before) {
      if (points.length > 1) path = `M${n(p.x)} ${n(p.y)}`;
      return;
    }
    const third = (p.x - before.x) / 3;
    const [from, to] = [slopes[i - 1] ?? 0, slopes[i] ?? 0];
    path += `C${n(before.x + third)} ${n(before.y + from * third)} ${n(p.x - third)} ${n(p.y - to * third)} ${n(p.x)} ${n(p.y)}`;
  });
  return path;
}

function tangents(points: readonly { x: number; y: number }[]): number[] {
  const secants = points.slice(1).map((p, i) => {
    const before = points[i] ?? p;
    return (p.y - before.y) / Math.max(1e-6, p.x - before.x);
  });
  return points.map((_, i) => {
    const [before, after] = [secants[i - 1], secants[i]];
    if (before === undefined || after === undefined) return before ?? after ?? 0;
    // A hill or a valley is level at its point.
    if (before * after <= 0) return 0;
    const mean = (before + after) / 2;
    const most = 3 * Math.min(Math.abs(before), Math.abs(after));
    return Math.sign(mean) * Math.min(Math.abs(mean), most);
  });
}
