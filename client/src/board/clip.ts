import { inCell } from "../document/elements";
import type { NewElement } from "../document/elements";
import { BOUNDS, DIRECTIONS, EVIDENCE_STATUSES, FORMS, KINDS, LIMITS, MEANINGS, NOTE_COLORS, PERFORMERS } from "../document/model";
import type { Board, Connector, Element } from "../document/model";
import { orderBetween } from "../document/order";
import type { Point } from "../sync/presence";
import type { Cell, Geometry } from "./layout";
import { around, topOrder } from "./moving";

/**
 * What is copied from a board: a text of JSON that any board can take in. Places are counted from the upper left of what
 * was copied, in lanes and steps for what lay in cells and in board units for what lay free.
 */
export const CLIP_TYPE = "application/x-openmic+json";
const VERSION = 1;
export const MOST_ELEMENTS = 1000;
/** So many lines of plain text become notes; the rest is left out, and that is said. */
export const MOST_LINES = 100;
const LONGEST = 5000;
const MOST_BYTES = 2_000_000;

type ClipElement = Omit<NewElement, "id" | "lane" | "step" | "order" | "locked"> & { readonly lane?: number; readonly step?: number };
interface ClipConnector extends Pick<Connector, "direction" | "meaning" | "label"> {
  /** Positions in the list of elements. */
  readonly from: number;
  readonly to: number;
}
export interface Clip {
  /** The board whose pictures these are, when there are any. */
  readonly from?: string;
  readonly elements: readonly ClipElement[];
  readonly connectors: readonly ClipConnector[];
}

/** What makes an element a picture: which one, and how large it is wherever it lies. */
export const pictureOf = ({ kind, image, w, h }: Element) => (kind === "image" ? { w, h, ...(image !== undefined && { image }) } : {});

/** What makes an element ink: where the pen went, and how hard it was pressed. */
export const strokeOf = ({ points, pressures }: Element) => ({ ...(points.length > 0 && { points }), ...(pressures.length > 0 && { pressures }) });

export function toClip(board: Board, geometry: Geometry, ids: readonly string[], from?: string): Clip {
  const chosen = board.elements.filter((e) => ids.includes(e.id)).slice(0, MOST_ELEMENTS);
  const laneAt = new Map(board.lanes.map((l, i) => [l.id, i]));
  const stepAt = new Map(board.steps.map((s, i) => [s.id, i]));
  const cells = chosen.filter(inCell).map((e) => ({ lane: laneAt.get(e.lane) ?? 0, step: stepAt.get(e.step) ?? 0 }));
  const firstLane = Math.min(...cells.map((c) => c.lane));
  const firstStep = Math.min(...cells.map((c) => c.step));
  const corner = around(chosen.filter((e) => !inCell(e)).map((e) => geometry.places.get(e.id)));
  const elements = chosen.map((e): ClipElement => {
    const { kind, text, color, form, performedBy, evidenceStatus, channel, owner } = e;
    const said = { ...(performedBy && { performedBy }), ...(evidenceStatus && { evidenceStatus }), ...(channel && { channel }), ...(owner && { owner }) };
    const own = { kind, text, color, ...said, ...(kind === "shape" ? { form } : {}), ...strokeOf(e), ...pictureOf(e) };
    if (inCell(e)) return { ...own, lane: (laneAt.get(e.lane) ?? 0) - firstLane, step: (stepAt.get(e.step) ?? 0) - firstStep };
    const place = geometry.places.get(e.id);
    return { ...own, x: (place?.x ?? e.x) - (corner?.x ?? 0), y: (place?.y ?? e.y) - (corner?.y ?? 0), w: e.w, h: e.h };
  });
  const at = new Map(chosen.map((e, i) => [e.id, i]));
  const connectors = board.connectors.flatMap(({ from, to, direction, meaning, label }) => {
    const [a, b] = [at.get(from), at.get(to)];
    return a === undefined || b === undefined ? [] : [{ from: a, to: b, direction, meaning, label }];
  });
  return { elements, connectors, ...(from !== undefined && elements.some((e) => e.image) && { from }) };
}

export const writeClip = (clip: Clip): string => JSON.stringify({ openmic: VERSION, ...clip });

/** The words of what is copied, for programs that know nothing of boards. */
export const wordsOf = (clip: Clip): string =>
  clip.elements
    .map((e) => e.text ?? "")
    .filter((text) => text.trim() !== "")
    .join("\n");

/** Reads what may be a clip; anyone may have written it. */
export function readClip(text: string): Clip | undefined {
  if (text.length > MOST_BYTES || !text.startsWith("{")) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { openmic, elements, connectors, from } = (raw ?? {}) as Record<string, unknown>;
  if (openmic !== VERSION || !Array.isArray(elements)) return undefined;
  const read = elements.slice(0, MOST_ELEMENTS).map((e: unknown) => readElement(e));
  const known = read.filter((e) => e !== undefined);
  if (known.length === 0) return undefined;
  // Positions count what was there before the unknown was left out.
  const position = new Map<number, number>();
  read.forEach((e, i) => {
    if (e) position.set(i, position.size);
  });
  const list = Array.isArray(connectors) ? connectors.slice(0, MOST_ELEMENTS) : [];
  return {
    ...(typeof from === "string" && { from: from.slice(0, 100) }),
    elements: known,
    connectors: list.flatMap((c: unknown) => {
      const { from, to, direction, meaning, label } = (c ?? {}) as Record<string, unknown>;
      const [a, b] = [position.get(Number(from)), position.get(Number(to))];
      if (a === undefined || b === undefined || a === b) return [];
      return [
        { from: a, to: b, direction: oneOf(direction, DIRECTIONS) ?? "one-way", meaning: oneOf(meaning, MEANINGS) ?? "leads-to", label: textOf(label, 200) },
      ];
    }),
  };
}

function readElement(value: unknown): ClipElement | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const raw = value as Record<string, unknown>;
  const kind = oneOf(raw["kind"], KINDS);
  if (!kind) return undefined;
  const numbers = (list: unknown) => (Array.isArray(list) ? list.slice(0, LIMITS.points).map((p: unknown) => number(p) ?? 0) : undefined);
  const fields = {
    kind,
    text: textOf(raw["text"], LONGEST),
    color: oneOf(raw["color"], NOTE_COLORS),
    form: oneOf(raw["form"], FORMS),
    performedBy: oneOf(raw["performedBy"], PERFORMERS),
    evidenceStatus: oneOf(raw["evidenceStatus"], EVIDENCE_STATUSES),
    channel: textOf(raw["channel"], 200) || undefined,
    owner: textOf(raw["owner"], 200) || undefined,
    points: numbers(raw["points"]),
    pressures: numbers(raw["pressures"]),
    image: textOf(raw["image"], 100) || undefined,
    lane: whole(raw["lane"], LIMITS.lanes),
    step: whole(raw["step"], LIMITS.steps),
    x: number(raw["x"]),
    y: number(raw["y"]),
    w: number(raw["w"]),
    h: number(raw["h"]),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined)) as unknown as ClipElement;
}

const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined => allowed.find((a) => a === value);
const textOf = (value: unknown, most: number) => (typeof value === "string" ? value.slice(0, most) : "");
const number = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? Math.max(-BOUNDS.coordinate, Math.min(BOUNDS.coordinate, value)) : undefined;
const whole = (value: unknown, most: number) => (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < most ? value : undefined);

/**
 * A clip as new elements and connectors of this board: what lay in cells goes into the cell `cell` and those right and
 * below of it, what lay free goes about `point`.
 */
export function placeClip(
  clip: Clip,
  board: Board,
  cell: Cell | undefined,
  point: Point,
  newId: () => string,
): { elements: NewElement[]; connectors: Connector[] } {
  const free = clip.elements.filter((e) => e.lane === undefined || e.step === undefined);
  const box = around(free.map((e) => ({ x: e.x ?? 0, y: e.y ?? 0, width: e.w || 188, height: e.h || 60 })));
  const laneAt = Math.max(0, board.lanes.findIndex((l) => l.id === cell?.lane));
  const stepAt = Math.max(0, board.steps.findIndex((s) => s.id === cell?.step));
  const last = new Map<string, string | undefined>();
  let top = topOrder(board);
  const elements = clip.elements.map(({ lane: dl, step: ds, ...fields }): NewElement => {
    const lane = dl === undefined ? undefined : board.lanes[Math.min(laneAt + dl, board.lanes.length - 1)]?.id;
    const step = ds === undefined ? undefined : board.steps[Math.min(stepAt + ds, board.steps.length - 1)]?.id;
    if (lane === undefined || step === undefined) {
      top = orderBetween(top);
      const x = point.x + (fields.x ?? 0) - (box ? box.x + box.width / 2 : 0);
      const y = point.y + (fields.y ?? 0) - (box ? box.y + box.height / 2 : 0);
      return { ...fields, id: newId(), order: top, x, y };
    }
    const key = `${lane}\u0000${step}`;
    const before = last.get(key) ?? board.elements.filter((e) => e.lane === lane && e.step === step).at(-1)?.order;
    const order = orderBetween(before);
    last.set(key, order);
    return { ...fields, id: newId(), lane, step, order };
  });
  const connectors = clip.connectors.flatMap(({ from, to, ...how }) => {
    const [a, b] = [elements[from]?.id, elements[to]?.id];
    return a === undefined || b === undefined ? [] : [{ id: newId(), from: a, to: b, ...how }];
  });
  return { elements, connectors };
}

/** Plain text as notes, one for each line that says something. */
export function linesToClip(text: string): { clip: Clip; left: number } {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim().replace(/^[-*•]\s+/, ""))
    .filter((line) => line !== "");
  const taken = lines.slice(0, MOST_LINES);
  return {
    clip: { elements: taken.map((line) => ({ kind: "note", text: line.slice(0, LONGEST), color: "yellow", lane: 0, step: 0 })), connectors: [] },
    left: lines.length - taken.length,
  };
}
