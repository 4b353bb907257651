import { createReader } from "../document/read";
import { en } from "../i18n/en";
import { sv } from "../i18n/sv";
import { draw } from "./draw";
import { THEMES } from "./palette";
import { copyOf } from "../exchange/server";
import { drawingWords } from "./words";
import type { LookUp } from "./words";

/**
 * The drawing as one script for the server, which has no browser and none of what a browser has: it calls drawBoard with
 * a document as JSON and gets SVG. Whatever the document holds, it answers; only time and memory may run out.
 */
export function drawBoard(json: string, theme: string, language: string): string {
  const board = createReader()(JSON.parse(json));
  const look = THEMES.find((t) => t === theme) ?? "light";
  return draw(board, { theme: look, words: drawingWords(lookUp(language === "sv" ? sv : en)) }).svg;
}

/** A copy of the board in another form, from the same script: see exchange/server.ts. */
export function copyBoard(json: string, form: string, language: string): string {
  return copyOf(json, form, lookUp(language === "sv" ? sv : en));
}

/** As much of a browser's URL as it takes to tell what is a link: the server's interpreter has none. */
class Address {
  readonly href: string;
  readonly protocol: string;
  readonly username: string = "";
  readonly password = "";
  readonly pathname: string;

  constructor(text: string) {
    const colon = text.indexOf(":");
    this.href = text;
    this.protocol = text.slice(0, colon + 1).toLowerCase();
    this.pathname = text.slice(colon + 1);
    if (this.protocol === "mailto:") return;
    const rest = text.slice(colon + 3);
    const ends = ["/", "?", "#", "\\"].map((end) => rest.indexOf(end)).filter((at) => at >= 0);
    const authority = rest.slice(0, Math.min(rest.length, ...ends));
    const at = authority.lastIndexOf("@");
    if (at >= 0) this.username = authority.slice(0, at);
    const [host = "", port = ""] = authority.slice(at + 1).split(":");
    if (host === "" || Number(port) > 65_535 || Number.isNaN(Number(port))) throw new TypeError("no address");
    for (const letter of "%<>^`{|}") if (host.includes(letter)) throw new TypeError("no address");
  }
}
(globalThis as { URL?: unknown }).URL ??= Address;

/** What i18next does for the few words that a drawing needs. */
function lookUp(words: unknown): LookUp {
  const find = (key: string) => key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], words);
  return (key, values = {}) => {
    const found = find(key) ?? find(`${key}_${values["count"] === 1 ? "one" : "other"}`);
    return typeof found === "string" ? filled(found, values) : key;
  };
}

/** A text with its holes, {{name}}, filled. */
function filled(text: string, values: Record<string, string | number>): string {
  const [start = "", ...rest] = text.split("{{");
  return start + rest.map((part) => {
    const end = part.indexOf("}}");
    return String(values[part.slice(0, end)] ?? "") + part.slice(end + 2);
  }).join("");
}
