// The other side of the differential test: @automerge/automerge as a person's
// browser has it. Reads one request a line, answers each with one line.
//
//   {"make": seed, "counters": bool} -> {"changes": [base64 ...]}, a history of some people
//   {"apply": [base64 ...], "seed": n} -> {"heads": [hex ...], "states": [one]} or {"error": "..."}
//   {"read": [base64 ...], "views": [[hex ...] ...]} -> {"states": [...]}, the document after each change, as JSON,
//                                 {"views": [...]}, the same at these heads,
//                                 {"letters": {...}, "setters": {...}}, who wrote what of it, and
//                                 {"held": {...}}, how much there was of what is hard to replay
import { createRequire } from "node:module"
import { createInterface } from "node:readline"

const A = createRequire(new URL("../../client/package.json", import.meta.url))("@automerge/automerge")

function random(seed) {
  let state = seed | 0
  return below => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const keys = ["a", "b", "text", "x", "a key that is a little longer"]
const words = ["", "a", "note", "å🏠", "two words", "e\u0301", "👩‍👩‍👧🇸🇪", "ﬃ", "\u{1f3fb}\u200d"]

// Boards have no counters; a history of other documents may.
let counters = false

function scalar(pick) {
  if (counters && pick(4) === 0) return new A.Counter(pick(10))
  switch (pick(9)) {
    case 0: return null
    case 1: return true
    case 2: return false
    case 3: return pick(1000)
    case 4: return -pick(1000)
    case 5: return pick(1000) / 7
    case 6: return new Uint8Array(pick(4))
    case 7: return new Date(pick(1e9))
    default: return new A.ImmutableString(words[pick(words.length)])
  }
}

function value(pick, depth = 0) {
  const kind = pick(depth < 3 ? 8 : 4)
  if (kind < 3) return scalar(pick)
  if (kind < 5) return words[pick(words.length)]
  if (kind < 7) return Object.fromEntries(keys.slice(0, pick(3)).map(key => [key, value(pick, depth + 1)]))
  return Array.from({ length: pick(3) }, () => value(pick, depth + 1))
}

const isObject = v => v !== null && typeof v === "object" && !(v instanceof Uint8Array) && !(v instanceof Date) && !A.isImmutableString(v) && !A.isCounter(v)

// One edit somewhere in the document, as our own client and others make them.
function edit(d, pick) {
  const path = []
  let at = d
  for (;;) {
    // The library cannot reach below keys that look like pieces of a path.
    const reachable = key => key !== "" && !key.includes("/")
    const inside = Object.keys(at).filter(key => reachable(key) && (isObject(at[key]) || typeof at[key] === "string"))
    if (inside.length === 0 || (path.length > 0 && pick(3) === 0)) break
    const key = inside[pick(inside.length)]
    path.push(Array.isArray(at) ? Number(key) : key)
    if (typeof at[key] === "string") return editText(d, path, at[key], pick)
    at = at[key]
  }
  if (counters) {
    const counted = Object.keys(at).filter(key => A.isCounter(at[key]) && "increment" in at[key])
    if (counted.length > 0 && pick(2) === 0) return at[counted[pick(counted.length)]].increment(pick(9) - 4)
  }
  if (Array.isArray(at)) {
    const where = pick(at.length + 1)
    const kind = pick(4)
    if (kind === 0 && where < at.length) at.splice(where, 1 + pick(2))
    else if (kind === 1 && where < at.length) at[where] = value(pick)
    else at.splice(where, 0, value(pick))
    return
  }
  const key = keys[pick(keys.length)]
  if (pick(3) === 0 && key in at && path.length > 0) delete at[key]
  else at[key] = value(pick)
}

function editText(d, path, text, pick) {
  const at = pick(text.length + 1)
  switch (pick(6)) {
    case 0:
      if (at < text.length) return A.splice(d, path, at, 1 + pick(Math.min(4, text.length - at)))
      break
    case 1:
      if (text.length > 1) {
        const start = pick(text.length - 1)
        const end = start + 1 + pick(text.length - start)
        const expand = ["both", "none", "before", "after"][pick(4)]
        if (pick(4) === 0) return A.unmark(d, path, { start, end, expand }, "bold")
        return A.mark(d, path, { start, end, expand }, ["bold", "link"][pick(2)], pick(2) ? true : "https://example.org")
      }
      break
    case 2:
      return A.splitBlock(d, path, at, { type: "paragraph", parents: [], attrs: {} })
    case 3:
      return A.updateText(d, path, text.replace(/[^\ufffc]$/u, "") + words[pick(words.length)])
  }
  A.splice(d, path, at, 0, words[pick(words.length)])
}

function make(seed) {
  const pick = random(seed)
  const actor = n => (seed % 256).toString(16).padStart(2, "0") + n.toString(16).padStart(2, "0").repeat(15)
  let first = A.init({ actor: actor(1) })
  first = A.change(first, { time: 0 }, d => {
    Object.assign(d, { map: {}, list: [], text: "hello", els: { one: { x: 1, text: "a note" } } })
  })
  const people = [first, A.clone(first, { actor: actor(2) }), A.clone(first, { actor: actor(3) })]
  const steps = 20 + pick(20)
  for (let i = 0; i < steps; i++) {
    const who = pick(people.length)
    if (pick(3) === 0) {
      const other = people[pick(people.length)]
      // As the sync protocol does it.
      people[who] = A.applyChanges(people[who], A.getChanges(people[who], other))[0]
    }
    for (let n = 1 + pick(2); n > 0; n--) {
      const many = 1 + pick(3)
      people[who] = A.change(people[who], { time: pick(2) * 1.7e9, message: pick(5) ? undefined : words[pick(words.length)] }, d => {
        for (let k = 0; k < many; k++) edit(d, pick)
      })
    }
    if (pick(15) === 0) people[who] = A.emptyChange(people[who], { time: 0 })
  }
  let all = people[0]
  for (const other of people.slice(1)) all = A.applyChanges(all, A.getChanges(all, other))[0]
  return A.getAllChanges(all)
}

const same = (a, b) => a.length === b.length && a.every((h, i) => h === b[i])
const shown = doc => JSON.stringify(A.toJS(doc), (_, v) => (v instanceof Uint8Array ? [...v] : typeof v === "bigint" ? String(v) : v))

// The document as a reader sees it. Bytes are base64, dates are milliseconds.
function plain(v) {
  if (v instanceof Uint8Array) return Buffer.from(v).toString("base64")
  if (v instanceof Date) return v.getTime()
  if (A.isImmutableString(v)) return v.val
  if (A.isCounter(v)) return v.value
  if (Array.isArray(v)) return v.map(plain)
  if (v !== null && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([key, one]) => [key, plain(one)]))
  return v
}

// Calls back with every map, list and text that is seen, and where it is.
function walk(doc, visit, at = doc, path = []) {
  if (at !== doc || path.length === 0) visit(at, path)
  for (const key of Object.keys(at)) {
    const here = [...path, Array.isArray(at) ? Number(key) : key]
    if (isObject(at[key])) walk(doc, visit, at[key], here)
    else if (typeof at[key] === "string") visit(at[key], here)
  }
}

// The letters of a text, each with the operation that wrote it: its number and actor.
function lettersAt(doc, path, text) {
  const letters = []
  for (let at = 0; at < text.length; ) {
    const letter = String.fromCodePoint(text.codePointAt(at))
    if (letter !== "\ufffc") letters.push([A.getCursor(doc, path, at), letter])
    at += letter.length
  }
  return letters
}

// Of all that lies in a map at the root: who wrote the letters of its texts, and who set its fields.
function authors(doc) {
  const letters = {}
  const setters = {}
  const isMap = v => isObject(v) && !Array.isArray(v)
  for (const part of Object.keys(doc)) {
    for (const id of isMap(doc[part]) ? Object.keys(doc[part]) : []) {
      const thing = doc[part][id]
      for (const field of isMap(thing) ? Object.keys(thing) : []) {
        const name = [part, id, field].join("\u0000")
        const written = typeof thing[field] === "string" ? lettersAt(doc, [part, id, field], thing[field]) : []
        if (written.length > 0) letters[name] = written
        setters[name] = A.getBackend(doc).getAll(A.getObjectId(thing), field).at(-1).at(-1).split("@")[1]
      }
    }
  }
  return { letters, setters }
}

function read(changes, views) {
  let doc = A.init()
  const held = { marks: 0, conflicts: 0, counters: 0, increments: 0, deep: 0, blocks: 0, pairs: 0, joined: 0, unseen: 0 }
  const states = changes.map(change => {
    const { ops, startOp, actor } = A.decodeChange(change)
    const seen = new Set(["_root"])
    walk(doc, (at, path) => seen.add(typeof at === "string" ? A.getObjectId(path.slice(0, -1).reduce((v, key) => v[key], doc), path.at(-1)) : A.getObjectId(at)))
    ops.forEach((op, i) => {
      if (op.action.startsWith("make")) seen.add(`${startOp + i}@${actor}`)
      if (op.action === "inc") held.increments++
      if (!seen.has(op.obj)) held.unseen++
    })
    doc = A.applyChanges(doc, [change])[0]
    return plain(A.toJS(doc))
  })
  walk(doc, (at, path) => {
    if (path.length > 3) held.deep++
    if (typeof at !== "string") {
      for (const key of Object.keys(at)) {
        if (A.isCounter(at[key])) held.counters++
        if (A.getConflicts(at, Array.isArray(at) ? Number(key) : key)) held.conflicts++
      }
      return
    }
    held.marks += A.marks(doc, path).length
    if (at.includes("\ufffc")) held.blocks++
    if (/[\u{10000}-\u{10ffff}]/u.test(at)) held.pairs++
    if (/[\u0301\u200d]/.test(at)) held.joined++
  })
  return { states, views: views.map(heads => plain(A.toJS(A.view(doc, heads)))), ...authors(doc), held }
}

// A person has the board open while the changes come, goes on drawing, and saves it.
function apply(changes, seed) {
  const pick = random(seed)
  let doc = A.init({ actor: "ff".repeat(16) })
  for (const change of changes) {
    const before = A.getHeads(doc)
    doc = A.applyChanges(doc, [change], { patchCallback: () => {} })[0]
    if (same(before, A.getHeads(doc))) throw new Error(`a change was not applied: ${JSON.stringify(A.decodeChange(change))}`)
  }
  const heads = A.getHeads(doc)
  const state = plain(A.toJS(doc))
  const again = A.load(A.save(doc))
  if (!same(A.getHeads(again), heads)) throw new Error("other heads after loading")
  if (shown(again) !== shown(doc)) throw new Error("another content after loading")
  const incremental = A.loadIncremental(A.init(), A.save(doc))
  if (!same(A.getHeads(incremental), heads)) throw new Error("other heads after loading incrementally")
  for (let i = 0; i < 3; i++) doc = A.change(doc, { time: 0 }, d => edit(d, pick))
  const [further] = A.applyChanges(again, A.getChanges(again, doc))
  if (!same(A.getHeads(further), A.getHeads(doc))) throw new Error("what is drawn on it does not arrive")
  if (shown(further) !== shown(doc)) throw new Error("what is drawn on it is another")
  if (!same(A.getHeads(A.load(A.save(doc))), A.getHeads(doc))) throw new Error("what is drawn on it does not load")
  return { heads, states: [state] }
}

const bytes = text => new Uint8Array(Buffer.from(text, "base64"))
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  let answer
  try {
    counters = request.counters === true
    answer = "make" in request
      ? { changes: make(request.make).map(c => Buffer.from(c).toString("base64")) }
      : "read" in request
      ? read(request.read.map(bytes), request.views)
      : apply(request.apply.map(bytes), request.seed)
  } catch (error) {
    answer = { error: String(error?.stack ?? error) }
  }
  process.stdout.write(JSON.stringify(answer) + "\n")
}
