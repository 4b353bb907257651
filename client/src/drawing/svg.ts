/** The few parts of SVG that a drawing is made of. Only what passes through here becomes part of it. */

/** A number in as few letters as a drawing needs. What is no number is 0: no document can put letters here. */
export function n(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100 + 0) : "0";
}

/** Text as XML holds it: no letter of it is taken for markup, and none is one that XML forbids. */
export function escaped(text: string): string {
  let out = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x40 && unit < 0x7f) continue;
    const other = replacement(text, i, unit);
    if (other === undefined) continue;
    out += text.slice(from, i) + other;
    from = i + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** What stands in XML for one unit of a text; undefined: itself. */
function replacement(text: string, i: number, unit: number): string | undefined {
  if (unit < 0x20) return unit === 0x09 ? "    " : unit === 0x0a || unit === 0x0d ? " " : "";
  if (unit <= 0x3e) return MARKUP[unit];
  if (unit === 0x7f || unit >= 0xfffe) return "";
  if (unit < 0xd800 || unit > 0xdfff) return undefined;
  // Half a pair is no letter.
  const pair = unit <= 0xdbff ? text.charCodeAt(i + 1) : text.charCodeAt(i - 1);
  const whole = unit <= 0xdbff ? pair >= 0xdc00 && pair <= 0xdfff : pair >= 0xd800 && pair <= 0xdbff;
  return whole ? undefined : "\ufffd";
}

const MARKUP: Readonly<Record<number, string>> = { 0x26: "&amp;", 0x3c: "&lt;", 0x3e: "&gt;", 0x22: "&quot;", 0x27: "&#39;" };

/** Attributes are written by this program alone: a colour, a number, a path. Never a part of a document. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const MADE: ReadonlySet<string> = new Set(["d", "transform"]);

function written(attributes: Attributes): string {
  let out = "";
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    // Paths and places are put together of numbers, and are long.
    if (value !== undefined) out += ` ${key}="${typeof value === "number" ? n(value) : MADE.has(key) ? value : escaped(value)}"`;
  }
  return out;
}

export const tag = (name: string, attributes: Attributes) => `<${name}${written(attributes)}/>`;
export const group = (attributes: Attributes, parts: readonly string[]) => (parts.length === 0 ? "" : `<g${written(attributes)}>${parts.join("")}</g>`);
export const text = (x: number, y: number, words: string, attributes: Attributes = {}) =>
  words.trim() === "" ? "" : `<text x="${n(x)}" y="${n(y)}"${written(attributes)}>${escaped(words)}</text>`;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const rect = ({ x, y, width, height }: Box, attributes: Attributes) => tag("rect", { x, y, width, height, ...attributes });

/** A rectangle with a radius for each corner, from the upper left one round. */
export function rounded({ x, y, width, height }: Box, [a, b, c, d]: readonly [number, number, number, number]): string {
  return `M${n(x + a)} ${n(y)}H${n(x + width - b)}${corner(b, b, b)}V${n(y + height - c)}${corner(c, -c, c)}H${n(x + d)}${corner(d, -d, -d)}V${n(y + a)}${corner(a, a, -a)}Z`;
}

const corner = (radius: number, dx: number, dy: number) => (radius === 0 ? "" : `a${n(radius)} ${n(radius)} 0 0 1 ${n(dx)} ${n(dy)}`);
