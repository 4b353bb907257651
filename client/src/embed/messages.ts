/**
 * What a page and the board in its frame say to each other, version 1. A message is a plain object with `openmic: 1` and a
 * `type`, and with nothing that is not listed here: whatever else arrives was meant for somebody else, or ill. A name that
 * is here stays; what is new gets a new name, or the next version.
 */
export const VERSION = 1;

export const EXPORTS = ["svg", "png", "json", "csv", "markdown"] as const;
export type ExportForm = (typeof EXPORTS)[number];

/** Why the board asks for a token: it has none, or the server does not take the last one any more. */
export type TokenReason = "missing" | "expired";

/** What the page says. */
export type PageMessage =
  /** Begins the talk: the board answers `welcome`, and speaks to nobody before. */
  | { readonly type: "hello" }
  | { readonly type: "token"; readonly token: string }
  /** Brings an element into view and chooses it. */
  | { readonly type: "focus"; readonly element: string }
  | { readonly type: "view"; readonly view?: "canvas" | "outline"; readonly fit?: boolean }
  | { readonly type: "export"; readonly id: number; readonly form: ExportForm }
  /** In a replay: goes to where so many changes are made, and plays on from there or stays. */
  | { readonly type: "seek"; readonly moment: number; readonly play?: boolean };

export interface Chosen {
  readonly id: string;
  readonly kind: string;
  /** The beginning of what is written on it. */
  readonly text: string;
}

/** What the board says. */
export type BoardMessage =
  | { readonly type: "welcome" }
  | { readonly type: "ready"; readonly board: string; readonly title: string; readonly role: string }
  | { readonly type: "token-needed"; readonly reason: TokenReason }
  | { readonly type: "selection"; readonly elements: readonly Chosen[] }
  | { readonly type: "changed"; readonly title: string; readonly elements: number; readonly saved: "saved" | "saving" | "unsaved" }
  | { readonly type: "exported"; readonly id: number; readonly name: string; readonly file: Blob }
  | { readonly type: "failed"; readonly id: number }
  /** The board cannot be shown. */
  | { readonly type: "problem"; readonly problem: string };

type Check = (value: unknown) => boolean;
interface Schema {
  readonly [type: string]: { readonly needs: Readonly<Record<string, Check>>; readonly may?: Readonly<Record<string, Check>> };
}

const text = (most: number): Check => (value) => typeof value === "string" && value.length <= most;
const some = (...values: readonly string[]): Check => (value) => typeof value === "string" && values.includes(value);
const whole: Check = (value) => Number.isSafeInteger(value);
const yes: Check = (value) => typeof value === "boolean";

/** No token that the server takes is longer. */
const TOKEN_LENGTH = 8_192;
const ID_LENGTH = 100;
const TEXT_LENGTH = 1_000;
const MOST_CHOSEN = 1_000;

const chosen: Check = (value) =>
  Array.isArray(value) &&
  value.length <= MOST_CHOSEN &&
  value.every((c: unknown) => fits(c, { id: text(ID_LENGTH), kind: text(ID_LENGTH), text: text(TEXT_LENGTH) }));

const PAGE: Schema = {
  hello: { needs: {} },
  token: { needs: { token: text(TOKEN_LENGTH) } },
  focus: { needs: { element: text(ID_LENGTH) } },
  view: { needs: {}, may: { view: some("canvas", "outline"), fit: yes } },
  export: { needs: { id: whole, form: some(...EXPORTS) } },
  seek: { needs: { moment: whole }, may: { play: yes } },
};

const BOARD: Schema = {
  welcome: { needs: {} },
  ready: { needs: { board: text(ID_LENGTH), title: text(TEXT_LENGTH), role: text(ID_LENGTH) } },
  "token-needed": { needs: { reason: some("missing", "expired") } },
  selection: { needs: { elements: chosen } },
  changed: { needs: { title: text(TEXT_LENGTH), elements: whole, saved: some("saved", "saving", "unsaved") } },
  exported: { needs: { id: whole, name: text(TEXT_LENGTH), file: (value) => value instanceof Blob } },
  failed: { needs: { id: whole } },
  problem: { needs: { problem: text(ID_LENGTH) } },
};

/** Whether a value is a plain object with these fields of its own and no others. */
function fits(value: unknown, needs: Readonly<Record<string, Check>>, may: Readonly<Record<string, Check>> = {}): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const fields = value as Record<string, unknown>;
  const names = Reflect.ownKeys(fields);
  const check = (name: PropertyKey) => (typeof name === "string" && Object.hasOwn(needs, name) ? needs[name] : typeof name === "string" && Object.hasOwn(may, name) ? may[name] : undefined);
  return Object.keys(needs).every((name) => Object.hasOwn(fields, name)) && names.every((name) => check(name)?.(fields[name as string]) === true);
}

function read(data: unknown, schema: Schema): Record<string, unknown> | undefined {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, "type")) return undefined;
  const { type } = data as Record<string, unknown>;
  if (typeof type !== "string" || !Object.hasOwn(schema, type)) return undefined;
  const { needs, may } = schema[type] ?? { needs: {} };
  return fits(data, { openmic: (v) => v === VERSION, type: (v) => v === type, ...needs }, may) ? data : undefined;
}

export const readPageMessage = (data: unknown): PageMessage | undefined => read(data, PAGE) as PageMessage | undefined;
export const readBoardMessage = (data: unknown): BoardMessage | undefined => read(data, BOARD) as BoardMessage | undefined;

/** A message as it is sent. */
export const written = <M extends PageMessage | BoardMessage>(message: M): M & { openmic: number } => ({ openmic: VERSION, ...message });

export { TEXT_LENGTH };
