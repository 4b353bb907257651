import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nothingIn, takeBack, writingOf } from "../../src/document/takeback";
import { people } from "./boards";
import type { Person } from "./boards";

function three() {
  let clock = 0;
  const { all, meet: meetNow } = people(3, { now: () => (clock += 10) });
  const [a, b, owner] = all;
  if (!a || !b || !owner) throw new Error("three people were asked for");
  // A desk takes another actor each time it hears of the others.
  const actors = new Map(all.map((p) => [p, new Set<string>()]));
  const actor = (p: Person): ReadonlySet<string> => actors.get(p)?.add(A.getActorId(p.desk.doc())) ?? new Set();
  const meet = () => {
    all.forEach(actor);
    meetNow();
  };
  const write = (p: Person, path: string[], insert: string, at = 0) => p.board.editText(path, { at, remove: 0, insert });
  const note = (p: Person, text: string, step = "s1") => {
    const id = p.board.createElement({ lane: "customer", step }) ?? "";
    write(p, ["elements", id, "text"], text);
    meet();
    return id;
  };
  /** The board as people see it, which does not tell who wrote what. */
  const seen = (p: Person) => JSON.stringify(p.board.board(), (_, value: unknown) => (value instanceof Map ? [...value].sort() : value));
  return { a, b, owner, meet, actor, write, note, seen };
}

describe("taking back what a person wrote", () => {
  test("their notes and letters go, what they set is what it was, and undo brings all of it back", () => {
    const { a, b, owner, meet, actor, write, note, seen } = three();
    const mine = note(a, "from a");
    const other = note(b, "from b");
    const shared = note(a, "begun by a, ");
    write(b, ["elements", shared, "text"], "ended by b", 12);
    meet();
    write(a, ["elements", other, "text"], "a says: ");
    a.board.setColor(other, "pink");
    a.board.moveElement(other, { lane: "support", step: "s3" });
    a.board.blueprint.set("steps", "s2", { observedSeconds: 60 });
    const link = a.board.blueprint.connect(mine, other) ?? "";
    meet();
    const hanging = b.board.blueprint.connect(other, mine) ?? "";
    const comment = a.board.blueprint.addComment(other, "Why?") ?? "";
    const answered = a.board.blueprint.addComment(other, "And how?") ?? "";
    a.board.blueprint.vote(other, "anna", 2);
    meet();
    b.board.blueprint.addComment(other, "Like this", answered);
    b.board.blueprint.vote(other, "bo", 1);
    const lane = a.board.blueprint.addLane("custom") ?? "";
    meet();
    const before = seen(owner);

    const { count } = writingOf(owner.desk.doc(), actor(a));
    expect(count).toEqual({ elements: 1, comments: 1, others: 2, hanging: 1, votes: 1, words: 7, values: count.values });
    expect(takeBack(owner.board, actor(a))).toBe(true);
    const board = owner.board.board();
    const texts = new Map(board.elements.map((e) => [e.id, e.text]));
    expect(texts).toEqual(new Map([[other, "from b"], [shared, "ended by b"]]));
    expect(board.elements.find((e) => e.id === other)).toMatchObject({ lane: "customer", step: "s1", color: "yellow" });
    expect(board.steps[1]?.observedSeconds).toBeUndefined();
    expect(board.connectors.map((c) => c.id)).not.toContain(link);
    expect(board.connectors.map((c) => c.id)).not.toContain(hanging);
    expect(board.comments.map((c) => [c.id === answered, c.text])).toEqual([[true, ""], [false, "Like this"]]);
    expect(board.comments.map((c) => c.id)).not.toContain(comment);
    expect(board.votes[0]?.total).toBe(1);
    expect(board.lanes.map((l) => l.id)).not.toContain(lane);
    expect(nothingIn(writingOf(owner.desk.doc(), actor(a)).count)).toBe(true);

    expect(owner.board.undo()).toBe("done");
    expect(seen(owner)).toBe(before);
    expect(owner.board.canUndo).toBe(false);
    owner.board.redo();
    meet();
    expect(seen(b)).toBe(seen(owner));
  });

  test("of somebody who wrote nothing there is nothing, and more than a change holds is still one deed", () => {
    const { a, b, owner, meet, actor, write, note, seen } = three();
    const id = note(b, "x");
    expect(nothingIn(writingOf(owner.desk.doc(), actor(a)).count)).toBe(true);
    expect(takeBack(owner.board, actor(a))).toBe(false);
    for (let i = 0; i < 3; i++) write(a, ["elements", id, "text"], "ord ".repeat(1200));
    for (let i = 0; i < 5; i++) note(a, `note ${String(i)}`, "s2");
    meet();
    const before = seen(owner);
    expect(writingOf(owner.desk.doc(), actor(a)).count).toMatchObject({ elements: 5, words: 3600 });
    takeBack(owner.board, actor(a));
    expect(owner.board.board().elements.map((e) => e.text)).toEqual(["x"]);
    owner.board.undo();
    expect(seen(owner) === before).toBe(true);
  });

  test("whatever they did among others, nothing of theirs is left and everything of the others is", () => {
    const deed = fc.record({ who: fc.constantFrom("a", "b"), what: fc.constantFrom("note", "write", "color", "move", "cut", "comment", "vote", "meet"), n: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(deed, { minLength: 5, maxLength: 25 }), (deeds) => {
        const { a, b, owner, meet, actor, write, note, seen } = three();
        const letters = { a: "abcdef", b: "UVWXYZ" };
        for (const { who, what, n } of deeds) {
          const p = who === "a" ? a : b;
          const { elements } = p.board.board();
          const e = elements[n % Math.max(1, elements.length)];
          if (what === "note" || !e) note(p, letters[who].slice(n % 6));
          else if (what === "write") write(p, ["elements", e.id, "text"], letters[who].slice(n % 6), n % (e.text.length + 1));
          else if (what === "color") p.board.setColor(e.id, n % 2 ? "pink" : "blue");
          else if (what === "move") p.board.moveElement(e.id, { lane: "support", step: `s${String((n % 5) + 1)}` });
          else if (what === "cut") p.board.editText(["elements", e.id, "text"], { at: 0, remove: Math.min(n % 3, e.text.length), insert: "" });
          else if (what === "comment") p.board.blueprint.addComment(e.id, letters[who]);
          else if (what === "vote") p.board.blueprint.vote(e.id, who, (n % 3) + 1);
          else meet();
        }
        meet();
        const before = seen(owner);
        const others = (of: string) => [...of].filter((c) => "UVWXYZ".includes(c)).length;
        const words = () => owner.board.board().elements.map((e) => e.text).join("");
        const kept = others(words());
        const did = takeBack(owner.board, actor(a));
        expect([...words()].filter((c) => "abcdef".includes(c))).toEqual([]);
        expect(others(words())).toBe(kept);
        expect(nothingIn(writingOf(owner.desk.doc(), actor(a)).count)).toBe(true);
        if (did) expect(owner.board.undo()).toBe("done");
        expect(seen(owner)).toBe(before);
      }),
      { numRuns: 12 },
    );
  });
});
