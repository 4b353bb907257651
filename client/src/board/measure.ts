import { countLines } from "../drawing/wrap";
import type { CountLines } from "./layout";

/** So many texts are remembered; then the memory starts anew. */
const MEMORY = 20_000;
const memory = new Map<string, number>();

/** Counts lines as the drawing of a board breaks them, so that both put everything at the same place. */
export const rememberedLines: CountLines = (text, width, written = false) => {
  const key = `${written ? "w" : ""}${String(width)}:${text}`;
  let lines = memory.get(key);
  if (lines === undefined) {
    lines = countLines(text, width, written);
    if (memory.size >= MEMORY) memory.clear();
    memory.set(key, lines);
  }
  return lines;
};
