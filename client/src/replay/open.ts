import { FoldStore } from "../board/folds";
import { NoticeStore } from "../board/notice";
import { where } from "../embed/where";
import { Player } from "../history/player";
import { Reel } from "../history/reel";
import { historyTools } from "../history/stage";
import type { HistoryTools } from "../history/stage";
import { Pictures } from "../pictures/pictures";
import { Shelf } from "../pictures/shelf";
import { transportOf } from "../pictures/transport";
import type { Profile } from "../sync/device";
import { identify } from "../sync/session";
import { VersionStore } from "../versions/store";

export interface ReplayTools extends HistoryTools {
  readonly versions: VersionStore;
}

/** A page may stand open all day, with everybody in an organisation looking at it: it rarely asks what is new. Milliseconds. */
const FRESH = 120_000;

/** A board's history without the board: no document, no socket, and nobody at the board is told. Rejects with an OpenError. */
export async function openReplay(id: string, secret: string, person: Profile): Promise<ReplayTools> {
  const { board } = await identify(id, secret, person);
  const pictures = new Pictures(board.id, new Shelf(), transportOf(board.id, board.secret));
  const tools = historyTools({ session: { board, pictures }, notice: new NoticeStore(), folds: new FoldStore(board.id) }, undefined, new Player(board, new Reel(board), FRESH));
  return { ...tools, yielding: where().framed, versions: new VersionStore(board) };
}
