import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { BoardDocument } from "../../src/document/document";
import { FATES } from "../../src/document/model";
import type { Comment } from "../../src/document/model";
import { TalkMemory } from "../../src/talk/memory";
import { visitorsIn } from "../../src/board/context";
import type { Peer } from "../../src/sync/presence";
import { Drafts, TalkStore } from "../../src/talk/store";
import { commentsOf, openThreads, threadsOf } from "../../src/talk/threads";
import { Desk, genesis, people } from "./boards";
import type { Person } from "./boards";

const comment = (id: string, order: string, parent?: string): Comment => ({ id, order, parent, target: "s1", text: id, fate: "open", reason: "" });

beforeEach(() => {
  for (const storage of ["localStorage", "sessionStorage"] as const) {
    const stored = new Map<string, string>();
    globalThis[storage] = { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) } as Storage;
  }
});

describe("threads", () => {
  test("answers stand below what they answer, and the thread that was spoken in last is first", () => {
    const threads = threadsOf([comment("a", "1"), comment("b", "2"), comment("c", "3", "a"), comment("d", "4", "c")]);
    expect(threads.map((t) => commentsOf(t).map((c) => c.id))).toEqual([["a", "c", "d"], ["b"]]);
  });

  test("whatever answers whatever, every comment is in exactly one thread", () => {
    const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
    const parents = fc.uniqueArray(fc.record({ id, parent: fc.option(id, { nil: undefined }) }), { selector: (c) => c.id });
    fc.assert(
      fc.property(parents, (made) => {
        const all = made.map(({ id, parent }, i) => comment(id, String(i), parent));
        const shown = threadsOf(all).flatMap(commentsOf).map((c) => c.id);
        expect(shown.sort()).toEqual(all.map((c) => c.id).sort());
        // The order of the document does not decide where a thread begins.
        const heads = (list: readonly Comment[]) => threadsOf(list).map((t) => t.id).sort();
        expect(heads([...all].reverse())).toEqual(heads(all));
      }),
      { numRuns: 500 },
    );
  });

  test("only what is open is counted at what it is about", () => {
    const board = new BoardDocument(new Desk(genesis()));
    const first = board.blueprint.addComment("s1", "Why?") ?? "";
    board.blueprint.addComment("s1", "And how?");
    board.blueprint.addComment("s1", "So", first);
    expect(openThreads(board.board()).get("s1")).toBe(2);
    board.blueprint.setFate(first, "answered");
    expect(openThreads(board.board()).get("s1")).toBe(1);
    expect(openThreads(board.board()).get("s2")).toBeUndefined();
  });
});

describe("what is new to a person", () => {
  test("is what came since they looked, on this device, and never their own", () => {
    const memory = new TalkMemory("b");
    const all = [comment("a", "1"), comment("b", "2")];
    memory.keep("a");
    expect(all.map((c) => memory.isNew(c))).toEqual([false, true]);
    memory.see(all, all);
    expect(all.some((c) => memory.isNew(c))).toBe(false);
    // Written earlier, by somebody without a connection, and come only now.
    expect(memory.isNew(comment("c", "0"))).toBe(true);
    const later = new TalkMemory("b");
    expect(later.voter).toBe(memory.voter);
    expect(later.isOwn("a")).toBe(true);
    expect(later.isNew(all[1] as Comment)).toBe(false);
    expect(new TalkMemory("other").isNew(all[1] as Comment)).toBe(true);
    expect(new TalkMemory("other").voter).not.toBe(memory.voter);
  });

  test("two windows of one device do not forget what the other has seen", () => {
    const [one, two] = [new TalkMemory("b"), new TalkMemory("b")];
    one.keep("x");
    const all = [comment("a", "1"), comment("b", "2")];
    one.see(all.slice(0, 1), all);
    two.see(all.slice(1), all);
    const later = new TalkMemory("b");
    expect(all.some((c) => later.isNew(c))).toBe(false);
    expect(later.isOwn("x")).toBe(true);
  });

  test("what the device keeps stays small, and what it lets go of counts as seen", () => {
    const memory = new TalkMemory("b");
    const all = Array.from({ length: 1500 }, (_, i) => comment(`c${String(i)}`, String(i).padStart(4, "0")));
    memory.see(all, all);
    expect(all.some((c) => memory.isNew(c))).toBe(false);
    expect(memory.isNew(comment("d", "1500"))).toBe(true);
    expect((JSON.parse(localStorage.getItem("openmic.talk.b") ?? "") as { seen: string[] }).seen).toHaveLength(1000);
  });

  test("junk on the device is as if nothing was there", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('{"voter":"0123456789ab","own":[1],"seen":{},"until":3}')), (junk) => {
        localStorage.setItem("openmic.talk.b", junk);
        const memory = new TalkMemory("b");
        expect(memory.voter).toMatch(/^[0-9a-z]{12}$/);
        expect(memory.isNew(comment("a", "1"))).toBe(true);
      }),
    );
  });
});

test("drafts are kept by what they are about, and no more of them than anybody writes", () => {
  const drafts = new Drafts("b");
  for (let i = 0; i < 25; i++) drafts.set(`t${String(i)}`, `text ${String(i)}`);
  drafts.set("t20", "");
  const again = new Drafts("b");
  expect([again.get("t4"), again.get("t20"), again.get("t24"), new Drafts("other").get("t24")]).toEqual(["", "", "text 24", ""]);
  sessionStorage.setItem("openmic.drafts.b", '[["a",1],"b",{"c":2}]');
  expect(new Drafts("b").get("a")).toBe("");
});

test("a person is where they write, else where they have chosen something", () => {
  const peer = (more: Partial<Peer>): Peer => ({ id: "p", name: "Bo", color: 1, cursor: undefined, selected: undefined, editing: undefined, ...more });
  const seen = visitorsIn([peer({ selected: "a", chosen: ["a", "b"], talking: "b" }), peer({ name: "Anna", selected: "a", editing: "a" }), peer({})]);
  expect(Object.fromEntries([...seen].map(([id, here]) => [id, here.map((v) => `${v.name} ${v.doing}`)]))).toEqual({ a: ["Bo at", "Anna writing"], b: ["Bo commenting"] });
});

describe("a commenter", () => {
  function table() {
    const desk = new Desk(genesis());
    const owner = new BoardDocument(desk);
    const note = owner.createElement({ lane: "customer", step: "s1" }) ?? "";
    const remark = owner.blueprint.addComment(note, "Why?") ?? "";
    owner.close();
    return { desk, note, remark, board: new BoardDocument(desk, { scope: "talk" }) };
  }
  const rest = (desk: Desk) => {
    const plain = A.toJS(desk.doc()) as Record<string, unknown>;
    delete plain["comments"];
    delete plain["votes"];
    return JSON.stringify(plain);
  };

  test("comments, answers, votes, and takes back what they did", () => {
    const { note, remark, board } = table();
    const talk = new TalkStore(board, "b");
    const mine = talk.say(note, " Because ", remark) ?? "";
    expect(board.board().comments.find((c) => c.id === mine)).toMatchObject({ text: "Because", parent: remark });
    expect(talk.vote(note)).toBe("given");
    expect(board.board().votes).toMatchObject([{ id: note, total: 1 }]);
    expect(board.undo()).toBe("done");
    expect(talk.hasVoted(note)).toBe(false);
    expect(board.redo()).toBe("done");
    expect(talk.vote(note)).toBe("back");
    expect(board.board().votes[0]?.total).toBe(0);
    while (board.undo() === "done");
    expect(board.board().comments.map((c) => c.id)).toEqual([remark]);
  });

  test("changes nothing else, whatever they try", () => {
    const { desk, note, remark, board } = table();
    const { blueprint } = board;
    const before = rest(desk);
    const deeds: (() => unknown)[] = [
      () => board.createElement({ lane: "customer", step: "s1" }),
      () => board.moveElement(note, { lane: "support", step: "s2" }),
      () => board.setColor(note, "pink"),
      () => board.removeElement(note),
      () => board.editText(["elements", note, "text"], { at: 0, remove: 0, insert: "x" }),
      () => board.editText(["comments", remark, "text"], { at: 0, remove: 0, insert: "x" }),
      () => board.perform(() => [{ type: "set", path: ["meta", "state"], before: 1, after: 2 }]),
      () => board.begin([(draft) => void ((draft as Record<string, unknown>)["x"] = 1)]),
      () => blueprint.addStep(),
      () => blueprint.addMarker(note, "pain"),
      () => blueprint.setFate(remark, "adopted"),
      () => blueprint.remove("comments", remark),
      () => blueprint.setState("ideal"),
      () => blueprint.mute("SB001", true),
      () => board.undo(),
      () => board.redo(),
      () => blueprint.vote(note, "me", 1),
      () => blueprint.addComment(note, "Hm"),
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...deeds), { maxLength: 30 }), (tried) => {
        for (const deed of tried) deed();
        expect(rest(desk)).toBe(before);
        expect(board.board().comments.find((c) => c.id === remark)).toMatchObject({ text: "Why?", fate: "open" });
      }),
      { numRuns: 50 },
    );
  });

  test("makes no part of the document that is missing, for the server would not take it", () => {
    const desk = new Desk(A.from({ schema: 1, steps: { s1: {} } }));
    const board = new BoardDocument(desk, { scope: "talk" });
    expect(board.blueprint.addComment("s1", "Hm")).toBeUndefined();
    expect(board.blueprint.vote("s1", "me", 1)).toBe(false);
    expect(Object.keys(desk.doc() as object)).toEqual(["schema", "steps"]);
  });

  test("whose link was an editor's before keeps what they drew", () => {
    const board = new BoardDocument(new Desk(genesis()));
    board.createElement({ lane: "customer", step: "s1" });
    board.setScope("talk");
    expect(board.undo()).toBe("nothing");
    expect(board.board().elements).toHaveLength(1);
    board.setScope("all");
    expect(board.undo()).toBe("done");
  });

  test("on a board that takes no changes says nothing", () => {
    const board = new BoardDocument(new Desk(genesis()), { scope: "none" });
    expect(board.talks).toBe(false);
    expect(new TalkStore(board, "b").say("s1", "Hm")).toBeUndefined();
    expect(new TalkStore(board, "b").vote("s1")).toBeUndefined();
  });
});

test("a comment that others have answered or decided on is not undone", () => {
  const { all, meet } = people(2);
  const [anna, bo] = all as [Person, Person];
  const others = [
    (id: string) => bo.board.blueprint.addComment("s1", "Because", id),
    ...FATES.filter((f) => f !== "open").map((fate) => (id: string) => bo.board.blueprint.setFate(id, fate)),
  ];
  for (const deed of others) {
    const id = anna.board.blueprint.addComment("s1", "Why?") ?? "";
    meet();
    deed(id);
    meet();
    expect(anna.board.undo()).toBe("conflict");
    expect(anna.board.board().comments.some((c) => c.id === id)).toBe(true);
  }
});
