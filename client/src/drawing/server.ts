import { createReader } from "../document/read";
import { en } from "../i18n/en";
import { sv } from "../i18n/sv";
import { draw } from "./draw";
import { THEMES } from "./palette";
import { drawingWords } from "./words";

/**
 * The drawing as one script for the server, which has no browser and none of what a browser has: it calls drawBoard with
 * a document as JSON and gets SVG. Whatever the document holds, it answers; only time and memory may run out.
 */
export function drawBoard(json: string, theme: string, language: string): string {
  const board = createReader()(JSON.parse(json));
  const look = THEMES.find((t) => t === theme) ?? "light";
  return draw(board, { theme: look, words: drawingWords(lookUp(language === "sv" ? sv : en)) }).svg;
}

const HOLE = /{{(\w+)}}/g;

/** What i18next does for the few words that a drawing needs. */
function lookUp(words: unknown) {
  const find = (key: string) => key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], words);
  return (key: string, values: Record<string, string | number> = {}): string => {
    const found = find(key) ?? find(`${key}_${values["count"] === 1 ? "one" : "other"}`);
    return typeof found === "string" ? found.replace(HOLE, (_, name: string) => String(values[name] ?? "")) : key;
  };
}
