import { linesCrossed } from "../document/model";
import type { Board, Element, Lane, Step } from "../document/model";
import { roughly } from "../panel/duration";
import { plainText } from "../richtext/parse";
import type { Difference } from "./differences";

/** What differs between two boards, in the words of a blueprint. */

/** Looks up words of the program, as i18next does. */
export type Say = (key: string, values?: Record<string, string | number>) => string;

/** The differences in short sentences: "3 steps added", "1 action moved from …". Like goes with like, in the order it first comes. */
export function summarise(differences: readonly Difference[], before: Board, after: Board, t: Say): readonly string[] {
  const say = namesOf(before, after, t);
  const groups = new Map<string, { noun: string; count: number; sentence: string; values: Record<string, string> }>();
  for (const difference of differences) {
    for (const { sentence, values = {} } of sentencesOf(difference, before, after, say, t)) {
      const noun = nounOf(difference);
      const key = [sentence, noun, ...Object.values(values)].join("\u0000");
      const group = groups.get(key);
      if (group) group.count++;
      else groups.set(key, { noun, count: 1, sentence, values });
    }
  }
  return Array.from(groups.values(), ({ noun, count, sentence, values }) =>
    t(`compare.said.${sentence}`, { ...values, count, what: noun === "" ? "" : t(`compare.what.${noun}`, { count }) }),
  );
}

interface Sentence {
  readonly sentence: string;
  readonly values?: Record<string, string>;
}

function nounOf({ part, before, after }: Difference): string {
  if (part === "board" || part === "votes") return "";
  const thing = (after ?? before) as { kind?: string; type?: string };
  return part === "elements" ? (thing.kind ?? "note") : part === "markers" ? (thing.type ?? "idea") : part;
}

function sentencesOf(difference: Difference, before: Board, after: Board, say: Names, t: Say): Sentence[] {
  const { part, how, fields } = difference;
  if (part === "board") return [factOf(difference, t)];
  if (part === "votes") return [{ sentence: "votes" }];
  if (how === "added" || how === "removed") return [{ sentence: how }];
  if (part === "elements" && how === "moved") return [movedOf(difference.before, difference.after, before, after, say, t)];
  if (part === "steps" && how === "moved") return [{ sentence: fields.includes("phase") ? "toPhase" : "moved" }];
  if (how === "moved") return [{ sentence: "moved" }];
  if (part === "markers" && fields.includes("recovery")) {
    const gained = difference.after?.recovery !== undefined;
    if (gained !== (difference.before?.recovery !== undefined)) return [{ sentence: gained ? "gained" : "lost" }];
  }
  if (part === "comments" && fields.includes("fate")) return [{ sentence: difference.after?.fate ?? "open" }];
  const has = (...names: string[]) => names.some((name) => fields.includes(name));
  const list: Sentence[] = [];
  const words = has("text", "note", "label");
  if (words) list.push({ sentence: "reworded" });
  if (has("title")) list.push({ sentence: "renamed" });
  const times = has("standardSeconds", "acceptableSeconds", "observedSeconds");
  if (times) list.push({ sentence: "times" });
  if (fields.some((f) => !["text", "note", "label", "title", "standardSeconds", "acceptableSeconds", "observedSeconds"].includes(f))) list.push({ sentence: "changed" });
  return list;
}

function factOf({ id, before, after }: Extract<Difference, { part: "board" }>, t: Say): Sentence {
  if (id !== "state" || !before || !after) return { sentence: id };
  return { sentence: "state", values: { before: t(`details.states.${before.state}`), after: t(`details.states.${after.state}`) } };
}

function movedOf(from: Element | undefined, to: Element | undefined, before: Board, after: Board, say: Names, t: Say): Sentence {
  if (!from || !to) return { sentence: "moved" };
  const [above, below] = [before.lanes.find((l) => l.id === from.lane), after.lanes.find((l) => l.id === to.lane)];
  if (!above || !below) return above ? { sentence: "loose" } : below ? { sentence: "placed", values: { to: say.lane(below.id) } } : { sentence: "moved" };
  if (above.id !== below.id) {
    const values = { from: say.lane(above.id), to: say.lane(below.id) };
    const [line, ...more] = linesCrossed(above.role, below.role);
    // Past several lines, the one that matters most is told.
    const told = line && more.length > 0 ? "visibility" : line;
    return told ? { sentence: "across", values: { ...values, line: t(`theLine.${told}`) } } : { sentence: "between", values };
  }
  return { sentence: from.step === to.step ? "moved" : "toStep" };
}

/** How things are called on either board; the second one's names win. */
export interface Names {
  lane(id: string): string;
  step(id: string): string;
  phase(id: string): string;
  thing(difference: Difference): string;
  any(id: string): string;
}

const MOST = 60;
const short = (text: string) => {
  const words = plainText(text).replaceAll(/\s+/g, " ").trim();
  return words.length > MOST ? `${words.slice(0, MOST).trimEnd()}…` : words;
};

export function namesOf(before: Board, after: Board, t: Say): Names {
  const boards = [after, before];
  const found = <T extends { id: string }>(list: (board: Board) => readonly T[], id: string) => boards.map((b) => list(b).find((thing) => thing.id === id)).find((thing) => thing !== undefined);
  const lane = ({ title, role }: Lane) => title.trim() || t(`lane.${role}`);
  const step = ({ id, title }: Step) => {
    const number = boards.map((b) => b.steps.findIndex((s) => s.id === id)).find((at) => at >= 0) ?? 0;
    return title.trim() || t("step", { number: number + 1 });
  };
  const element = ({ text, kind }: Element) => short(text) || t("connector.unnamed", { kind: t(`kind.${kind}`) });
  const any = (id: string): string => {
    const e = found((b) => b.elements, id);
    if (e) return element(e);
    const s = found((b) => b.steps, id);
    if (s) return step(s);
    const l = found((b) => b.lanes, id);
    if (l) return lane(l);
    const c = found((b) => b.connectors, id);
    return c ? t("compare.name.connector", { from: any(c.from), to: any(c.to) }) : t("compare.name.gone");
  };
  const thing = (difference: Difference): string => {
    const { part, id } = difference;
    switch (part) {
      case "board":
        return t("compare.name.board");
      case "phases":
        return (difference.after ?? difference.before)?.title.trim() || t("details.phase");
      case "markers": {
        const marker = difference.after ?? difference.before;
        return marker ? t("compare.name.on", { mark: t(`details.marker.${marker.type}`), name: any(marker.target) }) : id;
      }
      case "emotions": {
        const emotion = difference.after ?? difference.before;
        return emotion ? t("compare.name.on", { mark: t("details.emotions"), name: any(emotion.step) }) : id;
      }
      case "comments":
        return short((difference.after ?? difference.before)?.text ?? "");
      case "votes":
        return t("compare.name.votes", { name: any(id) });
      default:
        return any(id);
    }
  };
  return {
    lane: (id) => (found((b) => b.lanes, id) ? any(id) : t("compare.name.gone")),
    step: (id) => (found((b) => b.steps, id) ? any(id) : t("compare.name.gone")),
    phase: (id) => found((b) => b.phases, id)?.title.trim() || t("details.phase"),
    thing,
    any,
  };
}

/** One thing that is other than it was. */
export interface Detail {
  readonly field: string;
  readonly before: string;
  readonly after: string;
  /** It is words that people wrote: what was written and taken out can be shown within them. */
  readonly written: boolean;
}

const WRITTEN = new Set(["title", "purpose", "text", "note", "label", "reason", "owner", "channel"]);
const PLACES = new Set(["lane", "step", "x", "y"]);
const SIZES = new Set(["w", "h"]);
const ENDS = new Set(["from", "to"]);

/** What a difference consists of, for who wants to see it in full. For what was added or removed: where it lies. */
export function detailsOf(difference: Difference, before: Board, after: Board, t: Say): readonly Detail[] {
  const names = namesOf(before, after, t);
  const [old, now] = [difference.before, difference.after] as unknown as [Raw | undefined, Raw | undefined];
  const details = new Map<string, Detail>();
  for (const field of difference.fields) {
    if (field === "by" || field === "pressures") continue;
    const name = PLACES.has(field) ? "place" : SIZES.has(field) ? "size" : ENDS.has(field) ? "ends" : field;
    // In another cell it has another place in it as well: that says nothing more.
    if (details.has(name) || (field === "order" && difference.fields.length > 1)) continue;
    const value = (thing: Raw | undefined) => (thing ? valueOf(name, thing, names, t) : "");
    const [was, is] = [value(old), value(now)];
    details.set(name, { field: t(`compare.field.${name}`), before: was, after: was === is ? t("compare.value.another") : is, written: WRITTEN.has(name) });
  }
  return [...details.values()];
}

/** Where an element lies, in words. */
export function placeOf(element: Pick<Element, "lane" | "step">, names: Names, t: Say): string {
  return element.lane === undefined || element.step === undefined ? t("board.nowhere") : `${names.lane(element.lane)}, ${names.step(element.step)}`;
}

type Raw = Readonly<Record<string, unknown>>;

function valueOf(field: string, thing: Raw, names: Names, t: Say): string {
  const nothing = t("compare.value.nothing");
  const value = thing[field];
  if (field === "place") return placeOf(thing as unknown as Element, names, t);
  if (field === "ends") return t("compare.name.connector", { from: names.any(String(thing["from"])), to: names.any(String(thing["to"])) });
  if (field === "size") return `${String(thing["w"])} × ${String(thing["h"])}`;
  if (field === "order" || field === "points" || field === "image" || field === "parent") return "";
  if (value === undefined || value === "") return nothing;
  if (typeof value === "boolean") return t(`compare.value.${value ? "yes" : "no"}`);
  if (Array.isArray(value)) return value.length === 0 ? nothing : value.join(", ");
  if (typeof value === "number") return field.endsWith("Seconds") ? saySeconds(value, t) : field === "value" ? t(`details.feeling.${String(value)}`) : String(value);
  if (typeof value !== "string") return nothing;
  const table: Readonly<Record<string, string>> = { role: "lane", state: "details.states", kind: "kind", color: "color", performedBy: "details.performers", evidenceStatus: "details.evidences", meaning: "connector", direction: "compare.value", form: "compare.value", type: "details.marker", who: "details.who", fate: "talk.fate" };
  if (table[field] !== undefined) return t(`${table[field]}.${value}`);
  if (field === "phase") return names.phase(value);
  if (field === "recovery" || field === "target") return names.any(value);
  return value;
}

function saySeconds(seconds: number, t: Say): string {
  const { count, unit } = roughly(seconds);
  return t(`details.shortUnits.${unit}`, { n: count });
}
