import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initializeWasm } from "@automerge/automerge/slim";

const wasm = createRequire(import.meta.url).resolve("@automerge/automerge/automerge.wasm");
await initializeWasm(readFileSync(wasm));
