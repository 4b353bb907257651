import wasm from "@automerge/automerge/automerge.wasm?url";

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * The document engine, fetched and compiled once. It is the largest part of the program: what is asked for here begins
 * while the code that uses it is still on its way.
 */
export function engineModule(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compileStreaming(fetch(wasm)).catch((error: unknown) => {
    // The next attempt begins anew: the connection may be back.
    compiled = undefined;
    throw error;
  });
  return compiled;
}
