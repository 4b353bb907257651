import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../../src", import.meta.url));
const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^"';]*?from\s+)?"([^"]+)"/gm;

/** What a file of ours needs to run, and what those files need: our own files and packages. Types are not needed. */
function needsOf(file: string, known = new Map<string, readonly string[]>()): ReadonlyMap<string, readonly string[]> {
  if (known.has(file)) return known;
  const names = [...readFileSync(file, "utf8").matchAll(IMPORT)].map((m) => m[1] ?? "");
  known.set(file, names);
  for (const name of names) if (name.startsWith(".")) needsOf(`${join(dirname(file), name)}.ts`, known);
  return known;
}

/** What only a browser can run, or a newcomer would wait for. */
const KEPT_OUT = /^(?:@automerge\/|@xyflow\/|@radix-ui\/|react|i18next|idb$|jspdf)/;

test("what draws a board runs without a browser, and without Automerge", () => {
  const needs = needsOf(join(src, "drawing/server.ts"));
  expect(needs.size).toBeGreaterThan(20);
  for (const [file, names] of needs) expect(names.filter((n) => KEPT_OUT.test(n)), file).toEqual([]);
});
