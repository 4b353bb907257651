import type { Splice } from "../document/text";
import { linksIn, marksIn, safeAddress, signLength } from "./parse";
import type { LinkPart, Mark } from "./parse";

/**
 * What a deed on the form of a text changes in it: only the marks, so that others can go on writing between them. The
 * replacements hold for the text as it was, from the last to the first; `start` and `end` are what is chosen afterwards.
 */
export interface Edit {
  readonly splices: readonly Splice[];
  readonly start: number;
  readonly end: number;
}

interface Line {
  readonly at: number;
  readonly text: string;
}

/** Makes what is chosen bold, or plain when all of it is bold. Without a choice: the word at the caret, or what comes next. */
export function toggleBold(text: string, start: number, end: number): Edit {
  const [line] = linesOf(text, start, start);
  if (start === end && line) {
    if (text.slice(start - 2, start + 2) === "****") return moved([{ at: start - 2, remove: 4, insert: "" }], start, end);
    const range = atCaret(line, start - line.at);
    if (!range) return { splices: [{ at: start, remove: 0, insert: "****" }], start: start + 2, end: start + 2 };
    const edit = toggleBold(text, line.at + range[0], line.at + range[1]);
    // The caret stays where it was among the letters.
    const caret = moved(edit.splices, start, start);
    return { ...edit, start: caret.start, end: caret.end };
  }
  const parts = linesOf(text, start, end).map((l) => letters(l, start - l.at, end - l.at));
  const bold = !parts.every((p) => p.chosen.every((i) => p.bold.has(i)));
  return moved(
    parts.flatMap((p) => (p.chosen.length === 0 ? [] : remark(p, bold))).sort((a, b) => b.at - a.at),
    start,
    end,
  );
}

/** Whether all that is chosen, or what surrounds the caret, is bold. */
export function isBold(text: string, start: number, end: number): boolean {
  const parts = linesOf(text, start, end).map((l) => {
    const [from, to] = start === end ? (atCaret(l, start - l.at) ?? [0, 0]) : [start - l.at, end - l.at];
    return letters(l, from, to);
  });
  return parts.some((p) => p.chosen.length > 0) && parts.every((p) => p.chosen.every((i) => p.bold.has(i)));
}

interface Letters {
  readonly line: Line;
  readonly marks: readonly Mark[];
  readonly links: readonly LinkPart[];
  /** Where letters are that are shown, and which of them are bold. */
  readonly shown: readonly number[];
  readonly bold: ReadonlySet<number>;
  /** Those meant, spaces left out. */
  readonly chosen: readonly number[];
  readonly range: readonly [number, number];
}

function letters(line: Line, start: number, end: number): Letters {
  const { text } = line;
  const links = linksIn(text);
  const marks = marksIn(text, signLength(text), links);
  let [from, to] = [Math.max(start, signLength(text)), Math.min(end, text.length)];
  // Marks stand beside an address, never in it.
  for (const l of links) {
    if (from >= to || to <= l.from || from >= l.to || (from >= l.wordsFrom && to <= l.wordsTo && l.from < l.wordsFrom)) continue;
    [from, to] = [Math.min(from, l.from), Math.max(to, l.to)];
  }
  const hidden = new Set<number>();
  for (const m of marks) hidden.add(m.at).add(m.at + 1);
  for (const l of links) {
    for (let i = l.from; i < l.wordsFrom; i++) hidden.add(i);
    for (let i = l.wordsTo; i < l.to; i++) hidden.add(i);
  }
  const shown: number[] = [];
  for (let i = signLength(text); i < text.length; i++) if (!hidden.has(i)) shown.push(i);
  const bold = new Set<number>();
  for (let m = 0; m + 1 < marks.length; m += 2) {
    for (let i = marks[m]?.at ?? 0; i < (marks[m + 1]?.at ?? 0); i++) if (!hidden.has(i)) bold.add(i);
  }
  const chosen = shown.filter((i) => i >= from && i < to && !/\s/.test(text[i] ?? " "));
  return { line, marks, links, shown, bold, chosen, range: [from, to] };
}

/** The marks that have to come and go so that the chosen letters of a line are bold or not. */
function remark(p: Letters, bold: boolean): Splice[] {
  const { line, marks, links, shown, range } = p;
  const wanted = (i: number) => (i >= range[0] && i < range[1] ? bold : p.bold.has(i));
  const after: Mark[] = [];
  // Runs of bold letters; spaces between them go along, at their ends they do not.
  let first: number | undefined;
  let last = 0;
  const close = () => {
    if (first === undefined) return;
    const [open, end] = [first, last];
    const before = links.find((l) => l.wordsFrom === open && end >= l.wordsTo - 1);
    const behind = links.find((l) => l.wordsTo === end + 1 && open <= l.wordsFrom);
    after.push({ at: before?.from ?? open, opens: true }, { at: behind?.to ?? end + 1, opens: false });
    first = undefined;
  };
  for (const i of shown) {
    if (!wanted(i)) close();
    else if (!/\s/.test(line.text[i] ?? " ")) {
      first ??= i;
      last = i;
    }
  }
  close();
  // Compared by where they would stand in a line without marks.
  const bare = (at: number) => at - 2 * marks.filter((m) => m.at < at).length;
  const key = (m: Mark) => `${String(bare(m.at))} ${String(m.opens)}`;
  const [had, has] = [new Set(marks.map(key)), new Set(after.map(key))];
  return [
    ...marks.filter((m) => !has.has(key(m))).map((m) => ({ at: line.at + m.at, remove: 2, insert: "" })),
    ...after.filter((m) => !had.has(key(m))).map((m) => ({ at: line.at + m.at, remove: 0, insert: "**" })),
  ];
}

/** What a deed without a choice is for: the bold letters around the caret, else the word it stands in. */
function atCaret({ text }: Line, caret: number): [number, number] | undefined {
  const marks = marksIn(text);
  for (let m = 0; m + 1 < marks.length; m += 2) {
    const [open, close] = [marks[m]?.at ?? 0, marks[m + 1]?.at ?? 0];
    if (caret > open && caret < close + 2) return [open + 2, close];
  }
  const word = /[^\s*]/;
  let [from, to] = [caret, caret];
  while (from > signLength(text) && word.test(text[from - 1] ?? " ")) from--;
  while (to < text.length && word.test(text[to] ?? " ")) to++;
  return from < caret && to > caret ? [from, to] : undefined;
}

/** Makes items of a list of the chosen lines, or plain lines when all of them are items. */
export function toggleList(text: string, start: number, end: number): Edit {
  const all = linesOf(text, start, end);
  const lines = all.length > 1 ? all.filter((l) => l.text.trim() !== "") : all;
  const plain = lines.every((l) => signLength(l.text) > 0);
  const splices = lines
    .filter((l) => plain || signLength(l.text) === 0)
    .map((l) => ({ at: l.at, remove: plain ? signLength(l.text) : 0, insert: plain ? "" : "- " }));
  return moved(splices.reverse(), start, end);
}

/** What Enter does in a list: the next item, or the end of the list when the item is empty. Nothing elsewhere. */
export function breakItem(text: string, start: number, end: number): Edit | undefined {
  const [line] = linesOf(text, start, start);
  const sign = line ? line.text.slice(0, signLength(line.text)) : "";
  if (!line || sign === "" || start - line.at < sign.length) return undefined;
  if (line.text.slice(sign.length).trim() === "" && start === end) {
    return { splices: [{ at: line.at, remove: line.text.length, insert: "" }], start: line.at, end: line.at };
  }
  const number = Number.parseInt(sign, 10);
  const insert = `\n${Number.isNaN(number) ? sign : `${String(Math.min(number + 1, 999))}. `}`;
  return { splices: [{ at: start, remove: end - start, insert }], start: start + insert.length, end: start + insert.length };
}

/** The link that is chosen or that the caret stands in. */
export function linkAt(text: string, start: number, end: number): { from: number; to: number; words: string; address: string } | undefined {
  const [line] = linesOf(text, start, start);
  const link = line && linksIn(line.text).find((l) => start - line.at >= l.from && end - line.at <= l.to);
  if (!line || !link) return undefined;
  const words = line.text.slice(link.wordsFrom, link.wordsTo);
  const bare = link.wordsFrom === link.from;
  return { from: line.at + link.from, to: line.at + link.to, words, address: bare ? words : line.text.slice(link.wordsTo + 2, link.to - 1) };
}

/** Makes a link of the chosen words, or gives the link there another address; without an address it is words again. */
export function setLink(text: string, start: number, end: number, address: string): Edit | undefined {
  const href = address === "" ? "" : safeAddress(address);
  if (href === undefined) return undefined;
  const target = inBrackets(address);
  const there = linkAt(text, start, end);
  if (there) {
    const words = there.words === there.address ? target : there.words;
    const insert = href === "" ? (there.words === there.address ? "" : words) : words === target ? target : `[${words}](${target})`;
    return { splices: [{ at: there.from, remove: there.to - there.from, insert }], start: there.from + insert.length, end: there.from + insert.length };
  }
  if (href === "") return { splices: [], start, end };
  const chosen = text.slice(start, end);
  const from = start + (chosen.length - chosen.trimStart().length);
  const to = end - (chosen.length - chosen.trimEnd().length);
  if (chosen.trim() === "") {
    const insert = /[^\s(]$/.test(text.slice(0, start)) ? ` ${address}` : address;
    return { splices: [{ at: start, remove: end - start, insert }], start: start + insert.length, end: start + insert.length };
  }
  const words = text.slice(from, to);
  // Over several lines, or over another link, there is no link to be made.
  if (words.includes("\n") || linksIn(words).length > 0) return undefined;
  const splices: Splice[] = [{ at: to, remove: 0, insert: `](${target})` }];
  for (let i = words.length - 1; i >= 0; i--) {
    if (words[i] === "[" || words[i] === "]") splices.push({ at: from + i, remove: 1, insert: "" });
  }
  splices.push({ at: from, remove: 0, insert: "[" });
  const done = to + splices.reduce((sum, s) => sum + s.insert.length - s.remove, 0);
  return { splices, start: done, end: done };
}

/** What a person has written as an address, made whole if it can be. */
export function asAddress(written: string): string | undefined {
  const address = written.trim();
  if (safeAddress(address) !== undefined) return address;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address)) return `mailto:${address}`;
  return /^[^\s/:]+\.[^\s/:]{2,}([/?#:]\S*)?$/.test(address) && safeAddress(`https://${address}`) !== undefined ? `https://${address}` : undefined;
}

/** An address in which no bracket ends it too early. */
export function inBrackets(address: string): string {
  return address.replace(/[()]/g, (c) => (c === "(" ? "%28" : "%29"));
}

/** The lines that the range touches. */
function linesOf(text: string, start: number, end: number): Line[] {
  const lines: Line[] = [];
  let at = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
  for (;;) {
    const to = text.indexOf("\n", at);
    lines.push({ at, text: text.slice(at, to < 0 ? text.length : to) });
    // A choice that ends before the first letter of a line does not mean that line.
    if (to < 0 || to + 1 > end || (to + 1 === end && end > start)) return lines;
    at = to + 1;
  }
}

/** The same letters chosen as before: marks at the edges stay outside. */
function moved(splices: readonly Splice[], start: number, end: number): Edit {
  let [from, to] = [start, end];
  // From the last to the first, each one leaves the positions before it true.
  for (const { at, remove, insert } of splices) {
    if (at < start || (at === start && (insert === "**" || insert === "- "))) from = Math.max(at, from + insert.length - remove);
    if (at < end || (at === end && start === end)) to = Math.max(at, to + insert.length - remove);
  }
  return { splices, start: Math.min(from, to), end: Math.max(from, to) };
}
