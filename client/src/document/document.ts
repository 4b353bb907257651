import * as A from "@automerge/automerge/slim";
import type { Difference } from "../compare/differences";
import type { Board, Kind, NoteColor } from "./model";
import { neighbours, orderBetween } from "./order";
import { newId } from "./id";
import { createReader, mapOf, textOf } from "./read";
import type { Rivals, Touched } from "./read";
import { Blueprint } from "./blueprint";
import { bringDifferences } from "./bring";
import { createElements, joinActions, removeElements } from "./elements";
import { Fence, TALK, within } from "./fence";
import { broughtFrom, homecomingOf } from "./home";
import { editText, named, revert, setFields } from "./write";
import type { Action, Draft, Path } from "./write";
import type { Splice } from "./text";

/** Where a document lives: an automerge-repo handle, or in tests a plain Automerge document. */
export interface DocumentSource {
  doc(): A.Doc<unknown>;
  /** The message stays with the change in the document's history. */
  change(fn: (draft: Draft) => void, message?: string): void;
  /** Takes in all that another copy of the document has, each change as whoever made it left it. */
  merge?(other: A.Doc<unknown>): void;
  /** Calls back, at once, after every change to the document, whoever made it. Returns how to stop that. */
  onChange(listener: (patches: readonly A.Patch[]) => void): () => void;
}

/** Typing goes on as the same deed while the pauses are shorter than this. Milliseconds. */
const TYPING_PAUSE = 1500;
/** So many deeds can be taken back. */
const HISTORY = 200;

export type UndoResult = "done" | "nothing" | "conflict";

/**
 * What a person may change: everything, what stands in some lanes beside what is said, only what is said about the board
 * (comments and votes), or nothing.
 */
export type Scope = "all" | Fence | "talk" | "none";

interface Deed {
  readonly actions: readonly Action[];
  readonly at: number;
}

/**
 * A board that can be read, changed and followed. Changes are made here and nowhere else; each is one Automerge change
 * and one entry in the person's own undo history.
 */
export class BoardDocument {
  readonly #source: DocumentSource;
  readonly #now: () => number;
  readonly #read: ReturnType<typeof createReader>;
  readonly #listeners = new Set<() => void>();
  readonly #partListeners = new Map<keyof Board, Set<() => void>>();
  readonly #textListeners = new Map<string, Set<(splices: readonly Splice[]) => void>>();
  readonly #aliases = new Map<string, string>();
  readonly #stop: () => void;
  /** The changes to what the board is made of: lanes, steps, phases and what is said about them. */
  readonly blueprint: Blueprint;
  #board: Board;
  /** What the listeners have been told of. */
  #told: Board;
  #undo: Deed[] = [];
  #redo: Deed[] = [];
  #typing: string | undefined;
  #joining: string | undefined;
  #scope: Scope;

  constructor(source: DocumentSource, options: { scope?: Scope; now?: () => number; rivals?: Rivals } = {}) {
    this.#source = source;
    this.#now = options.now ?? Date.now;
    this.#scope = options.scope ?? "all";
    this.#read = createReader(options.rivals ?? ((map, key) => A.getConflicts(map as never, key as never)));
    this.#board = this.#told = this.#read(source.doc());
    this.blueprint = new Blueprint(this.board, (deed) => this.#perform(deed), (deed) => this.#say(deed));
    this.#stop = source.onChange((patches) => this.#changed(patches));
  }

  close(): void {
    this.#stop();
    this.#listeners.clear();
    this.#partListeners.clear();
    this.#textListeners.clear();
  }

  /** The board as it is now. The same object until something that shows has changed. */
  board = (): Board => this.#board;

  /** The document itself, for copies of it. */
  doc(): A.Doc<unknown> {
    return this.#source.doc();
  }

  /** The document with its history, as the file that any Automerge program opens. */
  save(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(A.save(this.#source.doc()));
  }

  /** Makes changes that are nobody's deed: undo does not know of them. For what a new board begins with. */
  begin(changes: readonly ((draft: Draft) => void)[]): void {
    if (this.editable) for (const change of changes) this.#source.change(change);
  }

  /**
   * Brings a variant home: everything in it that this document lacks, by Automerge's own merge. Its changes stay those of
   * who made them, and undo does not know of them. What was chosen from it before is not there twice afterwards. False when
   * that is not this person's to do.
   */
  mergeWith(variant: A.Doc<unknown>): boolean {
    if (!this.editable || !this.#source.merge) return false;
    const home = homecomingOf(this.#source.doc(), this.#board, variant, readOnce);
    if (home) this.#source.change((draft) => home.before(draft));
    this.#source.merge(variant);
    if (home) this.#source.change((draft) => home.after(draft, this.#board));
    return true;
  }

  /** Brings home what was chosen of how a variant differs, as one deed. False when nothing changed. */
  bringFrom(variant: A.Doc<unknown>, chosen: readonly Difference[]): boolean {
    return this.#perform((draft) => bringDifferences(draft, chosen), false, broughtFrom(variant));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Like subscribe, but calls back only when one part of the board has become another: for what there is much of, such as cards. */
  subscribeTo(part: keyof Board, listener: () => void): () => void {
    const set = this.#partListeners.get(part) ?? new Set();
    this.#partListeners.set(part, set.add(listener));
    return () => set.delete(listener);
  }

  /** What this person may change in this document with this program. */
  get scope(): Scope {
    return this.#board.newer ? "none" : this.#scope;
  }

  get editable(): boolean {
    return this.scope === "all";
  }

  /** What keeps this person to some lanes. */
  get fence(): Fence | undefined {
    const { scope } = this;
    return typeof scope === "object" ? scope : undefined;
  }

  /** Whether there is anything on the board that this person may draw. */
  get draws(): boolean {
    return this.editable || this.fence !== undefined;
  }

  /** Whether this person may change the thing with this id: a card, a connector, a marker; what else there is takes all. */
  mayEdit(id: string): boolean {
    if (this.editable) return true;
    const doc = this.#source.doc();
    return ["elements", "connectors", "markers"].some((root) => this.fence?.mayChange(doc, [root, id]) === true);
  }

  /** Whether this person may put something into a lane. */
  mayPut(lane: string | undefined): boolean {
    return this.editable || (lane !== undefined && this.fence?.lanes.has(lane) === true);
  }

  /** Whether this person may comment and vote. */
  get talks(): boolean {
    return this.scope !== "none";
  }

  setScope(scope: Scope): void {
    if (this.#scope === scope) return;
    this.#scope = scope;
    this.#notify("newer");
  }

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /** Puts a new, empty element last in a cell and returns its id; undefined when the board cannot be changed. */
  createElement(place: { lane: string; step: string; kind?: Kind; color?: NoteColor }): string | undefined {
    const id = newId();
    const done = this.#perform((draft) =>
      createElements(draft, [
        {
          id,
          kind: place.kind ?? "note",
          lane: place.lane,
          step: place.step,
          order: orderBetween(this.#cell(place.lane, place.step).at(-1)?.order),
          color: place.color ?? (place.kind === undefined || place.kind === "note" ? "yellow" : "gray"),
        },
      ]),
    );
    return done ? id : undefined;
  }

  /** Moves an element into a cell, at `index` among those already there, or last. */
  moveElement(id: string, place: { lane: string; step: string; index?: number }): boolean {
    const cell = this.#cell(place.lane, place.step).filter((e) => e.id !== id);
    const order = orderBetween(...neighbours(cell, place.index ?? cell.length));
    return this.#perform((draft) => setFields(draft, ["elements", id], { lane: place.lane, step: place.step, order }));
  }

  setColor(id: string, color: NoteColor): boolean {
    return this.#perform((draft) => setFields(draft, ["elements", id], { color }));
  }

  removeElement(id: string): boolean {
    return this.#perform((draft) => removeElements(draft, new Set([id])));
  }

  /**
   * Makes any change as one deed for undo. Deeds that name the same `joins` without a long pause between them become one:
   * nudging a note ten times is taken back at once. False when nothing changed.
   */
  perform(deed: (draft: Draft, board: Board) => Action[], joins?: string): boolean {
    const last = this.#undo.at(-1);
    const former = joins !== undefined && this.#joining === joins && last && this.#now() - last.at < TYPING_PAUSE ? last.actions : undefined;
    const done = this.#perform((draft) => {
      const actions = deed(draft, this.#board);
      return former && actions.length > 0 ? joinActions(former, actions) : actions;
    }, former !== undefined);
    if (done) this.#joining = joins;
    return done;
  }

  addStep(): string | undefined {
    return this.blueprint.addStep();
  }

  /** The text at a path, such as ["meta", "title"] or ["elements", id, "text"]. Missing text reads as empty. */
  text(path: Path): string {
    let value: unknown = this.#source.doc();
    for (const key of path) value = mapOf(value)?.[key];
    return textOf(value);
  }

  /** The actor that made an element. */
  makerOf(id: string): string | undefined {
    const element = mapOf(mapOf(mapOf(this.#source.doc())?.["elements"])?.[id]);
    const name = element && A.getObjectId(element);
    // An object is called by the operation that made it: its number and its actor.
    return name?.split("@")[1];
  }

  /** Types into the text at a path. Typing without a long pause is one deed for undo. */
  editText(path: Path, splice: Splice): boolean {
    const key = path.join("\u0000");
    const last = this.#undo.at(-1);
    const former = last?.actions[0];
    const goesOn =
      this.#typing === key && last && former?.type === "text" && this.#now() - last.at < TYPING_PAUSE ? former : undefined;
    const done = this.#perform((draft) => editText(draft, path, splice, goesOn?.edit), goesOn !== undefined);
    this.#typing = done ? key : undefined;
    return done;
  }

  /** Makes several replacements in a text as one deed, such as the marks around a word. They go from the last to the first. */
  formatText(path: Path, splices: readonly Splice[]): boolean {
    return this.#perform((draft) => {
      let done: Action[] = [];
      for (const splice of splices) {
        const [former] = done;
        const next = editText(draft, path, splice, former?.type === "text" ? former.edit : undefined);
        if (next.length > 0) done = next;
      }
      return done;
    });
  }

  /** Tells what others do to a text, at once and in order, so that a caret can keep its place. */
  onText(path: Path, listener: (splices: readonly Splice[]) => void): () => void {
    const key = path.join("\u0000");
    const set = this.#textListeners.get(key) ?? new Set();
    this.#textListeners.set(key, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#textListeners.delete(key);
    };
  }

  /** Takes back this person's latest deed. On a conflict the deed is dropped, since it is no longer only theirs. */
  undo(): UndoResult {
    return this.#takeBack(this.#undo, this.#redo);
  }

  redo(): UndoResult {
    return this.#takeBack(this.#redo, this.#undo);
  }

  #takeBack(from: Deed[], to: Deed[]): UndoResult {
    const deed = from.at(-1);
    if (!deed || !this.#mayRevert(deed)) return "nothing";
    from.pop();
    this.#typing = undefined;
    this.#joining = undefined;
    const aliases = {
      resolve: (name: string) => this.#resolve(name),
      add: (a: string, b: string) => void this.#aliases.set(a, b),
    };
    let result: Action[] | "conflict" = "conflict";
    this.#source.change((draft) => {
      const done = within(draft, this.fence, () => revert(draft, deed.actions, aliases));
      result = done === "conflict" ? done : named(draft, done);
    });
    const done = result as Action[] | "conflict";
    if (done !== "conflict") to.push({ actions: done, at: 0 });
    this.#notify();
    return done === "conflict" ? "conflict" : "done";
  }

  #mayRevert({ actions }: Deed): boolean {
    return this.draws || (this.talks && actions.every(({ path }) => TALK.includes(path[0] ?? "")));
  }

  #resolve(name: string): string {
    let at = name;
    // Bounded: an alias always points to something younger.
    for (let next = this.#aliases.get(at); next !== undefined; next = this.#aliases.get(at)) at = next;
    return at;
  }

  #perform(deed: (draft: Draft) => Action[], goesOn = false, message?: string): boolean {
    return this.draws && this.#change(deed, goesOn, message);
  }

  /** A deed that touches nothing but what is said. Who may do no more must not make the maps that hold it either. */
  #say(deed: (draft: Draft) => Action[]): boolean {
    const root = mapOf(this.#source.doc());
    return this.talks && (this.editable || TALK.every((name) => mapOf(root?.[name]))) && this.#change(deed);
  }

  #change(deed: (draft: Draft) => Action[], goesOn = false, message?: string): boolean {
    this.#typing = undefined;
    this.#joining = undefined;
    let actions: Action[] = [];
    this.#source.change((draft) => {
      actions = named(draft, within(draft, this.fence, () => deed(draft)));
    }, message);
    if (actions.length === 0) return false;
    if (goesOn) this.#undo.pop();
    this.#undo.push({ actions, at: this.#now() });
    if (this.#undo.length > HISTORY) this.#undo.shift();
    this.#redo = [];
    this.#notify();
    return true;
  }

  #cell(lane: string, step: string) {
    return this.#board.elements.filter((e) => e.lane === lane && e.step === step);
  }

  #changed(patches: readonly A.Patch[]): void {
    const former = this.#board;
    const touched = touchedBy(patches);
    this.#board = this.#read(this.#source.doc(), touched);
    if (this.#textListeners.size > 0) this.#tellTexts(patches, touched);
    if (former !== this.#board) this.#notify();
  }

  #tellTexts(patches: readonly A.Patch[], touched: Touched | undefined): void {
    const bySource = new Map<string, Splice[]>();
    for (const patch of patches) {
      const at = patch.path.at(-1);
      if ((patch.action !== "splice" && patch.action !== "del") || typeof at !== "number") continue;
      const key = patch.path.slice(0, -1).join("\u0000");
      if (!this.#textListeners.has(key)) continue;
      const splice: Splice =
        patch.action === "splice" ? { at, remove: 0, insert: patch.value } : { at, remove: patch.length ?? 1, insert: "" };
      bySource.set(key, [...(bySource.get(key) ?? []), splice]);
    }
    for (const [key, listeners] of this.#textListeners) {
      const [map = "", id = ""] = key.split("\u0000");
      if (touched && !touched.get(map)?.has(id)) continue;
      for (const listener of listeners) listener(bySource.get(key) ?? []);
    }
  }

  /** What one may do goes with whether the board is newer than the program. */
  #notify(also?: keyof Board): void {
    const [former, board] = [this.#told, this.#board];
    this.#told = board;
    for (const [part, listeners] of this.#partListeners) {
      if (part === also || former[part] !== board[part]) for (const listener of listeners) listener();
    }
    for (const listener of this.#listeners) listener();
  }
}

const readOnce = (doc: A.Doc<unknown>): Board => createReader((map, key) => A.getConflicts(map as never, key as never))(doc);

/** What patches have touched; undefined when that may be anything. */
function touchedBy(patches: readonly A.Patch[]): Touched | undefined {
  const touched = new Map<string, Set<string>>();
  for (const { path } of patches) {
    const [map, id] = path;
    if (typeof map !== "string" || typeof id !== "string") return undefined;
    touched.set(map, (touched.get(map) ?? new Set()).add(id));
  }
  return touched;
}
