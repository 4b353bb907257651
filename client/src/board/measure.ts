import { useEffect, useMemo, useState } from "react";
import { evenLetters, wrapWith } from "./layout";
import type { CountLines } from "./layout";

const FAMILY = '13.5px "Inter Variable", system-ui, "Segoe UI", sans-serif';
const FONT = `450 ${FAMILY}`;
const BOLD = `700 ${FAMILY}`;
/** So many texts are remembered; then the memory starts anew. */
const MEMORY = 20_000;

/** Counts lines as this browser will break them. The answer changes once, when the font has come. */
export function useCountLines(): CountLines {
  const [loaded, setLoaded] = useState(() => document.fonts.check(FONT));
  useEffect(() => {
    if (loaded) return;
    let wanted = true;
    const done = () => {
      if (wanted) setLoaded(true);
    };
    document.fonts.load(FONT).then(done, done);
    return () => {
      wanted = false;
    };
  }, [loaded]);
  // Measured anew with the font: what was measured without it is wrong.
  return useMemo(() => measured(loaded), [loaded]);
}

function measured(loaded: boolean): CountLines {
  const [context, bold] = [lettersOf(FONT), lettersOf(BOLD)];
  if (!context || !bold || !loaded) return evenLetters(7.4);
  const count = wrapWith((text, strong) => (strong ? bold : context).measureText(text).width);
  const memory = new Map<string, number>();
  return (text, width) => {
    const key = `${String(width)}:${text}`;
    let lines = memory.get(key);
    if (lines === undefined) {
      lines = count(text, width);
      if (memory.size >= MEMORY) memory.clear();
      memory.set(key, lines);
    }
    return lines;
  };
}

function lettersOf(font: string): CanvasRenderingContext2D | null {
  const context = document.createElement("canvas").getContext("2d");
  if (context) context.font = font;
  return context;
}
