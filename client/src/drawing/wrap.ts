import { isSquare, widthOf } from "./font";

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

/** How many lines a text on a card takes. */
export const countLines = (text: string, width: number): number => wrap(text, width, CARD).length;

/** The same as wrap, for texts that are broken more than once: to be counted, and to be drawn. */
export function wrapOnce(): typeof wrap {
  const known = new Map<string, string[]>();
  return (text, width, letters) => {
    const key = `${String(width)} ${String(letters.size)} ${String(letters.weight)} ${text}`;
    let lines = known.get(key);
    if (!lines) {
      lines = wrap(text, width, letters);
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

/** The interpreter that draws on the server builds a regular expression anew each time it meets a text in Swedish: so none here. */
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

/** What stays together on a line: words with the space after them, and their parts where a line may break. */
function pieces(text: string): readonly string[] {
  const out: string[] = [];
  const words = text.split(" ");
  words.forEach((word, i) => {
    const divided = divide(word);
    for (let p = 0; p < divided.length - 1; p++) out.push(divided[p] ?? "");
    const last = divided[divided.length - 1] ?? "";
    if (i < words.length - 1) out.push(`${last} `);
    else if (last !== "") out.push(last);
  });
  return out;
}

const divided = new Map<string, readonly string[]>();
/** So many words are remembered; then the memory starts anew. */
const MEMORY = 20_000;

function divide(word: string): readonly string[] {
  let known = divided.get(word);
  if (!known) {
    known = partsOf(word);
    if (divided.size >= MEMORY) divided.clear();
    divided.set(word, known);
  }
  return known;
}

const DASHES = "-/\u200b\u2010\u2013\u2014";
const NOT_AFTER_DASH = "0123456789.,;:!?)]}\"'\u2019\u201d/-\u2010\u2011\u2013\u2014";
const CLOSING = "\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff09\u300d\u300f";

/** A line may break within a word after a dash or a slash, and beside signs that are as wide as high. */
function partsOf(word: string): readonly string[] {
  const out: string[] = [];
  let from = 0;
  let before = "";
  let at = 0;
  for (const here of word) {
    // Not within a number, nor after a sign that a word begins with.
    const dash = before !== "" && DASHES.includes(before) && at - from > 1 && !NOT_AFTER_DASH.includes(here);
    const squares = before !== "" && isSquare(before.codePointAt(0) ?? 0) && isSquare(here.codePointAt(0) ?? 0) && !CLOSING.includes(here);
    if (dash || squares) {
      out.push(word.slice(from, at));
      from = at;
    }
    before = here;
    at += here.length;
  }
  out.push(word.slice(from));
  return out;
}
