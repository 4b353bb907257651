import { fenceOf } from "./fence";
import { BOUNDS, LIMITS } from "./model";
import type { Board, Connector, Element, EvidenceStatus, Form, Kind, NoteColor, Performer } from "./model";
import { mapOf, textOf } from "./read";
import { container, removeObject, scalar, setFields } from "./write";
import type { Action, Draft, Fields, Path } from "./write";

export { inCell } from "./model";

const tables = new WeakMap<Board["elements"], ReadonlyMap<string, Element>>();

/** The elements of a board by id: made once for each list of them. */
export function elementsById({ elements }: Board): ReadonlyMap<string, Element> {
  let table = tables.get(elements);
  if (!table) tables.set(elements, (table = new Map(elements.map((e) => [e.id, e]))));
  return table;
}

/** Changes to many things on the board at once, each call one change and one deed for undo. */

/** What an element may be given. Undefined takes the field away. */
export interface Patch {
  readonly lane?: string | undefined;
  readonly step?: string | undefined;
  readonly order?: string;
  readonly x?: number;
  readonly y?: number;
  readonly w?: number;
  readonly h?: number;
  readonly color?: NoteColor;
  readonly form?: Form;
  readonly locked?: boolean | undefined;
}

export interface NewElement extends Patch {
  readonly id: string;
  readonly kind: Kind;
  readonly text?: string;
  readonly channel?: string;
  readonly owner?: string;
  readonly performedBy?: Performer;
  readonly evidenceStatus?: EvidenceStatus;
  readonly points?: readonly number[];
  readonly pressures?: readonly number[];
  /** The name of the picture. */
  readonly image?: string;
}

/** Puts elements on the board, as many as it has room for. */
export function createElements(draft: Draft, made: readonly NewElement[]): Action[] {
  const elements = container(draft, "elements");
  if (!elements) return [];
  const fence = fenceOf(draft);
  let room = LIMITS.elements - Object.keys(elements).length;
  const actions: Action[] = [];
  for (const { id, text = "", kind, points, pressures, channel, owner, ...fields } of made) {
    if (fence?.mayPut(draft, ["elements", id], fields as Fields) === false) continue;
    if (room-- <= 0) break;
    const raw: Record<string, unknown> = { kind: scalar(kind) };
    for (const [field, value] of Object.entries(clean(fields as Fields))) if (value !== undefined) raw[field] = scalar(value);
    if (points) raw["points"] = points.slice(0, LIMITS.points).map((p) => numeric("x", p));
    if (pressures && pressures.length > 0) raw["pressures"] = pressures.slice(0, LIMITS.points / 2).map((p) => Math.round(Math.min(100, Math.max(0, p))));
    // Words are text from the start: what two people write at the same time is both kept.
    for (const [field, words] of Object.entries({ channel, owner })) if (words) raw[field] = words;
    elements[id] = { ...raw, text };
    actions.push({ type: "create", path: ["elements", id], text });
  }
  return actions;
}

/** Gives each of these objects its fields; what holds the value already is left alone. */
export function patchObjects(
  draft: Draft,
  container: "elements" | "connectors",
  patches: ReadonlyMap<string, Patch | Partial<Pick<Connector, "from" | "to" | "direction" | "meaning">>>,
): Action[] {
  return Array.from(patches, ([id, fields]) => setFields(draft, [container, id], clean(fields as Fields))).flat();
}

/** Takes elements away, and with them the connectors that would be left hanging. */
export function removeElements(draft: Draft, chosen: ReadonlySet<string>): Action[] {
  const fence = fenceOf(draft);
  const ids = fence ? new Set([...chosen].filter((id) => fence.mayChange(draft, ["elements", id]))) : chosen;
  const hanging = Object.entries(mapOf((draft as Record<string, unknown>)["connectors"]) ?? {}).filter(([, raw]) => {
    const connector = mapOf(raw);
    return connector && (ids.has(textOf(connector["from"])) || ids.has(textOf(connector["to"])));
  });
  return [
    ...hanging.flatMap(([id]) => removeObject(draft, ["connectors", id])),
    ...Array.from(ids, (id) => removeObject(draft, ["elements", id])).flat(),
  ];
}

/** Two runs of actions as the one deed that both are: of a field set twice, only the first before and the last after count. */
export function joinActions(former: readonly Action[], next: readonly Action[]): Action[] {
  const key = (path: Path) => path.join("\u0000");
  const joined = [...former];
  const setAt = new Map<string, number>();
  former.forEach((action, i) => {
    if (action.type === "set") setAt.set(key(action.path), i);
  });
  for (const action of next) {
    const at = action.type === "set" ? setAt.get(key(action.path)) : undefined;
    const first = at === undefined ? undefined : joined[at];
    if (at !== undefined && first?.type === "set" && action.type === "set") joined[at] = { ...first, after: action.after };
    else joined.push(action);
  }
  return joined;
}

const SIDES = new Set(["w", "h"]);

/** Numbers are finite, whole and within bounds, whatever a pointer or another board came up with. */
function numeric(field: string, value: number): number {
  const [least, most] = SIDES.has(field) ? [0, BOUNDS.side] : [-BOUNDS.coordinate, BOUNDS.coordinate];
  return Number.isFinite(value) ? Math.round(Math.max(least, Math.min(most, value))) : 0;
}

const clean = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, typeof value === "number" ? numeric(field, value) : value]));
