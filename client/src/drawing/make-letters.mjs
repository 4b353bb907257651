// Writes letters.ts: how wide the letters of Inter are. Run it again when the font's version changes:
//   node src/drawing/make-letters.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { URL } from "node:url";
import { create } from "fontkit";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Latin, Greek, Cyrillic, and the signs that people type. */
const RANGES = [
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x386, 0x3ce],
  [0x400, 0x45f],
  [0x2010, 0x2027],
  [0x2030, 0x203a],
  [0x20ac, 0x20ac],
  [0x2190, 0x2193],
  [0x2212, 0x2212],
];

const files = createRequire(import.meta.url);
const open = (name) => create(readFileSync(files.resolve(`@expo-google-fonts/inter/${name}.ttf`)));
// The two weights that all others lie between; the static cuts and the variable font agree, which a test holds.
const [regular, bold] = [open("400Regular/Inter_400Regular"), open("700Bold/Inter_700Bold")];
if (regular.unitsPerEm !== 2048) throw new Error("the table is in units of 1/2048 em");

const code = (n) => DIGITS[n >> 6] + DIGITS[n & 63];
function width(font, point) {
  if (!font.hasGlyphForCodePoint(point)) return 0;
  // The program shows numbers with digits of one width.
  if (point >= 0x30 && point <= 0x39) return font.layout(String.fromCodePoint(point).repeat(2), { tnum: true }).positions[1].xAdvance;
  return font.glyphForCodePoint(point).advanceWidth;
}

const lines = RANGES.map(([from, to]) => {
  let [light, heavy] = ["", ""];
  for (let point = from; point <= to; point++) {
    light += code(width(regular, point));
    heavy += code(width(bold, point));
  }
  return `  [0x${from.toString(16)}, "${light}", "${heavy}"],`;
});
writeFileSync(
  new URL("letters.ts", import.meta.url),
  `/**
 * Made by make-letters.mjs: how far each letter of Inter goes, from a first code point on, at the weights 400 and 700, in
 * units of 1/2048 em as two digits to the base 64. 0: the font has no such letter.
 */
export const LETTERS: readonly (readonly [first: number, regular: string, bold: string])[] = [
${lines.join("\n")}
];
`,
);
