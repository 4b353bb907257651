/** What the first bytes of a file say of a picture in it. Nothing is unpacked. */

export const PICTURE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

export interface Head {
  readonly type: PictureType;
  /** As it is stored, before it is turned as its camera asks. */
  readonly width: number;
  readonly height: number;
}

/** The head of a picture; "svg" for a drawing that may carry scripts; undefined for everything else. */
export function readHead(bytes: Uint8Array): Head | "svg" | undefined {
  const head = png(bytes) ?? gif(bytes) ?? webp(bytes) ?? jpeg(bytes);
  if (head) return head.width > 0 && head.height > 0 ? head : undefined;
  return /<svg[\s>]/i.test(text(bytes, 0, 1024)) ? "svg" : undefined;
}

const text = (bytes: Uint8Array, from: number, length: number) => String.fromCharCode(...bytes.subarray(from, from + length));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function png(bytes: Uint8Array): Head | undefined {
  if (bytes.length < 24 || text(bytes, 0, 8) !== "\x89PNG\r\n\x1a\n" || text(bytes, 12, 4) !== "IHDR") return undefined;
  const view = viewOf(bytes);
  return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
}

function gif(bytes: Uint8Array): Head | undefined {
  if (bytes.length < 13 || !/^GIF8[79]a$/.test(text(bytes, 0, 6))) return undefined;
  const view = viewOf(bytes);
  return { type: "image/gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** The three kinds of the format, as its container specification lays them out. */
function webp(bytes: Uint8Array): Head | undefined {
  if (bytes.length < 30 || text(bytes, 0, 4) !== "RIFF" || text(bytes, 8, 4) !== "WEBP") return undefined;
  const view = viewOf(bytes);
  const type = "image/webp";
  switch (text(bytes, 12, 4)) {
    case "VP8X": {
      const size = (at: number) => 1 + view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
      return { type, width: size(24), height: size(27) };
    }
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
    }
    case "VP8 ":
      return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return undefined;
  }
}

function jpeg(bytes: Uint8Array): Head | undefined {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff) return undefined;
  const view = viewOf(bytes);
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { type: "image/jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
