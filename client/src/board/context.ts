import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { BoardDocument } from "../document/document";
import type { Board, LaneRole } from "../document/model";
import type { Connection } from "../sync/adapter";
import type { Pictures } from "../pictures/pictures";
import type { KnownBoard } from "../sync/device";
import type { CallKind, Peer, Presence } from "../sync/presence";
import type { SaveState } from "../sync/saved";
import type { BoardSession } from "../sync/session";
import type { TalkStore } from "../talk/store";
import type { FarStore } from "./far";
import type { FoldStore } from "./folds";
import type { Focus, FocusStore } from "./focus";
import type { FollowStore } from "./following";
import type { Player } from "../history/player";
import type { NoticeStore } from "./notice";
import type { Stage } from "./stage";
import type { UiStore } from "./ui";

/** Who is at a board; where one looks back, whoever did what is shown. */
export interface Company {
  /** This person's session, as the others know it. */
  readonly id: string;
  /** The others. The same array until one of them has changed. */
  readonly peers: () => readonly Peer[];
  /** This person, as the others see them. */
  readonly self: () => Presence;
  readonly subscribe: (listener: () => void) => () => void;
  /** Tells the others, if there can be any. */
  update(change: Partial<Presence>): void;
  call(kind: CallKind): void;
}

/** What the views of a board need to know of it beside its document, as it is now and as it was. */
export interface Visit {
  readonly board: KnownBoard;
  readonly pictures: Pictures;
  readonly presence: Company;
}

export interface BoardTools {
  readonly session: Visit;
  readonly document: BoardDocument;
  readonly focus: FocusStore;
  readonly notice: NoticeStore;
  readonly ui: UiStore;
  readonly stage: Stage;
  readonly far: FarStore;
  readonly folds: FoldStore;
  readonly talk: TalkStore;
  readonly follow: FollowStore;
  /** Only while one looks at the board as it was. */
  readonly history?: Player;
  readonly leaveHistory?: () => void;
  /** The wheel and the finger are for the page around the board. */
  readonly yielding?: boolean;
}

export const BoardContext = createContext<BoardTools | undefined>(undefined);

/** The session that is open, also while one looks back; a replay has none. */
export const SessionContext = createContext<BoardSession | undefined>(undefined);

export function useSession(): BoardSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error("a part of an open board was drawn without its session");
  return session;
}

export function useTools(): BoardTools {
  const tools = useContext(BoardContext);
  if (!tools) throw new Error("a part of the board was drawn outside a board");
  return tools;
}

export function useBoard(): Board {
  const { document } = useTools();
  return useSyncExternalStore(document.subscribe, document.board);
}

/** One part of the board: who only needs that is not drawn anew with every change. */
export function useBoardPart<T>(part: (board: Board) => T): T {
  const { document } = useTools();
  return useSyncExternalStore(document.subscribe, () => part(document.board()));
}

/** Follows one part of the board alone, and asks what it means: for what there is much of, such as cards. */
export function useFollowed<T>(part: keyof Board, read: (board: Board) => T): T {
  const { document } = useTools();
  const subscribe = useCallback((listener: () => void) => document.subscribeTo(part, listener), [document, part]);
  return useSyncExternalStore(subscribe, () => read(document.board()));
}

/** What a piece of the window is about: the id of a card, a connector or a marker. */
export const AboutContext = createContext<string | undefined>(undefined);

/** What this person may do. Only for who is kept to some lanes does that go with what is on the board. */
function useAllowed(ask: (document: BoardDocument) => boolean): boolean {
  const { document } = useTools();
  const fenced = useFollowed("newer", () => document.fence !== undefined);
  const subscribe = useCallback((listener: () => void) => (fenced ? document.subscribe(listener) : document.subscribeTo("newer", listener)), [document, fenced]);
  return useSyncExternalStore(subscribe, () => ask(document));
}

/** Whether this person may change what this piece of the window is about; without that, whether they may change everything. */
export function useEditable(): boolean {
  const about = useContext(AboutContext);
  return useAllowed((document) => (about === undefined ? document.editable : document.mayEdit(about)));
}

/** Whether this person may change a thing. */
export const useMayEdit = (id: string): boolean => useAllowed((document) => document.mayEdit(id));

/** Whether there is anything on the board that this person may draw. */
export const useDraws = (): boolean => useAllowed((document) => document.draws);

/** Whether this person may put something into a lane. */
export function useMayPut(lane: string): boolean {
  return useAllowed((document) => document.mayPut(lane));
}

/** Whether this person may comment and vote. */
export function useTalks(): boolean {
  const { document } = useTools();
  return useFollowed("newer", () => document.talks);
}

export function useFocus<T>(select: (focus: Focus) => T): T {
  const { focus } = useTools();
  return useSyncExternalStore(focus.subscribe, () => select(focus.get()));
}

export function useConnection(): Connection {
  const { socket } = useSession();
  return useSyncExternalStore(socket.subscribe, socket.connection);
}

/** A board is saved once the server has its pictures too. */
export function useSaveState(): SaveState {
  const { saved, pictures } = useSession();
  const state = useSyncExternalStore(saved.subscribe, saved.state);
  const pending = useSyncExternalStore(pictures.subscribe, pictures.pending);
  if (pending === "none" || state === "unsaved") return state;
  return pending === "moving" ? "saving" : "unsaved";
}

export function usePeers(): readonly Peer[] {
  const { presence } = useTools().session;
  return useSyncExternalStore(presence.subscribe, presence.peers);
}

export interface Visitor {
  readonly name: string;
  readonly color: number;
  readonly doing: "at" | "writing" | "commenting";
}

const NOBODY: readonly Visitor[] = [];

const placed = new WeakMap<readonly Peer[], ReadonlyMap<string, readonly Visitor[]>>();

/** Who is at which part of the board. Gone through once each time somebody moves, not once for every card. */
export function visitorsIn(peers: readonly Peer[]): ReadonlyMap<string, readonly Visitor[]> {
  let places = placed.get(peers);
  if (!places) {
    const fresh = new Map<string, Visitor[]>();
    const put = (id: string, visitor: Visitor) => fresh.set(id, [...(fresh.get(id) ?? []), visitor]);
    for (const { name, color, selected, chosen = [], editing, talking } of peers) {
      const doing = new Map<string, Visitor["doing"]>();
      for (const id of selected === undefined ? chosen : [...chosen, selected]) doing.set(id, "at");
      if (talking !== undefined) doing.set(talking, "commenting");
      if (editing !== undefined) doing.set(editing, "writing");
      for (const [id, what] of doing) put(id, { name, color, doing: what });
    }
    placed.set(peers, (places = fresh));
  }
  return places;
}

/** Who else is at an element, a connector, a step or a lane. The same list until somebody comes or goes, however much their pointers move. */
export function useVisitors(id: string): readonly Visitor[] {
  const { presence } = useTools().session;
  const key = useSyncExternalStore(presence.subscribe, () => {
    const here = visitorsIn(presence.peers()).get(id);
    return here ? JSON.stringify(here) : "";
  });
  return useMemo(() => (key === "" ? NOBODY : (JSON.parse(key) as Visitor[])), [key]);
}

/** How the parts of the board are called: as people named them, else by role or number in the reader's language. */
export interface Names {
  lane(id: string | undefined): string;
  step(id: string | undefined): string;
  roleOf(id: string | undefined): LaneRole;
}

export const NamesContext = createContext<Names | undefined>(undefined);

export function useNames(): Names {
  const names = useContext(NamesContext);
  if (!names) throw new Error("a part of the board was drawn outside a board");
  return names;
}

/** Made once for the whole board: a part that only needs names is not drawn anew with every change to the board. */
export function useMadeNames(): Names {
  const { t } = useTranslation();
  const lanes = useBoardPart((board) => board.lanes);
  const steps = useBoardPart((board) => board.steps);
  return useMemo(
    () => ({
      lane: (id) => {
        const lane = lanes.find((l) => l.id === id);
        return lane ? lane.title || t(`lane.${lane.role}`) : t("board.nowhere");
      },
      step: (id) => {
        const at = steps.findIndex((s) => s.id === id);
        return steps[at]?.title || (at < 0 ? "" : t("step", { number: at + 1 }));
      },
      roleOf: (id) => lanes.find((l) => l.id === id)?.role ?? "custom",
    }),
    [lanes, steps, t],
  );
}
