import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReader } from "../../src/document/read";
import { people } from "./boards";
import type { Person } from "./boards";

function some(count: number) {
  let clock = 0;
  const { all, meet } = people(count, { now: () => (clock += 2000) });
  return { people: all as [Person, Person, Person], meet };
}

const board = (p: Person) => p.board.board();
const titles = (list: readonly { id: string; title: string }[]) => list.map((l) => l.title || l.id);

function note(p: Person, lane = "customer", step = "s1", text = "", kind: "note" | "action" = "action"): string {
  const id = p.board.createElement({ lane, step, kind });
  if (id === undefined) throw new Error("no note");
  if (text) p.board.editText(["elements", id, "text"], { at: 0, remove: 0, insert: text });
  return id;
}

describe("steps, lanes and phases", () => {
  test("a step goes where it is asked for, and can be named, moved and taken away", () => {
    const [a] = some(1).people;
    const id = a.board.blueprint.addStep(1) ?? "";
    a.board.blueprint.rename("steps", id, "Ansöka");
    expect(titles(board(a).steps)).toEqual(["s1", "Ansöka", "s2", "s3", "s4", "s5"]);
    a.board.blueprint.reorder("steps", id, 4);
    expect(titles(board(a).steps)).toEqual(["s1", "s2", "s3", "s4", "Ansöka", "s5"]);
    a.board.blueprint.reorder("steps", id, 99);
    expect(board(a).steps.at(-1)?.id).toBe(id);
    expect(a.board.blueprint.reorder("steps", id, 5)).toBe(false);
    a.board.blueprint.removeStep(id, "keep");
    expect(titles(board(a).steps)).toEqual(["s1", "s2", "s3", "s4", "s5"]);
    for (let i = 0; i < 5; i++) expect(a.board.undo()).toBe("done");
    expect(a.board.undo()).toBe("nothing");
    expect(titles(board(a).steps)).toEqual(["s1", "s2", "s3", "s4", "s5"]);
  });

  test("two steps put at the same place by two people are both there, in the same order for both", () => {
    const { people: [a, b], meet } = some(2);
    const one = a.board.blueprint.addStep(2) ?? "";
    const two = b.board.blueprint.addStep(2) ?? "";
    meet();
    expect(board(a).steps.map((s) => s.id)).toEqual(board(b).steps.map((s) => s.id));
    expect(board(a).steps.slice(2, 4).map((s) => s.id).sort()).toEqual([one, two].sort());
  });

  test("what lies in a removed step stays beside the board, and returns with the step", () => {
    const [a] = some(1).people;
    const id = note(a, "customer", "s2", "kept");
    a.board.blueprint.removeStep("s2", "keep");
    expect(board(a).elements[0]).toMatchObject({ id, text: "kept", lane: undefined, step: undefined });
    a.board.undo();
    expect(board(a).elements[0]).toMatchObject({ id, lane: "customer", step: "s2" });
  });

  test("what lies in a removed lane can go along, and one undo brings all of it back", () => {
    const [a] = some(1).people;
    const ids = [note(a, "support", "s1", "one"), note(a, "support", "s3", "two")];
    const other = note(a, "customer", "s1", "other");
    a.board.blueprint.removeLane("support", "remove");
    expect(board(a).elements.map((e) => e.id)).toEqual([other]);
    expect(board(a).lanes).toHaveLength(4);
    expect(a.board.undo()).toBe("done");
    expect(board(a).lanes).toHaveLength(5);
    expect(board(a).elements.filter((e) => e.lane === "support").map((e) => [e.id, e.text])).toEqual([
      [ids[0], "one"],
      [ids[1], "two"],
    ]);
  });

  test("a note that another puts into a step while it is removed is not lost", () => {
    const { people: [a, b], meet } = some(2);
    a.board.blueprint.removeStep("s2", "remove");
    const id = note(b, "customer", "s2", "in time");
    meet();
    for (const p of [a, b]) expect(board(p).elements).toMatchObject([{ id, text: "in time", step: undefined }]);
  });

  test("lanes have a role, an owner and an order", () => {
    const { people: [a, b], meet } = some(2);
    const id = a.board.blueprint.addLane("technology", 0) ?? "";
    meet();
    b.board.blueprint.set("lanes", id, { role: "metrics" });
    b.board.editText(["lanes", id, "owner"], { at: 0, remove: 0, insert: "IT" });
    a.board.blueprint.reorder("lanes", id, 5);
    meet();
    for (const p of [a, b]) expect(board(p).lanes.at(-1)).toMatchObject({ id, role: "metrics", owner: "IT" });
  });

  test("a step that is moved goes over to the phase that it comes to lie within, and never takes the last one out of its own", () => {
    const [a] = some(1).people;
    const { blueprint } = a.board;
    const [first, second] = [blueprint.addPhaseFor("s1") ?? "", blueprint.addPhaseFor("s5") ?? ""];
    blueprint.set("steps", "s2", { phase: first });
    blueprint.set("steps", "s3", { phase: first });
    const phases = () => Object.fromEntries(board(a).steps.map((s) => [s.id, s.phase]));
    blueprint.reorder("steps", "s4", 1);
    expect(phases()).toEqual({ s1: first, s4: first, s2: first, s3: first, s5: second });
    a.board.undo();
    expect(phases()["s4"]).toBeUndefined();
    // Between two phases a step keeps its own.
    blueprint.reorder("steps", "s1", 2);
    expect(phases()["s1"]).toBe(first);
    blueprint.reorder("steps", "s1", 3);
    expect(phases()["s1"]).toBe(first);
    blueprint.reorder("steps", "s1", 4);
    expect(phases()["s1"]).toBe(second);
    blueprint.reorder("steps", "s1", 0);
    blueprint.reorder("steps", "s5", 0);
    expect(phases()).toMatchObject({ s1: first, s5: second });
  });

  test("a step knows its phase until the phase is gone; a step put inside a phase joins it", () => {
    const [a] = some(1).people;
    const { blueprint } = a.board;
    const phase = blueprint.addPhaseFor("s1") ?? "";
    blueprint.set("steps", "s2", { phase });
    const between = blueprint.addStep(1);
    const after = blueprint.addStep(3);
    const of = (id: string | undefined) => board(a).steps.find((s) => s.id === id)?.phase;
    expect([of("s1"), of(between), of("s2"), of(after)]).toEqual([phase, phase, phase, undefined]);
    blueprint.removePhase(phase);
    expect(of("s1")).toBeUndefined();
    a.board.undo();
    expect(of("s1")).toBe(phase);
  });

  test("times can be set and taken away, and nonsense is no time", () => {
    const [a] = some(1).people;
    a.board.blueprint.set("steps", "s1", { standardSeconds: 60, acceptableSeconds: 120, observedSeconds: Infinity });
    expect(board(a).steps[0]).toMatchObject({ standardSeconds: 60, acceptableSeconds: 120, observedSeconds: undefined });
    a.board.blueprint.set("steps", "s1", { standardSeconds: undefined });
    expect(board(a).steps[0]?.standardSeconds).toBeUndefined();
    a.board.undo();
    expect(board(a).steps[0]?.standardSeconds).toBe(60);
    a.board.undo();
    expect(board(a).steps[0]?.standardSeconds).toBeUndefined();
  });

  test("no more lanes and steps than can be shown", () => {
    const [a] = some(1).people;
    while (board(a).lanes.length < 20) expect(a.board.blueprint.addLane("custom")).toBeDefined();
    expect(a.board.blueprint.addLane("custom")).toBeUndefined();
  });
});

describe("what is said about elements", () => {
  test("a connector joins two elements once, and hides while one of them is gone", () => {
    const [a] = some(1).people;
    const [one, two] = [note(a), note(a, "frontstage")];
    const id = a.board.blueprint.connect(one, two, { meaning: "enables" }) ?? "";
    expect(board(a).connectors).toMatchObject([{ id, from: one, to: two, direction: "one-way", meaning: "enables", label: "" }]);
    expect(a.board.blueprint.connect(one, two)).toBeUndefined();
    expect(a.board.blueprint.connect(one, one)).toBeUndefined();
    expect(a.board.blueprint.connect(one, "gone")).toBeUndefined();
    a.board.removeElement(two);
    expect(board(a).connectors).toEqual([]);
    a.board.undo();
    expect(board(a).connectors).toHaveLength(1);
  });

  test("two people's fields of the same marker both hold", () => {
    const { people: [a, b], meet } = some(2);
    const target = note(a);
    const id = a.board.blueprint.addMarker(target, "fail-point") ?? "";
    meet();
    a.board.blueprint.set("markers", id, { severity: 4 });
    b.board.blueprint.set("markers", id, { likelihood: 2, waitSeconds: 3600 });
    b.board.editText(["markers", id, "note"], { at: 0, remove: 0, insert: "often" });
    meet();
    for (const p of [a, b]) {
      expect(board(p).markers).toMatchObject([{ id, target, severity: 4, likelihood: 2, waitSeconds: 3600, note: "often" }]);
    }
  });

  test("a marker may be on a step, and its recovery is an element that exists", () => {
    const [a] = some(1).people;
    const id = a.board.blueprint.addMarker("s2", "wait-point") ?? "";
    const plan = note(a);
    a.board.blueprint.set("markers", id, { recovery: plan });
    expect(board(a).markers[0]).toMatchObject({ target: "s2", recovery: plan });
    a.board.removeElement(plan);
    expect(board(a).markers[0]?.recovery).toBeUndefined();
  });

  test("feelings belong to a step", () => {
    const { people: [a, b], meet } = some(2);
    const id = a.board.blueprint.addEmotion("s1", "customer", -2) ?? "";
    b.board.blueprint.addEmotion("s1", "customer", 1);
    meet();
    expect(board(b).emotions).toHaveLength(2);
    b.board.blueprint.set("emotions", id, { value: 7 });
    expect(board(b).emotions.find((e) => e.id === id)?.value).toBe(2);
    b.board.blueprint.removeStep("s1", "keep");
    expect(board(b).emotions).toEqual([]);
  });

  test("undo of a marker that another wrote on leaves it", () => {
    const { people: [a, b], meet } = some(2);
    const id = a.board.blueprint.addMarker("s1", "pain") ?? "";
    meet();
    b.board.editText(["markers", id, "note"], { at: 0, remove: 0, insert: "yes!" });
    meet();
    expect(a.board.undo()).toBe("conflict");
    expect(board(a).markers).toHaveLength(1);
  });

  test("a removed element comes back with every word, and one's own typing before that can still be taken back", () => {
    const [a] = some(1).people;
    const id = note(a, "frontstage", "s1", "Ring");
    a.board.editText(["elements", id, "owner"], { at: 0, remove: 0, insert: "Kundtjänst" });
    a.board.removeElement(id);
    a.board.undo();
    expect(board(a).elements[0]).toMatchObject({ text: "Ring", owner: "Kundtjänst" });
    a.board.undo();
    expect(board(a).elements[0]).toMatchObject({ text: "Ring", owner: "" });
  });
});

describe("comments and votes", () => {
  test("a thread keeps its order, its fate and the reason, and outlives what it is about", () => {
    const { people: [a, b], meet } = some(2);
    const about = note(a);
    const first = a.board.blueprint.addComment(about, "Varför?") ?? "";
    meet();
    const second = b.board.blueprint.addComment("", "För att…", first) ?? "";
    b.board.blueprint.addComment("", "och så", second);
    expect(board(b).comments.map((c) => [c.text, c.parent, c.target])).toEqual([
      ["Varför?", undefined, about],
      ["För att…", first, about],
      ["och så", first, about],
    ]);
    b.board.blueprint.setFate(first, "declined", "För dyrt");
    meet();
    expect(board(a).comments[0]).toMatchObject({ fate: "declined", reason: "För dyrt" });
    b.board.undo();
    expect(board(b).comments[0]).toMatchObject({ fate: "open", reason: "" });
    a.board.removeElement(about);
    expect(board(a).comments).toHaveLength(3);
    expect(a.board.blueprint.addComment(about, "  ")).toBeUndefined();
  });

  test("an answer whose question is gone stands for itself", () => {
    const [a] = some(1).people;
    const first = a.board.blueprint.addComment("s1", "?") ?? "";
    a.board.blueprint.addComment("s1", "!", first);
    a.board.blueprint.remove("comments", first);
    expect(board(a).comments).toMatchObject([{ text: "!", parent: undefined }]);
  });

  test("first votes that two people give at the same time both count", () => {
    const { people: [a, b, c], meet } = some(3);
    a.board.blueprint.vote("s1", "anna", 2);
    b.board.blueprint.vote("s1", "bo", 1);
    meet();
    for (const p of [a, b, c]) expect(board(p).votes).toMatchObject([{ id: "s1", total: 3 }]);
    a.board.blueprint.vote("s1", "anna", 0);
    b.board.blueprint.vote("s1", "bo", 3);
    meet();
    for (const p of [a, b, c]) expect(board(p).votes).toMatchObject([{ id: "s1", total: 3 }]);
    expect(board(c).votes[0]?.by.get("bo")).toBe(3);
    expect(a.board.blueprint.vote("s1/x", "anna", 1)).toBe(false);
    expect(a.board.blueprint.vote("s1", "", 1)).toBe(false);
  });

  test("two people mute different rules at once; undo brings one back", () => {
    const { people: [a, b], meet } = some(2);
    a.board.blueprint.mute("SB004", true);
    b.board.blueprint.mute("SB001", true);
    meet();
    expect(board(a).muted).toEqual(["SB001", "SB004"]);
    a.board.undo();
    expect(board(a).muted).toEqual(["SB001"]);
    a.board.blueprint.mute("SB001", false);
    expect(board(a).muted).toEqual([]);
  });
});

test("junk in every part of the document reads as a whole board", () => {
  const junk = fc.oneof(fc.anything(), fc.constantFrom(NaN, -1, 3, "s1", "fail-point", "customer", "e", "c", new A.ImmutableString("staff")));
  const fields = ["target", "type", "severity", "waitSeconds", "recovery", "note", "step", "who", "value", "from", "to", "parent", "fate", "order", "phase", "points", "w", "kind"];
  const thing = fc.dictionary(fc.constantFrom(...fields), junk);
  const many = fc.oneof(junk, fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("e", "s1", "c")), fc.oneof(thing, junk)));
  const names = ["meta", "phases", "steps", "elements", "connectors", "markers", "emotions", "comments", "votes"];
  fc.assert(
    fc.property(fc.record(Object.fromEntries(names.map((n) => [n, many]))), (doc) => {
      const read = createReader();
      const whole = read(doc);
      expect(read(doc)).toBe(whole);
      for (const m of whole.markers) expect(whole.elements.some((e) => e.id === m.target) || whole.steps.some((s) => s.id === m.target)).toBe(true);
      for (const e of whole.emotions) expect([-2, -1, 0, 1, 2]).toContain(e.value);
      for (const tally of whole.votes) expect(Number.isInteger(tally.total)).toBe(true);
    }),
  );
});
