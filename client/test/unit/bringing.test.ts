import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBoards, PARTS, withNeeds } from "../../src/compare/differences";
import type { Difference } from "../../src/compare/differences";
import { summarise } from "../../src/compare/words";
import { createReader, mapOf } from "../../src/document/read";
import { en } from "../../src/i18n/en";
import { differencesWith } from "../../src/variants/difference";
import { lookUp } from "./lookUp";
import { fetched, Side, sides, turns } from "./sides";

type Raw = Readonly<Record<string, unknown>>;
const RUNS = { numRuns: 30 };
const sorted = (list: Iterable<string>) => [...list].sort();
const plain = (doc: unknown) => JSON.parse(JSON.stringify(doc)) as unknown;
const reader = () => createReader((map, key) => A.getConflicts(map as never, key as never));
const keysOf = (list: readonly Difference[]) => sorted(list.map((d) => d.key));
const coins = fc.infiniteStream(fc.boolean());

/** All that a document has at a place: values, marks, which object it is, who wrote each letter, and what people set at the same time. */
function all(doc: A.Doc<unknown>, path: readonly (string | number)[]): unknown {
  const key = path.at(-1) as string;
  const parent = path.slice(0, -1).reduce<unknown>((value, step) => (value as Raw)[step], doc) as Raw;
  const rivals = Object.keys(A.getConflicts(parent as never, key as never) ?? {}).sort();
  const value = parent[key];
  if (typeof value === "string") return { text: value, spans: A.spans(doc, path as string[]), letters: lettersAt(doc, path as string[], value), rivals };
  if (A.isCounter(value)) return { counted: value.value, rivals };
  const map = Array.isArray(value) ? value : mapOf(value);
  if (!map) return { value: plain(value), rivals };
  return { object: A.getObjectId(map), rivals, fields: Object.fromEntries(Object.keys(map).map((field) => [field, all(doc, [...path, Array.isArray(map) ? Number(field) : field])])) };
}

/** By which change of whom each letter was written. */
function lettersAt(doc: A.Doc<unknown>, path: string[], text: string): string[] {
  const letters: string[] = [];
  for (let i = 0; i < text.length; i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) letters.push(A.getCursor(doc, path, i));
  return letters;
}

/** The same by the name of each thing; what is no thing of a board by its key at the root, facts of the board by theirs in meta. */
function pieces(open: A.Doc<unknown>): Map<string, unknown> {
  // Of a copy, Automerge tells what people set at the same time as it was before the copy.
  const doc = A.load<unknown>(A.save(open));
  const found = new Map<string, unknown>();
  for (const [root, value] of Object.entries(doc as Raw)) {
    const inside = ["meta", ...PARTS].includes(root as never) ? mapOf(value) : undefined;
    if (!inside) found.set(root, all(doc, [root]));
    else for (const id of Object.keys(inside)) found.set(`${root === "meta" ? "board" : root}/${id}`, all(doc, [root, id]));
  }
  return found;
}

const bring = (side: Side, differences: readonly Difference[], from: Side) => side.one.board.bringFrom(from.doc, differences);

/** Brings some of what a variant has that is different. */
function bringSome(here: Side, there: Side, coin: { next(): { value: boolean } }) {
  const list = compareBoards(here.one.board.board(), there.one.board.board()).filter((d) => d.part !== "votes");
  const taken = withNeeds(list, new Set(list.filter(() => coin.next().value).map((d) => d.key)));
  const chosen = list.filter((d) => taken.has(d.key));
  return { list, chosen, done: bring(here, chosen, there) };
}

describe("bringing all of a variant home", () => {
  test("is Automerge's own merge: heads, content, marks, and who wrote each letter", () => {
    fc.assert(
      fc.property(turns(14), turns(10), turns(10), (past, here, there) => {
        const both = sides(past, here, there);
        const { original, variant } = both;
        const merged = A.merge(A.clone(original.doc), A.clone(variant.doc));
        expect(original.one.board.mergeWith(fetched(both).doc)).toBe(true);
        expect(sorted(A.getHeads(original.doc))).toEqual(sorted(A.getHeads(merged)));
        expect(pieces(original.doc)).toEqual(pieces(merged));
        expect(original.one.board.board()).toEqual(reader()(merged));
        // The other way round it is the same, and once more it is nothing.
        expect(pieces(A.merge(A.clone(variant.doc), A.clone(original.doc)))).toEqual(pieces(merged));
        original.one.board.mergeWith(fetched(both).doc);
        expect(sorted(A.getHeads(original.doc))).toEqual(sorted(A.getHeads(merged)));
        // Each change is whose it was.
        const authors = (doc: A.Doc<unknown>) => A.getChangesMetaSince(doc, []).map((c) => `${c.hash} ${c.actor}`);
        expect(sorted(authors(original.doc))).toEqual(sorted(new Set([...authors(merged), ...authors(variant.doc)])));
        // And nothing that the variant alone has done is left to bring.
        expect(differencesWith(original.doc, original.one.board.board(), fetched(both)).filter((d) => d.made === "variant")).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe("bringing home what was chosen", () => {
  test("changes what was chosen, and of everything else not a byte", () => {
    fc.assert(
      fc.property(turns(14), turns(10), turns(10), coins, (past, here, there, coin) => {
        const { original, variant } = sides(past, here, there);
        const [start, before] = [original.one.board.board(), pieces(original.doc)];
        const { list, chosen } = bringSome(original, variant, coin);
        const [end, after] = [original.one.board.board(), pieces(original.doc)];
        expect(keysOf(compareBoards(start, end))).toEqual(keysOf(chosen));
        const left = compareBoards(end, variant.one.board.board()).filter((d) => d.part !== "votes");
        expect(keysOf(left)).toEqual(keysOf(list.filter((d) => !chosen.includes(d))));

        const named = new Set(chosen.map((d) => `${d.part}/${d.id}`));
        const rest = (found: Map<string, unknown>) => new Map([...found].filter(([name]) => !isTouched(name, named, before)));
        expect(rest(after)).toEqual(rest(before));
        for (const d of chosen) if (d.how === "moved" || d.how === "changed") sameBeside(d, chosen, before, after);
      }),
      RUNS,
    );
  });

  test("twice is once, and undo takes it back", () => {
    fc.assert(
      fc.property(turns(14), turns(10), turns(10), coins, (past, here, there, coin) => {
        const { original, variant } = sides(past, here, there);
        const start = original.one.board.board();
        const { chosen, done } = bringSome(original, variant, coin);
        expect(done).toBe(chosen.length > 0);
        const heads = A.getHeads(original.doc);
        expect(bring(original, chosen, variant)).toBe(false);
        expect(A.getHeads(original.doc)).toEqual(heads);
        if (done) expect(original.one.board.undo()).toBe("done");
        expect(original.one.board.board()).toEqual(start);
      }),
      RUNS,
    );
  });

  test("and back makes both boards one", () => {
    fc.assert(
      fc.property(turns(14), turns(10), turns(10), coins, (past, here, there, coin) => {
        const { original, variant } = sides(past, here, there);
        bringSome(original, variant, coin);
        bring(variant, compareBoards(variant.one.board.board(), original.one.board.board()).filter((d) => d.part !== "votes"), original);
        expect(compareBoards(variant.one.board.board(), original.one.board.board()).filter((d) => d.part !== "votes")).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe("bringing home all, after some of it", () => {
  test("leaves what was chosen as it is in the variant, which may have gone on, and merges the rest", () => {
    fc.assert(
      fc.property(turns(12, false), turns(8, false), turns(8, false), turns(4, false), coins, (past, here, there, more, coin) => {
        const both = sides(past, here, there);
        const { original, variant } = both;
        const start = A.clone(original.doc);
        const { chosen } = bringSome(original, variant, coin);
        variant.play(more);
        const merged = A.merge(start, A.clone(variant.doc));
        expect(original.one.board.mergeWith(fetched(both).doc)).toBe(true);
        const names = new Set(chosen.map((d) => `${d.part}/${d.id}`));
        const [there_, end] = [variant.one.board.board(), original.one.board.board()];
        const wrong = compareBoards(end, there_).filter((d) => chosen.some((c) => c.part === d.part && c.id === d.id && (c.fields.length === 0 || c.fields.some((f) => d.fields.includes(f)))));
        // What was chosen to be gone here, and has been written in there since, is a matter of the merge.
        // So is a mark whose step was taken away in the variant, and is put back here: there it is held unseen, and seen again with its step.
        const heldIn = (doc: A.Doc<unknown>, d: Difference) => mapOf(mapOf((doc as Raw)[d.part])?.[d.id]);
        const asMerged = compareBoards(end, reader()(merged));
        const unseen = (d: Difference) => d.how === "removed" && heldIn(variant.doc, d) && !asMerged.some((m) => m.key === d.key);
        // A card that the variant has laid in a lane which is gone here is held there, and lies in none.
        const heldAsThere = (d: Difference) => {
          const [mine, other] = [heldIn(original.doc, d), heldIn(variant.doc, d)];
          return mine && other && d.fields.length > 0 && d.fields.every((f) => f in other && JSON.stringify(mine[f]) === JSON.stringify(other[f]));
        };
        const isMerge = (d: Difference) => chosen.find((c) => c.part === d.part && c.id === d.id)?.how === "removed" || unseen(d) || heldAsThere(d);
        expect(wrong.filter((d) => !isMerge(d))).toEqual([]);
        const beside = asMerged.map((d) => `${d.part}/${d.id}`);
        const found = pieces(merged);
        expect(beside.filter((name) => !isTouched(name, names, found))).toEqual([]);
        // Once more there is nothing to do.
        const heads = A.getHeads(original.doc);
        original.one.board.mergeWith(fetched(both).doc);
        expect(A.getHeads(original.doc)).toEqual(heads);
      }),
      RUNS,
    );
  });

  test("keeps what was written here since, and there, and whose it is", () => {
    const both = sides([{ who: 0, does: { deed: 0, seed: 1, words: "Ring" } }], [], []);
    const { original, variant } = both;
    const [old] = original.one.board.board().elements.map((e) => e.id);
    const text = (id = "") => ["elements", id, "text"];
    const type = (side: Side, id: string | undefined, at: number, insert: string) => side.one.board.editText(text(id), { at, remove: 0, insert });
    const fresh = variant.one.board.createElement({ lane: "customer", step: "s2", color: "pink" });
    type(variant, fresh, 0, "Vänta på svar");
    type(variant, old, 4, " kunden");
    const start = compareBoards(original.one.board.board(), variant.one.board.board()).filter((d) => d.id === fresh);
    const other = new Side(original.doc);
    expect(bring(other, start, variant)).toBe(true);
    bring(original, compareBoards(original.one.board.board(), variant.one.board.board()), variant);
    type(original, old, 0, "1. ");
    type(original, fresh, 13, ", länge");
    type(variant, old, 11, " nu");
    type(variant, fresh, 0, "Kunder: ");
    variant.one.board.setColor(fresh ?? "", "green");
    const maker = variant.one.board.makerOf(fresh ?? "");

    original.one.board.mergeWith(fetched(both).doc);
    const words = () => Object.fromEntries(original.one.board.board().elements.map((e) => [e.id, e.text]));
    expect(words()).toEqual({ [old ?? ""]: "1. Ring kunden nu", [fresh ?? ""]: "Kunder: Vänta på svar, länge" });
    expect(original.one.board.board().elements.find((e) => e.id === fresh)?.color).toBe("green");
    expect(original.one.board.makerOf(fresh ?? "")).toBe(maker);
    // Whoever brought it does not take away what is its maker's again.
    other.one.board.mergeWith(fetched({ ...both, original: other }).doc);
    expect(other.one.board.makerOf(fresh ?? "")).toBe(maker);
    expect(other.one.board.undo()).toBe("conflict");
    // What its maker goes on to write in the variant still comes home.
    type(variant, fresh, 0, "! ");
    original.one.board.mergeWith(fetched(both).doc);
    expect(words()[fresh ?? ""]).toBe("! Kunder: Vänta på svar, länge");
  });

  test("holds for what was brought back from a variant as it was made, in which people go on only then", () => {
    const both = sides([{ who: 0, does: { deed: 0, seed: 1, words: "Ring kunden" } }], [], []);
    const { original, variant } = both;
    const [id] = original.one.board.board().elements.map((e) => e.id);
    const write = (side: Side, words: string) => side.one.board.editText(["elements", id ?? "", "text"], { at: 5, remove: 1, insert: words });
    write(original, "upp k");
    original.one.board.blueprint.removeStep("s5", "keep");
    original.one.board.blueprint.removeStep("s4", "keep");
    const differences = compareBoards(original.one.board.board(), variant.one.board.board());
    expect(keysOf(differences)).toEqual([`elements/${id ?? ""}/changed`, "steps/s4/added", "steps/s5/added"]);
    bring(original, differences, variant);
    original.one.board.blueprint.rename("steps", "s5", "Efter");
    write(variant, "alla k");
    variant.one.board.blueprint.removeStep("s4", "keep");
    variant.one.board.blueprint.removeStep("s5", "keep");

    const home = () => {
      original.one.board.mergeWith(fetched(both).doc);
      const { elements, steps } = original.one.board.board();
      return { words: elements.map((e) => e.text), steps: steps.map((s) => s.id) };
    };
    // What somebody here has written in since it was brought stays.
    expect(home()).toEqual({ words: ["Ring alla kunden"], steps: ["s1", "s2", "s3", "s5"] });
    // Of a variant that has come home since, only what is new in it is new here.
    write(original, "nästan a");
    write(variant, "verkligen a");
    const { words } = home();
    for (const word of ["nästan", "verkligen", "kunden"]) expect(words[0]?.split(word)).toHaveLength(2);
  });
});

describe("differences in words", () => {
  test("are none exactly where the boards hold the same", () => {
    fc.assert(
      fc.property(turns(14), turns(6), turns(6), (past, here, there) => {
        const { original, variant } = sides(past, here, there);
        const [a, b] = [reader()(original.doc), reader()(variant.doc)];
        const words = (one: typeof a, other: typeof a) => summarise(compareBoards(one, other), one, other, lookUp(en));
        const content = (board: typeof a) => ({ ...board, votes: board.votes.filter((v) => !v.id.startsWith("variant-")) });
        let same = true;
        try {
          expect(content(a)).toEqual(content(b));
        } catch {
          same = false;
        }
        expect(words(a, b).length === 0).toBe(same);
        expect(words(b, a).length === 0).toBe(same);
        expect(words(a, reader()(A.load(A.save(original.doc))))).toEqual([]);
      }),
      RUNS,
    );
  });
});

const REFERS: Readonly<Record<string, readonly string[]>> = { steps: ["phase"], elements: ["lane", "step"], connectors: ["from", "to"], markers: ["target", "recovery"], emotions: ["step"], comments: ["parent"] };
const referring = (part: string) => REFERS[part] ?? [];
const namedBy = (piece: unknown, field: string) => {
  const held = (piece as { fields?: Record<string, { value?: unknown; text?: string }> } | undefined)?.fields?.[field];
  return held?.value ?? held?.text;
};

/** Whether a thing was chosen, or hung on what comes or goes with it: a connector goes with its card. */
function isTouched(name: string, chosen: ReadonlySet<string>, before: Map<string, unknown>): boolean {
  if (chosen.has(name)) return true;
  if (name.startsWith("board/mute")) return chosen.has("board/muted");
  const ids = referring(name.split("/")[0] ?? "").map((field) => namedBy(before.get(name), field));
  return [...chosen].some((other) => ids.includes(other.split("/")[1]));
}

/**
 * Holds that of a thing that was changed, the fields that were not stay what they are, and the thing the object that it is.
 * A field that named what was gone lets go of it when that comes back, or what nobody chose would lie on it again.
 */
function sameBeside(d: Difference, chosen: readonly Difference[], before: Map<string, unknown>, after: Map<string, unknown>): void {
  if (d.part === "board") return;
  const fields = new Set(chosen.filter((o) => o.part === d.part && o.id === d.id).flatMap((o) => o.fields));
  const thing = before.get(`${d.part}/${d.id}`);
  for (const field of referring(d.part)) {
    if (fields.has(field) || !chosen.some((o) => o.how === "added" && o.id === namedBy(thing, field))) continue;
    expect(namedBy(after.get(`${d.part}/${d.id}`), field)).toBeUndefined();
    fields.add(field);
  }
  const rest = (found: Map<string, unknown>) => {
    const { object, fields: held } = found.get(`${d.part}/${d.id}`) as { object: string; fields: Raw };
    return { object, held: Object.fromEntries(Object.entries(held).filter(([field]) => !fields.has(field))) };
  };
  expect(rest(after)).toEqual(rest(before));
}
