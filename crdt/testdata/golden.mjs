// Writes the golden files of package crdt with @automerge/automerge, whose bytes
// are the authority on the format: run `node crdt/testdata/golden.mjs` after
// `npm install` in client. GOLDEN_PACKAGE names another package.json to resolve
// the library from. The output is the same every time: actors, times and random
// choices are fixed.
import { createRequire } from "node:module"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { deflateRawSync } from "node:zlib"

const here = dirname(fileURLToPath(import.meta.url))
const from = process.env.GOLDEN_PACKAGE ?? join(here, "../../client/package.json")
const A = createRequire(from)("@automerge/automerge")

const hex = bytes => Buffer.from(bytes).toString("hex")
const actor = n => n.toString(16).padStart(2, "0").repeat(16)
const json = value =>
  JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? { hex: hex(v) } : typeof v === "bigint" ? v.toString() : v))
const lines = values => "[\n" + values.map(json).join(",\n") + "\n]\n"

// A document under construction, and edits of it at time 0.
const start = n => A.init({ actor: actor(n) })
const edit = (doc, change, message) => A.change(doc, { time: 0, message }, change)
const merge = (into, ...docs) => docs.reduce((doc, other) => A.merge(doc, other), into)
const fork = (doc, n) => A.clone(doc, { actor: actor(n) })

// A linear congruential generator: the same "random" letters every time.
function letters(count, seed = 1) {
  let text = ""
  for (let state = seed; text.length < count; ) {
    state = (state * 1103515245 + 12345) % 2147483648
    text += String.fromCharCode(97 + ((state >> 16) % 26))
  }
  return text
}

const scenarios = {
  empty() {
    return A.emptyChange(start(1), { time: 0 })
  },

  values() {
    return edit(start(1), d => {
      Object.assign(d, {
        null: null, true: true, false: false, zero: 0, small: 63, byte: 64, negative: -1, large: -4294967297,
        safe: Number.MAX_SAFE_INTEGER, uint: new A.Uint(200), int: new A.Int(-200), whole: new A.Float64(3),
        float: 2.5, tiny: 5e-324, minus: -0,
        date: new Date(1700000000123), before: new Date(-1), counter: new A.Counter(-7),
        bytes: new Uint8Array([0, 255, 128]), none: new Uint8Array(0),
        scalar: new A.ImmutableString("scalar"), blank: new A.ImmutableString(""), text: "text", nothing: "",
      })
    }, "every type of value")
  },

  maps() {
    let d = edit(start(1), d => { d.a = { b: { c: 1, d: [{ e: 2 }] } } })
    d = edit(d, d => { d.a.b.c = 2; d.a.b.x = {}; delete d.a.b.d })
    return edit(d, d => { delete d.a; d.a = "again" })
  },

  lists() {
    let d = edit(start(1), d => { d.l = [1, 2, 3, 4, 5] })
    d = edit(d, d => { d.l.insertAt(2, "x", true, null); d.l.deleteAt(0) })
    d = edit(d, d => { d.l[1] = 9; d.l.push([1, [2, [3]]]); d.l.unshift({}) })
    return edit(d, d => { d.l.splice(1, 3) })
  },

  text() {
    let d = edit(start(1), d => { d.t = "hello world" })
    d = edit(d, d => A.splice(d, ["t"], 5, 1, ", "))
    d = edit(d, d => A.splice(d, ["t"], 0, 3))
    d = edit(d, d => A.updateText(d, ["t"], "lower the sails"))
    return edit(d, d => A.splice(d, ["t"], 0, 15, letters(40)))
  },

  unicode() {
    let d = edit(start(1), d => {
      d["nyckel å ä ö"] = "Räksmörgås"
      d["钥匙"] = "服务蓝图"
      d["🔑"] = "👩‍👩‍👧‍👦 e\u0301 \u202eabc\u0000"
      d[" "] = new A.ImmutableString("\ufeff")
    }, "Ändring med emoji 🎤")
    return edit(d, d => A.splice(d, ["🔑"], 0, 11, "🎈"))
  },

  marks() {
    let d = edit(start(1), d => { d.t = "the quick brown fox" })
    for (const [i, expand] of ["none", "before", "after", "both"].entries()) {
      d = edit(d, d => A.mark(d, ["t"], { start: 3 * i, end: 3 * i + 4, expand }, `mark-${expand}`, i % 2 ? true : "value"))
    }
    d = edit(d, d => A.unmark(d, ["t"], { start: 2, end: 6, expand: "none" }, "mark-none"))
    d = edit(d, d => {
      A.mark(d, ["t"], { start: 0, end: 3, expand: "after" }, "bold", true)
      A.mark(d, ["t"], { start: 0, end: 5, expand: "none" }, "länk", "https://example.org")
      A.splice(d, ["t"], 4, 0, "very ")
    })
    d = edit(d, d => A.splitBlock(d, ["t"], 4, { type: new A.ImmutableString("p"), parents: [], attrs: {} }))
    return edit(d, d => A.joinBlock(d, ["t"], 4))
  },

  counters() {
    let d = edit(start(1), d => { d.c = new A.Counter(); d.l = [new A.Counter(10)] })
    d = edit(d, d => { d.c.increment(3); d.c.decrement(200); d.l[0].increment(1) })
    const other = edit(fork(d, 2), d => { d.c.increment(1) })
    d = merge(edit(d, d => { d.c.increment(5) }), other)
    return edit(d, d => { d.c.increment(1); delete d.l })
  },

  // The change of a sticky note that is dragged: the most frequent of all.
  sticky() {
    let d = edit(start(1), d => { d.elements = {} })
    d = edit(d, d => { d.elements.k3J9x2 = { kind: "note", x: 1.5, y: 2.5, w: 160.5, h: 120.5, text: "Idé" } })
    d = edit(fork(d, 2), d => { d.elements.k3J9x2.x = 311.25; d.elements.k3J9x2.y = 98.75 })
    return edit(d, d => { d.elements.k3J9x2.x = 312.5; d.elements.k3J9x2.y = 99.25 })
  },

  // Several write the same key and list: predecessors of many actors, many heads.
  merges() {
    const base = edit(start(16), d => { d.k = new A.ImmutableString("base"); d.l = [0]; d.t = "text" })
    let docs = [1, 9, 5, 3, 7].map(n => edit(fork(base, n), d => {
      d.k = new A.ImmutableString(`from ${n}`)
      d.l.push(n)
      A.splice(d, ["t"], n % 4, 1, letters(3, n))
    }))
    let d = merge(docs[0], ...docs.slice(1))
    d = edit(d, d => { d.k = new A.ImmutableString("one"); d.l.deleteAt(0) })
    docs = docs.slice(1).map(other => edit(merge(other, d), d => { delete d.k; d.l[1] = null }))
    d = merge(d, ...docs)
    return edit(d, d => { d.k = new A.ImmutableString("end"); d.l[1] = 1 })
  },

  // A change with as many dependencies as there are people, and an empty one.
  dependencies() {
    const base = edit(start(255), d => { d.who = {} })
    const docs = Array.from({ length: 40 }, (_, n) => edit(fork(base, n + 1), d => { d.who[letters(4, n + 1)] = n }))
    let d = merge(base, ...docs)
    d = A.emptyChange(d, { time: 0, message: "merged" })
    return edit(d, d => { d.done = true })
  },

  // Large changes. The library has stopped deflating them, and still reads those of
  // older versions, so they are deflated here: see below.
  deflated() {
    let d = edit(start(1), d => { d.t = letters(400) })
    d = edit(d, d => { d.l = Array.from({ length: 30 }, (_, i) => ({ id: new A.ImmutableString(letters(6, i + 1)), x: i * 1.5 })) })
    d = edit(d, d => { d.bytes = new Uint8Array(Array.from({ length: 4096 }, (_, i) => (i * i) & 255)) })
    d = edit(d, d => { d.same = "a".repeat(1000) })
    return edit(d, d => A.splice(d, ["t"], 10, 300))
  },

  // Edits of what the document was before: the library takes another actor for them.
  past() {
    let d = edit(start(1), d => { d.t = "first"; d.n = 1 })
    const heads = A.getHeads(d)
    d = edit(d, d => { d.n = 2; A.splice(d, ["t"], 5, 0, " second") })
    d = A.changeAt(d, heads, { time: 0 }, d => { d.n = 3; A.splice(d, ["t"], 0, 0, "at ") }).newDoc
    d = A.changeAt(d, heads, { time: 0 }, d => { d.n = 4 }).newDoc
    return edit(d, d => { d.n = 5 })
  },

  // An author is carried behind the columns. Naming one replaces the actor at random.
  author() {
    let d = edit(fork(A.init({ author: "616e6e61" }), 1), d => { d.a = 1 })
    return edit(d, d => { d.a = 2 })
  },

  // Actors are as long as a UUID in stock clients, but need not be.
  actors() {
    let d = A.change(A.init({ actor: "00" }), { time: 0 }, d => { d.a = 1 })
    const long = A.change(A.clone(d, { actor: "ff".repeat(64) }), { time: -1 }, d => { d.a = 2 })
    const other = A.change(A.clone(d, { actor: "8000" }), { time: 253402300799 }, d => { d.a = 3 })
    return A.change(merge(d, long, other), { time: 0 }, d => { d.a = 4 })
  },
}

const sets = ["changes", "documents", "sync"]
for (const set of sets) {
  rmSync(join(here, set), { recursive: true, force: true })
  mkdirSync(join(here, set))
}

// The same change as a chunk of type 2. The checksum stays that of type 1.
function deflate(chunk) {
  let at = 9
  while (chunk[at] >= 128) at++
  const data = deflateRawSync(chunk.subarray(at + 1))
  const length = []
  for (let n = data.length; ; n >>= 7) {
    length.push(n > 127 ? (n & 127) | 128 : n)
    if (n < 128) break
  }
  return Buffer.concat([chunk.subarray(0, 8), Buffer.from([2, ...length]), data])
}

// What JSON can hold of a document: dates and counters are numbers, bytes base64.
function plain(value) {
  if (value instanceof Date) return value.getTime()
  if (value instanceof A.Counter) return value.value
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64")
  if (A.isImmutableString(value)) return value.toString()
  if (typeof value === "bigint") return Number(value) // none here is beyond 2^53
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, plain(value[key])]))
}

// Changes: all of a document in one file, one hexadecimal line each, and beside it
// what the library decodes from them. Documents: the same saved in one piece, and
// beside it what the library shows.
for (const [name, build] of Object.entries(scenarios)) {
  const doc = build()
  let changes = A.getAllChanges(doc)
  if (name === "deflated") {
    changes = changes.map(deflate)
    const [copy] = A.applyChanges(A.init(), changes)
    if (String(A.getHeads(copy)) !== String(A.getHeads(doc))) throw new Error("the library reads deflated changes differently")
  }
  writeFileSync(join(here, "changes", `${name}.hex`), changes.map(hex).join("\n") + "\n")
  writeFileSync(join(here, "changes", `${name}.json`), lines(changes.map(c => A.decodeChange(c))))
  writeFileSync(join(here, "documents", `${name}.hex`), hex(A.save(doc)) + "\n")
  writeFileSync(join(here, "documents", `${name}.json`), JSON.stringify({ heads: A.getHeads(doc), shown: plain(doc) }) + "\n")
}

// Conversations: the hashes each side has before, each message as it went over the
// wire with the sender and what the library decodes from it, the heads that each side
// ends with, and all changes. Version 1 is what peers speak that see no flags.
function withoutFlags(bytes) {
  let at = 1
  const number = () => {
    let v = 0
    for (let shift = 1; ; shift *= 128) {
      const b = bytes[at++]
      v += (b & 127) * shift
      if (b < 128) return v
    }
  }
  const skip = n => { at += n }
  const each = f => { for (let n = number(); n > 0; n--) f() }
  const hashes = () => skip(32 * number())
  hashes()
  hashes()
  each(() => { hashes(); skip(number()) })
  each(() => skip(number()))
  return bytes.subarray(0, at)
}

function talk(a, b, { flags }) {
  const hashes = doc => A.getAllChanges(doc).map(c => A.decodeChange(c).hash)
  const before = { a: hashes(a), b: hashes(b) }
  let states = [A.initSyncState(), A.initSyncState()]
  const docs = [a, b]
  const messages = []
  for (let quiet = 0, side = 0; quiet < 2 && messages.length < 40; side = 1 - side) {
    let message
    ;[states[side], message] = A.generateSyncMessage(docs[side], states[side])
    if (!message) { quiet++; continue }
    quiet = 0
    if (!flags) message = withoutFlags(message)
    const { heads, need, have, changes, type } = A.decodeSyncMessage(message)
    messages.push({ from: "ab"[side], hex: hex(message), decoded: { heads, need, have, changes, type } })
    const other = 1 - side
    ;[docs[other], states[other]] = A.receiveSyncMessage(docs[other], states[other], message)
  }
  return { before, messages, heads: docs.map(A.getHeads), changes: A.getAllChanges(docs[0]).map(hex) }
}

function drawing(n, edits, base = start(n)) {
  let d = base
  for (let i = 0; i < edits; i++) d = edit(d, d => { d[letters(5, i % 7 + n)] = i * 1.5 })
  return d
}

const shared = drawing(3, 20)
const conversations = {
  "nothing-and-nothing": () => [start(1), start(2)],
  "newcomer": () => [drawing(1, 12), start(2)],
  "equal": () => [fork(shared, 1), fork(shared, 2)],
  "one-ahead": () => [drawing(1, 3, fork(shared, 1)), fork(shared, 2)],
  "both-edited": () => [drawing(1, 4, fork(shared, 1)), drawing(2, 6, fork(shared, 2))],
  "strangers": () => [drawing(1, 9), drawing(2, 7)],
  "large": () => [drawing(1, 60, edit(fork(shared, 1), d => { d.t = letters(1500) })), drawing(2, 45, fork(shared, 2))],
}
for (const [name, docs] of Object.entries(conversations)) {
  for (const [suffix, flags] of [["v1", false], ["v2", true]]) {
    const [a, b] = docs()
    writeFileSync(join(here, "sync", `${name}-${suffix}.json`), json(talk(A.clone(a, { actor: actor(1) }), A.clone(b, { actor: actor(2) }), { flags })) + "\n")
  }
}
