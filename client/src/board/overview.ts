import { NOTE_COLORS } from "../document/model";
import type { Board, Element, LaneRole, NoteColor } from "../document/model";
import { inkPath } from "./ink";
import type { Geometry, Rect } from "./layout";
import type { Point } from "../sync/presence";

/** A board drawn all at once, as plain areas of colour: for the view from far away, and for the map. */

type Paint = Pick<CanvasRenderingContext2D, "fillStyle" | "strokeStyle" | "lineWidth" | "fillRect" | "strokeRect" | "fill" | "stroke" | "beginPath" | "moveTo" | "lineTo" | "ellipse" | "closePath" | "save" | "restore" | "translate">;

/** What is drawn, made once for many frames. Colours are names of the style sheet. */
export interface Sheet {
  /** Left, top, width and height by turns, for each colour. */
  readonly fills: ReadonlyMap<string, readonly number[]>;
  /** What is no plain rectangle. */
  readonly others: readonly { readonly element: Element; readonly rect: Rect; readonly ink: Path2D | undefined }[];
  /** The ends of connectors: from x, y to x, y. */
  readonly lines: readonly number[];
}

const SPINES: ReadonlySet<string> = new Set(["evidence", "customer", "frontstage", "backstage", "support"]);
export const spineOf = (role: LaneRole) => `--spine-${SPINES.has(role) ? role : "custom"}`;
/** Without a rim and a shadow what is plain must stand out from its lane by itself. */
const paperOf = (color: NoteColor) => (color === "gray" ? "--card-far" : `--${color}`);
/** The coloured rim of a card, board units. */
const SPINE = 5;

export function sheetOf(board: Board, places: Geometry["places"], roleOf: (lane: string | undefined) => LaneRole): Sheet {
  const fills = new Map<string, number[]>();
  const fill = (color: string, x: number, y: number, width: number, height: number) => {
    const list = fills.get(color);
    if (list) list.push(x, y, width, height);
    else fills.set(color, [x, y, width, height]);
  };
  const others: { element: Element; rect: Rect; ink: Path2D | undefined }[] = [];
  // The coloured rims come after what they lie on.
  for (const color of ["card-far", ...NOTE_COLORS]) fills.set(`--${color}`, []);
  for (const element of board.elements) {
    const rect = places.get(element.id);
    if (!rect) continue;
    const { x, y, width, height } = rect;
    const { kind, color } = element;
    if (kind === "frame" || kind === "ink" || (kind === "shape" && element.form !== "rectangle")) {
      others.push({ element, rect, ink: kind === "ink" ? new Path2D(inkPath(element, rect)) : undefined });
    } else if (kind === "note" || kind === "shape" || kind === "image") {
      fill(paperOf(color), x, y, width, height);
    } else if (kind === "text") {
      fill(`--strong-${color}`, x + 8, y + height / 2 - 4, width - 16, 8);
    } else {
      fill(paperOf(color), x, y, width, height);
      fill(spineOf(roleOf(element.lane)), x, y, SPINE, height);
    }
  }
  const lines: number[] = [];
  for (const { from, to } of board.connectors) {
    const [a, b] = [places.get(from), places.get(to)];
    if (!a || !b) continue;
    const beside = b.x >= a.x + a.width || a.x >= b.x + b.width;
    const [p, q] = beside ? sides(a, b) : ends(a, b);
    lines.push(p.x, p.y, q.x, q.y);
  }
  return { fills, others, lines };
}

function sides(a: Rect, b: Rect): [Point, Point] {
  const right = b.x > a.x;
  return [
    { x: right ? a.x + a.width : a.x, y: a.y + a.height / 2 },
    { x: right ? b.x : b.x + b.width, y: b.y + b.height / 2 },
  ];
}

function ends(a: Rect, b: Rect): [Point, Point] {
  const down = b.y > a.y;
  const x = Math.max(a.x, b.x) + Math.min(a.width, b.width) / 2;
  return [
    { x, y: down ? a.y + a.height : a.y },
    { x, y: down ? b.y : b.y + b.height },
  ];
}

export interface Ring {
  readonly rect: Rect;
  readonly color: string;
}

/** Draws a sheet into a context that has been scaled and moved already; `pixel` is the size of one on the screen, in board units. */
export function paint(context: Paint, { fills, others, lines }: Sheet, rings: readonly Ring[], colorOf: (name: string) => string, pixel: number): void {
  for (const { element, rect, ink } of others) paintOther(context, element, rect, ink, colorOf, pixel);
  context.beginPath();
  for (let i = 0; i < lines.length; i += 4) {
    const [x1, y1, x2, y2] = [lines[i] ?? 0, lines[i + 1] ?? 0, lines[i + 2] ?? 0, lines[i + 3] ?? 0];
    context.moveTo(x1, y1);
    // Level, upright, level: close to the way it takes when one comes near.
    if (x1 !== x2 && y1 !== y2) {
      const turn = x2 > x1 ? x2 - 12 : x2 + 12;
      context.lineTo(turn, y1);
      context.lineTo(turn, y2);
    }
    context.lineTo(x2, y2);
  }
  context.strokeStyle = colorOf("--ink-2");
  context.lineWidth = Math.max(1.75, pixel * 0.6);
  context.stroke();
  for (const [color, list] of fills) {
    context.fillStyle = colorOf(color);
    for (let i = 0; i < list.length; i += 4) context.fillRect(list[i] ?? 0, list[i + 1] ?? 0, list[i + 2] ?? 0, list[i + 3] ?? 0);
  }
  context.lineWidth = 2.5 * pixel;
  for (const { rect, color } of rings) {
    context.strokeStyle = colorOf(color);
    context.strokeRect(rect.x - 2 * pixel, rect.y - 2 * pixel, rect.width + 4 * pixel, rect.height + 4 * pixel);
  }
}

function paintOther(context: Paint, element: Element, { x, y, width, height }: Rect, ink: Path2D | undefined, colorOf: (name: string) => string, pixel: number): void {
  const strong = colorOf(`--strong-${element.color}`);
  if (ink) {
    context.save();
    context.translate(x, y);
    context.fillStyle = strong;
    context.fill(ink);
    context.restore();
    return;
  }
  context.strokeStyle = strong;
  context.lineWidth = Math.max(2, pixel);
  if (element.kind === "frame") {
    context.strokeRect(x, y, width, height);
    return;
  }
  context.beginPath();
  if (element.form === "ellipse") {
    context.ellipse(x + width / 2, y + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI);
  } else {
    context.moveTo(x + width / 2, y);
    context.lineTo(x + width, y + height / 2);
    context.lineTo(x + width / 2, y + height);
    context.lineTo(x, y + height / 2);
    context.closePath();
  }
  context.fillStyle = colorOf(`--${element.color}`);
  context.fill();
  context.stroke();
}

/** What can be taken at a point: the uppermost thing there; of a frame only the rim. */
export function elementUnder(board: Board, places: Geometry["places"], { x, y }: Point, reach: number): Element | undefined {
  return board.elements.findLast((e) => {
    const p = places.get(e.id);
    if (!p || x < p.x || y < p.y || x > p.x + p.width || y > p.y + p.height) return false;
    return e.kind !== "frame" || x < p.x + reach || y < p.y + reach || x > p.x + p.width - reach || y > p.y + p.height - reach;
  });
}
