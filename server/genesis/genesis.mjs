// Writes genesis.change: the first change of every board, the same bytes each
// time. Run it with `node server/genesis/genesis.mjs` after `npm install` in
// client/. A new genesis is a new family of boards: documents that do not
// descend from the same first change cannot be merged, so the file changes only
// together with the schema's version.
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

const require = createRequire(new URL("../../client/package.json", import.meta.url));
const A = require("@automerge/automerge");

const ACTOR = "6f70656e6d696367656e657369733031"; // "openmicgenesis01"
const MESSAGE = "openmic genesis 1";

// A scalar string is one value that the last writer sets; a plain string
// becomes a text that people write in together.
const scalar = (value) => new A.ImmutableString(value);

const LANES = ["evidence", "customer", "frontstage", "backstage", "support"];
const STEPS = ["s1", "s2", "s3", "s4", "s5"];

const board = A.change(A.init({ actor: ACTOR }), { time: 0, message: MESSAGE }, (doc) => {
  doc.schema = 1;
  doc.meta = { title: "", purpose: "", state: scalar("as-is"), locale: scalar("") };
  doc.lanes = Object.fromEntries(
    LANES.map((role, i) => [role, { role: scalar(role), title: "", order: scalar(`a${i}`) }]),
  );
  doc.steps = Object.fromEntries(STEPS.map((id, i) => [id, { title: "", order: scalar(`a${i}`) }]));
  for (const name of ["phases", "elements", "connectors", "markers", "emotions", "comments", "votes"]) {
    doc[name] = {};
  }
});

const changes = A.getAllChanges(board);
if (changes.length !== 1) throw new Error(`one change expected, got ${changes.length}`);
writeFileSync(new URL("genesis.change", import.meta.url), changes[0]);
console.log(`${changes[0].length} bytes, hash ${A.getHeads(board)[0]}`);
