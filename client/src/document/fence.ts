import * as A from "@automerge/automerge/slim";
import { mapOf, textOf } from "./read";
import type { Draft, Path } from "./write";

type Raw = Readonly<Record<string, unknown>>;

/** The parts of the document that hold what is said; the server keeps commenters to these. */
export const TALK: readonly string[] = ["comments", "votes"];

/**
 * What somebody may change who writes in some lanes only: the rule that the server judges changes by, asked first here, so
 * that nothing is drawn that would be refused. What stands in the lanes are the cards whose lane is one of them, the
 * connectors with an end at such a card, and the markers of such cards.
 */
export class Fence {
  readonly lanes: ReadonlySet<string>;

  constructor(lanes: readonly string[]) {
    this.lanes = new Set(lanes);
  }

  /** Whether the thing that a path leads into may be changed or taken away. */
  mayChange(doc: unknown, [root = "", id]: Path): boolean {
    return TALK.includes(root) || (id !== undefined && this.#within(doc, root, this.#at(doc, root, id)));
  }

  /** Whether a thing may be given these fields, or made with them. Undefined takes a field away. */
  mayPut(doc: unknown, [root = "", id = ""]: Path, fields: Raw, mine: ReadonlySet<string> = NONE): boolean {
    if (TALK.includes(root)) return true;
    const there = this.#at(doc, root, id);
    if (there && !this.#within(doc, root, there)) return false;
    if (root === "elements") {
      const into = "lane" in fields || "step" in fields || !there;
      const value = (key: string) => textOf(key in fields ? fields[key] : there?.[key]);
      const step = value("step");
      // A step that was there before may have gone meanwhile; nothing new is put into one that is not there.
      const stands = "step" in fields || !there ? this.#at(doc, "steps", step) !== undefined : step !== "";
      return !into || (this.lanes.has(value("lane")) && stands);
    }
    const ends = { connectors: ["from", "to"], markers: ["target"] }[root];
    return ends?.some((end) => (end in fields ? this.#holds(doc, textOf(fields[end]), mine) : there && this.#atCard(doc, there, end))) ?? false;
  }

  #at(doc: unknown, root: string, id: string): Raw | undefined {
    const things = mapOf(mapOf(doc)?.[root]);
    return things && Object.hasOwn(things, id) ? mapOf(things[id]) : undefined;
  }

  #within(doc: unknown, root: string, thing: Raw | undefined): boolean {
    if (!thing) return false;
    if (root === "elements") return values(thing, "lane").every((lane) => this.lanes.has(lane));
    if (root === "connectors") return this.#atCard(doc, thing, "from") || this.#atCard(doc, thing, "to");
    return root === "markers" && this.#atCard(doc, thing, "target");
  }

  #atCard(doc: unknown, thing: Raw, key: string): boolean {
    return values(thing, key).every((id) => this.#holds(doc, id, NONE));
  }

  /** `mine` are cards that are put back at the same time. */
  #holds(doc: unknown, id: string, mine: ReadonlySet<string>): boolean {
    return mine.has(id) || this.#within(doc, "elements", this.#at(doc, "elements", id));
  }
}

const NONE: ReadonlySet<string> = new Set();

/** All that people have set a key to at the same time. A thing that is in two lanes is in the lanes of others too. */
function values(map: Raw, key: string): string[] {
  let rivals: Record<string, unknown> | undefined;
  try {
    rivals = A.getConflicts(map as never, key as never) as Record<string, unknown> | undefined;
  } catch {
    // not a part of a document
  }
  return rivals ? Object.values(rivals).map(textOf) : [textOf(map[key])];
}

const fences = new WeakMap<object, Fence>();

/** What keeps whoever makes this change to their lanes; undefined: nothing does. */
export const fenceOf = (draft: Draft): Fence | undefined => fences.get(draft as object);

/** Does something to a document within a fence, if there is one. */
export function within<T>(draft: Draft, fence: Fence | undefined, deed: () => T): T {
  if (!fence) return deed();
  fences.set(draft as object, fence);
  try {
    return deed();
  } finally {
    fences.delete(draft as object);
  }
}
