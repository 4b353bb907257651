import { LETTERS } from "./letters";

/** How wide text is in Inter, from a table instead of a browser: the same everywhere. */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const UNITS = 2048;
/** The weights of the table. */
const [LIGHT, HEAVY] = [400, 700];
/** The last code point of the table. */
const LAST = 0x2212;
/** Letters that the table lacks, em. */
const OTHER = 0.62;
const SQUARE = 1;
const EMOJI = 1.3;

/** The height of the letters above and below the line they stand on, em. */
const ASCENT = 1984 / UNITS;
const DESCENT = 494 / UNITS;

/** What one weight needs for measuring: advance widths by code point, em, and the words that were measured already. */
interface Table {
  readonly letters: readonly number[];
  readonly words: Map<string, number>;
}

const tables = new Map<number, Table>();
/** So many words are remembered; then the memory starts anew. */
const MEMORY = 20_000;

function tableOf(weight: number): Table {
  let table = tables.get(weight);
  if (table) return table;
  const letters = new Array<number>(LAST + 1).fill(0);
  const share = (weight - LIGHT) / (HEAVY - LIGHT);
  const read = (digits: string, at: number) => DIGITS.indexOf(digits.charAt(2 * at)) * 64 + DIGITS.indexOf(digits.charAt(2 * at + 1));
  for (const [first, regular, bold] of LETTERS) {
    for (let i = 0; 2 * i < regular.length; i++) {
      const [light, heavy] = [read(regular, i), read(bold, i)];
      if (light > 0) letters[first + i] = (light + (heavy - light) * share) / UNITS;
    }
  }
  table = { letters, words: new Map() };
  tables.set(weight, table);
  return table;
}

function otherWidth(point: number): number {
  if (point < 0x20 || (point >= 0x300 && point <= 0x36f) || (point >= 0x200b && point <= 0x200f) || (point >= 0xfe00 && point <= 0xfe0f)) return 0;
  if (point >= 0x1f000) return EMOJI;
  if (isSquare(point)) return SQUARE;
  return OTHER;
}

/** Han, kana, hangul and their signs: as wide as high, and a line may break beside each. */
export const isSquare = (point: number) => (point >= 0x2e80 && point <= 0xd7ff) || (point >= 0xf900 && point <= 0xfaff) || (point >= 0xff00 && point <= 0xff60) || (point >= 0x20000 && point <= 0x3ffff);

/** How wide a text is on one line. */
export function widthOf(text: string, size: number, weight: number): number {
  const { letters, words } = tableOf(weight);
  const known = words.get(text);
  if (known !== undefined) return known * size;
  let em = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point >= 0xd800 && point <= 0xdbff) {
      point = text.codePointAt(i) ?? point;
      if (point > 0xffff) i++;
    }
    em += letters[point] || otherWidth(point);
  }
  if (words.size >= MEMORY) words.clear();
  words.set(text, em);
  return em * size;
}

/** How far below the upper edge of a line of this height its letters stand. */
export function baseline(size: number, lineHeight: number): number {
  return (lineHeight - (ASCENT + DESCENT) * size) / 2 + ASCENT * size;
}
