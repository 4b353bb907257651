import type { Board, Element, Lane, LaneRole, Step } from "../document/model";

export interface Linked {
  readonly element: Element;
  readonly role: LaneRole | undefined;
}

/** A board looked up the ways the rules ask, made once for all of them. Only what lies in a cell has a role. */
export interface BoardIndex {
  readonly board: Board;
  element(id: string): Element | undefined;
  step(id: string | undefined): Step | undefined;
  /** The number of a step, from 0. */
  stepAt(id: string | undefined): number | undefined;
  laneOf(e: Element): Lane | undefined;
  roleOf(id: string): LaneRole | undefined;
  ofRole(role: LaneRole): readonly Element[];
  inLane(id: string): readonly Element[];
  /** What lies in a step in the lanes of a role. */
  cell(role: LaneRole, step: string | undefined): readonly Element[];
  /** What an element is connected with, either way. */
  linked(id: string): readonly Linked[];
  /** Elements that a connector leads from. */
  readonly leaving: ReadonlySet<string>;
  /** Steps that anything lies in. */
  readonly begun: ReadonlySet<string>;
  /** Steps with an element of the kind evidence, in whatever lane. */
  readonly evidenceIn: ReadonlySet<string>;
}

export function indexBoard(board: Board): BoardIndex {
  const elements = new Map(board.elements.map((e) => [e.id, e]));
  const steps = new Map(board.steps.map((s, i) => [s.id, i]));
  const lanes = new Map(board.lanes.map((l) => [l.id, l]));
  const laneOf = (e: Element) => lanes.get(e.lane ?? "");
  const roles = group(board.elements, (e) => laneOf(e)?.role);
  const byLane = group(board.elements, (e) => e.lane);
  const cells = group(board.elements, (e) => (e.step === undefined ? undefined : `${laneOf(e)?.role ?? ""} ${e.step}`));
  const links = new Map<string, Linked[]>();
  const leaving = new Set<string>();
  for (const c of board.connectors) {
    const [from, to] = [elements.get(c.from), elements.get(c.to)];
    if (!from || !to) continue;
    push(links, from.id, { element: to, role: laneOf(to)?.role });
    push(links, to.id, { element: from, role: laneOf(from)?.role });
    leaving.add(from.id);
    if (c.direction === "two-way") leaving.add(to.id);
  }
  const stepsOf = (list: readonly Element[]) => new Set(list.flatMap((e) => (e.step === undefined ? [] : [e.step])));
  return {
    board,
    element: (id) => elements.get(id),
    step: (id) => board.steps[steps.get(id ?? "") ?? -1],
    stepAt: (id) => steps.get(id ?? ""),
    laneOf,
    roleOf: (id) => {
      const e = elements.get(id);
      return e && laneOf(e)?.role;
    },
    ofRole: (role) => roles.get(role) ?? [],
    inLane: (id) => byLane.get(id) ?? [],
    cell: (role, step) => cells.get(`${role} ${step ?? ""}`) ?? [],
    linked: (id) => links.get(id) ?? [],
    leaving,
    begun: stepsOf(board.elements),
    evidenceIn: stepsOf(board.elements.filter((e) => e.kind === "evidence")),
  };
}

function group<K, T>(list: readonly T[], keyOf: (item: T) => K | undefined): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    if (key !== undefined) push(groups, key, item);
  }
  return groups;
}

function push<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const list = groups.get(key);
  if (list) list.push(item);
  else groups.set(key, [item]);
}
