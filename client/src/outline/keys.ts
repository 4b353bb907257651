import type { Cell, Direction } from "../board/layout";
import { neighbourCell } from "../board/layout";
import type { Hands } from "../commands/command";
import { inCell } from "../document/elements";
import type { Element, Kind, LaneRole } from "../document/model";
import { neighbours, orderBetween } from "../document/order";
import type { Outline } from "./model";
import { end, go } from "./stops";
import type { Stop } from "./stops";
import type { OutlineStore } from "./store";

/** What the keys and buttons of the outline do. The commands of the outline are made from these. */
export interface OutlineKeys {
  /** Whether the keyboard is in the outline. */
  readonly inside: boolean;
  /** At which stop it is there. */
  readonly at: Stop | undefined;
  go(direction: Direction): void;
  end(which: "first" | "last"): void;
  /** Moves what the keyboard is at: an element within its cell and from cell to cell, a step, a lane, a phase. */
  move(direction: Direction): void;
  /** Adds what a cell of this lane most often holds. */
  add(cell: Cell): void;
  /** Adds one more of what the keyboard is at. */
  more(): void;
  rename(): void;
  /** Removes the step, lane, phase or feeling that the keyboard is at. */
  remove(): void;
  feel(): void;
  addStep(): void;
  addLane(role?: LaneRole): void;
  addPhase(): void;
}

/** What a lane of this role most often holds. */
export function kindFor(role: LaneRole): Kind {
  switch (role) {
    case "evidence":
      return "evidence";
    case "customer":
    case "frontstage":
    case "backstage":
    case "support":
      return "action";
    default:
      return "note";
  }
}

export function makeKeys(hands: Hands, store: OutlineStore): OutlineKeys {
  const { document, focus, ui, stage, actions, notice, names, t } = hands;
  const { blueprint } = document;
  const outline = (): Outline | undefined => store.outline;
  const here = () => store.at;

  const say = (place: number, of: number) => notice.say(t("outline.movedTo", { at: place + 1, count: of }));
  const edge = () => notice.say(t("said.edge"));

  const moveElement = (e: Element, direction: Direction) => {
    const board = document.board();
    const by = direction === "up" || direction === "left" ? -1 : 1;
    const upright = direction === "up" || direction === "down";
    if (e.locked || !document.mayEdit(e.id)) {
      notice.say(e.locked ? t("said.locked") : actions.elsewhere());
      return;
    }
    const list = board.elements.filter((o) => o.lane === e.lane && o.step === e.step);
    const to = list.indexOf(e) + by;
    if (!inCell(e)) {
      if (!upright || to < 0 || to >= list.length) {
        edge();
        return;
      }
      const others = list.filter((o) => o !== e);
      if (actions.patch(new Map([[e.id, { order: orderBetween(...neighbours(others, to)) }]]))) say(to, list.length);
      return;
    }
    if (upright && to >= 0 && to < list.length) {
      if (document.moveElement(e.id, { lane: e.lane, step: e.step, index: to })) say(to, list.length);
      return;
    }
    const cell = neighbourCell(board, { lane: e.lane, step: e.step }, direction);
    if (cell) actions.moveTo(e.id, cell, direction === "down" ? 0 : undefined);
    else edge();
  };

  const reorder = (what: "steps" | "lanes", id: string, by: number) => {
    const list = document.board()[what] as readonly { id: string }[];
    const to = list.findIndex((p) => p.id === id) + by;
    if (to < 0 || to >= list.length) edge();
    else if (blueprint.reorder(what, id, to)) say(to, list.length);
  };

  const movePhase = (stop: Stop & { at: "phase" }, by: number) => {
    const { runs = [], columns = [] } = outline() ?? {};
    const at = runs.findIndex((r) => columns[r.from]?.step.id === stop.step);
    const [run, other] = [runs[at], runs[at + by]];
    if (!run || !other) {
      edge();
      return;
    }
    const ids = columns.slice(run.from, run.from + run.count).map((c) => c.step.id);
    if (blueprint.moveSteps(ids, by < 0 ? other.from : run.from + other.count)) say(at + by, runs.length);
  };

  /** The step that the keyboard is in. */
  const stepHere = (): string | undefined => {
    const at = here();
    if (!at) return undefined;
    if (at.at === "step") return at.id;
    if ("step" in at) return at.step;
    return at.at === "element" ? document.board().elements.find((e) => e.id === at.id)?.step : undefined;
  };

  const addStep = () => {
    const { steps } = document.board();
    const at = steps.findIndex((s) => s.id === stepHere());
    const id = blueprint.addStep(at < 0 ? undefined : at + 1);
    if (id === undefined) notice.say(t("details.full"));
    else store.name({ at: "step", id });
  };
  const addLane = (role: LaneRole = "custom") => {
    const { lanes } = document.board();
    const at = here();
    const index = at?.at === "lane" ? lanes.findIndex((l) => l.id === at.id) + 1 : undefined;
    const id = blueprint.addLane(role, index);
    if (id === undefined) notice.say(t("details.full"));
    else store.name({ at: "lane", id });
  };
  const add = (cell: Cell) => actions.add(kindFor(names.roleOf(cell.lane)), cell);
  const feel = () => ui.set({ open: "feel" });

  return {
    get inside() {
      return store.active;
    },
    get at() {
      return store.holds ? store.at : undefined;
    },
    go: (direction) => {
      const [now, at] = [outline(), here()];
      // From anywhere else in the outline the keyboard first comes to where it was.
      const to = now && at && (store.holds ? go(now, at, direction, ui.get().form) : at);
      if (to) store.focus(to);
    },
    end: (which) => {
      const [now, at] = [outline(), here()];
      const to = now && at && end(now, at, which);
      if (to) store.focus(to);
    },
    move: (direction) => {
      const at = here();
      const upright = direction === "up" || direction === "down";
      const by = direction === "up" || direction === "left" ? -1 : 1;
      // In the list steps and phases come one below the other.
      const along = ui.get().form === "list" ? upright : !upright;
      if (at?.at === "element") {
        if (focus.get().chosen.length > 1) actions.step(direction);
        else {
          const e = document.board().elements.find((x) => x.id === at.id);
          if (e) moveElement(e, direction);
        }
      } else if (at?.at === "lane" && upright) reorder("lanes", at.id, by);
      else if (at?.at === "step" && along) reorder("steps", at.id, by);
      else if (at?.at === "phase" && along) movePhase(at, by);
      else edge();
    },
    add,
    more: () => {
      const at = here();
      if (at?.at === "element") {
        const e = document.board().elements.find((x) => x.id === at.id);
        if (!e) return;
        if (inCell(e)) actions.add(e.kind === "image" || e.kind === "ink" ? "note" : e.kind, { lane: e.lane, step: e.step });
        else if (e.kind !== "image" && e.kind !== "ink") actions.addFree(e.kind, stage.middle());
      } else if (at?.at === "cell") add(at);
      else if (at?.at === "step") addStep();
      else if (at?.at === "lane") addLane();
      else if (at?.at === "feelings") feel();
    },
    rename: () => {
      const at = here();
      if (at) store.name(at);
    },
    remove: () => {
      const at = here();
      const board = document.board();
      const gone = (done: boolean) => {
        if (done) notice.say(t("details.saidRemoved"));
      };
      if (at?.at === "phase") gone(blueprint.removePhase(at.id));
      else if (at?.at === "feelings") {
        const last = board.emotions.filter((e) => e.step === at.step).at(-1);
        if (last) gone(blueprint.remove("emotions", last.id));
      } else if (at?.at === "step" || at?.at === "lane") {
        const step = at.at === "step";
        if ((step ? board.steps : board.lanes).length === 1) notice.say(t("outline.lastOne"));
        else if (board.elements.some((e) => (step ? e.step : e.lane) === at.id)) ui.set({ open: "removePart" });
        else gone(step ? blueprint.removeStep(at.id, "keep") : blueprint.removeLane(at.id, "keep"));
      }
    },
    feel,
    addStep,
    addLane,
    addPhase: () => {
      const step = stepHere() ?? document.board().steps[0]?.id;
      const id = step === undefined ? undefined : blueprint.addPhaseFor(step);
      if (id === undefined) notice.say(t("details.full"));
      else if (step !== undefined) store.name({ at: "phase", id, step });
    },
  };
}
