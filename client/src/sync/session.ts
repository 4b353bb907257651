import { initializeWasm, merge } from "@automerge/automerge/slim";
import { Repo } from "@automerge/automerge-repo/slim";
import type { AnyDocumentId, DocHandle } from "@automerge/automerge-repo/slim";
import { IndexedDBStorageAdapter } from "@automerge/automerge-repo-storage-indexeddb";
import { isKept } from "../app/storage";
import { engineModule } from "../app/engine";
import { BoardDocument } from "../document/document";
import type { Scope } from "../document/document";
import { Fence } from "../document/fence";
import { passed } from "../embed/passed";
import { PASS, where } from "../embed/where";
import { Pictures } from "../pictures/pictures";
import { Shelf } from "../pictures/shelf";
import { transportOf } from "../pictures/transport";
import { BoardSocket } from "./adapter";
import { ApiError, getBoard, getTicket, joinBoard, joinPassed } from "./api";
import type { BoardInfo, Role, Ticket } from "./api";
import { knownBoard, knownBySecret, markBoard, rememberBoard } from "./device";
import type { KnownBoard, Profile } from "./device";
import { dropToken, keepToken, tokenFor } from "./participant";
import { Naming } from "./naming";
import { PresenceRoom } from "./presence";
import { conditionOf } from "./reconnect";
import type { Condition } from "./reconnect";
import { SaveWatch } from "./saved";
import { isSignedIn, noteSignedIn } from "./signedin";
import { VoiceStore } from "./voices";

/** A board that is open: its document, its connection, and the people at it. */
export interface BoardSession {
  readonly board: KnownBoard;
  readonly document: BoardDocument;
  readonly socket: BoardSocket;
  readonly saved: SaveWatch;
  readonly presence: PresenceRoom;
  readonly pictures: Pictures;
  readonly voices: VoiceStore;
  /** Whether this device keeps what is drawn until it is on the server, also when the page is closed. */
  readonly kept: boolean;
  /** What the page around the board calls this person, if they are here by its word. */
  readonly called: string | undefined;
  /** Tells everybody what this person is called. */
  readonly call: (name: string) => void;
  /** Throws away this device's copy, with all that was never stored, and keeps the server's. */
  readonly discard: () => Promise<void>;
  readonly close: () => void;
}

/** Why a board cannot be shown: it is unknown or the link no longer holds; or nothing of it can be reached from here. */
export type OpenProblem = "missing" | "unreachable" | "gone" | "token" | Condition;

export class OpenError extends Error {
  override readonly name = "OpenError";
  constructor(
    readonly problem: OpenProblem,
    /** When a deleted board is removed for good; told to owners. */
    readonly goesAt?: number,
  ) {
    super(problem);
  }
}

export const mayEdit = (role: Role) => role === "owner" || role === "editor";
export const mayTalk = (role: Role) => mayEdit(role) || role === "commenter";

let engine: Promise<void> | undefined;

/** Automerge takes a module that has been compiled already, though its types do not say so. */
const startEngine = () =>
  initializeWasm(engineModule() as Promise<never>).catch((error: unknown) => {
    engine = undefined;
    throw error;
  });

/**
 * Opens a board: from this device at once when it has been here before, else from the server. Rejects with an OpenError.
 */
export async function openBoard(id: string, secret: string, person: Profile, signal: AbortSignal): Promise<BoardSession> {
  engine ??= startEngine();
  const [{ board, called }, kept] = await Promise.all([identify(id, secret, person), isKept(where().framed), engine]);
  if (called !== undefined) person = { ...person, name: called, invented: false };
  signal.throwIfAborted();

  const socket = new BoardSocket(async () => {
    const { ticket, role, lanes } = await enter(id, board.secret, person, socket.outdated);
    if (role !== board.role || String(lanes) !== String(board.lanes)) await becomes({ role, lanes });
    return ticket;
  });
  /** What one may do is settled when the page is opened. */
  const becomes = async (allowed: Pick<Ticket, "role" | "lanes">) => {
    rememberBoard({ ...board, ...allowed }, board.secret);
    await repo.flush();
    if (reloaded(id, `${allowed.role} ${String(allowed.lanes)}`)) return;
    location.reload();
    await new Promise(() => undefined);
  };
  const repo = new Repo({ ...(kept ? { storage: new IndexedDBStorageAdapter("openmic") } : {}), network: [socket], saveDebounceRate: SAVE_OTHERS });
  try {
    const handle = await find(repo, board.documentId, socket, signal);
    return assemble(board, repo, handle, socket, person, { kept, called });
  } catch (error) {
    socket.disconnect();
    throw error;
  }
}

/** What others have drawn the server has: it goes to the device now and then. What one draws oneself goes there soon. Milliseconds. */
const SAVE_OTHERS = 3_000;
const SAVE_OWN = 100;

/** A board that is on the device does not wait longer than this for the server's word. Milliseconds. */
const PATIENCE = 1_500;

/** A ticket, for which the device joins the board if it has not. Where it cannot join, the link alone may do. */
async function enter(id: string, secret: string, person: Profile, outdated: boolean): Promise<Ticket> {
  if (secret === PASS) return passed(() => enterPassed(id), outdated);
  let fault: unknown;
  if (!isSignedIn() && tokenFor(id) === undefined) await join(id, secret, person).catch((error: unknown) => (fault = error));
  try {
    const ticket = await getTicket(id, secret);
    if (ticket.signedIn || !isSignedIn()) return ticket;
    noteSignedIn(false); // that is over: a guest, from now on
    return await enter(id, secret, person, outdated);
  } catch (error) {
    const condition = error instanceof ApiError ? error.condition : "";
    if (condition === "participant") {
      dropToken(id);
      return enter(id, secret, person, outdated);
    }
    throw condition === "join" && fault !== undefined ? fault : error;
  }
}

/** A ticket for whom the page vouches for now, who may not have been here before. */
async function enterPassed(id: string): Promise<Ticket> {
  try {
    return await getTicket(id, PASS);
  } catch (error) {
    if (!(error instanceof ApiError) || error.condition !== "join") throw error;
    await joinPassed(id, PASS);
    return getTicket(id, PASS);
  }
}

/** Joins a board as a person, and keeps who one is there on the device. */
export async function join(id: string, secret: string, person: Profile, password?: string): Promise<void> {
  const token = await joinBoard(id, secret, person.name, password);
  if (token !== undefined) keepToken(id, token, person.name);
}

/** A page that was loaded again a moment ago is not loaded again for the same at once, whatever the server says. */
const RELOAD_PAUSE = 10_000;

function reloaded(id: string, why: string): boolean {
  const key = `openmic.reloaded.${id}`;
  const [before, last] = (sessionStorage.getItem(key) ?? "").split(/ (.*)/);
  sessionStorage.setItem(key, `${String(Date.now())} ${why}`);
  return why === last && Date.now() - Number(before) < RELOAD_PAUSE;
}

/** The board as the server has it; joins where the link asks for that first. */
async function ask(id: string, secret: string, person: Profile): Promise<BoardInfo> {
  try {
    return await getBoard(id, secret);
  } catch (error) {
    const condition = error instanceof ApiError ? error.condition : "";
    if (condition !== "join" && condition !== "participant") throw error;
    dropToken(id);
    await join(id, secret, person);
    return getBoard(id, secret);
  }
}

/** The board as the server has it, and what the page calls whom it vouches for. */
async function identifyPassed(id: string): Promise<{ board: KnownBoard; called: string | undefined }> {
  try {
    return await passed(async () => {
      const called = await joinPassed(id, PASS);
      return { board: rememberBoard(await getBoard(id, PASS), PASS), called: called || undefined };
    });
  } catch (error) {
    const { status, condition } = error instanceof ApiError ? error : { status: 0, condition: "" };
    if (condition === "token") throw new OpenError("token");
    throw new OpenError(status === 410 ? "gone" : (conditionOf(condition) ?? (status === 0 || status >= 429 ? "unreachable" : "missing")));
  }
}

/** Which board it is and what one may do there, and what one is called. Rejects with an OpenError. */
export async function identify(id: string, secret: string, person: Profile): Promise<{ board: KnownBoard; called: string | undefined }> {
  return secret === PASS ? identifyPassed(id) : { board: await identifyLinked(id, secret, person), called: undefined };
}

/** What the server says of the board, or else what the device knows of it. */
async function identifyLinked(id: string, secret: string, person: Profile): Promise<KnownBoard> {
  const key = secret || knownBoard(id)?.secret || "";
  const known = knownBySecret(id, key);
  const asked = ask(id, key, person).then(
    (info) => rememberBoard(info, key),
    (error: unknown) => {
      const { status, condition, goesAt } = error instanceof ApiError ? error : { status: 0, condition: "", goesAt: undefined };
      if (status === 410) {
        if (goesAt !== undefined) markBoard(id, { archived: known?.archived, goesAt });
        throw new OpenError("gone", goesAt);
      }
      if (status === 404 || status === 401 || status === 403) throw new OpenError(conditionOf(condition) ?? "missing");
      if (known) return known;
      throw new OpenError("unreachable");
    },
  );
  if (!known) return asked;
  return Promise.race([asked, new Promise<KnownBoard>((resolve) => setTimeout(() => resolve(known), PATIENCE))]);
}

async function find(repo: Repo, id: string, socket: BoardSocket, signal: AbortSignal): Promise<DocHandle<unknown>> {
  const handle = await repo.find(id as AnyDocumentId, { allowableStates: ["ready", "unavailable"], signal });
  // Unavailable only means "not yet": the document comes with the connection.
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      handle.off("heads-changed", look);
      unsubscribe();
      signal.removeEventListener("abort", look);
    };
    const look = () => {
      const connection = socket.connection();
      const refused = connection.state === "refused" && !["change", "large", "scope"].includes(connection.reason);
      if (handle.isReady()) resolve();
      else if (signal.aborted || refused) reject(signal.aborted ? new OpenError("unreachable") : new OpenError("missing"));
      else return;
      stop();
    };
    // The handle becomes ready right after it has told of its first change.
    const lookSoon = () => setTimeout(look, 0);
    handle.on("heads-changed", lookSoon);
    const unsubscribe = socket.subscribe(lookSoon);
    signal.addEventListener("abort", look);
    look();
  });
  return handle;
}

function assemble(
  board: KnownBoard,
  repo: Repo,
  handle: DocHandle<unknown>,
  socket: BoardSocket,
  person: Profile,
  here: Pick<BoardSession, "kept" | "called">,
): BoardSession {
  const fence = board.lanes && new Fence(board.lanes);
  const scope = (): Scope => {
    const connection = socket.connection();
    const takesNone = connection.state === "refused" || (connection.state === "online" && connection.frozen !== undefined);
    return takesNone || !mayTalk(board.role) ? "none" : mayEdit(board.role) ? (fence ?? "all") : "talk";
  };
  // automerge-repo answers a message as it takes it in. To look a moment later for what else to say is for changes of one's own.
  const sayOwn = handle.listeners("change");
  for (const say of sayOwn) handle.off("change", say);
  let keeping: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(keeping);
    keeping = undefined;
    void repo.flush([handle.documentId]);
  };
  const tell = () => {
    for (const say of sayOwn) say({ handle, doc: handle.doc() } as never);
    keeping ??= setTimeout(flush, SAVE_OWN);
  };
  const document = new BoardDocument(
    {
      doc: () => handle.doc(),
      change: (fn, message) => {
        handle.change((draft) => fn(draft as never), message === undefined ? {} : { message });
        tell();
      },
      merge: (other) => {
        handle.update((doc) => merge(doc, other));
        tell();
      },
      onChange: (listener) => {
        const changed = ({ patches }: { patches: Parameters<typeof listener>[0] }) => listener(patches);
        handle.on("change", changed);
        return () => handle.off("change", changed);
      },
    },
    { scope: scope() },
  );
  const saved = new SaveWatch(handle, socket);
  const presence = new PresenceRoom(handle, person, repo.peerId);
  const pictures = new Pictures(board.id, new Shelf(), transportOf(board.id, board.secret));
  void pictures.resume();
  const voices = new VoiceStore(board);
  const naming = new Naming(board, person.name);
  void naming.tell();
  socket.onLeave((peer) => presence.left(peer));
  socket.placed(presence.place);
  if (socket.crowds) presence.announce(true);
  socket.onPeople((people) => presence.shown(people));
  let online = socket.connection().state === "online";
  socket.subscribe(() => {
    const now = socket.connection().state === "online";
    if (now && !online) {
      presence.announce(socket.crowds);
      pictures.online();
      void naming.tell();
    }
    if (online && !now) presence.lost();
    // What would never be stored should not be drawn.
    if (now || socket.connection().state === "refused") document.setScope(scope());
    online = now;
  });
  const { page } = where();
  const unwatch = page?.watch(() => {
    if (!page.silent() && socket.connection().state === "waiting") socket.reconnect();
  });
  // A page that is put away may not come back: what was drawn in the last moment goes to the device now.
  window.addEventListener("pagehide", flush);
  return {
    ...here,
    board,
    document,
    socket,
    saved,
    presence,
    pictures,
    voices,
    call: (name) => {
      presence.update({ name });
      naming.call(name);
    },
    discard: async () => {
      socket.disconnect();
      repo.delete(handle.documentId);
      await repo.storageSubsystem?.removeDoc(handle.documentId);
      localStorage.removeItem(`openmic.heads.${handle.documentId}`);
    },
    close: () => {
      window.removeEventListener("pagehide", flush);
      unwatch?.();
      presence.close();
      pictures.close();
      voices.close();
      saved.close();
      document.close();
      clearTimeout(keeping);
      void repo.shutdown();
    },
  };
}
