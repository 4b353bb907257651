import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** The addresses of links that this device may show: those that were made or used here. The server keeps none. */

const KEY = "openmic.links";
const MOST = 300;

/** The name that the server has for a link with this address. */
export function linkId(url: string): string {
  const secret = url.slice(url.indexOf("#") + 1);
  const sum = sha256(concatBytes(utf8ToBytes("link "), sha256(utf8ToBytes(secret))));
  return btoa(String.fromCharCode(...sum.subarray(0, 9))).replaceAll("+", "-").replaceAll("/", "_");
}

export function rememberLink(id: string, url: string): void {
  try {
    const kept = [[id, url], ...Object.entries(load()).filter(([known]) => known !== id)].slice(0, MOST);
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // Without storage the address can be copied now, and not later.
  }
}

/** The addresses by link, of all that were remembered and these. */
export function knownLinks(urls: readonly (string | undefined)[]): ReadonlyMap<string, string> {
  const known = new Map(Object.entries(load()));
  for (const url of urls) if (url !== undefined) known.set(linkId(url), url);
  return known;
}

function load(): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter((e): e is [string, string] => typeof e[1] === "string"));
  } catch {
    return {};
  }
}
