import type { Imported } from "./content";
import { MOST_BYTES, MOST_JSON_BYTES, problem, readContent } from "./content";
import { fromCsv } from "./csv";
import { fromJson } from "./json";

/** How long an .automerge file may take to read, milliseconds. */
const PATIENCE = 30_000;

/** Reads a file as a board, or says what is wrong with it. Never throws. */
export async function openFile(file: File): Promise<Imported> {
  const megabytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
  if (file.size === 0) return problem("empty");
  const large = (most: number) => problem("large", { size: megabytes(file.size), most: megabytes(most) });
  const name = file.name.toLowerCase();
  const most = /\.(csv|tsv|txt|automerge)$/.test(name) ? MOST_BYTES : MOST_JSON_BYTES;
  if (file.size > most) return large(most);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return problem("unread");
  }
  try {
    if (MAGIC.every((byte, i) => bytes[i] === byte)) return await fromAutomerge(bytes);
    if (name.endsWith(".automerge")) return problem("unread");
    const text = decode(bytes);
    // The name may be wrong; what a JSON file begins with cannot be a table's first row.
    if (name.endsWith(".json") || /^\s*\{/.test(text)) return fromJson(text.replace(/^\uFEFF/, ""));
    if (/\.(csv|tsv|txt)$/.test(name) || file.type === "text/csv") return fromCsv(text);
    return problem("kind");
  } catch {
    return problem("unread");
  }
}

/** What every Automerge file begins with. */
const MAGIC = [0x85, 0x6f, 0x4a, 0x83];

/** Text as spreadsheets save it: UTF-8, UTF-16 with a mark, else the old encoding of Western Europe. */
export function decode(bytes: Uint8Array<ArrayBuffer>): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function fromAutomerge(bytes: Uint8Array): Promise<Imported> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./automerge-worker.ts", import.meta.url), { type: "module" });
    const done = (imported: Imported) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(imported);
    };
    const timer = setTimeout(() => done(problem("unread")), PATIENCE);
    worker.onerror = () => done(problem("unread"));
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      // The same judge as for JSON: an Automerge file need not be a board.
      done(data === undefined ? problem("unread") : readContent(rootOf(data as Record<string, unknown>)));
    };
    worker.postMessage(bytes);
  });
}

const rootOf = ({ more, ...known }: Record<string, unknown>) => ({ ...(more as object), ...known });
