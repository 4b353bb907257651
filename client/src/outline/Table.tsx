import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { useBoard } from "../board/context";
import { CellOf, FeelingsOf } from "./Cells";
import type { Outline } from "./model";
import { LaneName, PhaseName, StepName } from "./Names";

/**
 * Steps as columns, lanes as rows. A real table, so that a screen reader reads the names of step and lane with every cell
 * and goes through it with its own keys; and a grid, so that it hands the arrow keys to us when one edits.
 */
export function Table({ outline }: { outline: Outline }) {
  const { t } = useTranslation();
  const { title } = useBoard();
  const { columns, rows, runs } = outline;
  const phases = runs.some((r) => r.phase);
  const customer = rows.find((r) => r.lane.role === "customer") ?? rows[0];
  return (
    <table role="grid" className="outline-table" aria-describedby="outline-keys" data-testid="outline-table">
      <caption>
        {title || t("board.untitled")}
        <span className="hidden">. {t("outline.caption")}</span>
      </caption>
      <thead>
        {phases && (
          <tr className="phases">
            <td className="corner-cell">
              <span className="hidden">{t("details.phase")}</span>
            </td>
            {runs.map(({ phase, from, count }) => {
              const step = columns[from]?.step.id ?? "";
              return phase ? (
                <PhaseName key={step} phase={phase} step={step} frame={{ as: "th", scope: "colgroup", colSpan: count }} />
              ) : (
                <td key={step} colSpan={count}>
                  <span className="hidden">{t("details.noPhase")}</span>
                </td>
              );
            })}
          </tr>
        )}
        <tr className="steps">
          <td className="corner-cell">{t("board.steps", { count: columns.length })}</td>
          {columns.map((column, i) => (
            <StepName key={column.step.id} column={column} number={i + 1} frame={{ as: "th", scope: "col" }} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.lane.id}>
            <tr className={`lane-row role-${row.lane.role}`}>
              <LaneName row={row} frame={{ as: "th", scope: "row" }} />
              {row.cells.map((cell) => (
                <CellOf key={cell.step} cell={cell} as="td" role={row.lane.role} />
              ))}
            </tr>
            {row.line && (
              <tr className={`line-row line-${row.line}`} data-testid={`line-${row.line}`}>
                <td colSpan={columns.length + 1}>
                  <div className="line-in">
                    <span>{t(`line.${row.line}`)}</span>
                  </div>
                </td>
              </tr>
            )}
          </Fragment>
        ))}
        <tr className="feelings-row role-emotion">
          <th scope="row" className="part">
            <div className="part-in">
              <span className="part-name">{t("details.emotions")}</span>
            </div>
          </th>
          {columns.map((column) => (
            <FeelingsOf key={column.step.id} column={column} lane={customer?.lane.id} as="td" />
          ))}
        </tr>
      </tbody>
    </table>
  );
}
