// Takes changes apart and puts them together again, so that a test can change
// what a change says and still have its checksum right. The names of operations
// are the library's: "3@<actor>", "_root", "_head".
//
// Source: the Automerge binary format specification.
import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";

import { Reader, booleans, deltas, int, texts, uint, uints } from "./columns.mjs";

const MAGIC = [0x85, 0x6f, 0x4a, 0x83];
const maxOutputLength = 1 << 20; // bytes of a change that is not deflated
export const CHANGE = 1;
export const DEFLATED = 2;

// What operations do, by the number that stands for it.
export const action = { makeMap: 0, set: 1, makeList: 2, del: 3, makeText: 4, inc: 5, makeTable: 6, mark: 7 };

// Types of values.
export const type = { null: 0, false: 1, true: 2, uint: 3, int: 4, float: 5, text: 6, bytes: 7, counter: 8, timestamp: 9 };

// Columns, by their specification.
export const column = {
  objActor: 0x01,
  objCounter: 0x02,
  keyActor: 0x11,
  keyCounter: 0x13,
  keyText: 0x15,
  insert: 0x34,
  action: 0x42,
  valueMeta: 0x56,
  valueRaw: 0x57,
  predCount: 0x70,
  predActor: 0x71,
  predCounter: 0x73,
  expand: 0x94,
  markName: 0xa5,
};

export const value = {
  null: () => ({ type: type.null, raw: Buffer.alloc(0) }),
  int: n => ({ type: type.int, raw: Buffer.from(int(n)) }),
  uint: n => ({ type: type.uint, raw: Buffer.from(uint(n)) }),
  text: s => ({ type: type.text, raw: Buffer.from(s) }),
  counter: n => ({ type: type.counter, raw: Buffer.from(int(n)) }),
};

// A chunk around a body. The checksum is of `hashed`, that is, right.
export function frame(body, { kind = CHANGE, hashed = body, magic = MAGIC } = {}) {
  const framed = (kind, body) => Buffer.concat([Buffer.from([kind, ...uint(body.length)]), body]);
  const digest = createHash("sha256").update(framed(kind === DEFLATED ? CHANGE : kind, hashed)).digest();
  return Buffer.concat([Buffer.from(magic), digest.subarray(0, 4), framed(kind, body)]);
}

export function bodyOf(chunk) {
  const from = new Reader(chunk);
  from.take(MAGIC.length + 4);
  const [kind] = from.take(1);
  const body = from.prefixed();
  return Buffer.from(kind === DEFLATED ? inflateRawSync(body, { maxOutputLength }) : body);
}

// The hash by which others refer to a change. Of what is none it is just a hash.
export function hashOf(chunk) {
  return createHash("sha256").update(plain(chunk).subarray(MAGIC.length + 4)).digest("hex");
}

function plain(chunk) {
  if (chunk[MAGIC.length + 4] !== DEFLATED) return chunk;
  try {
    return frame(bodyOf(chunk));
  } catch {
    return chunk;
  }
}

// Encode a change that differs from the one in the chunk by what edit does to
// it, or returns. See decode for what it is given.
export function rewrite(chunk, edit, columns) {
  const change = decode(chunk);
  return encode(edit(change) ?? change, columns);
}

export function decode(chunk) {
  const from = new Reader(bodyOf(chunk));
  const list = read => Array.from({ length: from.uint() }, read);
  const hex = bytes => Buffer.from(bytes).toString("hex");
  const change = { deps: list(() => hex(from.take(32))), actor: hex(from.prefixed()) };
  change.seq = from.uint();
  change.startOp = from.uint();
  change.time = from.int();
  change.message = Buffer.from(from.prefixed()).toString();
  change.others = list(() => hex(from.prefixed()));
  const heads = list(() => [from.uint(), from.uint()]);
  const columns = new Map(heads.map(([spec, length]) => [spec, from.take(length)]));
  change.ops = readOperations(columns, [change.actor, ...change.others]);
  change.extra = Buffer.from(from.rest());
  delete change.others; // those that operations refer to, unless somebody says otherwise
  return change;
}

// Encode a change. With `others` it names these actors, and not those that its
// operations refer to; `columns` may alter the bytes of the columns.
export function encode(change, columns = () => {}) {
  const actors = [change.actor, ...(change.others ?? referred(change))];
  const data = writeOperations(change.ops, actors);
  columns(data);
  const list = (items, write) => [...uint(items.length), ...items.flatMap(write)];
  const prefixed = bytes => [...uint(bytes.length), ...bytes];
  const hex = text => [...Buffer.from(text, "hex")];
  const columnsIn = [...data].filter(([, bytes]) => bytes.length > 0);
  const header = [
    ...list(change.deps, hex),
    ...prefixed(hex(change.actor)),
    ...uint(change.seq),
    ...uint(change.startOp),
    ...int(change.time),
    ...prefixed(Buffer.from(change.message)),
    ...list(actors.slice(1), actor => prefixed(hex(actor))),
    ...list(columnsIn, ([spec, bytes]) => [...uint(spec), ...uint(bytes.length)]),
  ];
  const body = Buffer.concat([Buffer.from(header), ...columnsIn.map(([, bytes]) => Buffer.from(bytes)), change.extra]);
  return frame(body);
}

const counterOf = id => Number(id.split("@")[0]);
const actorOf = id => id.split("@")[1];

function referred({ actor, ops }) {
  const ids = ops.flatMap(op => [op.obj, op.elem, ...op.pred]).filter(id => id?.includes("@"));
  return [...new Set(ids.map(actorOf))].filter(other => other !== actor).sort();
}

// Operations have obj, key or elem, insert, action, value, pred, expand and mark.
function readOperations(columns, actors) {
  const read = (kind, spec) => kind.read(columns.get(spec) ?? new Uint8Array());
  const actions = read(uints, column.action);
  const at = (values, i) => values[i] ?? null;
  const objActor = read(uints, column.objActor);
  const objCounter = read(uints, column.objCounter);
  const keyActor = read(uints, column.keyActor);
  const keyCounter = read(deltas, column.keyCounter);
  const keyText = read(texts, column.keyText);
  const insert = read(booleans, column.insert);
  const meta = read(uints, column.valueMeta);
  const raw = new Reader(columns.get(column.valueRaw) ?? new Uint8Array());
  const predCount = read(uints, column.predCount);
  const predActor = read(uints, column.predActor);
  const predCounter = read(deltas, column.predCounter);
  const expand = read(booleans, column.expand);
  const mark = read(texts, column.markName);
  let pred = 0;
  return actions.map((action, i) => {
    const op = { obj: "_root", action, insert: insert[i] };
    if (at(objCounter, i) !== null) op.obj = `${objCounter[i]}@${actors[objActor[i]]}`;
    if (at(keyText, i) !== null) op.key = keyText[i];
    else op.elem = at(keyActor, i) === null ? "_head" : `${keyCounter[i]}@${actors[keyActor[i]]}`;
    op.value = { type: meta[i] & 0xf, raw: Buffer.from(raw.take(meta[i] >> 4)) };
    op.pred = Array.from({ length: predCount[i] }, () => `${predCounter[pred]}@${actors[predActor[pred++]]}`);
    op.expand = expand[i] ?? false;
    if (at(mark, i) !== null) op.mark = mark[i];
    return op;
  });
}

function writeOperations(ops, actors) {
  const named = id => id !== undefined && id.includes("@");
  const index = id => (named(id) ? actors.indexOf(actorOf(id)) : null);
  const counter = id => (named(id) ? counterOf(id) : null);
  const preds = ops.flatMap(op => op.pred);
  const of = pick => ops.map(pick);
  return new Map([
    [column.objActor, uints.write(of(op => index(op.obj)))],
    [column.objCounter, uints.write(of(op => counter(op.obj)))],
    [column.keyActor, uints.write(of(op => index(op.elem)))],
    [column.keyCounter, deltas.write(of(op => (op.elem === "_head" ? 0 : counter(op.elem))))],
    [column.keyText, texts.write(of(op => op.key ?? null))],
    [column.insert, booleans.write(of(op => op.insert))],
    [column.action, uints.write(of(op => op.action))],
    [column.valueMeta, uints.write(of(op => op.value.type | (op.value.raw.length << 4)))],
    [column.valueRaw, Buffer.concat(of(op => op.value.raw))],
    [column.predCount, uints.write(of(op => op.pred.length))],
    [column.predActor, uints.write(preds.map(index))],
    [column.predCounter, deltas.write(preds.map(counterOf))],
    [column.expand, ops.some(op => op.expand) ? booleans.write(of(op => op.expand)) : []],
    [column.markName, texts.write(of(op => op.mark ?? null))],
  ]);
}
