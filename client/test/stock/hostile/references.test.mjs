// Changes that are well formed and name what is not there, or is not of the
// right kind. Libraries apply some of these, and can then not load what they saved.
import assert from "node:assert/strict";

import * as A from "@automerge/automerge";

import { hostile } from "./people.mjs";
import { action, decode, rewrite, type, value } from "./rewrite.mjs";

const refused = 4422;
const why = /R1[12] /;
const root = "_root";
const head = "_head";

hostile("hostile references", scenario => {
  scenario("operations that name what is there are taken", async board => {
    const at = places(board);
    await board.takes("a key in a map", [doing(board, put(at.notes, "mine"))]);
    await board.takes("an element in a list", [doing(board, add(at.list, at.elements[0]))]);
    await board.takes("a letter in a text", [doing(board, add(at.text, head))]);
    await board.takes("another value of a key", [doing(board, put(at.first, "x", { pred: [at.x] }))]);
    await board.takes("another element", [doing(board, set(at.list, at.elements[1], { pred: [at.elements[1]] }))]);
    await board.takes("a deletion", [doing(board, del(at.list, at.elements[2]))]);
    await board.takes("a map and what is in it", [doing(board, make(at.notes, "deep"), own => put(own(0), "x"))]);
    await board.takes("a letter and the next", [doing(board, add(at.text, head), own => add(at.text, own(0)))]);
  });

  scenario("an object exists, among what the change depends on", async board => {
    const at = places(board);
    const meanwhile = concurrent(board, doc => (doc.notes.meanwhile = {}));
    await board.takes("the object of another", [meanwhile.change]);
    await board.refusesChanges(refused, why, {
      "an object of no operation": doing(board, put(missing(at.notes), "mine")),
      "an object of an actor that there is not": doing(board, put(`1@${"ab".repeat(16)}`, "mine")),
      "an object that is yet to come": doing(board, (_, own) => put(own(1), "x"), make(at.notes, "deep")),
      "an operation as its own object": doing(board, (_, own) => put(own(0), "x")),
      "an object that the change does not know of": doing(board, put(meanwhile.first, "x")),
      "an object without any dependency": rewrite(doing(board, put(at.notes, "mine")), change => {
        change.deps = [];
      }),
      "a number for an object": doing(board, put(at.x, "mine")),
      "a letter for an object": doing(board, put(at.letters[0], "mine")),
    });
  });

  scenario("an element exists, in that list or text", async board => {
    const at = places(board);
    const meanwhile = concurrent(board, doc => doc.list.push("d"));
    await board.takes("the element of another", [meanwhile.change]);
    await board.refusesChanges(refused, why, {
      "behind an element that is not there": doing(board, add(at.list, missing(at.list))),
      "behind an element of an actor that there is not": doing(board, add(at.list, `1@${"ab".repeat(16)}`)),
      "behind a letter, in a list": doing(board, add(at.list, at.letters[0])),
      "behind an element, in a text": doing(board, add(at.text, at.elements[0])),
      "behind the list itself": doing(board, add(at.list, at.list)),
      "behind an element that the change does not know of": doing(board, add(at.list, meanwhile.first)),
      "behind itself": doing(board, (_, own) => add(at.list, own(0))),
      "behind one that is yet to come": doing(board, (_, own) => add(at.list, own(1)), add(at.list, head)),
      "in place of an element that is not there": doing(
        board,
        set(at.list, missing(at.list), { pred: [missing(at.list)] }),
      ),
      "in place of a value of an element": doing(
        board,
        set(at.list, at.elements[0], { pred: [at.elements[0]] }),
        own => set(at.list, own(0), { pred: [own(0)] }),
      ),
    });
  });

  scenario("keys are for maps, elements for lists and texts", async board => {
    const at = places(board);
    await board.refusesChanges(refused, why, {
      "a key in a list": doing(board, put(at.list, "mine")),
      "a key in a text": doing(board, put(at.text, "mine")),
      "an element in a map": doing(board, add(at.notes, head)),
      "a place of a list, in a map": doing(board, set(at.notes, at.elements[0], { pred: [at.elements[0]] })),
      "an element in a map of this change": doing(board, make(at.notes, "deep"), own => add(own(0), head)),
      "a key in a list of this change": doing(board, make(at.notes, "deep", action.makeList), own => put(own(0), "x")),
    });
  });

  scenario("what is overwritten exists, at the same place", async board => {
    const at = places(board);
    const meanwhile = concurrent(board, doc => (doc.notes.first.x = 7));
    await board.takes("the value of another", [meanwhile.change]);
    await board.refusesChanges(refused, why, {
      "a value that is not there": doing(board, put(at.first, "x", { pred: [missing(at.x)] })),
      "a value of an actor that there is not": doing(board, put(at.first, "x", { pred: [`1@${"ab".repeat(16)}`] })),
      "the value of another key": doing(board, put(at.first, "x", { pred: [at.y] })),
      "a value in another map": doing(board, put(at.notes, "x", { pred: [at.x] })),
      "a value that the change does not know of": doing(board, put(at.first, "x", { pred: [meanwhile.first] })),
      "a value and one that is not there": doing(board, put(at.first, "x", { pred: [at.x, missing(at.x)] })),
      "itself": doing(board, (_, own) => put(at.first, "x", { pred: [own(0)] })),
      "one that is yet to come": doing(board, (_, own) => put(at.first, "x", { pred: [own(1)] }), put(at.first, "x")),
      "another element": doing(board, set(at.list, at.elements[0], { pred: [at.elements[1]] })),
      "an element of another list": doing(board, set(at.text, at.letters[0], { pred: [at.elements[0]] })),
      "a deletion of what is not there": doing(board, { ...del(at.list, at.elements[0]), pred: [missing(at.list)] }),
      "a deletion of another element": doing(board, { ...del(at.list, at.elements[0]), pred: [at.elements[1]] }),
      "a deletion of what is yet to come": doing(
        board,
        (_, own) => ({ ...put(at.notes, "mine"), action: action.del, value: value.null(), pred: [own(1)] }),
        put(at.notes, "mine"),
      ),
      "a deletion": doing(board, del(at.list, at.elements[0]), own => set(at.list, at.elements[0], { pred: [own(0)] })),
    });
  });

  scenario("only counters are counted", async board => {
    const at = places(board);
    const count = (obj, key, pred) => ({ ...put(obj, key, { pred }), action: action.inc });
    await board.takes("one more", [doing(board, count(root, "votes", [at.votes]))]);
    await board.refusesChanges(refused, why, {
      "a number": doing(board, count(at.first, "x", [at.x])),
      "a map": doing(board, count(root, "notes", [at.notes])),
      "a counter that is not there": doing(board, count(root, "votes", [missing(at.votes)])),
      "an increment": doing(board, count(root, "votes", [at.votes]), own => count(root, "votes", [own(0)])),
    });
  });

  scenario("a text holds letters, and maps among them", async board => {
    const at = places(board);
    await board.takes("a map among letters", [doing(board, { ...add(at.text, head), ...made(action.makeMap) })]);
    await board.refusesChanges(refused, why, {
      "a letter overwritten": doing(board, set(at.text, at.letters[0], { pred: [at.letters[0]] })),
      "a letter that is a number": doing(board, { ...add(at.text, head), value: value.int(1) }),
      "a letter that is nothing": doing(board, { ...add(at.text, head), value: value.text("") }),
      "a list among letters": doing(board, { ...add(at.text, head), ...made(action.makeList) }),
      "a text among letters": doing(board, { ...add(at.text, head), ...made(action.makeText) }),
    });
  });

  const begin = (obj, elem) => ({ ...add(obj, elem), action: action.mark, mark: "bold", value: yes });
  const end = (obj, elem) => ({ ...add(obj, elem), action: action.mark, value: value.null() });

  scenario("a mark has two ends, in a text", async board => {
    const at = places(board);
    const mark = doing(board, begin(at.text, head), end(at.text, at.letters[2]));
    const { startOp, actor } = decode(mark);
    await board.takes("a mark", [mark]);
    const after = A.applyChanges(A.clone(board.base), [mark])[0];
    const onto = (...ops) => {
      const blank = board.change(doc => (doc.notes.blank = 1), { on: after });
      return rewrite(blank, change => void (change.ops = ops));
    };
    await board.refusesChanges(refused, why, {
      "a mark that ends where nothing is": doing(board, begin(at.text, head), end(at.text, missing(at.text))),
      "a mark in a map": doing(board, begin(at.notes, head), end(at.notes, head)),
      "a mark in a list": doing(board, begin(at.list, head), end(at.list, at.elements[0])),
      "a mark that is deleted": onto(del(at.text, `${startOp}@${actor}`)),
    });
    await board.refusesChanges(refused, /R6 /, {
      "a mark in two texts": doing(board, begin(at.text, head), end(at.list, at.elements[0])),
      "a mark without an end": doing(board, begin(at.text, head)),
      "an end without a mark": doing(board, end(at.text, head)),
      "an end before its mark": doing(board, end(at.text, at.letters[2]), begin(at.text, head)),
      "a mark and its end with something between": doing(
        board,
        begin(at.text, head),
        add(at.text, head),
        end(at.text, at.letters[2]),
      ),
    });
  });

  // The library takes it, and cannot load what it saves then.
  scenario("a mark does not end to the left of where it begins", async board => {
    const at = places(board);
    await board.refusesChanges(refused, why, {
      "a mark from right to left": doing(board, begin(at.text, at.letters[3]), end(at.text, at.letters[1])),
    });
  });

  scenario("operations have the shape of what they do", async board => {
    const at = places(board);
    await board.refusesChanges(refused, /R6 /, {
      "an element of the root": doing(board, add(root, head)),
      "an insertion by key": doing(board, { ...put(at.notes, "mine"), insert: true }),
      "an insertion that overwrites": doing(board, { ...add(at.list, head), pred: [at.elements[0]] }),
      "a value for the head of a list": doing(board, { ...add(at.list, head), insert: false }),
      "an element that overwrites nothing": doing(board, set(at.list, at.elements[0])),
      "a table": doing(board, make(at.notes, "table", action.makeTable)),
      "a deletion of nothing": doing(board, { ...del(at.list, at.elements[0]), pred: [] }),
      "a deletion with a value": doing(board, { ...del(at.list, at.elements[0]), value: value.int(1) }),
      "a map with a value": doing(board, { ...make(at.notes, "mine"), value: value.int(1) }),
      "an increment of nothing": doing(board, { ...put(root, "votes"), action: action.inc }),
      "an increment by a text": doing(board, {
        ...put(root, "votes", { pred: [at.votes] }),
        action: action.inc,
        value: value.text("1"),
      }),
      "a value that expands": doing(board, { ...put(at.notes, "mine"), expand: true }),
      "a value with a mark's name": doing(board, { ...put(at.notes, "mine"), mark: "bold" }),
    });
    await board.refusesChanges(refused, /R5 /, {
      "an action that nobody knows": doing(board, { ...put(at.notes, "mine"), action: 8 }),
      "what it overwrites in another order": doing(board, put(at.first, "x", { pred: [at.x, at.notes] })),
    });
  });
});

const plain = { action: action.set, insert: false, pred: [], expand: false, value: value.int(1) };
const put = (obj, key, { pred = [] } = {}) => ({ ...plain, obj, key, pred });
const set = (obj, elem, { pred = [] } = {}) => ({ ...plain, obj, elem, pred });
const add = (obj, elem) => ({ ...plain, obj, elem, insert: true, value: value.text("z") });
const del = (obj, elem) => ({ ...plain, obj, elem, action: action.del, value: value.null(), pred: [elem] });
const made = kind => ({ action: kind, value: value.null() });
const make = (obj, key, kind = action.makeMap) => ({ ...plain, obj, key, ...made(kind) });
const yes = { type: type.true, raw: Buffer.alloc(0) };

// An operation that nobody has made, by an actor that there is.
const missing = id => `4000000@${id.split("@")[1]}`;

// A change of these operations on the board as it was. Instead of one there may
// be a function of own(i), the id of the change's operation i.
function doing(board, ...ops) {
  const blank = board.change(doc => (doc.notes.blank = 1));
  return rewrite(blank, change => {
    const own = i => `${change.startOp + i}@${change.actor}`;
    change.ops = ops.map(op => (typeof op === "function" ? op(own, own) : op));
  });
}

// A change that those made on the board as it was know nothing of, and the id
// of its first operation.
function concurrent(board, edit) {
  const change = board.change(edit);
  const { actor, startOp } = decode(change);
  return { change, first: `${startOp}@${actor}` };
}

// The ids of what is on every board.
function places(board) {
  const doc = board.base;
  const ids = {};
  for (const change of A.getAllChanges(doc)) {
    const { ops, startOp, actor } = decode(change);
    ops.forEach((op, i) => ((ids[op.obj] ??= []).push({ ...op, id: `${startOp + i}@${actor}` })));
  }
  const keyed = (obj, key) => ids[obj].find(op => op.key === key).id;
  const [notes, list, text] = ["notes", "list", "text"].map(key => keyed(root, key));
  const first = keyed(notes, "first");
  const found = {
    notes,
    list,
    text,
    first,
    x: keyed(first, "x"),
    y: keyed(first, "y"),
    votes: keyed(root, "votes"),
    elements: ids[list].filter(op => op.insert).map(({ id }) => id),
    letters: ids[text].filter(op => op.insert).map(({ id }) => id),
  };
  assert.equal(A.getObjectId(doc.notes), notes);
  assert.equal(A.getObjectId(doc.list), list);
  return found;
}
