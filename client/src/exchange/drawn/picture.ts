import { draw } from "../../drawing/draw";
import type { Drawing } from "../../drawing/draw";
import type { Look } from "../../drawing/pen";
import type { Board } from "../../document/model";
import { gatherPictures } from "../pictures";
import type { PictureSource } from "../pictures";
import { fontCss } from "./fonts";

/** A board as a picture in a file. */

export interface Wish {
  readonly board: Board;
  readonly theme: Look["theme"];
  readonly words: Look["words"];
  readonly pictures: PictureSource;
}

/** The drawing as it stands alone: with the board's name, the pictures on it, and if asked the font. */
export async function drawSheet({ board, theme, words, pictures }: Wish, withFont: boolean): Promise<Drawing> {
  const { files } = await gatherPictures(board, pictures);
  const look = { theme, words, sheet: true, image: (id: string) => files[id] };
  if (!withFont) return draw(board, look);
  return draw(board, { ...look, css: await fontCss(draw(board, look).svg) });
}

export async function svgOf(wish: Wish): Promise<Blob> {
  const { svg } = await drawSheet(wish, true);
  return new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${svg}`], { type: "image/svg+xml" });
}

/** What browsers draw at most: pixels along a side, and in all. */
const MOST = { side: 16_000, area: 120_000_000 };

/** The picture at so many pixels for each unit of the board; `smaller` if the browser could not take it all. */
export async function pngOf(wish: Wish, scale: number): Promise<{ blob: Blob; smaller: boolean }> {
  const { svg, box } = await drawSheet(wish, true);
  const fits = Math.min(scale, MOST.side / box.width, MOST.side / box.height, Math.sqrt(MOST.area / (box.width * box.height)));
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(box.width * fits);
    canvas.height = Math.ceil(box.height * fits);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser draws no pictures");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("the picture is too large for this browser");
    return { blob, smaller: fits < scale };
  } finally {
    URL.revokeObjectURL(url);
  }
}
