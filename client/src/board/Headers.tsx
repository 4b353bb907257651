import "./parts.css";
import { ViewportPortal, useStore } from "@xyflow/react";
import { Fragment } from "react";
import type { PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "./actions";
import { useEditable, useNames, useTools } from "./context";
import { Icon } from "./Icon";
import { SIZES } from "./layout";
import type { Geometry, LaneRow } from "./layout";
import { PartButton, StepNotes } from "../panel/Marks";
import { CurveKey } from "./EmotionCurve";
import { AddLane, AddStep, PartMenu } from "./PartMenu";
import type { Part } from "./parts";
import { Signs } from "../talk/Signs";
import { SharedField } from "./SharedField";
import { PartVisitors } from "./VisitorTag";
import { useReordering } from "./useReordering";

const HINTED = ["evidence", "customer", "frontstage", "backstage", "support"] as const;

/** The names of lanes and steps. They stay at the edge of the window when the board is moved, like those of a table. */
export function Headers({ geometry, top }: { geometry: Geometry; top: number }) {
  const { t } = useTranslation();
  const editable = useEditable();
  const actions = useActions();
  const names = useNames();
  const { width, height, head, phases, lanes, steps } = geometry;
  const dx = useStore((s) => clamp(-s.transform[0] / s.transform[2], width - SIZES.laneHeader));
  const dy = useStore((s) => clamp((top - s.transform[1]) / s.transform[2], height - head));
  const [carried, begin] = useReordering(geometry);
  const inserted = carried?.to?.line;

  /** The whole header can be carried, but for what is written or pressed on it. */
  const carry = (what: Part, id: string) => (event: PointerEvent) => {
    if (event.pointerType === "mouse" && event.target instanceof Element && !event.target.closest("button, textarea")) begin(event, what, id);
  };

  return (
    <ViewportPortal>
      <div className="headers" data-carrying={inserted !== undefined || undefined}>
        <LineNames geometry={geometry} />
        <div className="lane-names" style={{ transform: `translateX(${String(dx)}px)`, height, width: SIZES.laneHeader }} data-away={dx > 0 || undefined}>
          {lanes.map((row, i) => {
            const { lane, y, height: h, line, folded, cells } = row;
            return (
              <Fragment key={lane.id}>
                {editable && <AddLane index={i} y={y} />}
                <div
                  className={`lane-name role-${lane.role}`}
                  data-line={line}
                  data-folded={folded === undefined ? undefined : true}
                  data-carried={(inserted !== undefined && carried?.id === lane.id) || undefined}
                  style={{ top: y, height: h }}
                  onPointerDown={carry("lanes", lane.id)}
                >
                  <SharedField
                    path={["lanes", lane.id, "title"]}
                    label={t("board.laneName", { name: t(`lane.${lane.role}`) })}
                    placeholder={t(`lane.${lane.role}`)}
                    className="lane-field"
                    testId={`lane-title-${lane.id}`}
                    lines={folded === undefined ? 2 : 1}
                  />
                  {folded === undefined && <LaneNotes row={row} />}
                  <Signs target={lane.id} subject={{ kind: "lane", id: lane.id }} />
                  <PartVisitors target={lane.id} />
                  {row.curve && <CurveKey top={cells} />}
                  <div className="part-tools" style={folded === undefined ? { top: cells } : undefined}>
                    <FoldButton row={row} name={names.lane(lane.id)} />
                    <PartMenu what="lanes" id={lane.id} onCarry={begin} />
                    <PartButton subject={{ kind: "lane", id: lane.id }} label={t("details.ofLane", { name: names.lane(lane.id) })} />
                  </div>
                </div>
              </Fragment>
            );
          })}
          {editable && <AddLane index={lanes.length} y={height} />}
          {carried?.what === "lanes" && inserted !== undefined && <div className="insertion" style={{ top: inserted, left: 0, width, height: 0 }} />}
        </div>
        <div className="step-names" style={{ transform: `translateY(${String(dy)}px)`, width, height: head }} data-away={dy > 0 || undefined}>
          {phases.map(({ phase, x, width: w }) => (
            <div key={`${phase.id} ${String(x)}`} className="phase" style={{ left: x, width: w, height: SIZES.phase }}>
              <SharedField path={["phases", phase.id, "title"]} label={t("details.phaseName")} placeholder={t("details.phase")} className="phase-field" testId={`phase-title-${phase.id}`} />
            </div>
          ))}
          {steps.map(({ step, x }, i) => (
            <Fragment key={step.id}>
              {editable && <AddStep index={i} x={x} />}
              <div
                className="step-name"
                data-carried={(inserted !== undefined && carried?.id === step.id) || undefined}
                style={{ left: x, width: SIZES.step, top: head - SIZES.stepHeader, height: SIZES.stepHeader }}
                onPointerDown={carry("steps", step.id)}
              >
                <SharedField
                  path={["steps", step.id, "title"]}
                  label={t("board.stepName", { name: t("step", { number: i + 1 }) })}
                  placeholder={t("step", { number: i + 1 })}
                  className="step-field"
                  testId={`step-title-${step.id}`}
                />
                <StepNotes step={step} />
                <Signs target={step.id} subject={{ kind: "step", id: step.id }} />
                <PartVisitors target={step.id} />
                <div className="part-tools">
                  <PartMenu what="steps" id={step.id} onCarry={begin} />
                  <PartButton subject={{ kind: "step", id: step.id }} label={t("details.ofStep", { name: names.step(step.id) })} />
                </div>
              </div>
            </Fragment>
          ))}
          {editable && (
            <button type="button" className="btn icon add-step nopan" style={{ left: width + 10 }} aria-label={t("board.addStep")} title={t("board.addStep")} onClick={() => actions.addStep()}>
              <Icon name="in" />
            </button>
          )}
          {carried?.what === "steps" && inserted !== undefined && <div className="insertion" style={{ left: inserted, top: 0, width: 0, height }} />}
        </div>
        <div className="corner" style={{ transform: `translate(${String(dx)}px, ${String(dy)}px)`, width: SIZES.laneHeader, height: head }}>
          {t("board.steps", { count: steps.length })}
        </div>
      </div>
    </ViewportPortal>
  );
}

/** Below the name of a lane: what kind it is, if its name does not say so, and who answers for it. */
function LaneNotes({ row: { lane } }: { row: LaneRow }) {
  const { t } = useTranslation();
  const hint = lane.title === "" ? HINTED.find((r) => r === lane.role) : undefined;
  const kind = t(`lane.${lane.role}`);
  const named = lane.title !== "" && lane.role !== "custom" && lane.title.trim().toLocaleLowerCase() !== kind.toLocaleLowerCase();
  return (
    <>
      {hint && <span className="fine">{t(`laneHint.${hint}`)}</span>}
      {named && <span className="fine">{kind}</span>}
      {lane.owner.trim() !== "" && <span className="fine lane-owner">{t("parts.owner", { owner: lane.owner })}</span>}
    </>
  );
}

function FoldButton({ row: { lane, folded }, name }: { row: LaneRow; name: string }) {
  const { t } = useTranslation();
  const { folds } = useTools();
  const open = folded === undefined;
  const label = t(open ? "parts.foldLane" : "parts.unfoldLane", { name, count: folded ?? 0 });
  return (
    <button type="button" className="btn icon fold-button nodrag nopan" aria-expanded={open} aria-label={label} title={label} data-testid={`fold-${lane.id}`} onClick={() => folds.fold([lane.id], open)}>
      <Icon name={open ? "up" : "down"} />
    </button>
  );
}

/** The names of the three lines: at the right edge of the board, or of the window when that comes first. */
function LineNames({ geometry: { lanes, width } }: { geometry: Geometry }) {
  const { t } = useTranslation();
  const right = useStore((s) => Math.min(width, (s.width - s.transform[0]) / s.transform[2]));
  return lanes.map(
    ({ lane, y, height, line }) =>
      line && (
        <span key={lane.id} className={`line-name line-name-${line}`} data-testid={`line-${line}`} style={{ transform: `translate(${String(Math.max(right, SIZES.laneHeader + 190) - 14)}px, ${String(y + height)}px) translate(-100%, -50%)` }}>
          {t(`line.${line}`)}
        </span>
      ),
  );
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, Math.max(0, most)));
