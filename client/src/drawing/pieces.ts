import { isSquare } from "./font";

/**
 * Where a line may be broken. Without regular expressions: the interpreter that draws on the server would build one anew
 * for each text with letters beyond ASCII.
 */

/** What stays together on a line: words with the space after them, and their parts where a line may break. */
export function pieces(text: string): readonly string[] {
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
