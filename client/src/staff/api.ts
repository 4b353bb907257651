import { call } from "../sync/api";
import { callAsSignedIn } from "../sync/device";
import { noteSignedIn } from "../sync/signedin";

/** Who is signed in, and the lists of boards that the server keeps for them. */

export interface Me {
  /** People can sign in at this server. */
  readonly signIn: boolean;
  /** And have to, before they make a board. */
  readonly needed: boolean;
  /** So many days a deleted board can be brought back. */
  readonly daysKept: number;
  readonly person: { readonly name: string; readonly administrator: boolean } | undefined;
}

export async function getMe(): Promise<Me> {
  const me = readMe(await call("/api/me", {}));
  noteSignedIn(me.person !== undefined);
  if (me.person) callAsSignedIn(me.person.name);
  return me;
}

export function readMe({ signIn, needed, daysKept, person }: Readonly<Record<string, unknown>>): Me {
  const who = typeof person === "object" && person !== null ? (person as Record<string, unknown>) : undefined;
  return {
    signIn: signIn === true,
    needed: needed === true,
    daysKept: typeof daysKept === "number" ? daysKept : 0,
    person: who && { name: typeof who["name"] === "string" ? who["name"] : "", administrator: who["administrator"] === true },
  };
}

/** Signs out here, and returns where one signs out of the provider as well, if it has such a place. */
export async function signOut(): Promise<string | undefined> {
  const { next } = await call("/api/signout", { method: "POST" });
  noteSignedIn(false);
  return typeof next === "string" && /^https?:\/\//.test(next) ? next : undefined;
}

/** The way to the provider, and back to a path of ours. */
export const signInAddress = (to: string) => `/signin?to=${encodeURIComponent(to)}`;

export type Shelf = "current" | "archived" | "deleted";
export const SHELVES: readonly Shelf[] = ["current", "archived", "deleted"];

export interface Listed {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since 1970, as all times here. */
  readonly created: number;
  /** When a deleted board is removed for good. */
  readonly goesAt: number | undefined;
  /** How many people who sign in have it, for administrators. */
  readonly owners: number | undefined;
}

export interface Page {
  readonly boards: readonly Listed[];
  readonly next: string | undefined;
}

/** A page of one's own boards, or for administrators of everybody's. */
export async function listBoards(whose: "me" | "admin", shelf: Shelf, after = ""): Promise<Page> {
  return readPage(await call(`/api/${whose}/boards?shelf=${shelf}&after=${encodeURIComponent(after)}`, {}));
}

export function readPage({ boards, next }: Readonly<Record<string, unknown>>): Page {
  return {
    boards: (Array.isArray(boards) ? (boards as unknown[]) : []).map(readListed).filter((l) => l !== undefined),
    next: typeof next === "string" && next !== "" ? next : undefined,
  };
}

function readListed(value: unknown): Listed | undefined {
  const { id, title, createdAt, goesAt, owners } = (value ?? {}) as Record<string, unknown>;
  if (typeof id !== "string" || !/^[\w-]+$/.test(id)) return undefined;
  const time = (t: unknown) => (typeof t === "string" && Date.parse(t) > 0 ? Date.parse(t) : undefined);
  return {
    id,
    title: typeof title === "string" ? title : "",
    created: time(createdAt) ?? 0,
    goesAt: time(goesAt),
    owners: typeof owners === "number" ? owners : undefined,
  };
}

/** Makes a board one's own by an owner's link. */
export async function takeOwn(id: string, secret: string): Promise<void> {
  await call(`/api/me/boards/${id}`, { method: "PUT", headers: { Authorization: `Bearer ${secret}` } });
}

export async function takeOver(id: string): Promise<void> {
  await call(`/api/admin/boards/${id}/owners`, { method: "POST" });
}
