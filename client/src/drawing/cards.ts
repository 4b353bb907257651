import { inkPath } from "../board/ink";
import { SIZES } from "../board/layout";
import type { Rect } from "../board/layout";
import { signsOf } from "../board/signs";
import { inCell } from "../document/model";
import type { Element } from "../document/model";
import { plainText } from "../richtext/parse";
import type { Run } from "../richtext/parse";
import type { Pen } from "./pen";
import { baseline } from "./font";
import { drawPills } from "./marks";
import { NOTE_INK, mix } from "./palette";
import { escaped, group, n, rect, rounded, tag, text } from "./svg";
import { CARD, cut } from "./wrap";
import type { Letters } from "./wrap";

/** What lies on the board, each kind as the canvas shows it. Coordinates are from the upper left corner of the element. */

const LINE = 19;
const SIGN = { size: 11, weight: 450 };
const CAPTION = 12.5;
const LOCK = "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3";

export function drawCard(pen: Pen, element: Element): string {
  const place = pen.geometry.places.get(element.id);
  if (!place) return "";
  const box = { x: 0, y: 0, width: place.width, height: place.height };
  const lock = element.locked
    ? `<path transform="translate(${n(place.width - 17)} ${n(place.height - 17)}) scale(.5833)" d="${LOCK}" fill="none" stroke="${inkOf(pen, element)}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" opacity=".75"/>`
    : "";
  return group({ transform: `translate(${n(place.x)} ${n(place.y)})` }, [DRAWN[element.kind](pen, element, box), drawSigns(pen, element, box), lock, drawPills(pen, element.id, box)]);
}

/** Who does it, how sure it is, through which channel, whose it is. */
function drawSigns(pen: Pen, element: Element, { width, height }: Rect): string {
  const signs = signsOf(element);
  if (signs.length === 0) return "";
  const left = element.kind === "decision" ? 31 : element.kind === "note" ? 10 : 14;
  const words = cut(signs.map((sign) => pen.look.words.sign(sign)).join(" · "), width - left - 9, SIGN);
  return text(left, height - 20 + baseline(SIGN.size, 14), words, { "font-size": SIGN.size, fill: inkOf(pen, element), opacity: 0.82 });
}

type Draw = (pen: Pen, element: Element, box: Rect) => string;

const DRAWN: Readonly<Record<Element["kind"], Draw>> = { note, action: card, evidence: card, decision, text: words, shape, frame, ink, image };

/** Coloured paper carries dark letters; plain cards those of the theme. */
function inkOf({ colors }: Pen, { color, kind }: Element): string {
  if (kind === "text" || kind === "frame" || kind === "ink") return colors.strong[color];
  return color === "gray" ? colors.ink : NOTE_INK;
}

const paperOf = ({ colors }: Pen, { color, kind }: Element) => (color === "gray" && kind !== "note" && kind !== "shape" ? colors.surface : colors.notes[color]);

function note(pen: Pen, element: Element, box: Rect): string {
  const shape = rounded(box, [3, 3, 10, 3]);
  return (
    tag("path", { d: shape, transform: "translate(0 3)", fill: "#000", opacity: pen.look.theme === "dark" ? 0.35 : 0.12 }) +
    tag("path", { d: shape, fill: paperOf(pen, element) }) +
    lines(pen, element.text, box, { left: 12, right: 12, top: 11 }, inkOf(pen, element))
  );
}

/** The coloured rim at the left of a card in a cell. */
const spineOf = (height: number) => `M4 1.07A8 8 0 0 0 0 8V${n(height - 8)}A8 8 0 0 0 4 ${n(height - 1.07)}Z`;

/** Actions and evidence: a card with a spine in the colour of its lane. */
function card(pen: Pen, element: Element, box: Rect): string {
  const { width, height } = box;
  const evidence = element.kind === "evidence";
  const spine = pen.colors.spines[pen.tint(element)];
  const edge = evidence ? mix(spine, pen.colors.edge, 0.65) : pen.colors.edge;
  return (
    rect({ x: 0.5, y: 0.5, width: width - 1, height: height - 1 }, { rx: 7.5, fill: paperOf(pen, element), stroke: edge, "stroke-dasharray": evidence ? "3 3" : undefined }) +
    tag("path", { d: spineOf(height), fill: evidence ? edge : spine }) +
    lines(pen, element.text, box, { left: 13, right: 12, top: 11 }, inkOf(pen, element))
  );
}

function decision(pen: Pen, element: Element, box: Rect): string {
  const ink = inkOf(pen, element);
  return (
    rect({ x: 0.5, y: 0.5, width: box.width - 1, height: box.height - 1 }, { rx: 17.5, fill: paperOf(pen, element), stroke: pen.colors.spines[pen.tint(element)] }) +
    tag("path", { d: "M16.500 15.550l4.950 4.950-4.950 4.950-4.950-4.950z", fill: "none", stroke: ink, "stroke-width": 2 }) +
    lines(pen, element.text, box, { left: 31, right: 12, top: 11 }, ink)
  );
}

function words(pen: Pen, element: Element, box: Rect): string {
  return lines(pen, element.text, box, { left: 8, right: 8, top: 8 }, inkOf(pen, element), { size: 15, weight: 550 });
}

function shape(pen: Pen, element: Element, box: Rect): string {
  const { width, height } = box;
  const free = !inCell(element);
  const look = { fill: paperOf(pen, element), stroke: pen.colors.strong[element.color], "stroke-width": 2 };
  const form = free ? element.form : "rectangle";
  const [cx, cy] = [width / 2, height / 2];
  const outline =
    form === "ellipse"
      ? tag("ellipse", { cx, cy, rx: cx - 1, ry: cy - 1, ...look })
      : form === "diamond"
        ? tag("path", { d: `M${n(cx)} 1L${n(width - 1)} ${n(cy)} ${n(cx)} ${n(height - 1)} 1 ${n(cy)}Z`, ...look })
        : rect({ x: 1, y: 1, width: width - 2, height: height - 2 }, { rx: 9, ...look });
  const side = form === "rectangle" ? 14 : 2 + 0.16 * width;
  return outline + lines(pen, element.text, box, { left: side, right: side, top: 13 }, inkOf(pen, element), CARD, free);
}

function frame(pen: Pen, element: Element, box: Rect): string {
  const strong = pen.colors.strong[element.color];
  const letters = { size: 13.5, weight: 620 };
  const name = cut(plainText(element.text).trim() || pen.look.words.frame, Math.max(120, box.width - 4) - 16, letters);
  return (
    rect({ x: 1, y: 1, width: box.width - 2, height: box.height - 2 }, { rx: 13, fill: strong, "fill-opacity": 0.05, stroke: strong, "stroke-opacity": 0.6, "stroke-width": 2 }) +
    text(10, -22 + baseline(13.5, LINE), name, { "font-size": 13.5, "font-weight": 620, fill: strong })
  );
}

function ink(pen: Pen, element: Element, box: Rect): string {
  return tag("path", { d: inkPath(element, box), fill: pen.colors.strong[element.color] });
}

const IMAGES = ["png", "jpeg", "gif", "webp"].map((type) => `data:image/${type};base64,`);

/** Whether these are the bytes of a picture as a URL, and nothing besides. */
function isImage(data: string): boolean {
  const head = IMAGES.find((start) => data.startsWith(start));
  if (head === undefined) return false;
  for (let i = head.length; i < data.length; i++) {
    const unit = data.charCodeAt(i);
    const letter = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x2f && unit <= 0x39);
    if (!letter && unit !== 0x2b && unit !== 0x3d) return false;
  }
  return true;
}

/** The picture itself where its bytes are at hand, else a frame that says what belongs there. */
function image(pen: Pen, element: Element, box: Rect): string {
  const data = element.image === undefined ? undefined : pen.look.image?.(element.image);
  if (data !== undefined && isImage(data)) {
    const { width, height } = box;
    const { colors } = pen;
    // Laid as the layout counted it, in the letters of a card; drawn somewhat smaller.
    const caption = element.text === "" ? [] : pen.lay(element.text, Math.max(1, width - 2 * SIZES.noteInset), CARD);
    const below = caption.length === 0 ? 0 : SIZES.captionRim + caption.length * SIZES.captionLine;
    const left = inCell(element) ? 4 : 1;
    const first = height - below + 5 + baseline(CAPTION, SIZES.captionLine);
    return (
      rect({ x: 0.5, y: 0.5, width: width - 1, height: height - 1 }, { rx: 7.5, fill: colors.surface, stroke: colors.edge }) +
      (inCell(element) ? tag("path", { d: spineOf(height), fill: colors.spines[pen.tint(element)] }) : "") +
      `<image x="${n(left)}" y="1" width="${n(Math.max(1, width - left - 1))}" height="${n(Math.max(1, height - below - 2))}" preserveAspectRatio="xMidYMid meet" href="${escaped(data)}"/>` +
      group({ fill: colors.ink, "font-size": CAPTION }, caption.map(({ sign, indent, runs }, i) => text(left + 10, first + i * SIZES.captionLine, sign) + spans(left + 10 + indent, first + i * SIZES.captionLine, runs)))
    );
  }
  const { colors, look } = pen;
  return (
    rect({ x: 1, y: 1, width: box.width - 2, height: box.height - 2 }, { rx: 8, fill: colors.surface, stroke: colors.edge, "stroke-width": 2, "stroke-dasharray": "6 4" }) +
    lines(pen, element.text.trim() || look.words.image, box, { left: 14, right: 14, top: 13 }, colors.ink2, CARD, true)
  );
}

interface Insets {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/** The words of an element, as many lines as it has room for. */
function lines(pen: Pen, words: string, box: Rect, { left, right, top }: Insets, fill: string, letters: Letters = CARD, centred = false): string {
  if (words.trim() === "") return "";
  const wide = Math.max(1, box.width - left - right);
  const all = pen.lay(words, wide, letters);
  const room = Math.max(1, Math.floor((box.height - (centred ? 4 : top)) / LINE));
  const shown = all.slice(0, room);
  const first = (centred ? (box.height - shown.length * LINE) / 2 : top) + baseline(letters.size, LINE);
  const x = centred ? left + wide / 2 : left;
  const style = letters === CARD ? {} : { "font-size": letters.size };
  return group(
    { fill, "font-weight": letters.weight, ...style, "text-anchor": centred ? "middle" : undefined },
    shown.map(({ sign, indent, runs }, i) => {
      const y = first + i * LINE;
      // In the middle a list has no edge to stand at: its signs go with their words.
      if (centred) return spans(x, y, sign === "" ? runs : [{ text: `${sign} `, bold: false }, ...runs]);
      return text(x, y, sign) + spans(x + indent, y, runs);
    }),
  );
}

/** A line of text of which some may be bold, or a link. */
function spans(x: number, y: number, runs: readonly Run[]): string {
  const [only] = runs;
  if (runs.length === 1 && only && !only.bold && only.href === undefined) return text(x, y, only.text);
  const parts = runs.map(({ text: words, bold, href }) =>
    bold || href !== undefined
      ? `<tspan${bold ? ' font-weight="700"' : ""}${href === undefined ? "" : ' text-decoration="underline"'}>${escaped(words)}</tspan>`
      : escaped(words),
  );
  return parts.length === 0 ? "" : `<text x="${n(x)}" y="${n(y)}">${parts.join("")}</text>`;
}
