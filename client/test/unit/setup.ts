import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initializeWasm } from "@automerge/automerge/slim";
import { vi } from "vitest";

const wasm = createRequire(import.meta.url).resolve("@automerge/automerge/automerge.wasm");
await initializeWasm(readFileSync(wasm));

/** So many times as many runs of each property. */
const times = Number(process.env["RUNS"] ?? 1);

// Actors and names are made at random, and which of two people's changes holds hangs on them: what a run of a property
// draws follows from the values that it is run with, so that seed and path tell it all.
vi.mock("fast-check", async (importOriginal) => {
  const real = await importOriginal<typeof import("fast-check")>();
  real.installGlobalPlugin(() => ({
    decorateRun: (run) => (value) => {
      drawFrom(real.hash(real.stringify(value)));
      return run(value);
    },
  }));
  const assert = ((property: never, parameters: { numRuns?: number } = {}) =>
    real.assert(property, { ...parameters, numRuns: (parameters.numRuns ?? 100) * times })) as typeof real.assert;
  return { ...real, assert, default: { ...real.default, assert } };
});

/** Makes random bytes a matter of a number, the next time they are asked for and from then on. */
function drawFrom(seed: number): void {
  let state = seed;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    const once = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    const twice = Math.imul(once ^ (once >>> 15), 0x735a2d97);
    return (twice ^ (twice >>> 15)) & 255;
  };
  crypto.getRandomValues = (array) => {
    if (array) new Uint8Array(array.buffer, array.byteOffset, array.byteLength).forEach((_, i, bytes) => (bytes[i] = next()));
    return array;
  };
}
