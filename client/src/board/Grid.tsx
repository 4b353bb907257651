import { memo, useRef } from "react";
import type { KeyboardEvent } from "react";
import { ViewportPortal } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { useActions } from "./actions";
import { useFocus, useMayPut, useNames, useTools } from "./context";
import { useSayElsewhere } from "./elsewhere";
import { Icon } from "./Icon";
import { SIZES, neighbourCell } from "./layout";
import type { Cell, Direction, FoldedCell, Frame, LaneRow, StepColumn } from "./layout";
import { useVisibleArea } from "./visible";

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** The ground the notes lie on: the lanes as soft tints, the lines between them, and the cells that take a note. */
export const Grid = memo(function Grid({ geometry, target, bare }: { geometry: Frame; target: Cell | undefined; bare: boolean }) {
  const { width, height, lanes, folded } = geometry;
  const entryRow = lanes.find((row) => row.folded === undefined);
  const seen = useVisibleArea();
  const entry = useFocus((f) => f.cell?.step) ?? geometry.steps[0]?.step.id;
  // Two hundred steps of twenty lanes are four thousand cells: only those about the window are there, and those about the one
  // with the keyboard; from far away these alone.
  const at = geometry.steps.findIndex(({ step }) => step.id === entry);
  const steps = geometry.steps.filter(
    ({ step, x }, i) => Math.abs(i - at) < 2 || step.id === target?.step || (!bare && x + SIZES.step > seen.x && x < seen.x + seen.width),
  );
  return (
    <ViewportPortal>
      <div className="grid" style={{ width, height }}>
        {lanes.map(({ lane, y, height: h }) => (
          <div key={lane.id} className={`lane role-${lane.role}`} style={{ top: y, height: h, width }} />
        ))}
        {steps.map(({ step, x }) => (
          <div key={step.id} className="column" style={{ left: x, top: 0, height }} />
        ))}
        {folded.map((cell) => (
          <FoldedChip key={`${cell.lane} ${cell.step}`} cell={cell} />
        ))}
        {lanes.map((row) =>
          steps.map((column) => (
            <GridCell
              key={`${row.lane.id} ${column.step.id}`}
              row={row}
              column={column}
              entry={row === entryRow && column === geometry.steps[0]}
              target={target?.lane === row.lane.id && target.step === column.step.id}
            />
          )),
        )}
        {lanes.map(
          ({ lane, y, height: h, line }) =>
            line && (
              <div key={lane.id} className={`line line-${line}`} style={{ top: y + h, width }} />
            ),
        )}
      </div>
    </ViewportPortal>
  );
});

/** Stands for what lies in a cell of a collapsed lane, and opens the lane. */
function FoldedChip({ cell: { lane, step, count, x, y, width, height } }: { cell: FoldedCell }) {
  const { t } = useTranslation();
  const names = useNames();
  const { folds } = useTools();
  return (
    <button
      type="button"
      tabIndex={-1}
      className="folded-chip nopan nodrag"
      style={{ left: x, top: y, width, height }}
      aria-label={t("parts.foldedCell", { elements: t("parts.elements", { count }), lane: names.lane(lane), step: names.step(step) })}
      data-testid={`folded-${lane}-${step}`}
      onClick={(event) => {
        event.stopPropagation();
        folds.fold([lane], false);
      }}
    >
      {t("parts.elements", { count })}
    </button>
  );
}

const GridCell = memo(
  function GridCell({ row, column, target, entry }: { row: LaneRow; column: StepColumn; target: boolean; entry: boolean }) {
    const { t } = useTranslation();
    const { document, focus, folds } = useTools();
    const names = useNames();
    const actions = useActions();
    const editable = useMayPut(row.lane.id);
    const sayElsewhere = useSayElsewhere();
    const button = useRef<HTMLButtonElement>(null);
    const cell: Cell = { lane: row.lane.id, step: column.step.id };
    const current = useFocus((f) => f.cell?.lane === cell.lane && f.cell.step === cell.step);
    const first = useFocus((f) => f.cell === undefined) && entry;

    const onKeyDown = (event: KeyboardEvent) => {
      const direction = ARROWS[event.key];
      if (!direction) return;
      event.preventDefault();
      event.stopPropagation();
      let to = neighbourCell(document.board(), cell, direction);
      // Over lanes that are collapsed.
      while (to && folds.get().folded.has(to.lane)) to = neighbourCell(document.board(), to, direction);
      if (!to) return;
      focus.atCell(to);
      const id = CSS.escape(`cell-${to.lane}-${to.step}`);
      button.current?.closest(".grid")?.querySelector<HTMLElement>(`[data-testid="${id}"] > .cell-add`)?.focus();
    };

    return (
      <div
        className="cell"
        style={{ left: column.x, top: row.y, width: SIZES.step, height: row.cells }}
        data-testid={`cell-${cell.lane}-${cell.step}`}
        data-target={target || undefined}
        data-current={(current && editable) || undefined}
        onClick={() => focus.atCell(cell)}
        onDoubleClick={() => {
          if (editable) actions.add("note", cell);
          else if (document.draws) sayElsewhere();
        }}
      >
        {editable && row.folded === undefined && (
          <button
            ref={button}
            type="button"
            className="cell-add nodrag"
            tabIndex={current || first ? 0 : -1}
            aria-label={t("board.addHere", { lane: names.lane(cell.lane), step: names.step(cell.step) })}
            onFocus={() => focus.atCell(cell)}
            onKeyDown={onKeyDown}
            onDoubleClick={(event) => event.stopPropagation()}
            onClick={(event) => {
              event.stopPropagation();
              actions.add("note", cell);
            }}
          >
            <Icon name="in" />
          </button>
        )}
      </div>
    );
  },
  (a, b) =>
    a.target === b.target &&
    a.entry === b.entry &&
    a.row.lane.id === b.row.lane.id &&
    a.row.y === b.row.y &&
    a.row.cells === b.row.cells &&
    (a.row.folded === undefined) === (b.row.folded === undefined) &&
    a.column.step.id === b.column.step.id &&
    a.column.x === b.column.x,
);
