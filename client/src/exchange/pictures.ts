import type { Board } from "../document/model";
import { readHead } from "../pictures/head";
import { PICTURE_LIMITS, isPictureName, nameOf } from "../pictures/prepare";
import { isMap } from "./content";
import type { Things } from "./content";

/** Pictures in a file, by name: each as a data URL. */
export type PictureFiles = Readonly<Record<string, string>>;

/** So many bytes of pictures go into a file; those after it are left out. */
export const MOST_PICTURES = 40 * 1024 * 1024;

/** Where the bytes of pictures come from. */
export interface PictureSource {
  bytes(id: string, signal: AbortSignal): Promise<{ readonly type: string; readonly bytes: Uint8Array } | undefined>;
}

/** The names of the pictures on a board. */
export const picturesOn = (board: Pick<Board, "elements">): string[] => [...new Set(board.elements.flatMap((e) => (e.image !== undefined ? [e.image] : [])))];

/** The pictures of a board for a file, and how many had to be left out. */
export async function gatherPictures(board: Board, source: PictureSource): Promise<{ files: PictureFiles; left: number }> {
  const files: Record<string, string> = {};
  const { signal } = new AbortController();
  let [room, left] = [MOST_PICTURES, 0];
  for (const id of picturesOn(board)) {
    const found = isPictureName(id) ? await source.bytes(id, signal) : undefined;
    const head = found && readHead(found.bytes);
    if (!found || head === undefined || head === "svg" || found.bytes.length > room) left++;
    else {
      room -= found.bytes.length;
      files[id] = `data:${head.type};base64,${toBase64(found.bytes)}`;
    }
  }
  return { files, left };
}

/** Takes a JSON value for pictures. What is none is left out; one that is called wrong gets its right name, on the elements too. */
export function readPictures(value: unknown, elements: Things): PictureFiles {
  const files: Record<string, string> = {};
  const renamed = new Map<string, string>();
  for (const [called, url] of isMap(value) ? Object.entries(value) : []) {
    const picture = typeof url === "string" ? pictureIn(url) : undefined;
    if (!picture) continue;
    const name = nameOf(picture.bytes);
    files[name] = url as string;
    if (name !== called) renamed.set(called, name);
  }
  for (const element of Object.values(elements)) {
    const name = typeof element["image"] === "string" ? renamed.get(element["image"]) : undefined;
    if (name !== undefined) element["image"] = name;
  }
  return files;
}

/** The picture in a data URL. */
export function pictureIn(url: string): { type: string; bytes: Uint8Array<ArrayBuffer> } | undefined {
  const [, data] = /^data:image\/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/]+={0,2})$/.exec(url) ?? [];
  if (data === undefined || data.length > (PICTURE_LIMITS.bytes * 4) / 3 + 4) return undefined;
  try {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const head = readHead(bytes);
    return head === undefined || head === "svg" ? undefined : { type: head.type, bytes };
  } catch {
    return undefined;
  }
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // Divisible by three, so that the parts join; small enough for the stack.
  for (let at = 0; at < bytes.length; at += 24_576) parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 24_576))));
  return parts.join("");
}
