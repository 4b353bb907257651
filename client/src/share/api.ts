import { boardPath, call, readLanes, readRole, ROLES } from "../sync/api";
import type { Role } from "../sync/api";
import { credentials } from "../sync/participant";

/** What owners do about who may come: links, people, and the state of the board. */

export type Audience = "customer" | "staff";
export const AUDIENCES: readonly Audience[] = ["customer", "staff"];

export interface ShareLink {
  readonly id: string;
  readonly role: Role;
  readonly audience: Audience;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly expires: number | undefined;
  readonly password: boolean;
  /** At most so many people; 0 for any number. */
  readonly people: number;
  /** Ids of the lanes that its editors may write in; undefined: all. */
  readonly lanes: readonly string[] | undefined;
  /** It is the one that this page was opened by. */
  readonly current: boolean;
  /** With its secret, which the server tells only when the link is made. */
  readonly url: string | undefined;
}

/** What is to be set of a link. What is left out stays; null takes it away. */
export interface LinkChange {
  readonly role?: Role;
  readonly audience?: Audience;
  readonly label?: string;
  readonly expiresAt?: string | null;
  readonly password?: string | null;
  readonly people?: number;
  readonly lanes?: readonly string[] | null;
}

/** Which board, and by which secret. */
export interface At {
  readonly id: string;
  readonly secret: string;
}

export async function listLinks(at: At): Promise<ShareLink[]> {
  const { links } = await ask(at, "/links");
  return Array.isArray(links) ? links.map(readLink).filter((l) => l !== undefined) : [];
}

export async function makeLink(at: At, change: LinkChange): Promise<ShareLink | undefined> {
  return readLink(await ask(at, "/links", "POST", change));
}

export async function changeLink(at: At, link: string, change: LinkChange): Promise<void> {
  await ask(at, `/links/${link}`, "PATCH", change);
}

export async function revokeLink(at: At, link: string): Promise<void> {
  await ask(at, `/links/${link}`, "DELETE");
}

export async function removePerson(at: At, participant: string): Promise<void> {
  await ask(at, `/participants/${encodeURIComponent(participant)}`, "DELETE");
}

export async function banPerson(at: At, participant: string): Promise<void> {
  await ask(at, `/participants/${encodeURIComponent(participant)}`, "PATCH", { banned: true });
}

export interface BoardState {
  readonly locked: boolean;
  readonly closed: boolean;
  readonly archived: boolean;
}

export async function boardState(at: At): Promise<BoardState> {
  return readState(await ask(at, ""));
}

export async function setBoardState(at: At, change: Partial<BoardState>): Promise<BoardState> {
  return readState(await ask(at, "", "PATCH", change));
}

export async function titleBoard(at: At, title: string): Promise<void> {
  await ask(at, "", "PATCH", { title });
}

/** What the owners allow the pages of others. */
export interface Embedding {
  readonly origins: readonly string[];
  /** The most that somebody may do for whom a page vouches; null: they do not come in. */
  readonly role: Role | null;
  readonly preview: boolean;
  /** Pages that may show any board of the server. */
  readonly everywhere: readonly string[];
  /** Whether the server takes tokens of pages at all. */
  readonly tokens: boolean;
}

export async function embedding(at: At): Promise<Embedding> {
  return readEmbedding(await ask(at, "/embedding"));
}

export async function setEmbedding(at: At, change: Partial<Pick<Embedding, "origins" | "role" | "preview">>): Promise<Embedding> {
  return readEmbedding(await ask(at, "/embedding", "PATCH", change));
}

function readEmbedding({ origins, role, preview, everywhere, tokens }: Record<string, unknown>): Embedding {
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((v) => typeof v === "string") : []);
  return { origins: texts(origins), role: ROLES.find((r) => r === role) ?? null, preview: preview === true, everywhere: texts(everywhere), tokens: tokens === true };
}

export async function restoreBoard(at: At): Promise<void> {
  await ask(at, "", "PATCH", { deleted: false });
}

export async function deleteBoard(at: At): Promise<void> {
  await ask(at, "", "DELETE");
}

function ask({ id, secret }: At, path: string, method = "GET", body?: unknown): Promise<Record<string, unknown>> {
  return call(boardPath(id) + path, { method, headers: credentials(id, secret), body });
}

const readState = (value: Record<string, unknown>): BoardState => ({ locked: value["locked"] === true, closed: value["closed"] === true, archived: value["archived"] === true });

export function readLink(value: unknown): ShareLink | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, role, audience, label, expiresAt, password, people, lanes, current, url } = value as Record<string, unknown>;
  if (typeof id !== "string" || !/^[\w-]+$/.test(id) || !ROLES.some((r) => r === role)) return undefined;
  const expires = typeof expiresAt === "string" ? Date.parse(expiresAt) : NaN;
  return {
    id,
    role: readRole(role),
    audience: audience === "staff" ? "staff" : "customer",
    label: typeof label === "string" ? label : "",
    expires: Number.isFinite(expires) ? expires : undefined,
    password: password === true,
    people: typeof people === "number" ? people : 0,
    lanes: readLanes(lanes),
    current: current === true,
    url: typeof url === "string" ? url : undefined,
  };
}
