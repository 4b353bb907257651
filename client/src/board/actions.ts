import { createContext, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { createElements, inCell, patchObjects, removeElements } from "../document/elements";
import type { NewElement, Patch } from "../document/elements";
import { newId } from "../document/id";
import { linesCrossed } from "../document/model";
import type { Board, Element, Form, Kind, NoteColor } from "../document/model";
import { orderBetween } from "../document/order";
import { removeObject } from "../document/write";
import { currentLanguage } from "../i18n";
import type { Point } from "../sync/presence";
import { useTools } from "./context";
import type { Names } from "./context";
import { freeSize, neighbourCell } from "./layout";
import type { Cell, Direction, Rect } from "./layout";
import { carried, topOrder } from "./moving";
import type { Patches } from "./moving";

/** What a person can do to the board: the change itself, what is chosen after it, and what is said about it. */
export interface Actions {
  /** Puts something new into a cell and starts writing on it. */
  add(kind: Kind, cell?: Cell): void;
  /** Puts something new where it lies free, and starts writing on it if it takes words. */
  addFree(kind: Kind, area: Rect | Point, more?: { form?: Form; points?: readonly number[]; pressures?: readonly number[]; color?: NoteColor }): string | undefined;
  /** Puts all of these on the board as one deed, and chooses them. */
  addAll(made: readonly NewElement[]): boolean;
  moveTo(id: string, cell: Cell, index?: number): void;
  /** Lets go of what was carried. */
  drop(ids: readonly string[], dx: number, dy: number, loose: boolean): void;
  /** Gives many elements their fields as one deed; with `joins` the same deed as the one just before. */
  patch(patches: Patches, joins?: string): boolean;
  /** Moves what is chosen: from cell to cell, or by so many units where it lies free. */
  step(direction: Direction, far?: number): void;
  remove(ids: readonly string[]): void;
  removeConnector(id: string): void;
  color(ids: readonly string[], color: NoteColor): void;
  lock(ids: readonly string[], locked: boolean): void;
  addStep(): void;
  undo(): void;
  redo(): void;
  /** What to say of the lines that moves between lanes go over; empty when there is none. */
  crossing(moves: Iterable<readonly [from: string | undefined, to: string | undefined]>): string;
  /** Why nothing comes of it: in which lanes this person writes. Empty where they write everywhere. */
  elsewhere(): string;
}

export const ActionsContext = createContext<Actions | undefined>(undefined);

export function useActions(): Actions {
  const actions = useContext(ActionsContext);
  if (!actions) throw new Error("a part of the board was drawn outside a board");
  return actions;
}

const ARROWS: Readonly<Record<Direction, readonly [number, number]>> = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
/** How far free elements move at one press of an arrow key, board units. */
export const NUDGE = 10;

/** Made once for the whole board, like the names. */
export function useMadeActions(names: Names): Actions {
  const { document, focus, notice, stage } = useTools();
  const { t } = useTranslation();

  return useMemo(() => {
    const find = (id: string) => document.board().elements.find((e) => e.id === id);
    const crossing: Actions["crossing"] = (moves) => {
      const lines = new Set<string>();
      for (const [from, to] of moves) {
        if (from === undefined || to === undefined) continue;
        for (const line of linesCrossed(names.roleOf(from), names.roleOf(to))) lines.add(t(`theLine.${line}`));
      }
      if (lines.size === 0) return "";
      return t("said.crosses", { line: new Intl.ListFormat(currentLanguage()).format(lines) });
    };

    const elsewhere: Actions["elsewhere"] = () => {
      const { fence } = document;
      if (!fence) return "";
      const lanes = document.board().lanes.filter((l) => fence.lanes.has(l.id)).map((l) => names.lane(l.id));
      return lanes.length === 0 ? t("lanes.none") : t("lanes.only", { count: lanes.length, lanes: new Intl.ListFormat(currentLanguage()).format(lanes) });
    };
    /** Says so, if it is why. */
    const kept = (may: boolean): boolean => {
      if (may) return false;
      const why = elsewhere();
      if (why) notice.say(why);
      return true;
    };
    const mayAll = (ids: Iterable<string>) => [...ids].every((id) => document.mayEdit(id));

    const patch: Actions["patch"] = (patches, joins) =>
      patches.size > 0 && document.perform((draft) => patchObjects(draft, "elements", patches), joins);

    /** Says where things have come, and over which lines. */
    const sayMoved = (before: readonly Element[], patches: Patches) => {
      const moved = before.flatMap((e) => {
        const to = patches.get(e.id);
        return to && "lane" in to && (to.lane !== e.lane || to.step !== e.step) ? [{ from: e, to }] : [];
      });
      const [first] = moved;
      if (!first) return;
      const { lane, step } = first.to;
      const words =
        moved.length > 1
          ? t("said.movedMany", { count: moved.length })
          : lane === undefined
            ? t("said.movedOut")
            : t("said.moved", { lane: names.lane(lane), step: names.step(step) });
      notice.say(`${words} ${crossing(moved.map(({ from, to }) => [from.lane, to.lane] as const))}`.trim());
    };

    const moveAll = (patches: Patches, joins?: string) => {
      const before = document.board().elements;
      if (patch(patches, joins)) sayMoved(before, patches);
    };

    const moveTo = (id: string, cell: Cell, index?: number) => {
      const before = find(id);
      if (kept(document.mayEdit(id) && document.mayPut(cell.lane))) return;
      if (!before || !document.moveElement(id, index === undefined ? cell : { ...cell, index })) return;
      focus.visit(id, cell);
      sayMoved([before], new Map([[id, cell]]));
    };

    const said = (result: "done" | "nothing" | "conflict", done: string, nothing: string) =>
      notice.say(result === "done" ? done : result === "conflict" ? t("said.conflict") : nothing);

    const addAll = (made: readonly NewElement[]) => {
      const done = document.perform((draft) => createElements(draft, made));
      if (done) focus.selectAll(made.map((m) => m.id));
      return done;
    };

    return {
      crossing,
      elsewhere,
      moveTo,
      patch,
      addAll,
      add: (kind, cell = cellForNew(document.board(), focus.get(), (lane) => document.mayPut(lane))) => {
        if (!cell || kept(document.mayPut(cell.lane))) return;
        const color = kind === "note" ? colorLastUsed(document.board(), focus.get().selected) : "gray";
        const id = document.createElement({ ...cell, kind, color });
        if (id === undefined) return;
        focus.select(id, cell);
        focus.edit(id);
      },
      addFree: (kind, area, more = {}) => {
        if (kept(document.mayPut(undefined))) return undefined;
        const id = newId();
        const size = "width" in area ? { x: area.x, y: area.y, w: area.width, h: kind === "text" ? undefined : area.height } : centred(kind, area);
        const color = more.color ?? (kind === "note" ? colorLastUsed(document.board(), focus.get().selected) : "gray");
        const order = orderBetween(topOrder(document.board()));
        const fields = Object.fromEntries(Object.entries({ ...size, ...more }).filter(([, v]) => v !== undefined)) as Patch;
        if (!addAll([{ id, kind, order, ...fields, color }])) return undefined;
        // A stroke is one of many, and the pen stays in the hand.
        if (kind === "ink") focus.selectAll([]);
        else focus.edit(id);
        return id;
      },
      drop: (ids, dx, dy, loose) => {
        const board = document.board();
        const patches = carried(board, stage.geometry, ids, dx, dy, loose);
        // What would not stay there goes back to where it was, and all that was carried with it.
        if (kept([...patches].every(([id, to]) => document.mayEdit(id) && document.mayPut(to.lane)))) return;
        moveAll(patches);
        const [only] = ids;
        const to = only !== undefined && ids.length === 1 ? patches.get(only) : undefined;
        if (only !== undefined && to?.lane !== undefined && to.step !== undefined) focus.select(only, { lane: to.lane, step: to.step });
      },
      step: (direction, far = NUDGE) => {
        const board = document.board();
        const chosen = board.elements.filter((e) => focus.isChosen(e.id) && !e.locked);
        const [x, y] = ARROWS[direction];
        const patches = new Map<string, Patch>();
        const last = new Map<string, string | undefined>();
        let nudged = true;
        for (const e of chosen) {
          const place = stage.geometry.places.get(e.id);
          if (!inCell(e)) {
            if (place) patches.set(e.id, { x: place.x + x * far, y: place.y + y * far });
            continue;
          }
          nudged = false;
          const to = neighbourCell(board, { lane: e.lane, step: e.step }, direction);
          if (!to) continue;
          const key = `${to.lane}\u0000${to.step}`;
          const before = last.get(key) ?? board.elements.filter((o) => o.lane === to.lane && o.step === to.step && !focus.isChosen(o.id)).at(-1)?.order;
          const order = orderBetween(before);
          last.set(key, order);
          patches.set(e.id, { ...to, order });
        }
        if (kept(mayAll(patches.keys()) && [...patches.values()].every((to) => document.mayPut(to.lane)))) return;
        if (patches.size === 0) {
          notice.say(t(chosen.length > 0 ? "said.edge" : "said.locked"));
          return;
        }
        const { selected, chosen: ids } = focus.get();
        const to = selected === undefined ? undefined : patches.get(selected);
        moveAll(patches, nudged ? `nudge ${ids.join()}` : undefined);
        if (selected !== undefined && to?.lane !== undefined && to.step !== undefined) focus.visit(selected, { lane: to.lane, step: to.step });
      },
      remove: (ids) => {
        const gone = document.board().elements.filter((e) => ids.includes(e.id) && !e.locked && document.mayEdit(e.id));
        if (gone.length === 0 && kept(mayAll(ids))) return;
        const last = gone.at(-1);
        if (!last || !document.perform((draft) => removeElements(draft, new Set(gone.map((e) => e.id))))) {
          if (ids.length > 0) notice.say(t("said.locked"));
          return;
        }
        focus.select(undefined, inCell(last) ? { lane: last.lane, step: last.step } : undefined);
        notice.say(gone.length > 1 ? t("said.removedMany", { count: gone.length }) : t("said.removed"));
      },
      removeConnector: (id) => {
        if (kept(document.mayEdit(id)) || !document.perform((draft) => removeObject(draft, ["connectors", id]))) return;
        focus.selectConnector(undefined);
        notice.say(t("said.removed"));
      },
      color: (ids, color) => void (kept(ids.some((id) => document.mayEdit(id))) || patch(new Map(ids.map((id) => [id, { color }])))),
      lock: (ids, locked) => {
        if (patch(new Map(ids.map((id) => [id, { locked: locked ? true : undefined }])))) notice.say(t(locked ? "said.lockedNow" : "said.unlockedNow"));
      },
      addStep: () => void document.addStep(),
      undo: () => said(document.undo(), t("said.undone"), t("said.nothing")),
      redo: () => said(document.redo(), t("said.redone"), t("said.nothingAgain")),
    };
  }, [document, focus, notice, stage, names, t]);
}

/** Where a new note goes: the chosen cell, that of the chosen note, or the first thing a customer does. */
function cellForNew(board: Board, at: { selected: string | undefined; cell: Cell | undefined }, may: (lane: string) => boolean): Cell | undefined {
  const selected = board.elements.find((e) => e.id === at.selected);
  const near = selected && inCell(selected) ? { lane: selected.lane, step: selected.step } : at.cell;
  const there = near && board.lanes.some((l) => l.id === near.lane) && board.steps.some((s) => s.id === near.step);
  if (there && may(near.lane)) return near;
  const lanes = board.lanes.filter((l) => may(l.id));
  const lane = lanes.find((l) => l.role === "customer") ?? lanes[0];
  // In the same step, where others have the lane.
  const step = there ? board.steps.find((s) => s.id === near.step) : board.steps[0];
  return lane && step ? { lane: lane.id, step: step.id } : undefined;
}

function colorLastUsed(board: Board, selected: string | undefined): NoteColor {
  return board.elements.find((e) => e.id === selected && e.kind === "note")?.color ?? "yellow";
}

function centred(kind: Kind, at: Point): Patch {
  const { width, height } = freeSize(kind);
  const h = height || 60;
  return { x: at.x - width / 2, y: at.y - h / 2, w: width, ...(height ? { h } : {}) };
}
