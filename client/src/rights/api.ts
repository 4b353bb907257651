import { ROLES, boardPath, call } from "../sync/api";
import type { Role } from "../sync/api";
import { credentials } from "../sync/participant";
import { readPseudonym } from "../i18n";
import type { Pseudonym } from "../i18n";
import type { Audience, At } from "../share/api";

/** What is kept about people and what they did: for owners, and for each person about themselves. */

export interface Who {
  readonly participant: string | undefined;
  /** Empty when they have none, or have taken it away. */
  readonly name: string;
  readonly pseudonym: Pseudonym | undefined;
  readonly audience: Audience | undefined;
  readonly label: string;
  /** A program of the organisation did it. */
  readonly program: boolean;
}

export interface AuditLine {
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  readonly kind: string;
  readonly by: Who | undefined;
  readonly subject: Who | undefined;
  readonly detail: string;
}

export interface AuditPage {
  readonly lines: readonly AuditLine[];
  readonly next: string | undefined;
  /** How many days it is kept; 0 for not at all. */
  readonly days: number;
}

export interface Joined {
  readonly id: string;
  readonly name: string;
  readonly pseudonym: Pseudonym | undefined;
  readonly audience: Audience;
  readonly banned: boolean;
  /** What an owner lets them do, whatever their link allows. */
  readonly role: Role | undefined;
  readonly joined: number;
  readonly left: boolean;
}

export interface AboutMe extends Joined {
  readonly label: string;
  readonly erased: number | undefined;
  readonly opened: number | undefined;
  readonly hands: number;
  readonly changes: number;
  readonly audit: readonly AuditLine[];
  readonly days: number;
}

export async function readAudit(at: At, before?: string): Promise<AuditPage> {
  const { lines, next, days } = await ask(at, `/audit?limit=50${before === undefined ? "" : `&before=${encodeURIComponent(before)}`}`);
  return { lines: readLines(lines), next: typeof next === "string" ? next : undefined, days: numberIn(days) };
}

/** Everybody who has joined, the newest first, and which of them asks. */
export async function listJoined(at: At): Promise<{ people: Joined[]; self: string }> {
  const [{ joined }, { participant }] = await Promise.all([ask(at, "/people"), ask(at, "")]);
  return { people: (Array.isArray(joined) ? joined : []).map(readJoined).filter((j) => j.id !== ""), self: textIn(participant) };
}

/** The actors of the document that are one participant's hands. */
export async function handsOf(at: At, participant: string): Promise<ReadonlySet<string>> {
  const { authors } = await ask(at, "/authors");
  const theirs = (Array.isArray(authors) ? authors : []).map(mapIn).filter((a) => a["participant"] === participant);
  return new Set(theirs.flatMap(({ actor }) => (typeof actor === "string" ? [actor] : [])));
}

export async function letIn(at: At, participant: string): Promise<void> {
  await ask(at, `/participants/${encodeURIComponent(participant)}`, "PATCH", { banned: false });
}

/** Says what somebody may do; undefined: what their link allows. */
export async function giveRole(at: At, participant: string, role: Role | undefined): Promise<void> {
  await ask(at, `/participants/${encodeURIComponent(participant)}`, "PATCH", { role: role ?? null });
}

export async function aboutMe(at: At): Promise<AboutMe> {
  const me = await ask(at, "/participants/me");
  return {
    ...readJoined(me),
    label: textIn(me["label"]),
    erased: timeIn(me["nameErasedAt"]),
    opened: timeIn(me["lastOpenedAt"]),
    hands: Array.isArray(me["actors"]) ? me["actors"].length : 0,
    changes: numberIn(me["changes"]),
    audit: readLines(me["audit"]),
    days: numberIn(me["auditDays"]),
  };
}

export async function eraseMyName(at: At): Promise<void> {
  await ask(at, "/participants/me/name", "DELETE");
}

export async function leaveBoard(at: At): Promise<void> {
  await ask(at, "/participants/me", "DELETE");
}

/** Tells the server of what happens in the browser alone. Nobody waits for it, and nothing depends on it. */
export function tell(at: At, kind: "copied" | "taken-back", more: { readonly detail?: string; readonly subject?: string }): void {
  void ask(at, "/audit", "POST", { kind, ...more }).catch(() => undefined);
}

function ask({ id, secret }: At, path: string, method = "GET", body?: unknown): Promise<Record<string, unknown>> {
  return call(boardPath(id) + path, { method, headers: credentials(id, secret), body });
}

export const readLines = (value: unknown): AuditLine[] =>
  (Array.isArray(value) ? value : []).map(mapIn).flatMap((line) => {
    const at = timeIn(line["at"]);
    return at === undefined ? [] : [{ at, kind: textIn(line["kind"]), by: readWho(line["by"]), subject: readWho(line["subject"]), detail: textIn(line["detail"]) }];
  });

function readWho(value: unknown): Who | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const who = mapIn(value);
  return {
    participant: typeof who["participant"] === "string" ? who["participant"] : undefined,
    name: textIn(who["name"]),
    pseudonym: readPseudonym(who["pseudonym"]),
    audience: audienceIn(who["audience"]),
    label: textIn(who["label"]),
    program: typeof who["key"] === "string",
  };
}

function readJoined(value: unknown): Joined {
  const { id, name, pseudonym, audience, banned, role, joinedAt, leftAt } = mapIn(value);
  return {
    id: textIn(id),
    name: textIn(name),
    pseudonym: readPseudonym(pseudonym),
    audience: audienceIn(audience) ?? "customer",
    banned: banned === true,
    role: ROLES.find((r) => r === role),
    joined: timeIn(joinedAt) ?? 0,
    left: leftAt !== undefined,
  };
}

const mapIn = (value: unknown) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});
const textIn = (value: unknown) => (typeof value === "string" ? value : "");
const numberIn = (value: unknown) => (typeof value === "number" ? value : 0);
const audienceIn = (value: unknown): Audience | undefined => (value === "staff" || value === "customer" ? value : undefined);
function timeIn(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isFinite(time) ? time : undefined;
}
