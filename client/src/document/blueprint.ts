import * as create from "./create";
import { removeElements } from "./elements";
import { newId } from "./id";
import { LIMITS } from "./model";
import type { Board, Connector, Element, Fate, Feeler, LaneRole, Marker, MarkerType, Rule, Step } from "./model";
import { byOrder, neighbours, orderBetween } from "./order";
import { muteKey, textOf } from "./read";
import { spliceOf } from "./text";
import { container, editText, find, removeObject, setFields } from "./write";
import type { Action, Draft, Fields, Path } from "./write";

/** Runs one deed as one change that undo takes back whole. False when nothing was changed. */
export type Perform = (deed: (draft: Draft) => Action[]) => boolean;

/**
 * What becomes of what lies in a lane or a step that is removed: it stays on the board, outside the cells, or goes along.
 * What stays keeps its place in its own fields, so that it returns when the lane or step does.
 */
export type Contents = "keep" | "remove";

type Ordered = "lanes" | "steps" | "phases";
export type Thing = Ordered | "elements" | "connectors" | "markers" | "emotions" | "comments";

/** Fields that are set whole; undefined takes one away. Words are written with BoardDocument.editText. */
export interface Settable {
  lanes: { role?: LaneRole };
  steps: Partial<Pick<Step, "phase" | "standardSeconds" | "acceptableSeconds" | "observedSeconds">>;
  phases: Record<never, never>;
  elements: Partial<Pick<Element, "kind" | "color" | "performedBy" | "evidenceStatus" | "x" | "y" | "w" | "h">>;
  connectors: Partial<Pick<Connector, "direction" | "meaning">>;
  markers: Partial<Pick<Marker, "type" | "severity" | "likelihood" | "waitSeconds" | "recovery">>;
  emotions: { who?: Feeler; value?: number };
  comments: { fate?: Fate };
}

/** The changes to what a board is made of. Each is one deed for undo. */
export class Blueprint {
  readonly #board: () => Board;
  readonly #perform: Perform;
  /** For what commenters may do too. */
  readonly #say: Perform;

  constructor(board: () => Board, perform: Perform, say: Perform) {
    this.#board = board;
    this.#perform = perform;
    this.#say = say;
  }

  /** Adds a step at `index`, or last. It joins the phase that both its neighbours are in. */
  addStep(index?: number): string | undefined {
    const { steps } = this.#board();
    if (steps.length >= LIMITS.steps) return undefined;
    const at = index ?? steps.length;
    const [before, after] = [steps[at - 1], steps[at]];
    const phase = before?.phase === (after ?? before)?.phase ? before?.phase : undefined;
    return this.#make((draft, id) => create.createStep(draft, { id, order: orderAt(steps, at), phase }));
  }

  addPhase(): string | undefined {
    const { phases } = this.#board();
    if (phases.length >= LIMITS.phases) return undefined;
    return this.#make((draft, id) => create.createPhase(draft, { id, order: orderAt(phases) }));
  }

  /** Makes a phase and puts a step into it. */
  addPhaseFor(step: string): string | undefined {
    const { phases } = this.#board();
    if (phases.length >= LIMITS.phases) return undefined;
    return this.#make((draft, id) => [
      ...create.createPhase(draft, { id, order: orderAt(phases) }),
      ...setFields(draft, ["steps", step], { phase: id }),
    ]);
  }

  addLane(role: LaneRole, index?: number): string | undefined {
    const { lanes } = this.#board();
    if (lanes.length >= LIMITS.lanes) return undefined;
    return this.#make((draft, id) => create.createLane(draft, { id, role, order: orderAt(lanes, index) }));
  }

  /** Gives a lane, step or phase a name in one go, as from a menu; writing together is done with editText. */
  rename(what: Ordered, id: string, title: string): boolean {
    return this.#perform((draft) => rewrite(draft, [what, id, "title"], title));
  }

  /** Puts a lane, step or phase at `index` among the others. A step goes over to the phase that it comes to lie within. */
  reorder(what: Ordered, id: string, index: number): boolean {
    const list = this.#board()[what] as readonly { id: string; order: string }[];
    const from = list.findIndex((item) => item.id === id);
    if (from < 0 || from === Math.max(0, Math.min(index, list.length - 1))) return false;
    const order = orderAt(
      list.filter((item) => item.id !== id),
      index,
    );
    return this.#perform((draft) => setFields(draft, [what, id], { order, ...(what === "steps" && this.#phaseAt(id, index)) }));
  }

  /** The phase of a step at `index`: that of its neighbours there, unless it is the only one of its own, which would be lost. */
  #phaseAt(id: string, index: number): { phase?: string | undefined } {
    const { steps } = this.#board();
    const step = steps.find((s) => s.id === id);
    const rest = steps.filter((s) => s.id !== id);
    if (step?.phase !== undefined && !rest.some((s) => s.phase === step.phase)) return {};
    const [before, after] = [rest[index - 1], rest[index]];
    const phase = (before ?? after)?.phase;
    return phase === (after ?? before)?.phase ? { phase } : {};
  }

  /** Puts these steps, one after another, at `index` among the others. */
  moveSteps(ids: readonly string[], index: number): boolean {
    const rest = this.#board().steps.filter((s) => !ids.includes(s.id));
    const [before, after] = neighbours(rest, index);
    let last = before;
    return this.#perform((draft) => ids.flatMap((id) => setFields(draft, ["steps", id], { order: (last = orderBetween(last, after)) })));
  }

  removeStep(id: string, contents: Contents): boolean {
    return this.#removeWith("steps", id, contents, (e) => e.step === id);
  }

  removeLane(id: string, contents: Contents): boolean {
    return this.#removeWith("lanes", id, contents, (e) => e.lane === id);
  }

  /** The steps of a phase stay and are in no phase. */
  removePhase(id: string): boolean {
    return this.#perform((draft) => removeObject(draft, ["phases", id]));
  }

  /** Draws a connector; undefined when there is one already, or an end is missing. */
  connect(from: string, to: string, how: Settable["connectors"] = {}): string | undefined {
    const { elements, connectors } = this.#board();
    const both = elements.some((e) => e.id === from) && elements.some((e) => e.id === to);
    const again = connectors.some((c) => c.from === from && c.to === to);
    if (from === to || !both || again || connectors.length >= LIMITS.others) return undefined;
    const { direction = "one-way", meaning = "leads-to" } = how;
    return this.#make((draft, id) => create.createConnector(draft, { id, from, to, direction, meaning, label: "" }));
  }

  addMarker(target: string, type: MarkerType): string | undefined {
    if (this.#board().markers.length >= LIMITS.others) return undefined;
    return this.#make((draft, id) => create.createMarker(draft, { id, target, type }));
  }

  /** The same mark on several at once, as far as there is room. */
  addMarkers(targets: readonly string[], type: MarkerType): boolean {
    const room = LIMITS.others - this.#board().markers.length;
    return this.#perform((draft) => targets.slice(0, Math.max(0, room)).flatMap((target) => create.createMarker(draft, { id: newId(), target, type })));
  }

  addEmotion(step: string, who: Feeler, value: number): string | undefined {
    if (this.#board().emotions.length >= LIMITS.others) return undefined;
    return this.#make((draft, id) => create.createEmotion(draft, { id, step, who, value }));
  }

  /** Says something about a thing on the board, or answers in a thread. An answer to an answer joins the same thread. */
  addComment(target: string, text: string, parent?: string): string | undefined {
    const { comments } = this.#board();
    if (text.trim() === "" || comments.length >= LIMITS.others) return undefined;
    const above = comments.find((c) => c.id === parent);
    const thread = above?.parent ?? above?.id;
    const order = orderAt([...comments].sort(byOrder));
    const about = above?.target ?? target;
    return this.#make((draft, id) => create.createComment(draft, { id, target: about, parent: thread, order, text }), this.#say);
  }

  /** Puts what was said in other words, as far as they differ. */
  rewordComment(id: string, text: string): boolean {
    return text.trim() !== "" && this.#say((draft) => rewrite(draft, ["comments", id, "text"], text));
  }

  /** Says what has become of a comment, and why: those who draw the board answer for that. */
  setFate(id: string, fate: Fate, reason = ""): boolean {
    return this.#perform((draft) => [
      ...setFields(draft, ["comments", id], { fate }),
      ...rewrite(draft, ["comments", id, "reason"], reason),
    ]);
  }

  /** How many votes a participant gives a target. Nothing is deleted: a zero is a vote taken back. */
  vote(target: string, participant: string, count: number): boolean {
    if (!isKey(target) || !isKey(participant) || !Number.isInteger(count) || count < 0) return false;
    return this.#say((draft) => {
      const votes = container(draft, "votes");
      if (!votes) return [];
      // Not a deed of its own for undo: without a vote in it, an empty map counts for nothing.
      votes[target] ??= {};
      return setFields(draft, ["votes", target], { [participant]: count });
    });
  }

  /** Gives a participant's one vote among these targets to one of them, or takes it back when none is named. */
  voteAmong(targets: readonly string[], participant: string, chosen: string | undefined): boolean {
    if (!isKey(participant) || !targets.every(isKey)) return false;
    return this.#say((draft) => {
      const votes = container(draft, "votes");
      if (!votes) return [];
      return targets.flatMap((target) => {
        const count = target === chosen ? 1 : 0;
        // Where others have voted a zero is written down: an earlier vote may be in a map that was made at the same time as theirs.
        if (votes[target] === undefined && count === 0) return [];
        votes[target] ??= {};
        return setFields(draft, ["votes", target], { [participant]: count });
      });
    });
  }

  /** Rids the board of a rule of the linter, or brings it back. */
  mute(rule: Rule, muted: boolean): boolean {
    return this.#perform((draft) => setFields(draft, ["meta"], { [muteKey(rule)]: muted || undefined }));
  }

  setState(state: Board["state"]): boolean {
    return this.#perform((draft) => setFields(draft, ["meta"], { state }));
  }

  set<K extends Thing>(what: K, id: string, fields: Settable[K]): boolean {
    const usable = Object.entries(fields as Fields).filter(([, v]) => typeof v !== "number" || Number.isFinite(v));
    return this.#perform((draft) => setFields(draft, [what, id], Object.fromEntries(usable)));
  }

  remove(what: "connectors" | "markers" | "emotions" | "comments", id: string): boolean {
    return this.#perform((draft) => removeObject(draft, [what, id]));
  }

  #removeWith(what: Ordered, id: string, contents: Contents, lies: (e: Element) => boolean): boolean {
    const inside = contents === "remove" ? this.#board().elements.filter(lies) : [];
    return this.#perform((draft) => [
      ...removeElements(draft, new Set(inside.map((e) => e.id))),
      ...removeObject(draft, [what, id]),
    ]);
  }

  #make(deed: (draft: Draft, id: string) => Action[], perform = this.#perform): string | undefined {
    const id = newId();
    return perform((draft) => deed(draft, id)) ? id : undefined;
  }
}

/** Turns the text at a path into another, as one replacement. */
function rewrite(draft: Draft, path: Path, to: string): Action[] {
  const splice = spliceOf(textOf(find(draft, path.slice(0, -1))?.[path.at(-1) ?? ""]), to);
  return splice ? editText(draft, path, splice) : [];
}

const orderAt = (sorted: readonly { order: string }[], index = sorted.length) => orderBetween(...neighbours(sorted, index));

const isKey = (key: string) => key !== "" && key.length <= 200 && !key.includes("/");
