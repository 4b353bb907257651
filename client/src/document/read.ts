import { isImmutableString } from "@automerge/automerge/slim";
import { BOUNDS, DIRECTIONS, FORMS, KINDS, LANE_ROLES, LIMITS, MEANINGS, NOTE_COLORS, SCHEMA } from "./model";
import type { Board, Connector, Element, Kind, Lane, LaneRole, NoteColor, Step } from "./model";
import { byOrder } from "./order";

/**
 * Makes a reader: a function from a document to the board it holds. It takes any value at all and never throws. Parts
 * that did not change since the last call are the same objects again, so a view can compare by identity.
 */
export function createReader(): (doc: unknown) => Board {
  const lanes = new Map<string, Lane>();
  const steps = new Map<string, Step>();
  const elements = new Map<string, { source: unknown; place: string; element: Element | undefined }>();
  const connectors = new Map<string, Connector>();
  let last: Board | undefined;

  return (doc) => {
    const root = mapOf(doc) ?? {};
    const laneList = reuse(readList(root["lanes"], LIMITS.lanes, lanes, readLane), last?.lanes);
    const stepList = reuse(readList(root["steps"], LIMITS.steps, steps, readStep), last?.steps);
    const elementList = reuse(readElements(root["elements"], laneList, stepList, elements), last?.elements);
    const known = new Set(elementList.map((e) => e.id));
    const board: Board = {
      newer: numberOf(root["schema"], SCHEMA) > SCHEMA,
      title: textOf(mapOf(root["meta"])?.["title"]),
      lanes: laneList,
      steps: stepList,
      elements: elementList,
      connectors: reuse(readConnectors(root["connectors"], connectors).filter((c) => known.has(c.from) && known.has(c.to)), last?.connectors),
    };
    last = last && sameFields(last, board) ? last : board;
    return last;
  };
}

/** The text of a value that is collaborative text or a scalar string; anything else is no text. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value.length > LIMITS.text ? value.slice(0, LIMITS.text) : value;
  if (isImmutableString(value)) return textOf(String(value.val));
  return "";
}

/** The value as a map, or undefined when it is none. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (isImmutableString(value) || value instanceof Date || ArrayBuffer.isView(value)) return undefined;
  return value as Record<string, unknown>;
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  const text = textOf(value);
  return allowed.find((a) => a === text);
}

function readLane(id: string, raw: Readonly<Record<string, unknown>>): Lane {
  const role: LaneRole = oneOf(raw["role"], LANE_ROLES) ?? "custom";
  return { id, role, title: textOf(raw["title"]), order: textOf(raw["order"]) };
}

function readStep(id: string, raw: Readonly<Record<string, unknown>>): Step {
  return { id, title: textOf(raw["title"]), order: textOf(raw["order"]) };
}

function readList<T extends { id: string; order: string }>(
  value: unknown,
  limit: number,
  cache: Map<string, T>,
  read: (id: string, raw: Readonly<Record<string, unknown>>) => T,
): T[] {
  const list: T[] = [];
  for (const [id, raw] of Object.entries(mapOf(value) ?? {})) {
    const map = mapOf(raw);
    if (!map) continue;
    const fresh = read(id, map);
    const known = cache.get(id);
    const item = known && sameFields(known, fresh) ? known : fresh;
    cache.set(id, item);
    list.push(item);
  }
  return list.sort(byOrder).slice(0, limit);
}

function readConnectors(value: unknown, cache: Map<string, Connector>): Connector[] {
  const list: Connector[] = [];
  for (const [id, source] of Object.entries(mapOf(value) ?? {})) {
    if (list.length >= LIMITS.others) break;
    const raw = mapOf(source);
    if (!raw) continue;
    const fresh: Connector = {
      id,
      from: textOf(raw["from"]),
      to: textOf(raw["to"]),
      direction: oneOf(raw["direction"], DIRECTIONS) ?? "one-way",
      meaning: oneOf(raw["meaning"], MEANINGS) ?? "leads-to",
      label: textOf(raw["label"]),
    };
    const known = cache.get(id);
    const item = known && sameFields(known, fresh) ? known : fresh;
    cache.set(id, item);
    list.push(item);
  }
  return list;
}

function readElements(
  value: unknown,
  lanes: readonly Lane[],
  steps: readonly Step[],
  cache: Map<string, { source: unknown; place: string; element: Element | undefined }>,
): Element[] {
  const laneAt = new Map(lanes.map((lane, i) => [lane.id, i]));
  const stepAt = new Map(steps.map((step, i) => [step.id, i]));
  const list: Element[] = [];
  const seen = new Set<string>();
  for (const [id, source] of Object.entries(mapOf(value) ?? {})) {
    if (list.length >= LIMITS.elements) break;
    const raw = mapOf(source);
    if (!raw) continue;
    seen.add(id);
    const laneId = textOf(raw["lane"]);
    const stepId = textOf(raw["step"]);
    const placed = laneAt.has(laneId) && stepAt.has(stepId);
    const place = placed ? `${laneId}\u0000${stepId}` : "";
    const known = cache.get(id);
    // Automerge gives an untouched map as the same object again.
    let element = known?.element;
    if (!known || known.source !== source || known.place !== place) {
      const fresh = readElement(id, raw, placed);
      element = element && fresh && sameFields(element, fresh) ? element : fresh;
      cache.set(id, { source, place, element });
    }
    if (element) list.push(element);
  }
  for (const id of cache.keys()) if (!seen.has(id)) cache.delete(id);
  const rank = (positions: Map<string, number>, id: string | undefined) =>
    id === undefined ? Number.MAX_SAFE_INTEGER : (positions.get(id) ?? Number.MAX_SAFE_INTEGER);
  return list.sort(
    (a, b) => rank(laneAt, a.lane) - rank(laneAt, b.lane) || rank(stepAt, a.step) - rank(stepAt, b.step) || byOrder(a, b),
  );
}

const NO_POINTS: readonly number[] = [];

function readElement(id: string, raw: Readonly<Record<string, unknown>>, placed: boolean): Element | undefined {
  const kind: Kind | undefined = oneOf(raw["kind"], KINDS);
  if (!kind) return undefined;
  const color: NoteColor = oneOf(raw["color"], NOTE_COLORS) ?? (kind === "note" ? "yellow" : "gray");
  const { coordinate: far, side } = BOUNDS;
  const coordinate = (value: unknown) => Math.max(-far, Math.min(far, numberOf(value, 0)));
  const size = (value: unknown) => Math.max(0, Math.min(side, numberOf(value, 0)));
  return {
    id,
    kind,
    lane: placed ? textOf(raw["lane"]) : undefined,
    step: placed ? textOf(raw["step"]) : undefined,
    order: textOf(raw["order"]),
    x: coordinate(raw["x"]),
    y: coordinate(raw["y"]),
    w: size(raw["w"]),
    h: size(raw["h"]),
    text: textOf(raw["text"]),
    color,
    form: oneOf(raw["form"], FORMS) ?? "rectangle",
    points: Array.isArray(raw["points"]) ? raw["points"].slice(0, LIMITS.points).map(coordinate) : NO_POINTS,
    locked: raw["locked"] === true,
  };
}

/** The former list when it holds the very same items, else the new one. */
function reuse<T>(fresh: T[], former: readonly T[] | undefined): readonly T[] {
  if (!former || former.length !== fresh.length) return fresh;
  return fresh.every((item, i) => item === former[i]) ? former : fresh;
}

function sameFields<T extends object>(a: T, b: T): boolean {
  return (Object.keys(b) as (keyof T)[]).every((key) => {
    const [one, other] = [a[key], b[key]];
    if (one === other) return true;
    if (!Array.isArray(one) || !Array.isArray(other) || typeof other[0] !== "number") return false;
    return one.length === other.length && one.every((n, i) => n === other[i]);
  });
}
