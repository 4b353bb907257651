// Changes with a right checksum around what is wrong with them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { constants, deflateRawSync } from "node:zlib";

import * as A from "@automerge/automerge";

import { int, uint } from "./columns.mjs";
import { hostile } from "./people.mjs";
import { DEFLATED, bodyOf, column, decode, encode, frame, hashOf, rewrite, type, value } from "./rewrite.mjs";

const tooLarge = 4413;
const refused = 4422;
const max32 = 2 ** 32 - 1;
const max64 = 2n ** 64n - 1n;
const many = (length, make) => Array.from({ length }, make);
const hash = () => randomBytes(32).toString("hex");
const actor = () => randomBytes(16).toString("hex");

hostile("hostile changes", scenario => {
  scenario("a change that is put together again as it was is taken", async board => {
    for (const change of A.getAllChanges(board.base)) {
      assert.deepEqual(bodyOf(rewrite(change, () => {})), bodyOf(change));
    }
    const rich = board.change(doc => {
      doc.notes.mine = { x: 3, y: -4.5, at: new Date(0), raw: new Uint8Array([1]) };
      A.splice(doc, ["text"], 1, 3, "nother");
      A.mark(doc, ["text"], { start: 0, end: 3, expand: "both" }, "bold", true);
      doc.list[1] = "B";
      delete doc.notes.first.y;
      doc.votes.increment(2);
    });
    const again = rewrite(rich, () => {});
    assert.deepEqual(bodyOf(again), bodyOf(rich));
    await board.takes("the change", [again]);
    await board.takes("a deflated change", [deflated(bodyOf(mine(board)))]);
  });

  scenario("a chunk is a whole change with a right checksum", async board => {
    const own = mine(board);
    const with_ = (at, byte) => Buffer.concat([own.subarray(0, at), Buffer.from([byte]), own.subarray(at + 1)]);
    await board.refusesChanges(refused, /checksum/, {
      "a checksum of another": with_(4, own[4] ^ 1),
      "content of another": with_(own.length - 1, own.at(-1) ^ 1),
      "a deflated change with the checksum of another": frame(deflateRawSync(bodyOf(own)), { kind: DEFLATED, hashed: Buffer.alloc(1) }),
    });
    const kinds = [0, 3, 4, 255].map(kind => [`a chunk of type ${kind}`, frame(bodyOf(own), { kind })]);
    await board.refusesChanges(refused, /chunk/, {
      "another magic": frame(bodyOf(own), { magic: [0x85, 0x6f, 0x4a, 0x84] }),
      "nothing": Buffer.alloc(0),
      "a magic alone": own.subarray(0, 8),
      "half a change": own.subarray(0, 40),
      "a byte too many": Buffer.concat([own, Buffer.from([0])]),
      "two in one": Buffer.concat([own, own]),
      "a change that says it is deflated": frame(bodyOf(own), { kind: DEFLATED }),
      ...Object.fromEntries(kinds),
    });
  });

  scenario("what becomes big when inflated is not inflated", async board => {
    const zeros = deflatedZeros(512);
    assert.ok(zeros.length < 600_000);
    await board.refusesChanges(tooLarge, /size/, {
      "half a megabyte that becomes 512": frame(zeros, { kind: DEFLATED }),
      "a kilobyte that becomes a megabyte": deflated(Buffer.alloc(1 << 20)),
      "a change of more than a megabyte": rewrite(mine(board), change => void (change.extra = randomBytes(1 << 20))),
    });
    const squeezed = columns => {
      for (const [spec, bytes] of [...columns]) {
        if (spec === column.keyText) columns.set(spec | 8, deflateRawSync(Buffer.from(bytes))), columns.delete(spec);
      }
    };
    await board.refusesChanges(refused, /columns/, {
      "a deflated column": rewrite(mine(board), () => {}, columns => (squeezed(columns), sorted(columns))),
    });
  });

  scenario("a few bytes that claim many operations are not believed", async board => {
    const claim = (spec, bytes) => rewrite(mine(board), () => {}, columns => (columns.set(spec, bytes), sorted(columns)));
    const run = (count, written) => [...int(count), ...written];
    await board.refusesChanges(tooLarge, /size/, {
      "100,000 operations": claim(column.action, run(100_000, [1])),
      "2^40 operations": claim(column.action, run(2 ** 40, [1])),
      "2^62 operations": claim(column.action, run(2n ** 62n, [1])),
      "10,001 operations, in two runs": claim(column.action, [...run(5000, [1]), ...run(5001, [3])]),
      "2^40 predecessors": claim(column.predCount, run(2, uint(2 ** 40))),
    });
    const columns = { objCounter: [1], keyCounter: [1], keyText: [1, 0x61], valueMeta: [0], predActor: [0], predCounter: [1], markName: [1, 0x61] };
    const long = Object.entries(columns).map(([name, written]) => [`2^40 rows of ${name}`, claim(column[name], run(2 ** 40, written))]);
    await board.refusesChanges(refused, /columns|shape/, {
      ...Object.fromEntries(long),
      "2^40 rows of no action": claim(column.action, [0, ...uint(2 ** 40)]),
      "2^40 insertions": claim(column.insert, [0, ...uint(2 ** 40)]),
      "2^40 rows that expand": claim(column.expand, [0, ...uint(2 ** 40)]),
      "a row too few": claim(column.insert, [1]),
      "a literal run longer than its column": claim(column.action, [...int(-5), 1]),
      "a literal run without end": claim(column.action, int(-(2n ** 63n))),
      "a run of one": claim(column.valueMeta, [...run(1, [0]), ...run(1, [0x14])]),
      "a run of nothing": claim(column.action, [2]),
      "no nulls": claim(column.objActor, [0, 0, 0x7f, 0]),
      "a number without an end": claim(column.action, Buffer.alloc(12, 0xff)),
      "a number in more bytes than it needs": claim(column.action, [0x7e, 0x80, 0x00, 1]),
      "a step below zero": claim(column.predCounter, int(-1)),
      "a key that is longer than its column": claim(column.keyText, [0x7f, 100, 0x61]),
      "a column nobody knows": claim(0xf2, [2, 1]),
      "a column nobody knows, of values": claim(0xf6, [2, 0]),
    });
    const reversed = columns => {
      const all = [...columns].reverse();
      columns.clear();
      for (const [spec, bytes] of all) columns.set(spec, bytes);
    };
    await board.refusesChanges(refused, /columns/, {
      "columns in another order": rewrite(mine(board), () => {}, reversed),
    });
  });

  scenario("the first operation comes next", async board => {
    const from = startOp => rewrite(mine(board), change => void (change.startOp = startOp));
    await board.refusesChanges(refused, /header/, Object.fromEntries(
      [0, 2 ** 32 - 1, 2 ** 32, 2n ** 53n, 2n ** 63n, max64].map(startOp => [`first operation ${startOp}`, from(startOp)]),
    ));
    await board.refusesChanges(refused, /first operation/, {
      "the first of all": from(1),
      "one that is far off": from(1_000_000),
      "the last that there can be": from(max32 - 1),
    });
  });

  scenario("actors are few, short, in order and referred to", async board => {
    const naming = others => rewrite(mine(board), change => void (change.others = others));
    const by = actor => rewrite(mine(board), change => void (change.actor = actor));
    const other = decode(A.getAllChanges(board.base)[0]).actor;
    await board.refusesChanges(tooLarge, /size/, {
      "20,000 others": naming([...many(20_000, actor), other].sort()),
      "257 others": naming([...many(256, actor), other].sort()),
      "an actor of 65 bytes": by("aa".repeat(65)),
      "an actor of half a megabyte": by("aa".repeat(1 << 19)),
      "another of 65 bytes": naming([other, "ff".repeat(65)]),
    });
    await board.refusesChanges(refused, /header/, {
      "no actor": by(""),
      "the same twice": naming([other, other]),
      "another order": naming(["ff".repeat(16), other]),
      "one that is not referred to": naming([other, "ff".repeat(16)]),
      "the author among the others": rewrite(mine(board), change => void (change.others = [other, change.actor].sort())),
    });
    await board.refusesChanges(refused, /columns/, {
      "nobody, where one is referred to": naming([]),
    });
  });

  scenario("dependencies are few and in order", async board => {
    const on = deps => rewrite(mine(board), change => void (change.deps = deps));
    const [known] = board.heads;
    await board.refusesChanges(tooLarge, /size/, {
      "30,000 of them": on(many(30_000, hash).sort()),
      "1,001 of them": on(many(1_001, hash).sort()),
    });
    const apart = A.getAllChanges(board.base).map(hashOf).slice(-2);
    await board.refusesChanges(refused, /dependencies/, {
      "the same twice": on([known, known]),
      "another order": on([...apart, known].sort().reverse()),
    });
  });

  scenario("an actor's changes follow upon each other", async board => {
    const numbered = seq => rewrite(mine(board), change => void (change.seq = seq));
    await board.refusesChanges(refused, /header/, Object.fromEntries(
      [0, 2 ** 32, 2n ** 53n, max64].map(seq => [`number ${seq}`, numbered(seq)]),
    ));
    await board.refusesChanges(refused, /sequence/, {
      "number 2 without a first": numbered(2),
      "the last number that there can be": numbered(max32),
    });
    const author = actor();
    const first = board.change(doc => (doc.notes.one = {}), { actor: author });
    const after = A.applyChanges(A.clone(board.base), [first])[0];
    const second = board.change(doc => (doc.notes.two = {}), { actor: author, on: after });
    board.allowed.add(hashOf(first));
    await board.refusesChanges(refused, /fork/, {
      "a second that does not know of the first": [first, rewrite(second, change => void (change.deps = board.heads))],
    });
  });

  scenario("an actor says one thing at a time, and what came before a lie stays", async board => {
    const author = actor();
    const truth = board.change(doc => (doc.notes.truth = { x: 1 }), { actor: author });
    const lie = board.change(doc => (doc.notes.lie = { x: 2 }), { actor: author });
    board.allowed.add(hashOf(truth));
    await board.refuses(refused, "truth and lie", peer => void board.bring(peer, [truth, lie]), { why: /sequence/ });
    await board.takes("the truth", [truth]);
    await board.refuses(refused, "the lie again", peer => board.bring(peer, [lie]), { why: /sequence/ });
    assert.equal(board.hers.doc().notes.lie, undefined);
  });

  scenario("a time that JavaScript cannot hold is refused, others are only data", async board => {
    const at = time => rewrite(mine(board), change => void (change.time = time));
    const edge = 2n ** 53n; // beyond what the library tells of a change
    await board.refusesChanges(refused, /header/, Object.fromEntries(
      [-(2n ** 63n), 2n ** 63n - 1n, -edge, edge].map(time => [`time ${time}`, at(time)]),
    ));
    await board.takes("the last time", [at(edge - 1n)]);
    await board.takes("the year 3000", [at(32503680000)]);
    await board.takes("a time before 1970", [at(-1)]);
  });

  scenario("a message is short text, and only data", async board => {
    const saying = message => rewrite(mine(board), change => void (change.message = message));
    await board.refusesChanges(tooLarge, /size/, {
      "a message of half a megabyte": saying("x".repeat(1 << 19)),
      "a message of 1,025 bytes": saying("x".repeat(1025)),
    });
    await board.refusesChanges(refused, /header/, { "a message that is not UTF-8": saying(Buffer.from([0xff, 0xfe])) });
    await board.takes("a message", [saying("\0\u0007\u001b[31m\u202e<script>alert(1)</script>")]);
  });

  scenario("values are whole and of their type", async board => {
    const holding = value => rewrite(mine(board), change => void (change.ops.at(-1).value = value));
    const raw = (kind, ...bytes) => holding({ type: kind, raw: Buffer.from(bytes) });
    await board.refusesChanges(refused, /columns/, {
      "a null with a byte": raw(type.null, 0),
      "a true with a byte": raw(type.true, 1),
      "a float of 7 bytes": raw(type.float, 0, 0, 0, 0, 0, 0, 0),
      "a number of no bytes": raw(type.int),
      "a number cut off": raw(type.int, 0x80),
      "a number with a byte after it": raw(type.int, 1, 1),
      "a number in more bytes than it needs": raw(type.uint, 0x81, 0x00),
      "a number beyond 64 bits": raw(type.uint, ...uint(2n ** 64n)),
      "text that is not UTF-8": raw(type.text, 0xff),
      "half a surrogate pair": raw(type.text, 0xed, 0xa0, 0x80),
      "a time cut off": raw(type.timestamp, 0x80),
    });
    await board.refusesChanges(tooLarge, /size/, {
      "bytes of two megabytes": holding({ type: type.bytes, raw: randomBytes(2 << 20) }),
      "a text of two megabytes": holding(value.text("x".repeat(2 << 20))),
    });
    await board.takes("a zero byte and a mark that reverses", [holding(value.text("a\0b\u202ec"))]);
    await board.takes("zero below zero", [float(board, -0)]);
  });

  scenario("values are such as JavaScript can hold", async board => {
    const holding = (kind, raw) => rewrite(mine(board), change => void (change.ops.at(-1).value = { type: kind, raw: Buffer.from(raw) }));
    const wholes = {
      "2^53": holding(type.int, int(2n ** 53n)),
      "-2^53": holding(type.int, int(-(2n ** 53n))),
      "2^63 - 1": holding(type.int, int(2n ** 63n - 1n)),
      "2^53, unsigned": holding(type.uint, uint(2n ** 53n)),
      "2^64 - 1": holding(type.uint, uint(max64)),
      "a counter of 2^53": holding(type.counter, int(2n ** 53n)),
      "a time that is no Date": holding(type.timestamp, int(8_640_000_000_000_001)),
    };
    const floats = [NaN, Infinity, -Infinity].map(number => [`${number}`, float(board, number)]);
    const types = [10, 15].map(kind => [`a value of type ${kind}`, holding(kind, [1])]);
    await board.refusesChanges(refused, /value/, { ...wholes, ...Object.fromEntries([...floats, ...types]) });
    await board.takes("2^53 - 1", [holding(type.int, int(2n ** 53n - 1n))]);
    await board.takes("the last Date", [holding(type.timestamp, int(8_640_000_000_000_000))]);
  });

  scenario("keys are short, and objects not deep within each other", async board => {
    // The library ends for good when it is to make maps so deep.
    const nested = levels => rewrite(mine(board), change => {
      const [made] = change.ops;
      const own = i => `${change.startOp + i}@${change.actor}`;
      change.ops = many(levels, (_, i) => ({ ...made, obj: i === 0 ? made.obj : own(i - 1) }));
    });
    const key = length => board.change(doc => (doc.notes["k".repeat(length)] = 1));
    await board.refusesChanges(tooLarge, /size/, {
      "a key of 1,025 bytes": key(1025),
      "a key of half a megabyte": key(1 << 19),
      "maps 20 deep": nested(20),
      "maps 2,000 deep": nested(2000),
    });
    await board.takes("a key of 1,024 bytes", [key(1024)]);
    await board.takes("maps ten deep", [nested(10)]);
  });

  scenario("thousands of tiny changes of one peer hold up nobody", async board => {
    let doc = A.clone(board.base);
    for (let i = 0; i < 3000; i++) doc = A.change(doc, d => (d.notes.first.x = i));
    const changes = A.getChanges(board.base, doc);
    for (const change of changes) board.allowed.add(hashOf(change));
    const peer = await board.stranger();
    for (const change of changes) board.bring(peer, [change]);
    const heads = A.getHeads(doc);
    await peer.until("ada has them all", () => A.hasHeads(board.hers.doc(), heads));
  });

  scenario("one who deletes everything deletes nothing of the past", async board => {
    const before = A.toJS(board.base);
    const wipe = board.change(doc => {
      for (const key of Object.keys(doc)) if (key !== "entries") delete doc[key];
    });
    await board.takes("the deletion", [wipe]);
    assert.equal(board.hers.doc().notes, undefined);
    assert.deepEqual(A.toJS(A.view(board.his.doc(), board.heads)), before);
  });
});

function float(board, number) {
  const raw = Buffer.alloc(8);
  raw.writeDoubleLE(number);
  return rewrite(mine(board), change => void (change.ops.at(-1).value = { type: type.float, raw }));
}

// A small change that is right: a map, and a number in it.
const mine = board => board.change(doc => (doc.notes.mine = { x: 3 }));

const deflated = body => frame(deflateRawSync(body), { kind: DEFLATED, hashed: body });

function sorted(columns) {
  const all = [...columns].sort(([a], [b]) => a - b);
  columns.clear();
  for (const [spec, bytes] of all) columns.set(spec, bytes);
}

// So many megabytes of zeros, deflated; each alike.
function deflatedZeros(megabytes) {
  const one = deflateRawSync(Buffer.alloc(1 << 20), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array(megabytes).fill(one), deflateRawSync(Buffer.alloc(0))]);
}
