import { SIZES } from "../board/layout";
import type { LaneRow, StepColumn } from "../board/layout";
import type { Pen } from "./draw";
import { baseline, widthOf } from "./font";
import { drawLine } from "./ground";
import { drawPill, pillWords, pillWidth } from "./marks";
import { tintOf } from "./palette";
import { rect, rounded, tag, text } from "./svg";
import { cut, wrap } from "./wrap";

const NAME = { size: 14, weight: 620 };
const NAME_LINE = 18.2;
const FINE = { size: 12, weight: 400 };
const FINE_LINE = 15.6;
const SMALL = { size: 11, weight: 400 };
const PHASE = { size: 11, weight: 650 };
const CORNER = { size: 14, weight: 520 };
/** Lines of a name that are shown. */
const MOST = { lane: 3, step: 2 };

/** The names of lanes and steps, at the edges and above the notes. */
export function drawHeaders(pen: Pen): string {
  const { geometry, colors, look } = pen;
  const { width, height, lanes, steps } = geometry;
  const parts: string[] = [];
  lanes.forEach((row, i) => parts.push(laneName(pen, row, i === lanes.length - 1)));
  for (const { y, height: h, line } of lanes) if (line) parts.push(drawLine(line, y + h, SIZES.laneHeader, colors));
  parts.push(rect({ x: SIZES.laneHeader - 1, y: SIZES.stepHeader, width: 1, height: Math.max(0, height - SIZES.stepHeader) }, { fill: colors.contrast, opacity: 0.08 }));
  const top = { x: 0, y: 0, width, height: SIZES.stepHeader };
  parts.push(tag("path", { d: rounded(top, [16, 16, 0, 0]), fill: colors.surface }));
  parts.push(rect({ x: 0, y: SIZES.stepHeader - 1, width, height: 1 }, { fill: colors.edge }));
  steps.forEach((column, i) => parts.push(stepName(pen, column, i)));
  const count = cut(look.words.steps(steps.length), SIZES.laneHeader - 28, CORNER);
  parts.push(text(14, (SIZES.stepHeader - 21) / 2 + baseline(CORNER.size, 20.3), count, { "font-size": CORNER.size, "font-weight": CORNER.weight, fill: colors.ink2 }));
  return parts.join("");
}

function laneName({ colors, look }: Pen, { lane, y, height }: LaneRow, last: boolean): string {
  const box = { x: 0, y, width: SIZES.laneHeader - 1, height };
  const inner = SIZES.laneHeader - 1 - 28;
  const lines = shown(wrap(lane.title.trim() || look.words.lane(lane.role), inner, NAME), MOST.lane, inner);
  const hint = lane.title === "" ? look.words.laneHint(lane.role) : undefined;
  let at = y + 12;
  const parts = [tag("path", { d: rounded(box, [0, 0, 0, last ? Math.min(16, height) : 0]), fill: colors.lanes[tintOf(lane.role)] })];
  for (const words of lines) {
    parts.push(text(14, at + baseline(NAME.size, NAME_LINE), words, { "font-size": NAME.size, "font-weight": NAME.weight, fill: colors.ink }));
    at += NAME_LINE;
  }
  at += 3;
  for (const words of hint === undefined ? [] : wrap(hint, inner, FINE)) {
    if (at + FINE_LINE > y + height) break;
    parts.push(text(14, at + baseline(FINE.size, FINE_LINE), words, { "font-size": FINE.size, fill: colors.ink2 }));
    at += FINE_LINE;
  }
  return parts.join("");
}

function stepName(pen: Pen, { step, x }: StepColumn, i: number): string {
  const { board, colors, look, marks } = pen;
  const inner = SIZES.step - 30;
  const lines = shown(wrap(step.title.trim() || look.words.step(i + 1), inner, NAME), MOST.step, inner);
  const parts: string[] = [];
  let at = (SIZES.stepHeader - 1 - lines.length * NAME_LINE) / 2;
  for (const words of lines) {
    parts.push(text(x + 15, at + baseline(NAME.size, NAME_LINE), words, { "font-size": NAME.size, "font-weight": NAME.weight, fill: colors.ink }));
    at += NAME_LINE;
  }
  const first = step.phase !== board.steps[i - 1]?.phase;
  const phase = first && step.phase !== undefined ? board.phases.find((p) => p.id === step.phase) : undefined;
  if (phase) {
    const words = cut(phase.title.trim() || look.words.phase, SIZES.step - 23, PHASE);
    parts.push(text(x + 15, 3 + baseline(PHASE.size, 13), words, { "font-size": PHASE.size, "font-weight": PHASE.weight, fill: colors.accentInk }));
  }
  // Below the name: how long it takes, how it feels, what it is marked as.
  const seconds = step.observedSeconds ?? step.standardSeconds ?? step.acceptableSeconds;
  const middle = SIZES.stepHeader - 1 - 2 - 7;
  const right = x + SIZES.step - 40;
  let left = x + 15;
  if (seconds !== undefined) {
    const words = look.words.seconds(seconds);
    parts.push(text(left, middle - 6.5 + baseline(SMALL.size, 13), words, { "font-size": SMALL.size, "font-weight": 580, fill: colors.ink2 }));
    left += widthOf(words, SMALL.size, 580) + 8;
  }
  const voices = board.emotions.filter((e) => e.step === step.id && e.who === "customer");
  if (voices.length > 0) {
    parts.push(face(left, middle - 7, voices.reduce((sum, e) => sum + e.value, 0) / voices.length, colors.ink2));
    left += 22;
  }
  for (const marker of marks.get(step.id) ?? []) {
    const words = cut(pillWords(look.words, marker), right - left - 14, { size: 10.5, weight: 650 });
    if (words.length < 2) break;
    parts.push(drawPill(marker.type, words, left, middle - 6.5, 13));
    left += pillWidth(words) + 8;
  }
  return parts.join("");
}

/** The first lines of a name; the last of them says if there are more. */
function shown(lines: readonly string[], most: number, width: number): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), cut(`${lines[most - 1] ?? ""} ${lines[most] ?? ""}`, width, NAME)];
}

function face(x: number, y: number, value: number, stroke: string): string {
  const mouth = `M9 9.5v.6M15 9.5v.6M8 ${String(15.5 - value * 0.7)}Q12 ${String(15.5 + value * 1.9)} 16 ${String(15.5 - value * 0.7)}`;
  return `<g transform="translate(${String(x)} ${String(y)}) scale(.5833)" fill="none" stroke="${stroke}" stroke-width="2.2" stroke-linecap="round"><circle cx="12" cy="12" r="9"/><path d="${mouth}"/></g>`;
}
