import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createElements, patchObjects, removeElements } from "../../src/document/elements";
import { createConnector } from "../../src/document/create";
import { Fence } from "../../src/document/fence";
import { newId } from "../../src/document/id";
import { people } from "./boards";
import type { Person } from "./boards";

const LANES = ["customer", "evidence"];

function guestAndStaff() {
  const { all, meet } = people(2);
  const [guest, staff] = all;
  if (!guest || !staff) throw new Error("two people were asked for");
  guest.board.setScope(new Fence(LANES));
  const card = (p: Person, lane: string, step = "s1") => {
    const id = p.board.createElement({ lane, step });
    if (id === undefined) throw new Error(`no card in ${lane}`);
    return id;
  };
  const own = card(guest, "customer");
  const theirs = card(staff, "backstage");
  meet();
  return { guest, staff, own, theirs, card, meet };
}

const heads = (p: Person) => A.getHeads(p.desk.doc());

describe("who writes in some lanes only", () => {
  test("may do there what anybody may", () => {
    const { guest, own, theirs } = guestAndStaff();
    const { board } = guest;
    expect(board.editable).toBe(false);
    expect(board.draws).toBe(true);
    expect(board.editText(["elements", own, "text"], { at: 0, remove: 0, insert: "Ring" })).toBe(true);
    expect(board.setColor(own, "pink")).toBe(true);
    expect(board.moveElement(own, { lane: "evidence", step: "s2" })).toBe(true);
    const connector = board.blueprint.connect(theirs, own);
    expect(connector).toBeDefined();
    expect(board.blueprint.addMarker(own, "pain")).toBeDefined();
    expect(board.mayEdit(connector ?? "")).toBe(true);
    expect(board.perform((draft) => removeElements(draft, new Set([own])))).toBe(true);
    expect(board.board().connectors).toEqual([]);
    // The card comes back with what hung on it.
    expect(board.undo()).toBe("done");
    expect(board.board().connectors).toHaveLength(1);
    expect(board.redo()).toBe("done");
  });

  test("changes nothing anywhere else, and makes no change of it", () => {
    const { guest, own, theirs } = guestAndStaff();
    const { board } = guest;
    const before = heads(guest);
    const { blueprint } = board;
    expect(board.mayEdit(theirs)).toBe(false);
    expect([
      board.setColor(theirs, "pink"),
      board.editText(["elements", theirs, "text"], { at: 0, remove: 0, insert: "Ring" }),
      board.moveElement(theirs, { lane: "customer", step: "s1" }),
      board.moveElement(own, { lane: "backstage", step: "s1" }),
      board.moveElement(own, { lane: "customer", step: "gone" }),
      board.perform((draft) => patchObjects(draft, "elements", new Map([[own, { lane: undefined, step: undefined, x: 1, y: 1 }]]))),
      board.perform((draft) => removeElements(draft, new Set([theirs]))),
      board.perform((draft) => createElements(draft, [{ id: newId(), kind: "note", x: 1, y: 1 }])),
      board.perform((draft) => createElements(draft, [{ id: theirs, kind: "note", lane: "customer", step: "s1" }])),
      board.editText(["meta", "title"], { at: 0, remove: 0, insert: "Ring" }),
      blueprint.set("lanes", "customer", { role: "policy" }),
      blueprint.rename("steps", "s1", "Ring"),
      blueprint.reorder("steps", "s1", 3),
      blueprint.removeStep("s1", "remove") && !board.board().steps.some((s) => s.id === "s1"),
      blueprint.setState("ideal"),
      blueprint.mute("SB001", true),
    ]).toEqual(Array.from({ length: 16 }, (_, i) => i === 13 && false));
    expect([
      board.createElement({ lane: "backstage", step: "s1" }),
      blueprint.addStep(),
      blueprint.addLane("policy"),
      blueprint.addMarker(theirs, "pain"),
      blueprint.addMarker("s1", "pain"),
      blueprint.addEmotion("s1", "customer", 1),
      blueprint.connect(theirs, "gone"),
    ]).toEqual(Array.from({ length: 7 }, () => undefined));
    board.begin([(draft) => void Object.assign(draft as object, { more: 1 })]);
    // What lay in the step was theirs to take away, the step was not.
    board.undo();
    expect(A.diff(guest.desk.doc(), before, heads(guest)).filter((p) => p.path[0] !== "elements")).toEqual([]);
  });

  test("comments and votes everywhere, and takes that back", () => {
    const { guest, theirs } = guestAndStaff();
    const comment = guest.board.blueprint.addComment(theirs, "Why?");
    expect(comment).toBeDefined();
    expect(guest.board.blueprint.vote("s1", "me", 1)).toBe(true);
    expect(guest.board.undo()).toBe("done");
    expect(guest.board.undo()).toBe("done");
    expect(guest.board.board().comments).toEqual([]);
  });

  test("of what is done to several, does what is theirs", () => {
    const { guest, own, theirs } = guestAndStaff();
    guest.board.perform((draft) => patchObjects(draft, "elements", new Map([own, theirs].map((id) => [id, { color: "blue" as const }]))));
    expect(guest.board.board().elements.map((e) => [e.id === own, e.color])).toEqual(expect.arrayContaining([[true, "blue"], [false, "yellow"]]));
  });

  test("does not take back what is not theirs any more", () => {
    const { guest, staff, own, meet } = guestAndStaff();
    guest.board.setColor(own, "pink");
    meet();
    staff.board.moveElement(own, { lane: "support", step: "s1" });
    meet();
    const before = heads(guest);
    expect(guest.board.undo()).toBe("conflict");
    expect(heads(guest)).toEqual(before);
    expect(guest.board.mayEdit(own)).toBe(false);
  });

  test("does not put a card back into a step that has gone", () => {
    const { guest, staff, own, meet } = guestAndStaff();
    guest.board.moveElement(own, { lane: "customer", step: "s2" });
    meet();
    staff.board.blueprint.removeStep("s1", "keep");
    meet();
    expect(guest.board.undo()).toBe("conflict");
  });

  test("does not change a card that is in two lanes at once", () => {
    const { guest, staff, own, meet } = guestAndStaff();
    guest.board.moveElement(own, { lane: "evidence", step: "s1" });
    staff.board.moveElement(own, { lane: "support", step: "s1" });
    meet();
    expect(guest.board.mayEdit(own)).toBe(false);
    expect(guest.board.setColor(own, "pink")).toBe(false);
  });

  test("whatever they try, at whatever state of the board, changes nothing but what is theirs", () => {
    const lane = fc.constantFrom("customer", "evidence", "backstage", "gone");
    const step = fc.constantFrom("s1", "s2", "gone");
    const nth = fc.nat(5);
    const deed = fc.oneof(
      fc.tuple(fc.constant("make" as const), lane, step),
      fc.tuple(fc.constant("move" as const), nth, lane, step),
      fc.tuple(fc.constant("free" as const), nth),
      fc.tuple(fc.constant("write" as const), nth),
      fc.tuple(fc.constant("remove" as const), fc.array(nth, { maxLength: 3 })),
      fc.tuple(fc.constant("connect" as const), nth, nth),
      fc.tuple(fc.constant("reconnect" as const), nth, fc.constantFrom("from" as const, "to" as const), nth),
      fc.tuple(fc.constant("disconnect" as const), nth),
      fc.tuple(fc.constant("mark" as const), nth),
      fc.tuple(fc.constant("unmark" as const), nth),
      fc.tuple(fc.constant("paste" as const), lane, step, nth),
      fc.tuple(fc.constant("undo" as const)),
      fc.tuple(fc.constant("redo" as const)),
      fc.tuple(fc.constant("step" as const)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), deed, fc.boolean()), { maxLength: 25 }), (deeds) => {
        const { guest, staff, meet } = guestAndStaff();
        for (const [guests, d, met] of deeds) {
          const who = guests ? guest : staff;
          const before = guests ? A.clone(who.desk.doc()) : who.desk.doc();
          act(who, d);
          if (guests) expectWithin(before, who.desk.doc());
          if (met) meet();
        }
      }),
      { numRuns: 60 },
    );
  });
});

type Deed = readonly [string, ...unknown[]];

function act({ board }: Person, [what, ...args]: Deed): void {
  const { elements, connectors, markers } = board.board();
  const nth = <T,>(list: readonly T[], n: unknown): T | undefined => list[(n as number) % Math.max(1, list.length)];
  const id = (n: unknown) => nth(elements, n)?.id ?? "none";
  const [a, b, c] = args as [never, never, never];
  switch (what) {
    case "make": board.createElement({ lane: a, step: b }); break;
    case "move": board.moveElement(id(a), { lane: b, step: c }); break;
    case "free": board.perform((draft) => patchObjects(draft, "elements", new Map([[id(a), { lane: undefined, step: undefined, x: 3, y: 4 }]]))); break;
    case "write": board.editText(["elements", id(a), "text"], { at: 0, remove: 0, insert: "x" }); break;
    case "remove": board.perform((draft) => removeElements(draft, new Set((a as number[]).map(id)))); break;
    case "connect": board.blueprint.connect(id(a), id(b)); break;
    case "reconnect": {
      const at = nth(connectors, a);
      if (at) board.perform((draft) => patchObjects(draft, "connectors", new Map([[at.id, { [b]: id(c) }]])));
      break;
    }
    case "disconnect": board.blueprint.remove("connectors", nth(connectors, a)?.id ?? "none"); break;
    case "mark": board.blueprint.addMarker(id(a), "pain"); break;
    case "unmark": board.blueprint.remove("markers", nth(markers, a)?.id ?? "none"); break;
    case "paste": {
      const [one, two] = [newId(), newId()];
      board.perform((draft) => [
        ...createElements(draft, [{ id: one, kind: "note", lane: a, step: b }, { id: two, kind: "note", x: 1, y: 2 }]),
        ...createConnector(draft, { id: newId(), from: one, to: id(c), direction: "one-way", meaning: "enables", label: "" }),
      ]);
      break;
    }
    case "undo": board.undo(); break;
    case "redo": board.redo(); break;
    case "step": board.blueprint.removeStep("s2", "keep"); break;
  }
}

/** Compares two documents whole: what differs has to be in the lanes, in both. */
function expectWithin(before: A.Doc<unknown>, after: A.Doc<unknown>): void {
  type Things = Record<string, Record<string, unknown>>;
  const [one, two] = [before, after] as unknown as Record<string, Things>[];
  const all = (thing: Record<string, unknown>, key: string) =>
    Object.values((A.getConflicts(thing as never, key as never) as Record<string, unknown> | undefined) ?? { only: thing[key] }).map(String);
  const card = (doc: Record<string, Things> | undefined, id: string) => {
    const thing = doc?.["elements"]?.[id];
    return thing !== undefined && all(thing, "lane").every((lane) => LANES.includes(lane));
  };
  const within = (doc: Record<string, Things> | undefined, root: string, id: string): boolean => {
    const thing = doc?.[root]?.[id];
    if (!thing) return true;
    if (root === "elements") return card(doc, id);
    return (root === "markers" ? ["target"] : ["from", "to"]).some((key) => all(thing, key).every((end) => card(doc, end)));
  };
  const told = (thing: Record<string, unknown> | undefined) => JSON.stringify(thing && Object.keys(thing).sort().map((key) => [key, all(thing, key)]));
  for (const root of Object.keys({ ...one, ...two })) {
    const [was, is] = [one?.[root] ?? {}, two?.[root] ?? {}];
    if (root === "schema" || root === "meta") {
      expect(is).toEqual(was);
      continue;
    }
    for (const id of Object.keys({ ...was, ...is })) {
      if (told(was[id]) === told(is[id])) continue;
      expect(["elements", "connectors", "markers"], `${root} ${id}`).toContain(root);
      expect(within(one, root, id) && within(two, root, id), `${root} ${id}: ${told(was[id])} to ${told(is[id])}`).toBe(true);
      if (root === "elements" && is[id] && String(was[id]?.["step"]) !== String(is[id]["step"])) expect(Object.keys(two?.["steps"] ?? {})).toContain(String(is[id]["step"]));
    }
  }
}
