import { SIZES } from "../board/layout";
import type { LaneRow, StepColumn } from "../board/layout";
import { drawCurveKey } from "./curve";
import type { Pen } from "./pen";
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
const PHASE = { size: 12, weight: 620 };
const CORNER = { size: 14, weight: 520 };
/** Lines of a name that are shown. */
const MOST = { lane: 3, step: 2 };

/** The names of lanes and steps, at the edges and above the notes. */
export function drawHeaders(pen: Pen): string {
  const { geometry, colors, look } = pen;
  const { width, height, head, phases, lanes, steps } = geometry;
  const parts: string[] = [];
  lanes.forEach((row, i) => parts.push(laneName(pen, row, i === lanes.length - 1)));
  for (const { y, height: h, line } of lanes) if (line) parts.push(drawLine(line, y + h, SIZES.laneHeader, colors));
  parts.push(rect({ x: SIZES.laneHeader - 1, y: head, width: 1, height: Math.max(0, height - head) }, { fill: colors.contrast, opacity: 0.08 }));
  const top = { x: 0, y: 0, width, height: head };
  parts.push(tag("path", { d: rounded(top, [16, 16, 0, 0]), fill: colors.surface }));
  parts.push(rect({ x: 0, y: head - 1, width, height: 1 }, { fill: colors.edge }));
  for (const { phase, x, width: wide } of phases) {
    parts.push(rect({ x: x + 4, y: 3, width: wide - 7, height: 22 }, { rx: 7, fill: colors.accentSoft }));
    parts.push(text(x + 15, 6 + baseline(PHASE.size, 17), cut(phase.title.trim() || look.words.phase, wide - 30, PHASE), { "font-size": PHASE.size, "font-weight": PHASE.weight, fill: colors.accentInk }));
  }
  steps.forEach((column, i) => parts.push(stepName(pen, column, i, head - SIZES.stepHeader)));
  const count = cut(look.words.steps(steps.length), SIZES.laneHeader - 28, CORNER);
  parts.push(text(14, (head - 21) / 2 + baseline(CORNER.size, 20.3), count, { "font-size": CORNER.size, "font-weight": CORNER.weight, fill: colors.ink2 }));
  return parts.join("");
}

function laneName(pen: Pen, row: LaneRow, last: boolean): string {
  const { colors, look } = pen;
  const { lane, y, height, cells, curve } = row;
  const box = { x: 0, y, width: SIZES.laneHeader - 1, height };
  const inner = SIZES.laneHeader - 1 - 28;
  const lines = shown(wrap(lane.title.trim() || look.words.lane(lane.role), inner, NAME), MOST.lane, inner);
  const kind = look.words.lane(lane.role);
  const named = lane.title !== "" && lane.role !== "custom" && lane.title.trim().toLocaleLowerCase() !== kind.toLocaleLowerCase();
  const hint = lane.title === "" ? look.words.laneHint(lane.role) : named ? kind : undefined;
  const notes = [hint, lane.owner.trim() === "" ? undefined : look.words.owner(lane.owner)].filter((n) => n !== undefined);
  let at = y + 12;
  const parts = [tag("path", { d: rounded(box, [0, 0, 0, last ? Math.min(16, height) : 0]), fill: colors.lanes[tintOf(lane.role)] })];
  for (const words of lines) {
    parts.push(text(14, at + baseline(NAME.size, NAME_LINE), words, { "font-size": NAME.size, "font-weight": NAME.weight, fill: colors.ink }));
    at += NAME_LINE;
  }
  at += 3;
  for (const words of notes.flatMap((note) => wrap(note, inner, FINE))) {
    if (at + FINE_LINE > y + cells) break;
    parts.push(text(14, at + baseline(FINE.size, FINE_LINE), words, { "font-size": FINE.size, fill: colors.ink2 }));
    at += FINE_LINE;
  }
  if (curve) parts.push(drawCurveKey(pen, y + cells));
  return parts.join("");
}

function stepName(pen: Pen, { step, x }: StepColumn, i: number, y: number): string {
  const { colors, look, marks } = pen;
  const inner = SIZES.step - 30;
  const lines = shown(wrap(step.title.trim() || look.words.step(i + 1), inner, NAME), MOST.step, inner);
  const parts: string[] = [];
  let at = y + (SIZES.stepHeader - 1 - lines.length * NAME_LINE) / 2;
  for (const words of lines) {
    parts.push(text(x + 15, at + baseline(NAME.size, NAME_LINE), words, { "font-size": NAME.size, "font-weight": NAME.weight, fill: colors.ink }));
    at += NAME_LINE;
  }
  // Below the name: how long it takes, what it is marked as.
  const { standardSeconds, acceptableSeconds, observedSeconds } = step;
  const long = observedSeconds !== undefined && acceptableSeconds !== undefined && observedSeconds > acceptableSeconds;
  const times = [
    standardSeconds === undefined ? "" : look.words.seconds(standardSeconds),
    acceptableSeconds === undefined ? "" : look.words.atMost(acceptableSeconds),
    observedSeconds === undefined ? "" : look.words.measured(observedSeconds, long),
  ].filter((words) => words !== "");
  const middle = y + SIZES.stepHeader - 1 - 2 - 7;
  const right = x + SIZES.step - 40;
  let left = x + 15;
  if (times.length > 0) {
    const words = cut(times.join(" · "), right - left, { size: SMALL.size, weight: 580 });
    parts.push(text(left, middle - 6.5 + baseline(SMALL.size, 13), words, { "font-size": SMALL.size, "font-weight": 580, fill: colors.ink2 }));
    left += widthOf(words, SMALL.size, 580) + 8;
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
