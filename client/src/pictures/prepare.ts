import { sha256 } from "@noble/hashes/sha2.js";
import { readHead } from "./head";
import type { PictureType } from "./head";

/** A picture as it is put on a board: no larger than it need be, and without what its camera wrote into it. */
export interface Prepared {
  readonly id: string;
  readonly type: PictureType;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Why a file is not taken: words of the program, under "picture.problem". */
export type PictureProblem = "kind" | "svg" | "large" | "unread";

export const PICTURE_LIMITS = {
  /** What the server takes, bytes. */
  bytes: 8 * 1024 * 1024,
  /** What is read of a file, bytes. */
  file: 60 * 1024 * 1024,
  /** What a browser is asked to unpack, pixels. */
  pixels: 100e6,
  /** The longer side of what is sent, pixels. */
  side: 2000,
} as const;

/** A picture above this is worth another format, bytes. */
const HEAVY = 400_000;
const QUALITY = 0.86;

/**
 * Makes a picture of a file. It is drawn anew, which leaves out places, cameras and names that were written into the file;
 * only a GIF stays as it is, since it may move.
 */
export async function preparePicture(file: Blob): Promise<Prepared | PictureProblem> {
  if (file.size > PICTURE_LIMITS.file) return "large";
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return "unread";
  }
  const head = readHead(bytes);
  if (head === undefined) return "kind";
  if (head === "svg") return "svg";
  if (head.width * head.height > PICTURE_LIMITS.pixels) return "large";
  if (head.type === "image/gif") return finish(bytes, head.type, head.width, head.height);
  try {
    return await redrawn(new Blob([bytes], { type: head.type }), head.type);
  } catch {
    return "unread";
  }
}

function finish(bytes: Uint8Array<ArrayBuffer>, type: PictureType, width: number, height: number): Prepared | PictureProblem {
  if (bytes.length > PICTURE_LIMITS.bytes) return "large";
  return { id: nameOf(bytes), type, bytes, width, height };
}

async function redrawn(blob: Blob, type: PictureType): Promise<Prepared | PictureProblem> {
  // Turned as the camera held it.
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  const canvas = document.createElement("canvas");
  try {
    const scale = Math.min(1, PICTURE_LIMITS.side / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    if (!context) return "unread";
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const made = await encoded(canvas, context, type);
    const bytes = new Uint8Array(await made.arrayBuffer());
    const head = readHead(bytes);
    if (head === undefined || head === "svg") return "unread";
    return finish(bytes, head.type, canvas.width, canvas.height);
  } finally {
    bitmap.close();
    // Safari counts the memory of canvases until they are collected.
    canvas.width = canvas.height = 0;
  }
}

/** Photographs stay photographs. What is drawn stays sharp, unless another format makes it much lighter: a pasted photograph comes as PNG. */
async function encoded(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, type: PictureType): Promise<Blob> {
  if (type === "image/jpeg") return encode(canvas, "image/jpeg", QUALITY);
  const sharp = await encode(canvas, "image/png");
  if (sharp.size < HEAVY) return sharp;
  // A browser that cannot write WebP answers with PNG.
  let light = await encode(canvas, "image/webp", QUALITY);
  if (light.type !== "image/webp" && isOpaque(canvas, context)) light = await encode(canvas, "image/jpeg", QUALITY);
  return light.size < sharp.size * 0.6 ? light : sharp;
}

function encode(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser could not write the picture"))), type, quality);
  });
}

function isOpaque({ width, height }: HTMLCanvasElement, context: CanvasRenderingContext2D): boolean {
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** What the server calls a file with this content: its SHA-256 in base64url. (crypto.subtle is not there over plain HTTP.) */
export function nameOf(bytes: Uint8Array): string {
  const sum = btoa(String.fromCharCode(...sha256(bytes)));
  return sum.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Whether this can be the name of a picture; a document may say anything. */
export const isPictureName = (name: string): boolean => /^[\w-]{43}$/.test(name);
