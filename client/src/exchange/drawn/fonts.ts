import cyrillic from "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2?url";
import greek from "@fontsource-variable/inter/files/inter-greek-wght-normal.woff2?url";
import latin from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import latinExt from "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2?url";

/** The parts of Inter, and the letters that they hold beyond those that every picture needs. */
const PARTS: readonly { readonly url: string; readonly from: number; readonly to: number }[] = [
  { url: latin, from: 0, to: 0xff },
  { url: latinExt, from: 0x100, to: 0x2ff },
  { url: greek, from: 0x370, to: 0x3ff },
  { url: cyrillic, from: 0x400, to: 0x45f },
];

/** A style sheet that carries as much of the font as the text needs, so that a picture looks the same everywhere. */
export async function fontCss(text: string): Promise<string> {
  const wanted = PARTS.filter(({ from, to }) => from === 0 || hasBetween(text, from, to));
  const faces = await Promise.all(
    wanted.map(async ({ url, from, to }) => {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const range = from === 0 ? "U+0-FF,U+2000-206F,U+20AC,U+2122,U+2190-2193,U+2212" : `U+${from.toString(16)}-${to.toString(16)}`;
      return `@font-face{font-family:"Inter Variable";font-weight:100 900;src:url(data:font/woff2;base64,${base64(bytes)}) format("woff2");unicode-range:${range}}`;
    }),
  );
  return `${faces.join("")}text{font-variant-numeric:tabular-nums}`;
}

function hasBetween(text: string, from: number, to: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= from && unit <= to) return true;
  }
  return false;
}

export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
