/**
 * What a text on the board shows. People write plain text in which `**bold**`, lines that begin with `- ` or `1. `,
 * bare addresses and `[words](https://…)` have a form; everything else is shown as it stands. Any text can be read, in
 * time that grows with its length, and nothing in it is ever taken for HTML.
 */

/** Letters that look alike. */
export interface Run {
  readonly text: string;
  readonly bold: boolean;
  /** Where a link leads: http, https or mailto, made whole by the browser's own reading of addresses. */
  readonly href?: string;
}

export interface TextLine {
  readonly kind: "plain" | "bullet" | "number";
  /** What stands before an item of a list: "•", or its number as it was written. */
  readonly sign: string;
  readonly runs: readonly Run[];
}

/** A link in a line: all of it, and the part that is shown. */
export interface LinkPart {
  readonly from: number;
  readonly to: number;
  readonly wordsFrom: number;
  readonly wordsTo: number;
  readonly href: string;
}

/** The two asterisks with which bold begins or ends. */
export interface Mark {
  readonly at: number;
  readonly opens: boolean;
}

/** A longer address is no link. */
const LONGEST_ADDRESS = 2000;
const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);
const MARKED = /\*\*|:\/\/|mailto:|^- |^\d{1,3}\. /im;
const ITEM = /^(?:- |(\d{1,3})\. )/;

/** Whether a text may have a form at all; most have none. */
export const isMarked = (text: string): boolean => MARKED.test(text);

export function parseText(text: string): TextLine[] {
  return text.split("\n").map(parseLine);
}

export function parseLine(line: string): TextLine {
  const [sign = "", number] = ITEM.exec(line) ?? [];
  const runs = runsOf(line, sign.length);
  if (sign === "") return { kind: "plain", sign: "", runs };
  return number === undefined ? { kind: "bullet", sign: "•", runs } : { kind: "number", sign: `${number}.`, runs };
}

/** The words without their marks, for labels and searching. */
export function plainText(text: string): string {
  if (!isMarked(text)) return text;
  return parseText(text)
    .map((line) => (line.kind === "number" ? `${line.sign} ` : "") + line.runs.map((run) => run.text).join(""))
    .join("\n");
}

/** How long the sign of a list item is at the beginning of this line. */
export const signLength = (line: string): number => ITEM.exec(line)?.[0].length ?? 0;

function runsOf(line: string, start: number): Run[] {
  const links = linksIn(line);
  const marks = marksIn(line, start, links);
  if (links.length === 0 && marks.length === 0) return start === line.length ? [] : [{ text: line.slice(start), bold: false }];
  // What is not shown, and what holds after it.
  const turns: { at: number; to: number; bold?: boolean; href?: string | undefined }[] = links.flatMap((l) => [
    { at: l.from, to: l.wordsFrom, href: l.href },
    { at: l.wordsTo, to: l.to, href: undefined },
  ]);
  turns.push(...marks.map((m) => ({ at: m.at, to: m.at + 2, bold: m.opens })));
  turns.sort((a, b) => a.at - b.at);
  const runs: Run[] = [];
  let [at, bold, href] = [start, false, undefined as string | undefined];
  const push = (to: number) => {
    if (to > at) runs.push({ text: line.slice(at, to), bold, ...(href === undefined ? {} : { href }) });
  };
  for (const turn of turns) {
    push(turn.at);
    at = turn.to;
    if (turn.bold !== undefined) bold = turn.bold;
    else href = turn.href;
  }
  push(line.length);
  return runs;
}

/** Where bold begins and ends in a line, by turns. Asterisks that have no counterpart are letters like others. */
export function marksIn(line: string, start = signLength(line), links: readonly LinkPart[] = linksIn(line)): Mark[] {
  const marks: Mark[] = [];
  if (!line.includes("**")) return marks;
  let pending: number | undefined;
  let link = 0;
  for (const { index: at, 0: stars } of line.matchAll(/\*{2,}/g)) {
    if (at < start) continue;
    for (let l = links[link]; l && l.to <= at; l = links[link]) link++;
    const inside = links[link];
    const within = inside !== undefined && at >= inside.from;
    const end = at + stars.length;
    // Asterisks in an address belong to it.
    if (within && (at < inside.wordsFrom || end > inside.wordsTo)) continue;
    const [first, last] = within ? [inside.wordsFrom, inside.wordsTo] : [start, line.length];
    const closes = at > first && !/\s/.test(line[at - 1] ?? " ");
    const opens = end < last && !/\s/.test(line[end] ?? " ");
    if (closes && pending !== undefined) {
      marks.push({ at: pending, opens: true }, { at: end - 2, opens: false });
      pending = undefined;
    } else if (opens) pending = at;
  }
  return marks;
}

export function linksIn(line: string): LinkPart[] {
  const links: LinkPart[] = [];
  if (!line.includes(":")) return links;
  const begins = /(?<![\p{L}\p{N}])(?:https?:\/\/|mailto:)|\[/giu;
  for (let found = begins.exec(line); found; found = begins.exec(line)) {
    const bare = found[0] !== "[";
    const to = bare ? bareEnd(line, found.index) : 0;
    const link = bare ? bareLink(line, found.index, to) : namedLink(line, found.index);
    if (link) links.push(link);
    // What was no address as a whole is not looked at again in part.
    begins.lastIndex = link?.to ?? Math.max(to, found.index + 1);
  }
  return links;
}

/** `[words](address)`. Neither part holds square brackets, so that each is looked at once. */
function namedLink(line: string, from: number): LinkPart | undefined {
  const bracket = /[[\]]/g;
  bracket.lastIndex = from + 1;
  const wordsTo = bracket.exec(line)?.index ?? -1;
  if (line[wordsTo] !== "]" || line[wordsTo + 1] !== "(" || line.slice(from + 1, wordsTo).trim() === "") return undefined;
  let depth = 0;
  for (let i = wordsTo + 2; i < line.length; i++) {
    const char = line[i] ?? "";
    if (/[\s[\]<>"]/.test(char)) return undefined;
    if (char === "(") depth++;
    else if (char === ")" && depth-- === 0) {
      const href = safeAddress(line.slice(wordsTo + 2, i));
      return href === undefined ? undefined : { from, to: i + 1, wordsFrom: from + 1, wordsTo, href };
    }
  }
  return undefined;
}

function bareEnd(line: string, from: number): number {
  const rest = /(?:[^\s<>"[\]*]|\*(?!\*))*/y;
  rest.lastIndex = from;
  return from + (rest.exec(line)?.[0].length ?? 0);
}

function bareLink(line: string, from: number, to: number): LinkPart | undefined {
  const whole = line.slice(from, to);
  let open = 0;
  for (const char of whole) open += char === "(" ? 1 : char === ")" ? -1 : 0;
  let length = whole.length;
  // What ends the sentence is no part of the address, nor is the bracket that was opened before it.
  for (; length > 0; length--) {
    const last = whole[length - 1] ?? "";
    if (last === ")" && open < 0) open++;
    else if (!/[.,;:!?'’”»*_~…]/.test(last)) break;
  }
  const href = safeAddress(whole.slice(0, length));
  return href === undefined ? undefined : { from, to: from + length, wordsFrom: from, wordsTo: from + length, href };
}

/** The address as a link may lead there, or nothing. No other scheme, and no name or password that could pass for a host. */
export function safeAddress(text: string): string | undefined {
  if (text.length > LONGEST_ADDRESS || /[\s[\]<>"]/.test(text) || !/^(https?:\/\/|mailto:)/i.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  if (!SCHEMES.has(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  if (url.protocol === "mailto:" && !/.@./.test(url.pathname)) return undefined;
  return url.href;
}
