import { ApiError, boardPath, call, readInfo, readLinks } from "../sync/api";
import { knownBoard, rememberBoard } from "../sync/device";
import { credentials } from "../sync/participant";
import type { At } from "../share/api";

/** The variants of a board, as the server has them. */

export interface Variant {
  readonly id: string;
  readonly name: string;
  /** When it was made, milliseconds since 1970. */
  readonly made: number;
  /** The heads at which it was made. */
  readonly heads: readonly string[];
  /** Nobody new may come to it, or see what is in it. */
  readonly closed: boolean;
}

export async function listVariants({ id, secret }: At): Promise<readonly Variant[]> {
  const { forks } = await call(`${boardPath(id)}/forks`, { headers: credentials(id, secret) });
  return Array.isArray(forks) ? forks.map(readVariant).filter((v) => v !== undefined) : [];
}

/** Makes a variant, of the board as it is stored now or after so many of its changes, and returns its address. */
export async function makeVariant({ id, secret }: At, title: string, moment?: number): Promise<string> {
  const made = await call(`${boardPath(id)}/forks`, { method: "POST", headers: credentials(id, secret), body: { title, ...(moment !== undefined && { moment }) } });
  const links = readLinks(made["links"]);
  const own = new URL(links.owner ?? "", location.origin).hash.slice(1);
  rememberBoard(readInfo(made, "owner"), own, links);
  return `/b/${encodeURIComponent(String(made["id"]))}#${own}`;
}

/** The address that opens a variant: the one this device has, else one for the role that this person has on the board. */
export async function addressOf({ id, secret }: At, variant: string): Promise<string> {
  const known = knownBoard(variant);
  if (known && known.secret !== "") return `/b/${encodeURIComponent(variant)}#${known.secret}`;
  const { url } = await call(`${boardPath(id)}/forks/${encodeURIComponent(variant)}/entry`, { method: "POST", headers: credentials(id, secret) });
  if (typeof url !== "string") throw new ApiError(502, "");
  const { pathname, hash } = new URL(url);
  return pathname + hash;
}

/** How long the content of a variant may take to come, milliseconds. */
const PATIENCE = 30_000;

/** A variant with its history, as an Automerge file. */
export async function fileOf({ id, secret }: At, variant: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(`${boardPath(id)}/forks/${encodeURIComponent(variant)}/export.automerge`, {
    headers: credentials(id, secret),
    cache: "no-store",
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
  });
  if (!response.ok) throw new ApiError(response.status, "");
  return new Uint8Array(await response.arrayBuffer());
}

function readVariant(value: unknown): Variant | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, name, createdAt, heads, closed } = value as Record<string, unknown>;
  if (typeof id !== "string" || !/^[\w-]+$/.test(id)) return undefined;
  const made = Date.parse(String(createdAt));
  return {
    id,
    name: typeof name === "string" ? name : "",
    made: Number.isFinite(made) ? made : 0,
    heads: Array.isArray(heads) ? heads.filter((h) => typeof h === "string") : [],
    closed: closed === true,
  };
}

