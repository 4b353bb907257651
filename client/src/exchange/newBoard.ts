import { createBoard } from "../sync/api";
import { boardAddress, rememberBoard } from "../sync/device";
import type { Content } from "./content";
import { fillLater } from "./pending";

/** Makes a board that is to hold something, and returns its address. It is filled once its page has opened. */
export async function makeBoard(title: string, content: Content | undefined): Promise<string> {
  const made = await createBoard(title);
  const { owner, ...others } = made.links;
  // Who is signed in needs no secret, and leaves none on the device.
  const secret = made.own ? "" : new URL(owner ?? "", location.origin).hash.slice(1);
  rememberBoard({ id: made.id, documentId: made.documentId, title, role: "owner" }, secret, made.own ? others : made.links);
  if (content) fillLater(made.id, { ...content, meta: { ...content.meta, title } });
  return boardAddress(made.id, secret);
}
