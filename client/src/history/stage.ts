import type { BoardTools, Visit } from "../board/context";
import { FarStore } from "../board/far";
import { FocusStore } from "../board/focus";
import { FollowStore } from "../board/following";
import { Stage } from "../board/stage";
import { UiStore } from "../board/ui";
import { BoardDocument } from "../document/document";
import type { DocumentSource } from "../document/document";
import { TalkStore } from "../talk/store";
import { Player } from "./player";
import { pastPresence } from "./present";

type Told = Parameters<Parameters<DocumentSource["onChange"]>[0]>[0];

/** From one moment to another anything may be different. */
const ANYTHING: Told = [{ action: "put", path: [], value: null }];

/** The board of a player as a document that can be read and not changed. */
class Replayed implements DocumentSource {
  readonly #player: Player;

  constructor(player: Player) {
    this.#player = player;
  }

  doc = () => this.#player.get().board as ReturnType<DocumentSource["doc"]>;

  change = () => undefined;

  onChange(listener: Parameters<DocumentSource["onChange"]>[0]): () => void {
    let last = this.#player.get().board;
    return this.#player.subscribe(() => {
      const { board, patches } = this.#player.get();
      if (board === last) return;
      last = board;
      // Where something became another thing is all that a reader asks.
      listener(patches?.map(([, path]) => ({ action: "put", path: [...path], value: null })) ?? ANYTHING);
    });
  }
}

export interface HistoryTools extends BoardTools {
  readonly history: Player;
}

/** What the past shares with the board as it is now, where that is open. */
type Looked = Pick<BoardTools, "notice" | "folds"> & { readonly session: Omit<Visit, "presence"> };

/** What the views of a board need, for the board as it was. Without a way to leave there is no board as it is to go back to. */
export function historyTools({ session: { board, pictures }, notice, folds }: Looked, leave?: () => void, player = new Player(board)): HistoryTools {
  const document = new BoardDocument(new Replayed(player), { scope: "none", rivals: () => undefined });
  return {
    session: { board, pictures, presence: pastPresence(player) },
    document,
    focus: new FocusStore(),
    notice,
    ui: new UiStore(),
    stage: new Stage(),
    far: new FarStore(),
    folds,
    talk: new TalkStore(document, board.id),
    follow: new FollowStore(),
    history: player,
    ...(leave && { leaveHistory: leave }),
  };
}
