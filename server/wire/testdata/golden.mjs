// Captures what the npm packages say to each other over a WebSocket, as golden
// files for the Go tests: node golden.mjs. Run it again only for a new version
// of the packages; ids and document bytes are random and differ each time.
import { createRequire } from "node:module"
import { writeFileSync } from "node:fs"

const require = createRequire(new URL("../../../client/package.json", import.meta.url))
const { Repo, cbor, generateAutomergeUrl } = require("@automerge/automerge-repo")
const { WebSocketClientAdapter, WebSocketServerAdapter } = require("@automerge/automerge-repo-network-websocket")
const { WebSocketServer, WebSocket } = require("ws")

const frames = []
const seen = new Set()

// A proxy stands between the two and notes the first message of each kind.
function note(from, bytes) {
  const message = cbor.decode(new Uint8Array(bytes))
  const kind = `${from} ${message.type}`
  if (seen.has(kind)) return
  seen.add(kind)
  frames.push({ from, type: message.type, hex: Buffer.from(bytes).toString("hex"), message: readable(message) })
}

function readable(message) {
  return JSON.parse(
    JSON.stringify(message, (_, v) => (v?.type === "Buffer" ? Buffer.from(v.data).toString("hex") : v instanceof Uint8Array ? Buffer.from(v).toString("hex") : v)),
  )
}

const behind = new WebSocketServer({ port: 0, host: "127.0.0.1" })
const server = new Repo({ network: [new WebSocketServerAdapter(behind)], peerId: "server", sharePolicy: async () => false })
const between = new WebSocketServer({ port: 0, host: "127.0.0.1" })
between.on("connection", client => {
  const upstream = new WebSocket(`ws://127.0.0.1:${behind.address().port}`)
  const early = []
  client.on("message", b => {
    note("client", b)
    if (upstream.readyState === WebSocket.OPEN) upstream.send(b)
    else early.push(b)
  })
  upstream.on("open", () => early.forEach(b => upstream.send(b)))
  upstream.on("message", b => {
    note("server", b)
    client.send(b)
  })
  client.on("close", () => upstream.close())
})

await new Promise(done => between.on("listening", done))
const url = `ws://127.0.0.1:${between.address().port}`
const peer = name => new Repo({ network: [new WebSocketClientAdapter(url)], peerId: name, enableRemoteHeadsGossiping: true })
const pause = ms => new Promise(done => setTimeout(done, ms))

const alice = peer("alice")
const handle = alice.create({ title: "Bygglov" })
await pause(500)
const bob = peer("bob")
const found = await bob.find(handle.url)
await pause(300)
found.broadcast({ cursor: [1, 2] })
await pause(300)
await bob.find(generateAutomergeUrl()).catch(() => {})
await pause(300)
writeFileSync(new URL("frames.json", import.meta.url), JSON.stringify(frames, null, 1) + "\n")
console.log(frames.map(f => `${f.from} ${f.type}`).join("\n"))
process.exit(0)
