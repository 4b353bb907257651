import { PASS, where } from "../embed/where";
import { isSignedIn } from "./signedin";

/** As whom this device has joined each board: a token that the server has given it, and that goes with every request. */

const KEY = "openmic.participants";
/** Boards beyond these are joined anew. */
const MOST = 200;

/** The headers of a request about a board. */
export function credentials(board: string, secret: string): Record<string, string> {
  // Whose token it is the server reads in it.
  if (secret === PASS) return { Authorization: `Bearer ${where().page?.token ?? ""}` };
  // Who is signed in is known by that, and needs no link to boards of their own.
  const token = isSignedIn() ? undefined : tokenFor(board);
  return { ...(secret === "" ? {} : { Authorization: `Bearer ${secret}` }), ...(token === undefined ? {} : { "Openmic-Participant": token }) };
}

export function tokenFor(board: string): string | undefined {
  return load().find(([id]) => id === board)?.[1];
}

export function keepToken(board: string, token: string, name: string): void {
  store([[board, token, name], ...load().filter(([id]) => id !== board)]);
}

/** What the server was told that this person is called there; undefined where nobody has noted it. */
export function toldName(board: string): string | undefined {
  return load().find(([id]) => id === board)?.[2] ?? undefined;
}

export function keepName(board: string, name: string): void {
  store(load().map(([id, token, told]) => (id === board ? [id, token, name] : [id, token, told])));
}

export function dropToken(board: string): void {
  store(load().filter(([id]) => id !== board));
}

type Tokens = readonly (readonly [board: string, token: string, name?: string | undefined])[];

function load(): Tokens {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.filter((k): k is [string, string, string?] => Array.isArray(k) && typeof k[0] === "string" && typeof k[1] === "string" && /^[\w-]+$/.test(k[1]) && (typeof k[2] === "string" || k[2] === undefined || k[2] === null));
  } catch {
    return [];
  }
}

function store(tokens: Tokens): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(tokens.slice(0, MOST)));
  } catch {
    // Without storage the device joins anew each time.
  }
}
