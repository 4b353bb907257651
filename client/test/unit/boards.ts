import * as A from "@automerge/automerge/slim";
import { BoardDocument } from "../../src/document/document";
import type { DocumentSource } from "../../src/document/document";

const text = (value: string) => new A.ImmutableString(value);

/** The document as a server makes it, in one change. */
export function genesis(): A.Doc<unknown> {
  const roles = ["evidence", "customer", "frontstage", "backstage", "support"];
  return A.from({
    schema: 1,
    meta: { title: "Board", purpose: "", state: text("as-is"), locale: text("en") },
    lanes: Object.fromEntries(roles.map((role, i) => [role, { role: text(role), title: "", order: text(`a${String(i)}`) }])),
    steps: Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`s${String(i + 1)}`, { title: "", order: text(`a${String(i)}`) }])),
    phases: {},
    elements: {},
    connectors: {},
    markers: {},
    emotions: {},
    comments: {},
    votes: {},
  });
}

/** One person's copy of a document. */
export class Desk implements DocumentSource {
  #doc: A.Doc<unknown>;
  #listeners = new Set<(patches: readonly A.Patch[]) => void>();

  constructor(doc: A.Doc<unknown>) {
    this.#doc = A.clone(doc);
  }

  doc = () => this.#doc;

  change(fn: (draft: A.Doc<unknown>) => void, message?: string): void {
    this.#set(A.change(this.#doc, message === undefined ? {} : { message }, (draft) => fn(draft as A.Doc<unknown>)));
  }

  merge(other: A.Doc<unknown>): void {
    this.#set(A.merge(A.clone(this.#doc), other));
  }

  onChange(listener: (patches: readonly A.Patch[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes in everything that the other has. */
  receive(other: Desk): void {
    const copy = A.clone(this.#doc);
    this.#set(A.merge(copy, A.clone(other.doc())));
  }

  #set(next: A.Doc<unknown>): void {
    const patches = A.diff(next, A.getHeads(this.#doc), A.getHeads(next));
    this.#doc = next;
    for (const listener of this.#listeners) listener(patches);
  }
}

export interface Person {
  desk: Desk;
  board: BoardDocument;
}

/** People at the same board, each with a copy of their own, and a way to let them hear of each other. */
export function people(count: number, options: { now?: () => number } = {}): { all: Person[]; meet: () => void } {
  const start = genesis();
  const all = Array.from({ length: count }, () => {
    const desk = new Desk(start);
    return { desk, board: new BoardDocument(desk, options) };
  });
  const meet = () => {
    for (const a of all) for (const b of all) if (a !== b) a.desk.receive(b.desk);
  };
  return { all, meet };
}
