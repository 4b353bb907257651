import { breakLines } from "../richtext/lines";
import type { ShownLine } from "../richtext/lines";
import { isMarked } from "../richtext/parse";
import { widthOf } from "./font";
import { pieces } from "./pieces";

/** Text broken into lines as a browser does it (pre-wrap, and anywhere in words that are too long). */

export interface Letters {
  readonly size: number;
  readonly weight: number;
}

/** What is written on cards. */
export const CARD: Letters = { size: 13.5, weight: 450 };

export function wrap(text: string, width: number, { size, weight }: Letters): string[] {
  const lines: string[] = [];
  const space = widthOf(" ", size, weight);
  for (const paragraph of paragraphs(text)) {
    let line = "";
    let used = 0;
    const end = () => {
      lines.push(line.trimEnd());
      line = "";
      used = 0;
    };
    for (const piece of pieces(paragraph)) {
      // Spaces at the end of a line hang over its edge.
      const word = piece.trimEnd();
      const solid = widthOf(word, size, weight);
      const whole = solid + (piece.length - word.length) * space;
      if (line !== "" && used + solid > width) end();
      if (solid <= width) {
        line += piece;
        used += whole;
        continue;
      }
      for (const letter of piece) {
        const wide = widthOf(letter, size, weight);
        if (line !== "" && used + wide > width && letter !== " ") end();
        line += letter;
        used += wide;
      }
    }
    end();
  }
  return lines;
}

const BOLD = 700;

/** The lines of a text that may have bold, lists and links. */
export function lay(text: string, width: number, letters: Letters): readonly ShownLine[] {
  if (!isMarked(text)) return wrap(text, width, letters).map((line) => ({ sign: "", indent: 0, runs: line === "" ? [] : [{ text: line, bold: false }] }));
  return breakLines(text, width, (words, bold) => widthOf(words, letters.size, bold ? BOLD : letters.weight));
}

/** How many lines a text on a card takes: as it is shown, or as it is written, marks and all. */
export const countLines = (text: string, width: number, written = false): number =>
  (!written && isMarked(text) ? lay(text, width, CARD) : wrap(text, width, CARD)).length;

/** The same as lay, for texts that are laid more than once: to be counted, and to be drawn. */
export function layOnce(): typeof lay {
  const known = new Map<string, readonly ShownLine[]>();
  return (text, width, letters) => {
    const key = `${String(width)} ${String(letters.size)} ${String(letters.weight)} ${text}`;
    let lines = known.get(key);
    if (!lines) {
      lines = lay(text, width, letters);
      known.set(key, lines);
    }
    return lines;
  };
}

/** A text on one line, cut off with dots where it is too long. */
export function cut(text: string, width: number, { size, weight }: Letters): string {
  const line = oneLine(text);
  if (widthOf(line, size, weight) <= width) return line;
  const room = width - widthOf("…", size, weight);
  let used = 0;
  let kept = "";
  for (const letter of line) {
    used += widthOf(letter, size, weight);
    if (used > room) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

function paragraphs(text: string): readonly string[] {
  const plain = text.includes("\t") ? text.split("\t").join("    ") : text;
  return (plain.includes("\r") ? plain.split("\r\n").join("\n").split("\r").join("\n") : plain).split("\n");
}

const oneLine = (text: string) =>
  paragraphs(text)
    .join(" ")
    .split(" ")
    .filter((word) => word !== "")
    .join(" ");

