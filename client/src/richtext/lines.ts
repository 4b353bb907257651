import { pieces } from "../drawing/pieces";
import { isMarked, parseText } from "./parse";
import type { Run } from "./parse";

/** How wide letters are, in the units of the width they are laid into. */
export type Measure = (text: string, bold: boolean) => number;

/** A line as it is shown, once a text has been broken to a width. */
export interface ShownLine {
  /** The sign of a list item, on its first line; it stands at 0, the words at `indent`. */
  readonly sign: string;
  readonly indent: number;
  readonly runs: readonly Run[];
}

/** How far the items of a list stand in, in board units; the style sheet does the same. */
export const INDENT = { plain: 0, bullet: 14, number: 22 } as const;

/** A text in the lines that a browser breaks it into (pre-wrap, breaking words that are too long). */
export function breakLines(text: string, width: number, measure: Measure): ShownLine[] {
  return parseText(text).flatMap(({ kind, sign, runs }) => {
    const indent = INDENT[kind];
    return breakRuns(runs, width - indent, measure).map((shown, i) => ({ sign: i === 0 ? sign : "", indent, runs: shown }));
  });
}

/** How many lines that are. */
export function countLines(text: string, width: number, measure: Measure): number {
  return isMarked(text) ? breakLines(text, width, measure).length : countWritten(text, width, measure);
}

/** How many lines it takes as it is written, marks and all. */
export function countWritten(text: string, width: number, measure: Measure): number {
  let lines = 0;
  for (const paragraph of text.split("\n")) lines += breakWords(wordsOf([{ text: paragraph, bold: false }]), width, measure);
  return lines;
}

/** Letters up to the next place where a line may be broken, by how they look. */
type Word = readonly Run[];

function breakRuns(runs: readonly Run[], width: number, measure: Measure): Run[][] {
  const lines: Run[][] = [[]];
  breakWords(wordsOf(runs), width, measure, (word, newLine) => {
    if (newLine) lines.push([]);
    const line = lines.at(-1);
    for (const run of word) {
      const last = line?.at(-1);
      if (last && last.bold === run.bold && last.href === run.href) line?.splice(-1, 1, { ...last, text: last.text + run.text });
      else line?.push(run);
    }
  });
  return lines;
}

function wordsOf(runs: readonly Run[]): Word[] {
  const words: Run[][] = [];
  let open = false;
  for (const run of runs) {
    pieces(run.text).forEach((text, i) => {
      const part = { ...run, text };
      const last = words.at(-1);
      if (open && i === 0 && last) last.push(part);
      else words.push([part]);
    });
    if (run.text !== "") open = run.text.trimEnd() === run.text;
  }
  return words;
}

/** Lays words into lines and returns how many there are. `put` is told what comes where. */
function breakWords(words: readonly Word[], width: number, measure: Measure, put?: (word: Word, newLine: boolean) => void): number {
  let lines = 1;
  let used = 0;
  for (const word of words) {
    const whole = sum(word, (run) => measure(run.text, run.bold));
    const bare = sum(word, (run, last) => measure(last ? run.text.trimEnd() : run.text, run.bold));
    let newLine = used > 0 && used + bare > width;
    if (newLine) {
      lines++;
      used = 0;
    }
    if (bare <= width) {
      used += whole;
      put?.(word, newLine);
      continue;
    }
    // Broken between any two letters, each letter measured alone: together they are never wider by much.
    for (const run of word) {
      let part = "";
      for (const letter of run.text) {
        const wide = letter.trim() === "" ? 0 : measure(letter, run.bold);
        if (used > 0 && used + wide > width) {
          if (part !== "") put?.([{ ...run, text: part }], newLine);
          [part, used, newLine] = ["", 0, true];
          lines++;
        }
        part += letter;
        used += wide;
      }
      if (part !== "") {
        put?.([{ ...run, text: part }], newLine);
        newLine = false;
      }
    }
  }
  return lines;
}

function sum(word: Word, of: (run: Run, last: boolean) => number): number {
  return word.reduce((total, run, i) => total + of(run, i === word.length - 1), 0);
}
