import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "../board/context";
import { CellOf, FeelingsOf } from "./Cells";
import type { Column, Outline, OutlineCell, Row } from "./model";
import { LaneName, PhaseName, StepName } from "./Names";

/** Phases, steps and lanes as headings, and what happens there as lists: for reading from top to bottom, and for phones. */
export function List({ outline }: { outline: Outline }) {
  const { t } = useTranslation();
  const { columns, rows, runs } = outline;
  const phases = runs.some((r) => r.phase);
  return (
    <div className="outline-list" aria-describedby="outline-keys" role="group" aria-label={t("outline.list")} data-testid="outline-list">
      {runs.map(({ phase, from, count }) => {
        const step = columns[from]?.step.id ?? "";
        return (
          <div key={step} className="run">
            {phase ? (
              <PhaseName phase={phase} step={step} frame={{ as: "div", level: 2 }} />
            ) : (
              phases && <h2 className="phase-part">{t("details.noPhase")}</h2>
            )}
            {columns.slice(from, from + count).map((column, i) => (
              <StepOf key={column.step.id} column={column} number={from + i + 1} at={from + i} rows={rows} level={phases ? 3 : 2} />
            ))}
          </div>
        );
      })}
    </div>
  );
}

/** The lanes by themselves, which the list names again and again: here they are renamed, moved and removed. */
export function Lanes({ outline }: { outline: Outline }) {
  const { t } = useTranslation();
  return (
    <section className="outline-part" aria-labelledby="outline-lanes">
      <h2 id="outline-lanes">{t("details.lanes")}</h2>
      {outline.rows.map((row) => (
        <LaneName key={row.lane.id} row={row} frame={{ as: "div", level: 3 }} />
      ))}
    </section>
  );
}

function StepOf({ column, number, at, rows, level }: { column: Column; number: number; at: number; rows: readonly Row[]; level: 2 | 3 }) {
  const { t } = useTranslation();
  const customer = rows.find((r) => r.lane.role === "customer") ?? rows[0];
  return (
    <section className="step-of" data-testid={`outline-step-${column.step.id}`}>
      <StepName column={column} number={number} frame={{ as: "div", level }} />
      {rows.map((row) => {
        const cell = row.cells[at];
        return cell && <LaneOf key={row.lane.id} row={row} cell={cell} level={level === 2 ? 3 : 4} />;
      })}
      <div className="lane-of role-emotion">
        <LaneHeading level={level === 2 ? 3 : 4}>{t("details.emotions")}</LaneHeading>
        <FeelingsOf column={column} lane={customer?.lane.id} as="div" />
      </div>
    </section>
  );
}

function LaneHeading({ level, children }: { level: 3 | 4; children: string }) {
  const Heading = level === 3 ? "h3" : "h4";
  return <Heading className="lane-heading">{children}</Heading>;
}

const LaneOf = memo(
  function LaneOf({ row, cell, level }: { row: Row; cell: OutlineCell; level: 3 | 4 }) {
    const { t } = useTranslation();
    const names = useNames();
    const { lane, line } = row;
    return (
      <>
        <div className={`lane-of role-${lane.role}`}>
          <LaneHeading level={level}>{names.lane(lane.id)}</LaneHeading>
          <CellOf cell={cell} as="div" role={lane.role} />
        </div>
        {line && (
          <div className={`line-of line-${line}`}>
            <p className="line-in">
              <span>{t(`line.${line}`)}</span>
            </p>
          </div>
        )}
      </>
    );
  },
  (a, b) => a.row.lane === b.row.lane && a.row.line === b.row.line && a.cell === b.cell && a.level === b.level,
);
