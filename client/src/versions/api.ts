import { readPseudonym } from "../i18n";
import type { Pseudonym } from "../i18n";
import type { At } from "../share/api";
import { boardPath, call } from "../sync/api";
import { credentials } from "../sync/participant";

/** The moments of a board that have a name, and the times in which people worked on it, as the server has them. */

export interface NamedVersion {
  readonly id: string;
  readonly title: string;
  /** How many changes there were. */
  readonly moment: number;
  /** When the moment was, milliseconds since 1970. */
  readonly at: number;
  /** Who named it, as they are called now; undefined: they had not joined. */
  readonly by: { readonly name: string; readonly pseudonym: Pseudonym | undefined } | undefined;
  /** Whoever looks has named it. */
  readonly mine: boolean;
}

/** A time in which people worked without a long pause. */
export interface Period {
  /** How many changes there were after its first and after its last. */
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
  /** How many people, as far as it is known whose changes they are. */
  readonly people: number;
}

export const MOST_LETTERS = 200;

export async function listVersions({ id, secret }: At): Promise<readonly NamedVersion[]> {
  const { versions } = await call(path(id), { headers: credentials(id, secret) });
  return Array.isArray(versions) ? versions.map(readVersion).filter((v) => v !== undefined) : [];
}

export async function loadPeriods({ id, secret }: At): Promise<readonly Period[]> {
  const { periods } = await call(`${boardPath(id)}/history/periods`, { headers: credentials(id, secret) });
  return Array.isArray(periods) ? periods.map(readPeriod).filter((p) => p !== undefined) : [];
}

/** Names the board as it was after so many changes; without a moment, as it is stored now. */
export async function nameVersion({ id, secret }: At, title: string, moment?: number): Promise<void> {
  await call(path(id), { method: "POST", headers: credentials(id, secret), body: { title, ...(moment !== undefined && { moment }) } });
}

export async function renameVersion({ id, secret }: At, version: string, title: string): Promise<void> {
  await call(`${path(id)}/${encodeURIComponent(version)}`, { method: "PATCH", headers: credentials(id, secret), body: { title } });
}

/** Takes the name away; the moment stays where it is in the history. */
export async function removeVersion({ id, secret }: At, version: string): Promise<void> {
  await call(`${path(id)}/${encodeURIComponent(version)}`, { method: "DELETE", headers: credentials(id, secret) });
}

/** The document as it was after so many changes, as plain JSON. */
export const loadMoment = ({ id, secret }: At, moment: number): Promise<unknown> => call(`${boardPath(id)}/at/${String(moment)}`, { headers: credentials(id, secret) });

const path = (id: string) => `${boardPath(id)}/versions`;

const time = (value: unknown) => (typeof value === "string" ? Date.parse(value) : 0) || 0;
const fieldsOf = (value: unknown) => (typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {});

function readVersion(value: unknown): NamedVersion | undefined {
  const { id, title, moment, at, by, mine } = fieldsOf(value);
  if (typeof id !== "string" || typeof moment !== "number") return undefined;
  const { name, pseudonym } = fieldsOf(by);
  const who = by === undefined ? undefined : { name: typeof name === "string" ? name : "", pseudonym: readPseudonym(pseudonym) };
  return { id, title: typeof title === "string" ? title : "", moment, at: time(at), by: who, mine: mine === true };
}

function readPeriod(value: unknown): Period | undefined {
  const { first, last, start, end, by } = fieldsOf(value);
  if (typeof first !== "number" || typeof last !== "number") return undefined;
  return { first, last, start: time(start), end: time(end), people: Array.isArray(by) ? by.length : 0 };
}
