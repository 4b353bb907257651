import * as A from "@automerge/automerge/slim";
import { compareBoards } from "../compare/differences";
import type { Difference, Part } from "../compare/differences";
import { bringDifferences, WORDS, write } from "./bring";
import type { Board } from "./model";
import { find } from "./write";
import type { Draft } from "./write";

/**
 * Bringing all of a variant home where some of it was brought by choice before. Automerge knows nothing of that: what was
 * chosen are changes of its own to it, so words would stand there twice, and a card would be two, of which one is seen.
 * So a change that brings says of what, and a later merge makes good what it doubles.
 */

const BROUGHT = "brought ";
/** Of more heads than these no change tells: servers take messages of a kilobyte. */
const MOST_HEADS = 12;

/** The message of a change that brings home something that was chosen of a variant. */
export const broughtFrom = (variant: A.Doc<unknown>): string | undefined => {
  const heads = A.getHeads(variant);
  return heads.length > MOST_HEADS ? undefined : BROUGHT + heads.join(" ");
};

type History = ReturnType<typeof A.getChangesMetaSince>;
type Raw = Readonly<Record<string, unknown>>;

/** A thing, or the board, of which something was brought: how its values were before, and how they then were on both. */
interface Brought {
  readonly part: Part;
  readonly id: string;
  readonly was: Raw | undefined;
  readonly then: Raw;
  readonly fields: readonly string[];
}

interface Homecoming {
  /** What is done to the document before the merge, and after it, to the board as it then is. */
  before(draft: Draft): void;
  after(draft: Draft, merged: Board): void;
}

/** What there is to do beside a merge; undefined where nothing of this variant was chosen since it was merged last. */
export function homecomingOf(doc: A.Doc<unknown>, board: Board, variant: A.Doc<unknown>, read: (doc: A.Doc<unknown>) => Board): Homecoming | undefined {
  const history = A.getChangesMetaSince(doc, []);
  const brought = broughtInto(doc, history, variant, read);
  if (brought.size === 0) return undefined;
  const theirs = read(variant);
  const untouched = (b: Brought, mine: Raw) => Object.keys(b.then).every((field) => same(mine[field], b.then[field]));
  return {
    before(draft) {
      // A card that was made here in the likeness of theirs gives way to theirs, which has its authors and all they do to it.
      for (const { part, id, was, then } of brought.values()) {
        const mine = was ? undefined : thingIn(board, part, id);
        const parent = find(draft, [part]);
        // What was taken away here stays away, by the merge: only ours is left of it.
        if (!mine || !parent || knows(history, A.getObjectId(find(variant, [part, id])))) continue;
        if (thingIn(theirs, part, id) || untouched({ part, id, was, then, fields: [] }, mine)) Reflect.deleteProperty(parent, id);
      }
    },
    after(draft, merged) {
      for (const b of brought.values()) {
        const [mine, other, now] = [board, theirs, merged].map((one) => thingIn(one, b.part, b.id));
        if (!mine || !other || !now) continue;
        for (const field of b.fields) {
          // Taken back since, it was not brought.
          if (b.was && same(mine[field], b.was[field])) continue;
          const value = between(b.then[field], mine[field], other[field], now[field], isText(b.part, field));
          if (same(value, now[field])) continue;
          if (b.part === "board") bringDifferences(draft, [{ key: field, part: "board", id: field, how: "changed", fields: [field], before: merged, after: { ...merged, [field]: value } }]);
          else write(draft, b.part, b.id, { [field]: value });
        }
      }
    },
  };
}

/** What was chosen of a variant since it was merged last, the newest of each thing. */
function broughtInto(doc: A.Doc<unknown>, history: History, variant: A.Doc<unknown>, read: (doc: A.Doc<unknown>) => Board): ReadonlyMap<string, Brought> {
  const found = new Map<string, Brought>();
  for (const { message, hash, deps } of history) {
    if (!message?.startsWith(BROUGHT)) continue;
    const heads = message.slice(BROUGHT.length).split(" ") as A.Heads;
    if (!has(variant, heads) || mergedSince(doc, hash, variant, heads)) continue;
    const after = read(A.view(doc, [hash]));
    for (const d of compareBoards(read(A.view(doc, deps as A.Heads)), after)) {
      const then = d.how === "removed" ? undefined : thingIn(after, d.part, d.id);
      if (!then) continue;
      const key = `${d.part}/${d.part === "board" ? "" : d.id}`;
      const former = found.get(key);
      found.set(key, {
        part: d.part,
        id: d.id,
        was: former ? former.was : (d.before as Raw | undefined),
        then: { ...former?.then, ...Object.fromEntries(fieldsOf(d, then).map((field) => [field, then[field]])) },
        fields: [...new Set([...(former?.fields ?? []), ...fieldsOf(d, then)])],
      });
    }
  }
  return found;
}

/** Whether a document took in a variant after it brought something of it as it was at some heads. */
function mergedSince(doc: A.Doc<unknown>, bringing: string, variant: A.Doc<unknown>, heads: A.Heads): boolean {
  if (!has(doc, heads)) return false;
  const since = new Set(A.getChangesMetaSince(doc, [bringing]).map((c) => c.hash));
  // Where nobody had gone on in the variant yet, all of it had been here before: what is brought then was otherwise here.
  if (heads.some((head) => since.has(head))) return true;
  return A.getChangesMetaSince(variant, heads).some((c) => since.has(c.hash) || c.hash === bringing);
}

const fieldsOf = (d: Difference, then: Raw) => (d.how === "added" ? Object.keys(then).filter((field) => field !== "id") : d.fields);

function has(doc: A.Doc<unknown>, heads: A.Heads): boolean {
  try {
    return A.hasHeads(doc, heads);
  } catch {
    return false; // not what we write
  }
}

function thingIn(board: Board, part: Part, id: string): Raw | undefined {
  if (part === "board") return board as unknown as Raw;
  return (board[part] as readonly { readonly id: string }[]).find((thing) => thing.id === id) as Raw | undefined;
}

/** Whether an object was made in a document, or came to it. An object is called by the operation that made it. */
function knows(history: History, object: string | null): boolean {
  const [counter, actor] = object?.split("@") ?? [];
  return history.some((c) => c.actor === actor && c.startOp <= Number(counter) && Number(counter) <= c.maxOp);
}

const isText = (part: Part, field: string) => WORDS[part].includes(field);

const same = (a: unknown, b: unknown): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => item === b[i]));

/** What two people have made of a value that both had; what they disagree on is as it was merged, or in a text both. */
function between(then: unknown, mine: unknown, theirs: unknown, merged: unknown, text: boolean): unknown {
  if (same(mine, theirs) || same(theirs, then)) return mine;
  if (same(mine, then)) return theirs;
  if (!text) return merged;
  const start = A.from({ text: String(then) });
  const [one, other] = [mine, theirs].map((words) => A.change(A.clone(start), (draft) => A.updateText(draft, ["text"], String(words))));
  return one && other ? A.merge(one, other).text : merged;
}
