import { initializeWasm, load } from "@automerge/automerge/slim";
import wasm from "@automerge/automerge/automerge.wasm?url";
import type { Content } from "./content";
import { contentOf } from "./plain";

/** Reads a file that anybody may have made, apart from the page: should it bring the engine down, nothing else falls. */
self.onmessage = async ({ data }: MessageEvent<Uint8Array>) => {
  let content: Content | undefined;
  try {
    await initializeWasm(new Request(wasm));
    content = contentOf(load(data));
  } catch {
    // Told below.
  }
  self.postMessage(content);
};
