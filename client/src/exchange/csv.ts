import Papa from "papaparse";
import { newId } from "../document/id";
import { DIRECTIONS, EVIDENCE_STATUSES, KINDS, LANE_ROLES, MARKER_TYPES, MEANINGS, PERFORMERS } from "../document/model";
import type { Board, Element } from "../document/model";
import { joinItems, neutralise, restore, splitItems } from "./cells";
import type { Item } from "./cells";
import { bareMap, crowdIn, emptyContent, isKey, problem } from "./content";
import type { Content, Imported, ImportProblem, PlainMap } from "./content";
import { keysInOrder } from "./order-keys";

export const COLUMNS = [
  "board", "phase", "step_order", "step", "lane_role", "lane", "slot", "element", "kind", "text", "performed_by", "channel", "owner",
  "evidence_status", "markers", "connects_to", "author_role", "created_at",
] as const; // prettier-ignore
type Column = (typeof COLUMNS)[number];
type Row = Partial<Record<Column, string>>;

/**
 * A board as a table: one row for an element, in reading order. A lane or a step that nothing lies in has a row without an
 * element, so that it is not lost.
 */
export function toCsv(board: Board): string {
  const phases = distinct(board.phases.map((p) => [p.id, p.title]));
  const lanes = distinctLanes(board);
  const rows: Row[] = [];
  const inLane = (lane: string): Row => {
    const { role, name } = lanes.get(lane) ?? { role: "", name: "" };
    return { lane_role: role, lane: name };
  };
  const inStep = (id: string): Row => {
    const at = board.steps.findIndex((s) => s.id === id);
    const step = board.steps[at];
    return { step_order: String(at + 1), step: step?.title ?? "", phase: phases.get(step?.phase ?? "") ?? "" };
  };
  for (const lane of board.lanes) {
    const here = board.elements.filter((e) => e.lane === lane.id);
    if (here.length === 0) rows.push(inLane(lane.id));
    for (const e of here) {
      const cell = here.filter((o) => o.step === e.step);
      rows.push({ ...inStep(e.step ?? ""), ...inLane(lane.id), slot: String(cell.indexOf(e) + 1), ...rowOf(board, e) });
    }
  }
  for (const step of board.steps) if (!board.elements.some((e) => e.step === step.id)) rows.push(inStep(step.id));
  for (const e of board.elements) if (e.lane === undefined) rows.push(rowOf(board, e));
  const table = rows.map((row) => COLUMNS.map((c) => neutralise(c === "board" ? board.title : (row[c] ?? ""))));
  // The mark at the start is what tells a spreadsheet that this is UTF-8.
  return `\uFEFF${Papa.unparse([[...COLUMNS], ...table], { newline: "\r\n" })}\r\n`;
}

function rowOf(board: Board, e: Element): Row {
  const markers = board.markers.filter((m) => m.target === e.id);
  const connectors = board.connectors.filter((c) => c.from === e.id);
  return {
    element: e.id,
    kind: e.kind,
    text: e.text,
    performed_by: e.performedBy ?? "",
    channel: e.channel,
    owner: e.owner,
    evidence_status: e.evidenceStatus ?? "",
    markers: joinItems(
      markers.map((m) => ({
        head: m.type,
        params: given({ severity: m.severity, likelihood: m.likelihood, wait: m.waitSeconds, recovery: m.recovery }),
        words: m.note,
      })),
    ),
    connects_to: joinItems(
      connectors.map((c) => ({
        head: c.to,
        params: given({ direction: c.direction === "one-way" ? undefined : c.direction, meaning: c.meaning === "leads-to" ? undefined : c.meaning }),
        words: c.label,
      })),
    ),
  };
}

/** Reads a table as a board. Rows need not be in order and most columns may be missing. */
export function fromCsv(text: string): Imported {
  const parsed = Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), { skipEmptyLines: "greedy" });
  if (parsed.errors.some((e) => e.type === "Quotes")) {
    return { problem: { key: "quotes", within: { row: (parsed.errors.find((e) => e.type === "Quotes")?.row ?? 0) + 1 } } };
  }
  const [head = [], ...body] = parsed.data;
  const columns = head.map((name) => COLUMNS.find((c) => c === name.trim().toLowerCase().replace(/ /g, "_")));
  for (const column of ["step", "lane_role", "text"] as const) if (!columns.includes(column)) return problem("csvHead", { column });

  const builder = new Builder();
  for (const [i, cells] of body.entries()) {
    const row: Row = {};
    columns.forEach((column, at) => {
      if (column !== undefined) row[column] = restore(cells[at] ?? "");
    });
    const fault = builder.add(row);
    if (fault) return { problem: { ...fault, within: { row: i + 2 } } };
  }
  const content = builder.content();
  const crowded = crowdIn(content);
  return crowded ? { problem: crowded } : { content };
}

/** Puts a board together row by row. Lanes are told apart by role and name, steps by number or else by name. */
class Builder {
  readonly #lanes = new Map<string, { id: string; role: string; title: string }>();
  readonly #steps = new Map<string, { id: string; title: string; at: number | undefined; phase: string | undefined }>();
  readonly #phases = new Map<string, string>();
  readonly #elements: { id: string; lane: string | undefined; step: string | undefined; slot: number; row: Row; markers: Item[]; to: Item[] }[] = [];
  readonly #ids = new Set<string>();
  #title = "";

  add(row: Row): ImportProblem | undefined {
    this.#title ||= row.board ?? "";
    const role = (row.lane_role ?? "").trim();
    const order = (row.step_order ?? "").trim();
    const kind = (row.kind ?? "").trim();
    const slot = (row.slot ?? "").trim();
    if (role !== "" && !one(LANE_ROLES, role)) return { key: "badRole", values: { value: role.slice(0, 40) } };
    if (kind !== "" && !one(KINDS, kind)) return { key: "badKind", values: { value: kind.slice(0, 40) } };
    for (const [column, value] of [["step_order", order], ["slot", slot]] as const) {
      if (value !== "" && !Number.isFinite(Number(value))) return { key: "badNumber", values: { value: value.slice(0, 40), column } };
    }
    const lane = role === "" && (row.lane ?? "") === "" ? undefined : this.#lane(role || "custom", row.lane ?? "");
    const step = order === "" && (row.step ?? "") === "" ? undefined : this.#step(order, row.step ?? "", row.phase ?? "");
    const named = (row.element ?? "").trim();
    if (named === "" && (row.text ?? "") === "" && kind === "") return undefined;
    const id = isKey(named) && !this.#ids.has(named) ? named : newId();
    this.#ids.add(id);
    const at = slot === "" ? Number.MAX_SAFE_INTEGER : Number(slot);
    this.#elements.push({ id, lane, step, slot: at, row, markers: splitItems(row.markers ?? ""), to: splitItems(row.connects_to ?? "") });
    return undefined;
  }

  #lane(role: string, title: string): string {
    const key = `${role} ${title}`;
    const lane = this.#lanes.get(key) ?? { id: newId(), role, title };
    this.#lanes.set(key, lane);
    return lane.id;
  }

  #step(order: string, title: string, phase: string): string {
    const key = order === "" ? `named ${title}` : `${String(Number(order))}`;
    const step = this.#steps.get(key) ?? { id: newId(), title, at: order === "" ? undefined : Number(order), phase: undefined };
    this.#steps.set(key, step);
    step.title ||= title;
    if (phase !== "") {
      const id = this.#phases.get(phase) ?? newId();
      this.#phases.set(phase, id);
      step.phase ??= id;
    }
    return step.id;
  }

  content(): Content {
    const content = emptyContent();
    content.meta = { title: this.#title };
    const lanes = [...this.#lanes.values()];
    keysInOrder(lanes.length).forEach((order, i) => {
      const lane = lanes[i];
      if (lane) content.lanes[lane.id] = { role: lane.role, title: lane.title, order };
    });
    // Those without a number follow in the order they came.
    const steps = [...this.#steps.values()].sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || 0);
    keysInOrder(steps.length).forEach((order, i) => {
      const step = steps[i];
      if (step) content.steps[step.id] = { title: step.title, order, ...(step.phase === undefined ? {} : { phase: step.phase }) };
    });
    const phases = [...this.#phases];
    keysInOrder(phases.length).forEach((order, i) => {
      const [title, id] = phases[i] ?? ["", ""];
      content.phases[id] = { title, order };
    });
    content.elements = bareMap();
    const sorted = [...this.#elements].sort((a, b) => a.slot - b.slot);
    keysInOrder(sorted.length).forEach((order, i) => {
      const e = sorted[i];
      if (e) content.elements[e.id] = { ...elementOf(e.row), ...(e.lane === undefined ? {} : { lane: e.lane }), ...(e.step === undefined ? {} : { step: e.step }), order };
    });
    for (const { id, markers, to } of this.#elements) {
      for (const m of markers) if (one(MARKER_TYPES, m.head)) content.markers[newId()] = markerOf(id, m, this.#ids);
      for (const c of to) {
        if (!this.#ids.has(c.head)) continue;
        const direction = one(DIRECTIONS, c.params["direction"]) ?? "one-way";
        const meaning = one(MEANINGS, c.params["meaning"]) ?? "leads-to";
        content.connectors[newId()] = { from: id, to: c.head, direction, meaning, label: c.words };
      }
    }
    return content;
  }
}

function elementOf(row: Row): PlainMap {
  const performedBy = one(PERFORMERS, row.performed_by?.trim());
  const evidenceStatus = one(EVIDENCE_STATUSES, row.evidence_status?.trim());
  return {
    kind: one(KINDS, row.kind?.trim()) ?? "action",
    text: row.text ?? "",
    ...(row.channel ? { channel: row.channel } : {}),
    ...(row.owner ? { owner: row.owner } : {}),
    ...(performedBy ? { performedBy } : {}),
    ...(evidenceStatus ? { evidenceStatus } : {}),
  };
}

function markerOf(target: string, { head, params, words }: Item, ids: ReadonlySet<string>): PlainMap {
  const marker: PlainMap = { target, type: head, note: words };
  for (const [from, to] of [["severity", "severity"], ["likelihood", "likelihood"], ["wait", "waitSeconds"]] as const) {
    const value = Number(params[from]);
    if (params[from] !== undefined && Number.isFinite(value)) marker[to] = value;
  }
  if (params["recovery"] !== undefined && ids.has(params["recovery"])) marker["recovery"] = params["recovery"];
  return marker;
}

const one = <T extends string>(list: readonly T[], value: string | undefined): T | undefined => list.find((item) => item === value);

function given(values: Record<string, string | number | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])));
}

/** A name for each that no other has: what is called the same gets a number. */
function distinct(named: readonly (readonly [string, string])[]): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const [id, name] of named) {
    let own = name;
    for (let n = name === "" ? 1 : 2; own === "" || taken.has(own); n++) own = `${name} (${String(n)})`.trim();
    taken.add(own);
    names.set(id, own);
  }
  return names;
}

/** Two lanes of the same role and name would be one in a table. */
function distinctLanes(board: Board): Map<string, { role: string; name: string }> {
  const taken = new Set<string>();
  return new Map(
    board.lanes.map((lane) => {
      let name = lane.title;
      for (let n = 2; taken.has(`${lane.role} ${name}`); n++) name = `${lane.title} (${String(n)})`.trim();
      taken.add(`${lane.role} ${name}`);
      return [lane.id, { role: lane.role, name }];
    }),
  );
}
