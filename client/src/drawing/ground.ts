import type { Line } from "../document/model";
import type { Pen } from "./pen";
import { widthOf } from "./font";
import { mix, tintOf } from "./palette";
import type { Palette } from "./palette";
import { group, n, rect, rounded, tag, text } from "./svg";

const RADIUS = 16;
const LABEL = { size: 11.5, weight: 580 };

/** One of the lines between lanes, from the left edge on. The line of visibility is the one that matters most. */
export function drawLine(line: Line, y: number, width: number, colors: Palette): string {
  const solid = line === "visibility";
  return tag("path", { d: `M0 ${n(y)}H${n(width)}`, stroke: solid ? colors.warm : colors.ink2, "stroke-width": 2, "stroke-dasharray": solid ? undefined : "6 6" });
}

/** The sheet that the notes lie on: lanes as soft tints, the steps, and the lines between the lanes. */
export function drawGround({ geometry, colors, look }: Pen): string {
  const { width, height, lanes, steps } = geometry;
  const whole = { x: 0, y: 0, width, height };
  const parts: string[] = [
    rect({ x: 0, y: 4, width, height }, { rx: RADIUS, fill: "#000", opacity: look.theme === "dark" ? 0.3 : 0.05 }),
    rect(whole, { rx: RADIUS, fill: colors.surface }),
  ];
  lanes.forEach(({ lane, y, height: h }, i) => {
    const fill = colors.lanes[tintOf(lane.role)];
    const row = { x: 0, y, width, height: h };
    const last = i === lanes.length - 1;
    parts.push(last ? tag("path", { d: rounded(row, [0, 0, Math.min(RADIUS, h), Math.min(RADIUS, h)]), fill }) : rect(row, { fill }));
  });
  parts.push(group({ fill: colors.contrast, opacity: 0.08 }, steps.map(({ x }) => rect({ x, y: 0, width: 1, height }, {}))));
  parts.push(rect({ x: -0.5, y: -0.5, width: width + 1, height: height + 1 }, { rx: RADIUS, fill: "none", stroke: colors.edge }));
  for (const { y, height: h, line } of lanes) {
    if (!line) continue;
    const at = y + h;
    const solid = line === "visibility";
    parts.push(drawLine(line, at, width, colors));
    const words = look.words.line(line);
    const wide = widthOf(words, LABEL.size, LABEL.weight) + 22;
    const box = { x: width - 14 - wide + 0.5, y: at - 10.5, width: wide - 1, height: 23 };
    parts.push(rect(box, { rx: 11.5, fill: colors.surface, stroke: solid ? mix(colors.warm, colors.edge, 0.45) : colors.edge }));
    parts.push(text(width - 14 - wide / 2, at + 5, words, { "text-anchor": "middle", "font-size": LABEL.size, "font-weight": LABEL.weight, fill: solid ? colors.warm : colors.ink2 }));
  }
  return parts.join("");
}
