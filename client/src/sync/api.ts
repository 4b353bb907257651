import { credentials } from "./participant";

/** The server's HTTP interface, as far as the client needs it. */

export type Role = "viewer" | "commenter" | "editor" | "owner";
export const ROLES: readonly Role[] = ["owner", "editor", "commenter", "viewer"];

export type Links = Readonly<Partial<Record<Role, string>>>;

export interface BoardInfo {
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly role: Role;
  /** An owner has put it away. */
  readonly archived?: boolean | undefined;
  /** Ids of the lanes that an editor may write in; undefined: everywhere. */
  readonly lanes?: readonly string[] | undefined;
  /** What it is a variant of, if it is one. */
  readonly fork?: ForkInfo | undefined;
}

export interface ForkInfo {
  /** The board's id. */
  readonly of: string;
  /** What the variant is called beside it. */
  readonly name: string;
}

/** An answer that is no success. `status` 0 means that no answer came. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    /** The server's own words, from its problem document; may be empty. */
    readonly detail: string,
    /** How long the server asks to be left alone, milliseconds. */
    readonly retryAfter?: number,
    /** Tells apart what has the same status; empty for most. */
    readonly condition = "",
    /** When a deleted board is removed for good, milliseconds since 1970; only its owners are told. */
    readonly goesAt?: number,
  ) {
    super(`${String(status)} ${detail}`);
  }
}

/** `own`: who made it is signed in, and needs no link to it. */
export async function createBoard(title: string): Promise<BoardInfo & { links: Links; own: boolean }> {
  const made = await call("/api/boards", { method: "POST", body: { title } });
  return { ...readInfo(made, "owner"), links: readLinks(made["links"]), own: made["own"] === true };
}

export async function getBoard(id: string, secret: string): Promise<BoardInfo> {
  return readInfo(await call(boardPath(id), { headers: credentials(id, secret) }));
}

export interface Ticket {
  readonly ticket: string;
  /** What the link allows now. */
  readonly role: Role;
  /** It is for somebody who is signed in. */
  readonly signedIn: boolean;
  readonly lanes: readonly string[] | undefined;
}

/** A picture of the board as it was a moment ago, as SVG. */
export async function getDrawing(id: string, secret: string, theme: string, language: string): Promise<string> {
  const response = await fetch(`/api/boards/${encodeURIComponent(id)}/drawing.svg?theme=${theme}&lang=${language}&soon=1`, {
    headers: credentials(id, secret),
    cache: "no-store",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT),
  });
  if (!response.ok) throw new ApiError(response.status, "");
  return response.text();
}

/** A ticket opens one socket, once, within half a minute. */
export async function getTicket(id: string, secret: string): Promise<Ticket> {
  const { ticket, role, lanes, signedIn } = await call(`${boardPath(id)}/tickets`, { method: "POST", headers: credentials(id, secret) });
  if (typeof ticket !== "string") throw new ApiError(502, "");
  return { ticket, role: readRole(role), lanes: readLanes(lanes), signedIn: signedIn === true };
}

/** Joins a board as whom a page vouches for, and returns what it calls them. */
export async function joinPassed(id: string, secret: string): Promise<string> {
  const { name } = await call(`${boardPath(id)}/participants`, { method: "POST", headers: credentials(id, secret) });
  return typeof name === "string" ? name : "";
}

/** Joins a board, and returns the token that is this device's from now on; there is none for who is signed in. */
export async function joinBoard(id: string, secret: string, name: string, password = ""): Promise<string | undefined> {
  const { token } = await call(`${boardPath(id)}/participants`, {
    method: "POST",
    headers: secret === "" ? {} : { Authorization: `Bearer ${secret}` },
    body: { name, password },
  });
  return typeof token === "string" ? token : undefined;
}

/** Says what whoever asks is called from now on. */
export async function renameMe(id: string, secret: string, name: string): Promise<void> {
  await call(`${boardPath(id)}/participants/me`, { method: "PATCH", headers: credentials(id, secret), body: { name } });
}

export const boardPath = (id: string) => `/api/boards/${encodeURIComponent(id)}`;

/** The longest that a request may take, milliseconds. */
const REQUEST_TIMEOUT = 15_000;

/** What the server answers to a request, if it is a success. Rejects with an ApiError. */
export async function call(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown },
): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      cache: "no-store",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    });
  } catch {
    throw new ApiError(0, "");
  }
  const body: unknown = await response.json().catch(() => undefined);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  if (!response.ok) {
    const wait = Number(response.headers.get("Retry-After"));
    const text = (key: string) => (typeof fields[key] === "string" ? fields[key] : "");
    const goes = Date.parse(text("goesAt"));
    throw new ApiError(response.status, text("detail"), wait > 0 ? wait * 1000 : undefined, text("condition"), goes > 0 ? goes : undefined);
  }
  return fields;
}

/** A role that this client does not know may do the least. */
export const readRole = (value: unknown): Role => ROLES.find((r) => r === value) ?? "viewer";

/** The lanes that a link is limited to. What is no such list is no limit: the server keeps people to it anyway. */
export const readLanes = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value.filter((id) => typeof id === "string") : undefined;

export function readInfo(value: Record<string, unknown>, role?: Role): BoardInfo {
  const { id, documentId, title } = value;
  if (typeof id !== "string" || typeof documentId !== "string") throw new ApiError(502, "");
  return {
    id,
    documentId,
    title: typeof title === "string" ? title : "",
    role: role ?? readRole(value["role"]),
    ...(value["archived"] === true ? { archived: true } : {}),
    lanes: readLanes(value["lanes"]),
    fork: readFork(value["fork"]),
  };
}

export function readFork(value: unknown): ForkInfo | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { of, name } = value as Record<string, unknown>;
  return typeof of === "string" && of !== "" ? { of, name: typeof name === "string" ? name : "" } : undefined;
}

export function readLinks(value: unknown): Links {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, link]) => typeof link === "string")) as Links;
}
