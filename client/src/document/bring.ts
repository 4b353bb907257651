import { diffWordsWithSpace } from "diff";
import type { Difference, Part } from "../compare/differences";
import { removeElements } from "./elements";
import { FEELERS, MARKER_TYPES } from "./model";
import { mapOf, muteKey, textOf } from "./read";
import type { Splice } from "./text";
import { container, copy, editText, find, removeObject, sameScalar, scalar, setFields } from "./write";
import type { Action, Draft, Path, Scalar } from "./write";

/**
 * Brings differences from another board, or from another moment of this one, into the document: what was added there is
 * added here, and so on. One deed. Nothing is touched that no difference names. Votes are other people's own and stay.
 */
export function bringDifferences(draft: Draft, differences: readonly Difference[]): Action[] {
  const added = differences.filter((d) => d.how === "added").sort((a, b) => rank(a) - rank(b));
  const removed = differences.filter((d) => d.how === "removed").sort((a, b) => rank(b) - rank(a));
  const rest = differences.filter((d) => d.how === "moved" || d.how === "changed");
  const answers = answersIn(added);
  return [...loosen(draft, added, differences), ...added.flatMap((d) => add(draft, d, answers)), ...rest.flatMap((d) => alter(draft, d)), ...removed.flatMap((d) => remove(draft, d))];
}

/** From what holds others to what is held. */
const RANK: readonly Part[] = ["board", "phases", "lanes", "steps", "elements", "connectors", "markers", "emotions", "comments", "votes"];
const rank = ({ part }: Difference) => RANK.indexOf(part);

/** The fields that hold text which is written together; the first is there from the start. Other strings are set whole. */
export const WORDS: Readonly<Record<Part, readonly string[]>> = {
  board: ["title", "purpose"],
  phases: ["title"],
  lanes: ["title", "owner"],
  steps: ["title"],
  elements: ["text", "channel", "owner"],
  connectors: ["label"],
  markers: ["note"],
  emotions: ["note"],
  comments: ["text", "reason"],
  votes: [],
};

type Raw = Readonly<Record<string, unknown>>;

/** A value as a document holds it: what says nothing is not in there. */
const plain = (value: unknown) => (value === "" || value === false ? undefined : (value as Scalar | undefined));

function add(draft: Draft, difference: Difference, answers: ReadonlyMap<string, ReadonlySet<string>>): Action[] {
  const { part, id } = difference;
  if (part === "votes" || part === "board") return [];
  const things = container(draft, part);
  if (!things) return [];
  const fields = Object.fromEntries(Object.entries(difference.after as unknown as Raw).filter(([field]) => field !== "id"));
  // What the board still holds but cannot show is not replaced: somebody may be writing in it elsewhere.
  if (find(draft, [part, id])) return write(draft, part, id, fields);
  const object: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (Array.isArray(value)) {
      if (value.length > 0) object[field] = copy(value);
    } else if (WORDS[part].includes(field)) {
      if (value !== "" || field === WORDS[part][0]) object[field] = value;
    } else {
      const usable = plain(value);
      if (usable !== undefined) object[field] = scalar(usable);
    }
  }
  things[id] = object;
  const talk = part === "comments" && { fate: textOf(fields["fate"]), answers: answers.get(id) ?? new Set<string>() };
  return [{ type: "create", path: [part, id], text: textOf(fields[WORDS[part][0] ?? ""]), ...(talk && { talk }) }];
}

/** The answers that come along, by the comment they answer. */
function answersIn(added: readonly Difference[]): ReadonlyMap<string, ReadonlySet<string>> {
  const answers = new Map<string, Set<string>>();
  for (const { part, id, after } of added) {
    if (part !== "comments" || after?.parent === undefined) continue;
    answers.set(after.parent, (answers.get(after.parent) ?? new Set()).add(id));
  }
  return answers;
}

/** What hung on a thing that is gone, by the field that still names it: it goes, or only lets go of that field. */
const HANGING: readonly { part: Part; field: string; to: Part; goes?: (raw: Raw) => boolean }[] = [
  { part: "steps", field: "phase", to: "phases" },
  { part: "elements", field: "lane", to: "lanes" },
  { part: "elements", field: "step", to: "steps" },
  { part: "connectors", field: "from", to: "elements", goes: () => true },
  { part: "connectors", field: "to", to: "elements", goes: () => true },
  { part: "markers", field: "target", to: "elements", goes: (raw) => (MARKER_TYPES as readonly string[]).includes(textOf(raw["type"])) },
  { part: "markers", field: "target", to: "steps", goes: (raw) => (MARKER_TYPES as readonly string[]).includes(textOf(raw["type"])) },
  { part: "markers", field: "recovery", to: "elements" },
  { part: "emotions", field: "step", to: "steps", goes: (raw) => (FEELERS as readonly string[]).includes(textOf(raw["who"])) },
  { part: "comments", field: "parent", to: "comments" },
];

/** Keeps what is brought back from bringing with it what once hung on it here and nobody has chosen. */
function loosen(draft: Draft, added: readonly Difference[], all: readonly Difference[]): Action[] {
  const back = new Set(added.map((d) => `${d.part}/${d.id}`));
  const chosen = new Set(all.flatMap((d) => (d.fields.length > 0 ? d.fields : [""]).map((field) => `${d.part}/${d.id}/${field}`)));
  if (back.size === 0) return [];
  return HANGING.flatMap(({ part, field, to, goes }) =>
    Object.entries(find(draft, [part]) ?? {}).flatMap(([id, value]) => {
      const raw = mapOf(value);
      if (!raw || chosen.has(`${part}/${id}/`) || chosen.has(`${part}/${id}/${field}`) || !back.has(`${to}/${textOf(raw[field])}`)) return [];
      return goes?.(raw) ? removeObject(draft, [part, id]) : goes ? [] : setFields(draft, [part, id], { [field]: undefined });
    }),
  );
}

function alter(draft: Draft, difference: Difference): Action[] {
  const { part, id, fields } = difference;
  if (part === "votes") return [];
  if (part === "board") return alterFact(draft, difference);
  const after = difference.after as unknown as Raw;
  return write(draft, part, id, Object.fromEntries(fields.map((field) => [field, after[field]])));
}

function alterFact(draft: Draft, { id, before, after }: Extract<Difference, { part: "board" }>): Action[] {
  if (!before || !after || !container(draft, "meta")) return [];
  if (id === "state") return setFields(draft, ["meta"], { state: after.state });
  if (id === "muted") {
    const rules = new Set([...before.muted, ...after.muted]);
    return setFields(draft, ["meta"], Object.fromEntries(Array.from(rules, (rule) => [muteKey(rule), after.muted.includes(rule) || undefined])));
  }
  return id === "title" || id === "purpose" ? rewriteWords(draft, ["meta", id], after[id]) : [];
}

/** Gives a thing these values, as its reader has them. */
export function write(draft: Draft, part: Part, id: string, fields: Raw): Action[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    if (WORDS[part].includes(field)) return rewriteWords(draft, [part, id, field], textOf(value));
    if (Array.isArray(value)) return setList(draft, [part, id], field, value as number[]);
    return setFields(draft, [part, id], { [field]: plain(value) });
  });
}

/** The path of a stroke: nobody writes in it, so it may be set whole. */
function setList(draft: Draft, path: Path, field: string, list: readonly number[]): Action[] {
  const target = find(draft, path);
  if (!target || sameScalar(target[field] ?? [], list)) return [];
  const before = copy(target[field]);
  target[field] = [...list];
  return [{ type: "set", path: [...path, field], before, after: [...list] }];
}

function remove(draft: Draft, { part, id }: Difference): Action[] {
  if (part === "votes" || part === "board") return [];
  return part === "elements" ? removeElements(draft, new Set([id])) : removeObject(draft, [part, id]);
}

/** Turns a text into another word by word, so that who wrote the words that stay is still told by them. */
function rewriteWords(draft: Draft, path: Path, to: string): Action[] {
  let done: Action[] = [];
  for (const splice of splicesTo(textOf(find(draft, path.slice(0, -1))?.[path.at(-1) ?? ""]), to)) {
    const [former] = done;
    const next = editText(draft, path, splice, former?.type === "text" ? former.edit : undefined);
    if (next.length > 0) done = next;
  }
  return done;
}

/** The replacements that turn one text into another, from the last to the first, so that each leaves the others true. */
export function splicesTo(from: string, to: string): readonly Splice[] {
  const splices: { at: number; remove: number; insert: string }[] = [];
  let at = 0;
  let open = false;
  for (const { value, added, removed } of diffWordsWithSpace(from, to)) {
    if (!added && !removed) {
      at += value.length;
      open = false;
      continue;
    }
    if (!open) splices.push({ at, remove: 0, insert: "" });
    open = true;
    const last = splices.at(-1);
    if (!last) continue;
    if (added) last.insert += value;
    else {
      last.remove += value.length;
      at += value.length;
    }
  }
  return splices.reverse();
}
