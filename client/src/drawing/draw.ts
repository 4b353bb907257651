import { layout } from "../board/layout";
import type { Geometry } from "../board/layout";
import { inCell } from "../document/model";
import type { Board, Element, Marker } from "../document/model";
import { drawCard } from "./cards";
import { drawConnectors } from "./connectors";
import { drawCurve } from "./curve";
import { drawGround } from "./ground";
import { drawHeaders } from "./headers";
import { PALETTES, tintOf } from "./palette";
import { escaped, n, rect, text } from "./svg";
import type { Box } from "./svg";
import type { Look, Pen } from "./pen";
import { CARD, cut, layOnce } from "./wrap";

/**
 * A board as a picture. A pure function without a browser: the server runs it too, so that a board can be seen before the
 * program that opens it is here. It looks like the canvas and puts everything at the same place.
 */

export interface Drawing {
  readonly svg: string;
  /** What the picture shows, in board units. */
  readonly box: Box;
}

export const FONT = "'Inter Variable', Inter, system-ui, 'Segoe UI', sans-serif";
/** Room around what lies farthest out: for marks, names of frames and shadows. */
const OVERHANG = 34;
const RIM = 24;
const TITLE = { size: 22, weight: 680, height: 44 };

export function draw(board: Board, look: Look): Drawing {
  const laid = layOnce();
  const geometry = layout(board, (words, width) => laid(words, width, CARD).length);
  const colors = PALETTES[look.theme];
  const roles = new Map(board.lanes.map((lane) => [lane.id, lane.role]));
  const pen: Pen = {
    board,
    geometry,
    look,
    colors,
    lay: laid,
    marks: byTarget(board.markers),
    tint: (element) => (inCell(element) ? tintOf(roles.get(element.lane) ?? "custom") : "custom"),
  };
  const drawn = board.elements.filter((e) => geometry.places.has(e.id));
  const cards = (list: readonly Element[]) => list.map((e) => drawCard(pen, e)).join("");
  const content = [
    drawGround(pen),
    drawCurve(pen),
    cards(drawn.filter((e) => e.kind === "frame")),
    drawConnectors(pen),
    cards(drawn.filter((e) => e.kind !== "frame")),
    drawHeaders(pen),
  ].join("");

  const box = boxOf(geometry, look.sheet === true);
  const title = board.title.trim() || look.words.untitled;
  const head = look.sheet ? rect(box, { fill: colors.paper }) + text(0, -OVERHANG / 2, cut(title, geometry.width, TITLE), { "font-size": TITLE.size, "font-weight": TITLE.weight, fill: colors.ink }) : "";
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xml:space="preserve" width="${n(box.width)}" height="${n(box.height)}"` +
    ` viewBox="${n(box.x)} ${n(box.y)} ${n(box.width)} ${n(box.height)}" data-board="${n(geometry.width)} ${n(geometry.height)}"` +
    ` font-family="${escaped(FONT)}" font-size="13.5"><title>${escaped(title)}</title>${look.css ? `<style>${escaped(look.css)}</style>` : ""}${head}${content}</svg>`;
  return { svg, box };
}

function byTarget(markers: readonly Marker[]): ReadonlyMap<string, readonly Marker[]> {
  const map = new Map<string, Marker[]>();
  for (const marker of markers) {
    const list = map.get(marker.target);
    if (list) list.push(marker);
    else map.set(marker.target, [marker]);
  }
  return map;
}

function boxOf(geometry: Geometry, sheet: boolean): Box {
  let [x, y, right, bottom] = [0, 0, geometry.width, geometry.height];
  for (const p of geometry.places.values()) {
    [x, y] = [Math.min(x, p.x), Math.min(y, p.y)];
    [right, bottom] = [Math.max(right, p.x + p.width), Math.max(bottom, p.y + p.height)];
  }
  const rim = sheet ? RIM : 0;
  const top = y - OVERHANG - (sheet ? TITLE.height : 0);
  const left = x - (x < 0 ? OVERHANG : 8) - rim;
  return { x: left, y: top, width: right + (right > geometry.width ? OVERHANG : 8) + rim - left, height: bottom + (bottom > geometry.height ? OVERHANG : 12) + rim - top };
}
