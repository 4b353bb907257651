import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BoardDocument } from "../../src/document/document";
import { EVIDENCE_STATUSES, FATES, LANE_ROLES, MARKER_TYPES, NOTE_COLORS, RULES } from "../../src/document/model";
import { Desk, genesis } from "./boards";

/**
 * Documents that other programs made, or that are damaged: wrong types, missing parts, unknown kinds, ids that lead
 * nowhere. They open, and whatever a person then does, what was not touched by it stays exactly as it was.
 */

const COLLECTIONS = ["lanes", "steps", "phases", "elements", "connectors", "markers", "emotions", "comments", "votes"] as const;
const IDS = ["customer", "support", "s1", "s2", "e1", "e2", "e3", "gone"] as const;
const FIELDS = [
  ...["role", "title", "order", "kind", "lane", "step", "x", "w", "text", "color", "points", "from", "to", "label", "target", "type"],
  ...["note", "recovery", "who", "value", "parent", "fate", "reason", "phase", "standardSeconds", "owner", "locked", "hologram"],
];

const known = [...IDS, ...LANE_ROLES, ...MARKER_TYPES, ...FATES, ...EVIDENCE_STATUSES, ...NOTE_COLORS, "note", "action", "ink", "hologram", "a0", "a1"];
/** Made anew for each document: Automerge does not take a value that is part of one already. */
const scalar: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e300, "", "text").map((v) => () => v),
  fc.constantFrom(...known).map((v) => () => v),
  fc.constantFrom(...known).map((v) => () => new A.ImmutableString(v)),
  fc.constant(() => new Date(5)),
  fc.constant(() => new Uint8Array([1, 2])),
);
const map = (keys: readonly string[], value: fc.Arbitrary<() => unknown>) =>
  fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 }).map((entries) => () => Object.fromEntries(Object.entries(entries).map(([k, v]) => [k, v()])));
const list = (value: fc.Arbitrary<() => unknown>) => fc.array(value, { maxLength: 4 }).map((items) => () => items.map((item) => item()));
const deep = fc.oneof({ weight: 6, arbitrary: scalar }, map(FIELDS, scalar), list(scalar));
const object = fc.oneof({ weight: 6, arbitrary: map(FIELDS, deep) }, deep);
const part = fc.oneof({ weight: 8, arbitrary: map(IDS, object) }, deep, fc.constant(() => undefined));
const document = fc.record(
  { schema: fc.constant(() => 1), meta: fc.oneof(map(["title", "state", "muteSB001", "other"], deep), deep), other: deep, ...Object.fromEntries(COLLECTIONS.map((c) => [c, part])) },
  { requiredKeys: ["schema"] },
);

/** A deed, and the things that it is about: collection and id, or collection alone. */
type Deed = (board: BoardDocument) => readonly string[];
const id = fc.constantFrom(...IDS);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.tuple(id, id).map(([lane, step]): Deed => (b) => (b.createElement({ lane, step }), [])),
  fc.tuple(id, id, id).map(([e, lane, step]): Deed => (b) => (b.moveElement(e, { lane, step }), [`elements/${e}`])),
  id.map((e): Deed => (b) => (b.setColor(e, "pink"), [`elements/${e}`])),
  // With an element go the connectors that would hang in the air.
  id.map((e): Deed => (b) => (b.removeElement(e), [`elements/${e}`, "connectors"])),
  id.map((s): Deed => (b) => (b.blueprint.removeStep(s, "keep"), [`steps/${s}`])),
  id.map((l): Deed => (b) => (b.blueprint.removeLane(l, "keep"), [`lanes/${l}`])),
  id.map((p): Deed => (b) => (b.blueprint.removePhase(p), [`phases/${p}`])),
  fc.constant((b: BoardDocument) => (b.addStep(), [])),
  fc.constant((b: BoardDocument) => (b.blueprint.addPhase(), [])),
  fc.constant((b: BoardDocument) => (b.blueprint.addLane("metrics", 1), [])),
  id.map((s): Deed => (b) => (b.blueprint.addPhaseFor(s), [`steps/${s}`])),
  fc.tuple(id, fc.nat(5)).map(([s, at]): Deed => (b) => (b.blueprint.reorder("steps", s, at), [`steps/${s}`])),
  id.map((l): Deed => (b) => (b.blueprint.rename("lanes", l, "namn"), [`lanes/${l}`])),
  fc.tuple(id, id).map(([from, to]): Deed => (b) => (b.blueprint.connect(from, to), [])),
  id.map((t): Deed => (b) => (b.blueprint.addMarker(t, "pain"), [])),
  id.map((s): Deed => (b) => (b.blueprint.addEmotion(s, "staff", -2), [])),
  fc.tuple(id, fc.option(id, { nil: undefined })).map(([t, parent]): Deed => (b) => (b.blueprint.addComment(t, "ord", parent), [])),
  id.map((c): Deed => (b) => (b.blueprint.setFate(c, "declined", "skäl"), [`comments/${c}`])),
  id.map((t): Deed => (b) => (b.blueprint.vote(t, "me", 1), [`votes/${t}`])),
  fc.constantFrom(...RULES).map((r): Deed => (b) => (b.blueprint.mute(r, true), [`meta/mute${r}`])),
  fc.constant((b: BoardDocument) => (b.blueprint.setState("ideal"), ["meta/state"])),
  fc.tuple(id, fc.nat(3)).map(([e, at]): Deed => (b) => {
    const { length } = b.text(["elements", e, "text"]);
    b.editText(["elements", e, "text"], { at: Math.min(at, length), remove: at < length ? 1 : 0, insert: "ny" });
    return [`elements/${e}`];
  }),
  fc.constant((b: BoardDocument) => (b.editText(["meta", "title"], { at: 0, remove: 0, insert: "ny" }), ["meta/title"])),
);

/** What a document holds, told apart by type as well. */
function plain(value: unknown): unknown {
  if (A.isImmutableString(value)) return { scalar: String(value.val) };
  if (value instanceof Date) return { date: value.getTime() };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return value;
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What was there and is not about the touched things, at two levels: the parts of the document and the things in them. */
function untouched(before: Record<string, unknown>, after: Record<string, unknown>, touched: readonly string[]): [string, unknown, unknown][] {
  const out: [string, unknown, unknown][] = [];
  for (const [name, value] of Object.entries(before)) {
    // A null is a hole, which something new may fill.
    if (touched.includes(name) || value === null) continue;
    if (!isMap(value) || "scalar" in value || "date" in value || "bytes" in value) out.push([name, value, after[name]]);
    else for (const [key, thing] of Object.entries(value)) if (!touched.includes(`${name}/${key}`)) out.push([`${name}/${key}`, thing, (after[name] as typeof value)[key]]);
  }
  return out;
}

/** The same, but for what undo may leave where there was nothing: an empty text or map; and text written together where one wrote alone. */
function loose(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loose);
  if (!isMap(value)) return value ?? "";
  if (typeof value["scalar"] === "string") return value["scalar"];
  const full = Object.entries(value).flatMap(([k, v]): [string, unknown][] => (loose(v) === "" ? [] : [[k, loose(v)]]));
  return full.length === 0 ? "" : Object.fromEntries(full);
}

const open = (raw: Record<string, () => unknown>) => {
  const start = A.from(Object.fromEntries(Object.entries(raw).flatMap(([k, make]) => ((v) => (v === undefined ? [] : [[k, v]]))(make()))));
  const desk = new Desk(start);
  return { desk, board: new BoardDocument(desk, { now: () => 0 }), look: () => plain(desk.doc()) as Record<string, unknown> };
};

describe("a document that this program did not make", () => {
  test("opens without being changed", () => {
    fc.assert(
      fc.property(document, (raw) => {
        const { desk, board } = open(raw as Record<string, () => unknown>);
        const heads = A.getHeads(desk.doc());
        expect(board.board().elements.length).toBeLessThanOrEqual(IDS.length);
        expect(A.getHeads(desk.doc())).toEqual(heads);
      }),
      { numRuns: 200 },
    );
  });

  test("keeps everything that a person's deeds were not about, and undo brings the rest back", () => {
    fc.assert(
      fc.property(document, fc.array(deed, { minLength: 1, maxLength: 5 }), (raw, deeds) => {
        const { board, look } = open(raw as Record<string, () => unknown>);
        const first = look();
        for (const act of deeds) {
          const before = look();
          const touched = act(board);
          const after = look();
          for (const [where, was, is] of untouched(before, after, touched)) expect(is, where).toEqual(was);
        }
        let taken = 0;
        for (let i = 0; i < deeds.length; i++) if (board.undo() === "done") taken++;
        expect(taken).toBeLessThanOrEqual(deeds.length);
        const last = look();
        // An empty map that was made for something new may stay.
        for (const [where, was, is] of untouched(first, last, [])) expect(loose(is), where).toEqual(loose(was));
      }),
      { numRuns: 400 },
    );
  });

  test("of a newer schema is looked at and never changed", () => {
    fc.assert(
      fc.property(document, fc.array(deed, { minLength: 1, maxLength: 5 }), (raw, deeds) => {
        const { desk, board } = open({ ...(raw as Record<string, () => unknown>), schema: () => 2 });
        const heads = A.getHeads(desk.doc());
        for (const act of deeds) act(board);
        expect(A.getHeads(desk.doc())).toEqual(heads);
      }),
      { numRuns: 50 },
    );
  });
});

test("the deeds above do change a board as this program makes it", () => {
  fc.assert(
    fc.property(deed, (act) => {
      const desk = new Desk(genesis());
      const board = new BoardDocument(desk);
      const before = plain(desk.doc());
      act(board);
      return JSON.stringify(plain(desk.doc())) === JSON.stringify(before) || board.canUndo;
    }),
  );
});
