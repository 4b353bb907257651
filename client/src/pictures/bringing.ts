import type { Clip } from "../board/clip";
import type { Hands } from "../commands/command";
import type { Board } from "../document/model";
import type { Content } from "../exchange/content";
import { pictureIn, picturesOn } from "../exchange/pictures";
import { knownBoard } from "../sync/device";
import { Pictures } from "./pictures";
import { Shelf } from "./shelf";
import { transportOf } from "./transport";

/** Has this board get the pictures of what was copied on another one; their names stay, since they are of their content. */
export function bringPictures({ session, notice, t }: Hands, { from, elements }: Clip): void {
  const ids = new Set(elements.flatMap((e) => (e.image ? [e.image] : [])));
  if (ids.size === 0 || from === undefined || from === session.board.id) return;
  void copyPictures(from, session.pictures, [...ids]).then((left) => {
    if (left > 0) notice.say(t("picture.notBrought"));
  });
}

/** Has a board just made get the pictures of what it began as. Those of another board come one by one, while people draw. */
export async function bringAlong({ pictures: files = {}, picturesOf }: Content, board: Board, to: Pictures): Promise<void> {
  for (const id of picturesOn(board)) {
    const file = files[id];
    const picture = file === undefined ? undefined : pictureIn(file);
    if (picture) await to.keep({ id, ...picture });
  }
  if (picturesOf !== undefined) void copyPictures(picturesOf, to, picturesOn(board));
}

/** Copies pictures from a board that this device knows, and returns how many could not be had. */
export async function copyPictures(from: string, to: Pictures, ids: readonly string[]): Promise<number> {
  const source = new Pictures(from, new Shelf(), transportOf(from, knownBoard(from)?.secret ?? ""));
  const { signal } = new AbortController();
  let left = 0;
  for (const id of ids) {
    const found = await source.bytes(id, signal);
    if (found) await to.keep({ id, ...found });
    else left++;
  }
  source.close();
  return left;
}
