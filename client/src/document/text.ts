import * as A from "@automerge/automerge/slim";

/** One contiguous replacement in a text, in UTF-16 units: at `at`, `remove` units give way to `insert`. */
export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/**
 * What somebody typed, as the one replacement that turns `before` into `after`. `caret` is where the caret stands in
 * `after`: it tells which of several equal letters was typed ("aa" to "aaa" could be any of three).
 */
export function spliceOf(before: string, after: string, caret: number = after.length): Splice | undefined {
  if (before === after) return undefined;
  const tail = Math.max(0, after.length - caret);
  let end = 0;
  const most = Math.min(before.length, after.length);
  while (end < Math.min(most, tail) && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  let start = 0;
  while (start < most - end && before[start] === after[start]) start++;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  // Never cut a surrogate pair in two.
  if (start > 0 && isHighSurrogate(before.charCodeAt(start - 1))) start--;
  if (end > 0 && isLowSurrogate(before.charCodeAt(before.length - end))) end--;
  return { at: start, remove: before.length - start - end, insert: after.slice(start, after.length - end) };
}

/** Where a position ends up when somebody else has made these replacements, in the order they were made. */
export function movePosition(position: number, splices: readonly Splice[]): number {
  let p = position;
  for (const { at, remove, insert } of splices) {
    if (at + remove <= p && (at < p || remove > 0)) p += insert.length - remove;
    else if (at < p) p = at + insert.length;
  }
  return p;
}

/** A character that somebody took away. `left` is what stood before it: a second way to find the place again. */
interface Deleted {
  readonly cursor: string;
  readonly char: string;
  readonly left: string | undefined;
}

/**
 * What one person did to a text: which characters they brought and which they took away, named by Automerge cursors
 * that stay true however others edit around them. `deleted` is in text order.
 */
export interface TextEdit {
  readonly inserted: readonly string[];
  readonly deleted: readonly Deleted[];
}

export const NO_EDIT: TextEdit = { inserted: [], deleted: [] };

type Draft = A.Doc<unknown>;
type Path = readonly string[];

/** Makes the replacement inside a change and returns `former` with it added, as the one edit that both are. */
export function spliceText(draft: Draft, path: Path, splice: Splice, former: TextEdit = NO_EDIT): TextEdit {
  const p = [...path];
  const removed = charsAt(draft, path, splice.at, splice.remove);
  const left = charsAt(draft, path, Math.max(0, splice.at - 2), Math.min(2, splice.at)).at(-1)?.cursor;
  const anchors = former.deleted.map((d) => ({ ...d, at: positionOf(draft, path, d.cursor) }));
  A.splice(draft, p, splice.at, splice.remove, splice.insert);
  const brought = charsAt(draft, path, splice.at, splice.insert.length).map((c) => c.cursor);

  const own = new Set(former.inserted);
  const deleted: Deleted[] = [];
  let a = 0;
  for (const c of removed) {
    for (; a < anchors.length && (anchors[a]?.at ?? -1) <= c.at; a++) pushAnchor(deleted, anchors[a]);
    // Taking away what one has just brought leaves no trace.
    if (!own.delete(c.cursor)) deleted.push({ cursor: c.cursor, char: c.char, left });
  }
  for (; a < anchors.length; a++) pushAnchor(deleted, anchors[a]);
  return { inserted: [...own, ...brought], deleted };
}

/**
 * Takes an edit back inside a change: its characters go, as far as they are still there, and what it took comes back to
 * its place. Nothing that others wrote is touched. `resolve` follows a character to where it lives now, `moved` is told
 * when a character comes back under a new name. Returns the edit that this in turn is.
 */
export function revertText(
  draft: Draft,
  path: Path,
  edit: TextEdit,
  resolve: (cursor: string) => string,
  moved: (from: string, to: string) => void,
): TextEdit {
  let done = NO_EDIT;
  for (const { at, remove } of liveRuns(draft, path, edit.inserted.map(resolve))) {
    done = spliceText(draft, path, { at, remove, insert: "" }, done);
  }
  const back = edit.deleted.map((d) => ({ ...d, at: placeOf(draft, path, d, resolve) }));
  for (let end = back.length; end > 0; ) {
    const at = back[end - 1]?.at ?? -1;
    let start = end - 1;
    while (start > 0 && back[start - 1]?.at === at) start--;
    const run = back.slice(start, end);
    end = start;
    const insert = run.map((d) => d.char).join("");
    done = spliceText(draft, path, { at, remove: 0, insert }, done);
    charsAt(draft, path, at, insert.length).forEach((c, i) => {
      const from = run[i]?.cursor;
      if (from !== undefined) moved(from, c.cursor);
    });
  }
  return done;
}

/** Where these characters still stand, as runs from the last to the first, so that removing one leaves the others true. */
function liveRuns(draft: Draft, path: Path, cursors: readonly string[]): { at: number; remove: number }[] {
  const live = cursors
    .map((cursor) => {
      const at = positionOf(draft, path, cursor);
      const [char] = charsAt(draft, path, at, 1);
      return char?.cursor === cursor ? { at, remove: char.char.length } : undefined;
    })
    .filter((c) => c !== undefined)
    .sort((a, b) => b.at - a.at);
  const runs: { at: number; remove: number }[] = [];
  for (const char of live) {
    const run = runs.at(-1);
    if (run && char.at + char.remove === run.at) runs[runs.length - 1] = { at: char.at, remove: run.remove + char.remove };
    else runs.push(char);
  }
  return runs;
}

/** The characters (code points) of a text from `at` on, with their cursors. Empty when there is no such text. */
export function charsAt(draft: Draft, path: Path, at: number, length: number): { at: number; cursor: string; char: string }[] {
  const chars: { at: number; cursor: string; char: string }[] = [];
  const text = lookup(draft, path);
  if (typeof text !== "string" || at < 0) return chars;
  const end = Math.min(text.length, at + length);
  for (let i = at; i < end; ) {
    const char = String.fromCodePoint(text.codePointAt(i) ?? 0);
    try {
      chars.push({ at: i, cursor: A.getCursor(draft, [...path], i), char });
    } catch {
      return chars;
    }
    i += char.length;
  }
  return chars;
}

/** Where a deleted character belongs. Its own trace is gone when the whole text was removed and brought back since. */
function placeOf(draft: Draft, path: Path, deleted: Deleted, resolve: (cursor: string) => string): number {
  const own = positionOf(draft, path, resolve(deleted.cursor));
  if (own >= 0) return own;
  if (deleted.left === undefined) return 0;
  const left = resolve(deleted.left);
  const at = positionOf(draft, path, left);
  const [char] = charsAt(draft, path, at, 1);
  if (at >= 0) return char?.cursor === left ? at + char.char.length : at;
  const text = lookup(draft, path);
  return typeof text === "string" ? text.length : 0;
}

function positionOf(draft: Draft, path: Path, cursor: string): number {
  try {
    return A.getCursorPosition(draft, [...path], cursor as A.Cursor);
  } catch {
    return -1; // a cursor into a text that has been replaced since
  }
}

function lookup(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function pushAnchor(list: Deleted[], anchor: Deleted | undefined): void {
  if (anchor) list.push({ cursor: anchor.cursor, char: anchor.char, left: anchor.left });
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
