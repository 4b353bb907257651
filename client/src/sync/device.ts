import { ROLES, readFork, readLanes } from "./api";
import type { BoardInfo, ForkInfo, Links, Role } from "./api";
import { talkKey } from "../talk/memory";
import { PASS } from "../embed/where";
import { NAME_LENGTH, PERSON_COLORS, plainName } from "./presence";

/** What this device remembers: the boards it has seen with the links to them, and what its person is called. */

export interface KnownBoard {
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly role: Role;
  /** Ids of the lanes that this link lets its holder write in; undefined: everywhere. */
  readonly lanes?: readonly string[] | undefined;
  readonly fork?: ForkInfo | undefined;
  readonly secret: string;
  /** Links that may be handed on: all of them for who made the board, else the one that led here. */
  readonly links: Links;
  /** When it was opened last, milliseconds since 1970. */
  readonly seen: number;
  /** As far as this device knows, an owner has put it away; or deleted it, and then it goes for good at that time. */
  readonly archived?: boolean | undefined;
  readonly goesAt?: number | undefined;
}

export interface Profile {
  readonly name: string;
  readonly color: number;
  /** The name was made up by the program. */
  readonly invented: boolean;
}

const BOARDS = "openmic.boards";
const PROFILE = "openmic.profile";
const MOST_BOARDS = 50;

/** The boards of this device, the latest first. */
export function knownBoards(): KnownBoard[] {
  const stored = load(BOARDS);
  if (!Array.isArray(stored)) return [];
  return stored.map(readBoard).filter((b) => b !== undefined);
}

export function knownBoard(id: string): KnownBoard | undefined {
  return knownBoards().find((b) => b.id === id);
}

/**
 * What the device knows of a board when it is opened by this secret: who opens the viewer's link of a board of their own
 * sees it as a viewer does.
 */
export function knownBySecret(id: string, secret: string): KnownBoard | undefined {
  const board = knownBoard(id);
  if (!board || board.secret === secret) return board;
  const role = ROLES.find((r) => board.links[r]?.endsWith(`#${secret}`));
  // To which lanes another link of editors is limited, only the server knows.
  return role && role !== "editor" ? { ...board, role, lanes: undefined, secret } : undefined;
}

/** Where a board is opened on this device. */
export const boardAddress = (id: string, secret: string) => `/b/${id}${secret === "" ? "" : `#${secret}`}`;

/** Remembers a board as the latest one, with every link known to it; of two roles the list keeps the stronger. */
export function rememberBoard(info: BoardInfo, secret: string, links: Links = {}): KnownBoard {
  const own = secret === "" ? {} : { [info.role]: `${location.origin}/b/${info.id}#${secret}` };
  // Who is here by a token has no link to hand on, and is not here without the page that gave it.
  if (secret === PASS) return { ...info, secret, links: {}, seen: Date.now() };
  const before = knownBoard(info.id);
  const board: KnownBoard = { ...info, secret, links: { ...own, ...before?.links, ...links }, seen: Date.now() };
  const keep = before && before.secret !== secret && ROLES.indexOf(before.role) < ROLES.indexOf(board.role) ? { role: before.role, lanes: before.lanes, secret: before.secret } : {};
  store(BOARDS, [{ ...board, ...keep }, ...knownBoards().filter((b) => b.id !== info.id)].slice(0, MOST_BOARDS));
  return board;
}

export function renameBoard(id: string, title: string): void {
  const boards = knownBoards();
  if (boards.some((b) => b.id === id && b.title !== title)) {
    store(
      BOARDS,
      boards.map((b) => (b.id === id ? { ...b, title } : b)),
    );
  }
}

/** Notes what has become of a board: all of it, so that what is left out is not so any more. */
export function markBoard(id: string, { archived, goesAt }: Pick<KnownBoard, "archived" | "goesAt">): void {
  store(
    BOARDS,
    knownBoards().map((board) => (board.id === id ? { ...board, archived, goesAt } : board)),
  );
}

/** Forgets the boards that this device has no link to, when nobody is signed in any more. */
export function forgetLinkless(): void {
  for (const { id, secret } of knownBoards()) if (secret === "") forgetBoard(id);
}

export function forgetBoard(id: string): void {
  store(
    BOARDS,
    knownBoards().filter((b) => b.id !== id),
  );
  localStorage.removeItem(talkKey(id));
}

/** The person at this device; `invent` makes up a name the first time. */
export function profile(invent: () => string): Profile {
  const stored = load(PROFILE) as Partial<Record<keyof Profile, unknown>> | undefined;
  if (stored && typeof stored.name === "string" && stored.name !== "" && typeof stored.color === "number") {
    const color = Math.abs(Math.trunc(stored.color)) % PERSON_COLORS;
    return { name: stored.name.slice(0, NAME_LENGTH), color, invented: stored.invented === true };
  }
  const made = { name: invent(), color: Math.floor(Math.random() * PERSON_COLORS), invented: true };
  store(PROFILE, made);
  return made;
}

/** Calls who has signed in what the provider does, unless they have said themselves what they are called here. */
export function callAsSignedIn(name: string): void {
  const stored = load(PROFILE) as Partial<Profile> | undefined;
  if (name === "" || stored?.invented === false) return;
  store(PROFILE, { name: name.slice(0, NAME_LENGTH), color: stored?.color ?? Math.floor(Math.random() * PERSON_COLORS), invented: false });
}

export function rename(current: Profile, name: string): Profile {
  const renamed = { ...current, name: plainName(name) || current.name, invented: false };
  store(PROFILE, renamed);
  return renamed;
}

function readBoard(value: unknown): KnownBoard | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, documentId, title, secret, seen, links, archived, goesAt } = value as Record<string, unknown>;
  const role = ROLES.find((r) => r === (value as Record<string, unknown>)["role"]);
  if (typeof id !== "string" || typeof documentId !== "string" || typeof secret !== "string" || !role) return undefined;
  return {
    id,
    documentId,
    secret,
    role,
    lanes: readLanes((value as Record<string, unknown>)["lanes"]),
    fork: readFork((value as Record<string, unknown>)["fork"]),
    title: typeof title === "string" ? title : "",
    seen: typeof seen === "number" ? seen : 0,
    links: typeof links === "object" && links !== null ? (links as Links) : {},
    ...(archived === true ? { archived } : {}),
    ...(typeof goesAt === "number" ? { goesAt } : {}),
  };
}

function load(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage the device forgets; everything else works.
  }
}
