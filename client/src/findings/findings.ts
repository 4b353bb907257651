import type { Board, Element, Feeler, LaneRole, Line, Rule } from "../document/model";
import { exchanged } from "../document/exchanged";
import { RULES } from "../document/model";
import { indexBoard } from "./lookup";
import type { BoardIndex } from "./lookup";

/** What the linter says of one place on a board. It never hinders anything. */
export interface Finding {
  readonly rule: Rule;
  /** The step it is listed under; undefined: it is about the whole board. */
  readonly step: string | undefined;
  /** The lane or element it is about, if it is not the step itself. */
  readonly lane?: string;
  readonly element?: string;
  /** SB003, SB010: the other end. */
  readonly other?: string;
  /** SB012: the role whose lane is missing. */
  readonly missing?: LaneRole;
  /** SB012: the line that cannot be drawn without it. */
  readonly line?: Line;
}

/** Whose hands have written in an element, as the server knows it. An element that is not in it is not judged. */
export type Authorship = ReadonlyMap<string, ReadonlySet<Feeler>>;

type Check = (index: BoardIndex, authors: Authorship) => Iterable<Finding>;

/** All findings of a board but those of the rules it is rid of, in the order of the rules. */
export function findingsOf(board: Board, authors: Authorship = new Map(), rules: readonly Rule[] = RULES): Finding[] {
  const index = indexBoard(board);
  return rules.filter((rule) => !board.muted.includes(rule)).flatMap((rule) => [...CHECKS[rule](index, authors)]);
}

/** Whether the rules find the same on both boards, for they read nothing else: most of what people do is writing. */
export function judgedAlike(a: Board, b: Board): boolean {
  const parts = a.lanes === b.lanes && a.steps === b.steps && a.connectors === b.connectors && a.markers === b.markers && a.muted === b.muted;
  return parts && (exchanged(a.elements, b.elements)?.every(([was, now]) => sameForRules(was, now)) ?? false);
}

const sameForRules = (a: Element, b: Element) =>
  a.kind === b.kind && a.lane === b.lane && a.step === b.step && a.performedBy === b.performedBy && a.owner === b.owner && a.evidenceStatus === b.evidenceStatus;

const CHECKS: Readonly<Record<Rule, Check>> = {
  // A step that nobody has begun on is no fault yet.
  *SB001({ board, cell, begun }) {
    const begunSteps = board.steps.filter((s) => begun.has(s.id) || (begun.size > 0 && s.title !== ""));
    for (const step of begunSteps) {
      if (!cell("customer", step.id).some(isAction)) yield { rule: "SB001", step: step.id };
    }
  },

  *SB002({ ofRole, cell, linked }) {
    for (const e of ofRole("customer").filter(isAction)) {
      // Who does it alone needs no answer.
      if (e.performedBy === "customer" || e.performedBy === "system") continue;
      if (cell("frontstage", e.step).some(isAction) || linked(e.id).some((o) => o.role === "frontstage")) continue;
      yield about("SB002", e);
    }
  },

  *SB003({ board, roleOf, element }) {
    const hidden = (id: string) => ["backstage", "support"].includes(roleOf(id) ?? "");
    for (const c of board.connectors) {
      const ends: [string, string][] = c.direction === "two-way" ? [[c.from, c.to], [c.to, c.from]] : [[c.from, c.to]];
      for (const [from, to] of ends) {
        const source = element(from);
        if (source && roleOf(from) === "customer" && hidden(to)) yield { ...about("SB003", source), other: to };
      }
    }
  },

  *SB004({ ofRole, cell, linked, evidenceIn }) {
    for (const e of ofRole("frontstage").filter(isAction)) {
      if (evidenceIn.has(e.step ?? "") || cell("evidence", e.step).some(isCard)) continue;
      if (linked(e.id).some((o) => o.role === "evidence" || o.element.kind === "evidence")) continue;
      yield about("SB004", e);
    }
  },

  // In a step where staff are seen, what happens behind the scenes is understood to serve that.
  *SB005({ ofRole, cell, leaving }) {
    for (const e of ofRole("backstage").filter(isAction)) {
      if (leaving.has(e.id) || cell("frontstage", e.step).some(isAction)) continue;
      yield about("SB005", e);
    }
  },

  *SB006({ ofRole, cell, linked }) {
    for (const e of ofRole("support").filter(isCard)) {
      const served = cell("backstage", e.step).some(isAction) || cell("frontstage", e.step).some(isAction);
      if (!served && linked(e.id).length === 0) yield about("SB006", e);
    }
  },

  *SB007({ board, element, laneOf }) {
    for (const m of board.markers) {
      if (m.type !== "fail-point" || m.recovery !== undefined) continue;
      const e = element(m.target);
      if (e && (e.owner.trim() !== "" || (laneOf(e)?.owner.trim() ?? "") !== "")) continue;
      yield e ? about("SB007", e) : { rule: "SB007", step: m.target };
    }
  },

  *SB008({ board, element, step }) {
    for (const m of board.markers) {
      if (m.type !== "wait-point" || m.waitSeconds !== undefined) continue;
      const e = element(m.target);
      const inStep = step(e ? e.step : m.target);
      if (inStep?.standardSeconds !== undefined || inStep?.acceptableSeconds !== undefined) continue;
      yield e ? about("SB008", e) : { rule: "SB008", step: m.target };
    }
  },

  *SB009({ ofRole, laneOf }) {
    for (const role of ["frontstage", "backstage", "support"] as const) {
      for (const e of ofRole(role).filter(isCard)) {
        if (e.owner.trim() === "" && (laneOf(e)?.owner.trim() ?? "") === "") yield about("SB009", e);
      }
    }
  },

  *SB010({ board, element, stepAt }) {
    for (const c of board.connectors) {
      const [from, to] = [element(c.from), element(c.to)];
      const [a, b] = [stepAt(from?.step), stepAt(to?.step)];
      if (from && to && c.direction === "one-way" && a !== undefined && b !== undefined && b < a) {
        yield { ...about("SB010", from), other: to.id };
      }
    }
  },

  *SB011({ board, element, cell, linked, roleOf }) {
    for (const m of board.markers) {
      if (m.type !== "moment-of-truth") continue;
      const e = element(m.target);
      const measured =
        cell("metrics", e ? e.step : m.target).some(isCard) ||
        (e !== undefined && (roleOf(e.id) === "metrics" || linked(e.id).some((o) => o.role === "metrics")));
      if (!measured) yield e ? about("SB011", e) : { rule: "SB011", step: m.target };
    }
  },

  *SB012({ board }) {
    let highest = -1;
    for (const lane of board.lanes) {
      const place = CANON.indexOf(lane.role);
      if (place < 0) continue;
      if (place < highest) yield { rule: "SB012", step: undefined, lane: lane.id };
      highest = Math.max(highest, place);
    }
    for (const [line, roles] of NEEDED) {
      const missing = roles.find((role) => !board.lanes.some((l) => l.role === role));
      if (missing) yield { rule: "SB012", step: undefined, missing, line };
    }
  },

  *SB013({ board, inLane }, authors) {
    const onlyStaff = (list: readonly Element[]) => {
      const known = list.map((e) => authors.get(e.id)).filter((a) => a !== undefined && a.size > 0);
      return known.length > 0 && known.every((a) => a?.has("customer") === false);
    };
    for (const lane of board.lanes) {
      if (lane.role !== "customer") continue;
      const all = inLane(lane.id);
      if (onlyStaff(all)) {
        yield { rule: "SB013", step: undefined, lane: lane.id };
        continue;
      }
      for (const { id } of board.steps) {
        if (onlyStaff(all.filter((e) => e.step === id))) yield { rule: "SB013", step: id, lane: lane.id };
      }
    }
  },

  *SB014({ board }) {
    for (const e of board.elements) if (e.evidenceStatus === "assumed") yield about("SB014", e);
  },
};

/** From top to bottom. */
const CANON: readonly LaneRole[] = ["evidence", "customer", "frontstage", "backstage", "support"];
const NEEDED: readonly [Line, readonly LaneRole[]][] = [
  ["interaction", ["customer", "frontstage"]],
  ["visibility", ["frontstage", "backstage"]],
  ["internal", ["backstage", "support"]],
];

const about = (rule: Rule, e: Element): Finding => ({ rule, step: e.step, element: e.id });

/** Something that is part of the service, in contrast to what people remark beside it. */
const isCard = (e: Element) => e.kind !== "note" && e.kind !== "text" && e.kind !== "frame" && e.kind !== "ink";
const isAction = (e: Element) => e.kind === "action" || e.kind === "decision";

/** Rules that tell something worth knowing rather than something to mend. */
export const TELLS: ReadonlySet<Rule> = new Set<Rule>(["SB010"]);
