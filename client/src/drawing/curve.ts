import { curveBand, heightAt } from "../board/curve";
import { SIZES } from "../board/layout";
import { FEELERS } from "../document/model";
import type { Feeler } from "../document/model";
import { faceOf } from "../panel/face";
import type { Pen } from "./pen";
import { baseline } from "./font";
import { tag, text } from "./svg";

const FACE = 30;
const KEY = { size: 12, gap: 26 };

/** The curve of feelings, in a band of the lane that it runs in. */
export function drawCurve({ board, geometry, colors }: Pen): string {
  const band = curveBand(board, geometry);
  if (!band) return "";
  const line = lineOf(colors);
  const right = geometry.width;
  const level = (v: number) => tag("path", { d: `M${String(SIZES.laneHeader)} ${String(band.y + heightAt(v))}H${String(right)}`, stroke: colors.contrast, "stroke-opacity": 0.08, "stroke-dasharray": v === 0 ? undefined : "2 5" });
  const paths = band.curves.map(({ who, path }) => (path === "" ? "" : tag("path", { d: path, fill: "none", stroke: line[who], "stroke-width": 2.5, "stroke-dasharray": DASH[who] })));
  const faces = band.curves.flatMap(({ who, points }) =>
    points.flatMap(({ x, y, value }) => {
      if (value === undefined) return [];
      const rim = { fill: colors.surface, stroke: line[who], "stroke-width": 2.2 };
      const form = who === "customer" ? tag("circle", { cx: 12, cy: 12, r: 9, ...rim }) : tag("rect", { x: 3.5, y: 3.5, width: 17, height: 17, rx: 4, ...rim });
      const mouth = tag("path", { d: faceOf(value), fill: "none", stroke: colors.ink, "stroke-width": 1.7, "stroke-linecap": "round" });
      return [`<g transform="translate(${String(x - FACE / 2)} ${String(y - FACE / 2)}) scale(${String(FACE / 24)})">${form}${mouth}</g>`];
    }),
  );
  return [-2, 0, 2].map(level).join("") + paths.join("") + faces.join("");
}

/** Tells the two curves apart, below the name of the lane. */
export function drawCurveKey({ colors, look }: Pen, y: number): string {
  const line = lineOf(colors);
  return FEELERS.map((who, i) => {
    const at = y + SIZES.curve / 2 + (i - 0.5) * KEY.gap;
    return tag("path", { d: `M14 ${String(at)}H44`, stroke: line[who], "stroke-width": 2.5, "stroke-dasharray": DASH[who] }) + text(51, at - 8 + baseline(KEY.size, 16), look.words.who(who), { "font-size": KEY.size, fill: colors.ink });
  }).join("");
}

const DASH: Readonly<Record<Feeler, string | undefined>> = { customer: undefined, staff: "7 5" };
const lineOf = (colors: Pen["colors"]): Readonly<Record<Feeler, string>> => ({ customer: colors.spines.customer, staff: colors.spines.frontstage });
