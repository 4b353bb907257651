import { lastView } from "../board/lastView";
import { currentLanguage } from "../i18n";
import { getDrawing } from "../sync/api";
import { PASS } from "../embed/where";
import { knownBySecret } from "../sync/device";
import { shownTheme } from "./theme";

/** A picture of a board to look at while the program that opens it is on its way. */
export interface Picture {
  readonly svg: Element;
  readonly title: string;
  /** What the picture shows, and how large the board in it is, in board units. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly board: { readonly width: number; readonly height: number };
}

/** So long the rest of the program waits, that the picture may come first. Milliseconds. */
const HEAD_START = 1_500;

let last: { readonly key: string; readonly picture: Promise<Picture | undefined> } | undefined;

/** The server's picture of a board; undefined when there is none to be had, or when the board is on this device. */
export function pictureOf(id: string, secret: string): Promise<Picture | undefined> {
  const key = `${id}#${secret}`;
  if (last?.key !== key) {
    // Who reads the board as an outline has no use for a drawing of it.
    const known = secret === "" || secret === PASS || lastView() === "outline" || knownBySecret(id, secret) !== undefined;
    const picture = known ? Promise.resolve(undefined) : getDrawing(id, secret, shownTheme(), currentLanguage()).then(readPicture).catch(() => undefined);
    last = { key, picture };
  }
  return last.picture;
}

/** Resolves when the picture that was asked for last is seen, or will not come soon: till then nothing else is fetched or run. */
export function headStart(): Promise<unknown> {
  return Promise.race([last?.picture.then((picture) => picture && painted()), new Promise((resolve) => setTimeout(resolve, HEAD_START))]);
}

/** Resolves when what has been put on the page by now is on the screen. */
const painted = () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 0))));

const PARTS = new Set(["svg", "g", "rect", "path", "text", "tspan", "circle", "ellipse", "image"]);
const ATTRIBUTE = /^(?:[xydr]|[rc][xy]|width|height|viewBox|xml:space|transform|fill(?:-opacity)?|stroke(?:-[a-z]+)?|opacity|font-(?:size|weight)|text-(?:anchor|decoration)|preserveAspectRatio)$/;

/** The drawing as a part of this page. It is the server's own; nothing but shapes and words gets in all the same. */
function readPicture(text: string): Picture | undefined {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const numbers = (name: string) => (svg.getAttribute(name) ?? "").split(" ").map(Number);
  const [x, y, width, height] = numbers("viewBox");
  const [wide, high] = numbers("data-board");
  if (svg.localName !== "svg" || !width || !height || !wide || !high || x === undefined || y === undefined) return undefined;
  const title = svg.querySelector("title")?.textContent ?? "";
  clean(svg);
  svg.setAttribute("aria-hidden", "true");
  return { svg, title, box: { x, y, width, height }, board: { width: wide, height: high } };
}

function clean(element: Element): void {
  for (const { name } of [...element.attributes]) if (!ATTRIBUTE.test(name)) element.removeAttribute(name);
  for (const child of [...element.children]) {
    if (PARTS.has(child.localName)) clean(child);
    else child.remove();
  }
}
