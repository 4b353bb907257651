import { createContext, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { linesCrossed } from "../document/model";
import type { Board, Kind, NoteColor } from "../document/model";
import { currentLanguage } from "../i18n";
import { useTools } from "./context";
import type { Names } from "./context";
import { neighbourCell } from "./layout";
import type { Cell, Direction } from "./layout";

/** What a person can do to the board: the change itself, what is chosen after it, and what is said about it. */
export interface Actions {
  add(kind: Kind, cell?: Cell): void;
  moveTo(id: string, cell: Cell, index?: number): void;
  step(id: string, direction: Direction): void;
  remove(id: string): void;
  color(id: string, color: NoteColor): void;
  addStep(): void;
  undo(): void;
  redo(): void;
  /** What to say of lines that lie between two lanes; empty when none does. */
  crossing(fromLane: string | undefined, toLane: string): string;
}

export const ActionsContext = createContext<Actions | undefined>(undefined);

export function useActions(): Actions {
  const actions = useContext(ActionsContext);
  if (!actions) throw new Error("a part of the board was drawn outside a board");
  return actions;
}

/** Made once for the whole board, like the names. */
export function useMadeActions(names: Names): Actions {
  const { document, focus, notice } = useTools();
  const { t } = useTranslation();

  return useMemo(() => {
    const find = (id: string) => document.board().elements.find((e) => e.id === id);
    const crossing = (from: string | undefined, to: string) => {
      const lines = linesCrossed(names.roleOf(from), names.roleOf(to)).map((line) => t(`theLine.${line}`));
      if (lines.length === 0) return "";
      return t("said.crosses", { line: new Intl.ListFormat(currentLanguage()).format(lines) });
    };

    const moveTo = (id: string, cell: Cell, index?: number) => {
      const before = find(id);
      if (!before || !document.moveElement(id, index === undefined ? cell : { ...cell, index })) return;
      focus.select(id, cell);
      if (before.lane === cell.lane && before.step === cell.step) return;
      const words = t("said.moved", { lane: names.lane(cell.lane), step: names.step(cell.step) });
      notice.say(`${words} ${crossing(before.lane, cell.lane)}`.trim());
    };

    const said = (result: "done" | "nothing" | "conflict", done: string, nothing: string) =>
      notice.say(result === "done" ? done : result === "conflict" ? t("said.conflict") : nothing);

    return {
      crossing,
      moveTo,
      add: (kind, cell = cellForNew(document.board(), focus.get())) => {
        if (!cell) return;
        const color = kind === "note" ? colorLastUsed(document.board(), focus.get().selected) : "yellow";
        const id = document.createElement({ ...cell, kind, color });
        if (id === undefined) return;
        focus.select(id, cell);
        focus.edit(id);
      },
      step: (id, direction) => {
        const element = find(id);
        if (element?.lane === undefined || element.step === undefined) return;
        const to = neighbourCell(document.board(), { lane: element.lane, step: element.step }, direction);
        if (to) moveTo(id, to);
        else notice.say(t("said.edge"));
      },
      remove: (id) => {
        const element = find(id);
        if (!document.removeElement(id)) return;
        const cell = element?.lane !== undefined && element.step !== undefined ? { lane: element.lane, step: element.step } : undefined;
        focus.select(undefined, cell);
        notice.say(t("said.removed"));
      },
      color: (id, color) => void document.setColor(id, color),
      addStep: () => void document.addStep(),
      undo: () => said(document.undo(), t("said.undone"), t("said.nothing")),
      redo: () => said(document.redo(), t("said.redone"), t("said.nothingAgain")),
    };
  }, [document, focus, notice, names, t]);
}

/** Where a new note goes: the chosen cell, that of the chosen note, or the first thing a customer does. */
function cellForNew(board: Board, at: { selected: string | undefined; cell: Cell | undefined }): Cell | undefined {
  const selected = board.elements.find((e) => e.id === at.selected);
  if (selected?.lane !== undefined && selected.step !== undefined) return { lane: selected.lane, step: selected.step };
  const { cell } = at;
  if (cell && board.lanes.some((l) => l.id === cell.lane) && board.steps.some((s) => s.id === cell.step)) return cell;
  const lane = board.lanes.find((l) => l.role === "customer") ?? board.lanes[0];
  const step = board.steps[0];
  return lane && step ? { lane: lane.id, step: step.id } : undefined;
}

function colorLastUsed(board: Board, selected: string | undefined): NoteColor {
  return board.elements.find((e) => e.id === selected && e.kind === "note")?.color ?? "yellow";
}
