import { passed } from "../embed/passed";
import { PASS } from "../embed/where";
import { boardPath, call } from "../sync/api";
import { credentials } from "../sync/participant";
import { readPseudonym } from "../i18n";
import type { Pseudonym } from "../i18n";
import type { Audience } from "../sync/voices";
import type { Patch } from "./plain";

/** The history of a board as the server tells it. Positions are numbers of changes: at position n the first n are made. */

export interface Where {
  readonly id: string;
  readonly secret: string;
}

/** Somebody whose changes are on the board. They have a name or a pseudonym. */
export interface Historian {
  readonly name: string;
  readonly pseudonym: Pseudonym | undefined;
  readonly audience: Audience | undefined;
  readonly joined: number | undefined;
}

export interface Place {
  readonly lane?: string;
  readonly role?: string;
  readonly laneTitle?: string;
  readonly step?: string;
  readonly stepTitle?: string;
  readonly number?: number;
}

export interface Operation {
  readonly do: "added" | "removed" | "moved" | "wrote" | "changed";
  readonly what: string;
  readonly id?: string;
  readonly type?: string;
  readonly title?: string;
  readonly at?: Place;
  readonly from?: Place;
  readonly target?: { readonly what?: string; readonly id: string; readonly title?: string };
  readonly crossed?: readonly string[];
  readonly field?: string;
  readonly value?: string;
  readonly position: number;
}

/** What one person did without a long pause. */
export interface Contribution {
  readonly first: number;
  readonly last: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly start: number;
  readonly end: number;
  /** A place in the list of people; undefined when nobody knows. */
  readonly by: number | undefined;
  readonly changes: number;
  readonly operations: readonly Operation[];
}

export interface History {
  readonly length: number;
  readonly start: number;
  readonly end: number;
  readonly people: readonly Historian[];
  readonly contributions: readonly Contribution[];
  /** So many of the contributions do not change any more. */
  readonly settled: number;
}

/** A stretch of the history: the board before it, and what each change made different, when. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
  readonly frame: unknown;
  readonly patches: readonly (readonly Patch[])[];
  readonly times: readonly number[];
}

function get({ id, secret }: Where, path: string) {
  const ask = () => call(`${boardPath(id)}${path}`, { headers: credentials(id, secret) });
  return secret === PASS ? passed(ask) : ask();
}

const time = (value: unknown) => (typeof value === "string" ? Date.parse(value) : 0) || 0;

type Raw = Readonly<Record<string, unknown>>;
const list = (value: unknown) => (Array.isArray(value) ? (value as Raw[]) : []);

function readPerson(raw: Raw): Historian {
  const { name, pseudonym, audience, joinedAt } = raw;
  return {
    name: typeof name === "string" ? name : "",
    pseudonym: readPseudonym(pseudonym),
    audience: audience === "customer" || audience === "staff" ? audience : undefined,
    joined: time(joinedAt) || undefined,
  };
}

function readContribution(raw: Raw): Contribution {
  const { first, last, start, end, by, changes, operations } = raw;
  return {
    first: Number(first),
    last: Number(last),
    start: time(start),
    end: time(end),
    by: typeof by === "number" ? by : undefined,
    changes: Number(changes),
    operations: list(operations) as unknown as Operation[],
  };
}

/** All that is told so far; of what was known before, only what may have changed is asked for again. */
export async function loadHistory(where: Where, known?: History, onPage?: (soFar: History) => void): Promise<History> {
  const contributions = known?.contributions.slice(0, known.settled) ?? [];
  for (;;) {
    const page = await get(where, `/history?after=${String(contributions.length)}`);
    contributions.push(...list(page["contributions"]).map(readContribution));
    const history: History = {
      length: Number(page["length"]),
      start: time(page["start"]),
      end: time(page["end"]),
      people: list(page["people"]).map(readPerson),
      contributions: [...contributions],
      settled: Number(page["settled"]),
    };
    if (typeof page["next"] !== "number") return history;
    onPage?.(history);
  }
}

/** The end of a history, wherever that is. */
export const END = Infinity;

/** The stretch that the change after a moment is in. */
export async function loadStretch(where: Where, moment: number): Promise<Stretch> {
  const { from, to, whole, frame, patches, times } = await get(where, `/history/stretches/${moment === END ? "9999-12-31T23:59:59Z" : String(moment)}`);
  return { from: Number(from), to: Number(to), whole: whole === true, frame, patches: list(patches) as unknown as Stretch["patches"], times: list(times) as unknown as number[] };
}

export interface ThingHistory {
  readonly people: readonly Historian[];
  readonly contributions: readonly Contribution[];
  readonly text: readonly { readonly by: number | undefined; readonly text: string }[];
}

/** Who did what to one thing, the newest first, and who wrote its words. */
export async function loadThing(where: Where, id: string): Promise<ThingHistory> {
  const { people, contributions, text } = await get(where, `/history/things/${encodeURIComponent(id)}`);
  return {
    people: list(people).map(readPerson),
    contributions: list(contributions).map(readContribution),
    text: list(text).map(({ by, text: words }) => ({ by: typeof by === "number" ? by : undefined, text: String(words) })),
  };
}

export interface Voice {
  readonly contributions: number;
  readonly living: number;
  readonly words: number;
  readonly takenUp: number;
  /** By somebody of the other audience. */
  readonly takenUpAcross: number;
  readonly comments: number;
  readonly answered: number;
  readonly adopted: number;
  readonly declined: number;
  readonly minutes: number;
}

interface VoiceOf {
  readonly by: number | undefined;
  readonly audience: Audience | undefined;
  /** Of an audience. */
  readonly people: number;
  readonly voice: Voice;
}

/** What customers gave, against what one in a hundred of them would give. */
interface OnePercent {
  readonly people: number;
  readonly hours: number;
  readonly peopleShare: number;
  readonly hoursShare: number;
  readonly fullTimeWeek: number;
}

export interface Voices {
  readonly people: readonly Historian[];
  readonly voices: readonly VoiceOf[];
  readonly audiences: readonly VoiceOf[];
  readonly weeks: number;
  readonly onePercent: OnePercent | undefined;
}

export interface Asked {
  readonly nameless: boolean;
  /** How many customers there are. */
  readonly customers: number | undefined;
}

export function voicesQuery({ nameless, customers }: Asked, language?: string): string {
  const query = new URLSearchParams();
  if (nameless) query.set("names", "none");
  if (customers !== undefined) query.set("customers", String(customers));
  if (language !== undefined) query.set("lang", language);
  return query.size > 0 ? `?${query.toString()}` : "";
}

export async function loadVoices(where: Where, asked: Asked): Promise<Voices> {
  const { people, voices, audiences, weeks, onePercent } = await get(where, `/history/voices${voicesQuery(asked)}`);
  const read = (raw: Raw): VoiceOf => ({
    by: typeof raw["by"] === "number" ? raw["by"] : undefined,
    audience: raw["audience"] === "customer" || raw["audience"] === "staff" ? raw["audience"] : undefined,
    people: Number(raw["people"]) || 0,
    voice: raw as unknown as Voice,
  });
  return {
    people: list(people).map(readPerson),
    voices: list(voices).map(read),
    audiences: list(audiences).map(read),
    weeks: Number(weeks) || 0,
    onePercent: typeof onePercent === "object" && onePercent !== null ? (onePercent as OnePercent) : undefined,
  };
}
