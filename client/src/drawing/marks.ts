import type { Marker, MarkerType } from "../document/model";
import type { Pen } from "./pen";
import { baseline, widthOf } from "./font";
import { MARKS } from "./palette";
import { rect, text } from "./svg";
import type { Box } from "./svg";
import type { DrawingWords } from "./words";
import { degreesOf } from "../panel/degrees";
import { cut } from "./wrap";

const PILL = { size: 10.5, weight: 650 };
const GAP = 3;

export function pillWords(words: DrawingWords, { type, waitSeconds, severity, likelihood, recovery }: Marker): string {
  const wait = type === "wait-point" && waitSeconds !== undefined ? ` ${words.seconds(waitSeconds)}` : "";
  return words.marker(type) + wait + degreesOf(severity, likelihood) + (recovery === undefined ? "" : " ↩");
}

export const pillWidth = (words: string) => widthOf(words, PILL.size, PILL.weight) + 14;

export function drawPill(type: MarkerType, words: string, x: number, y: number, height = 16): string {
  const wide = pillWidth(words);
  return (
    rect({ x, y, width: wide, height }, { rx: Math.min(8, height / 2), fill: MARKS[type] }) +
    text(x + 7, y + baseline(PILL.size, height), words, { "font-size": PILL.size, "font-weight": PILL.weight, fill: "#fff" })
  );
}

/** What an element is marked as, in small at its upper right edge. */
export function drawPills({ marks, look }: Pen, id: string, { width }: Box): string {
  const here = marks.get(id);
  if (!here) return "";
  const room = width + 6;
  let texts = here.map((marker) => pillWords(look.words, marker));
  const total = (list: readonly string[]) => list.reduce((sum, t) => sum + pillWidth(t) + GAP, -GAP);
  if (total(texts) > room) {
    const share = (room - (here.length - 1) * GAP) / here.length;
    texts = texts.map((t) => cut(t, Math.max(0, share - 14), PILL));
  }
  let x = width + 3 - Math.min(room, total(texts));
  return here
    .map((marker, i) => {
      const words = texts[i] ?? "";
      const pill = x < room ? drawPill(marker.type, words, x, -10) : "";
      x += pillWidth(words) + GAP;
      return pill;
    })
    .join("");
}
