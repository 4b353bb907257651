import type { Board } from "../document/model";
import type { BoardDocument } from "../document/document";
import { toCsv } from "./csv";
import { toJson } from "./json";
import { toMarkdown } from "./markdown";
import type { OutlineWords } from "./markdown";
import { gatherPictures } from "./pictures";
import type { PictureFiles, PictureSource } from "./pictures";
import { contentOf } from "./plain";

export const FORMS = ["json", "csv", "markdown", "automerge"] as const;
export type Form = (typeof FORMS)[number];

const FILES: Readonly<Record<Form, { ending: string; type: string }>> = {
  json: { ending: "json", type: "application/json" },
  csv: { ending: "csv", type: "text/csv;charset=utf-8" },
  markdown: { ending: "md", type: "text/markdown;charset=utf-8" },
  automerge: { ending: "automerge", type: "application/octet-stream" },
};

/** Gives the person a copy of the board as a file, and returns the file's name and how many pictures are not in it that could be. */
export async function saveCopy(form: Form, document: BoardDocument, source: PictureSource, words: OutlineWords): Promise<{ name: string; left: number }> {
  const { name, left, blob } = await copyOfBoard(form, document, source, words);
  download(blob, name);
  return { name, left };
}

/** A copy of the board as a file, with a name for it, and how many pictures are not in it that could be. */
export async function copyOfBoard(form: Form, document: BoardDocument, source: PictureSource, words: OutlineWords): Promise<{ name: string; left: number; blob: Blob }> {
  const board = document.board();
  const { ending, type } = FILES[form];
  const name = `${fileName(board.title || words.untitled)}.${ending}`;
  const { files, left } = form === "json" ? await gatherPictures(board, source) : { files: {}, left: 0 };
  return { name, left, blob: new Blob([copyAs(form, document, board, files, words)], { type }) };
}

function copyAs(form: Form, document: BoardDocument, board: Board, pictures: PictureFiles, words: OutlineWords): string | Uint8Array<ArrayBuffer> {
  switch (form) {
    case "json":
      return toJson(contentOf(document.doc()), pictures);
    case "csv":
      return toCsv(board);
    case "markdown":
      return toMarkdown(board, words);
    case "automerge":
      return document.save();
  }
}

/** A title as a file can be called on every system. */
export function fileName(title: string): string {
  const name = title.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return name.slice(0, 80) || "board";
}

export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
