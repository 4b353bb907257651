import "./parts.css";
import { ViewportPortal, useStoreApi } from "@xyflow/react";
import { Fragment, memo, useLayoutEffect, useRef } from "react";
import type { PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Step } from "../document/model";
import { useActions } from "./actions";
import { useEditable, useMayPut, useNames, useTools } from "./context";
import { Icon } from "./Icon";
import { SIZES } from "./layout";
import type { Frame, LaneRow } from "./layout";
import { PartButton, StepNotes } from "../panel/Marks";
import { CurveKey } from "./EmotionCurve";
import { AddLane, AddStep, PartMenu } from "./PartMenu";
import type { Part } from "./parts";
import { Signs } from "../talk/Signs";
import { SharedField } from "./SharedField";
import { PartVisitors } from "./VisitorTag";
import { useStable } from "./stable";
import { useReordering } from "./useReordering";

const HINTED = ["evidence", "customer", "frontstage", "backstage", "support"] as const;

/** The names of lanes and steps. They stay at the edge of the window when the board is moved, like those of a table. */
export const Headers = memo(function Headers({ geometry, top }: { geometry: Frame; top: number }) {
  const { t } = useTranslation();
  const editable = useEditable();
  const actions = useActions();
  const { width, height, head, phases, lanes, steps } = geometry;
  const { laneNames, stepNames, corner } = useSticky(width, height, head, top);
  const [carried, beginNow] = useReordering(geometry);
  const begin = useStable(beginNow);
  const inserted = carried?.to?.line;

  return (
    <ViewportPortal>
      <div className="headers" data-carrying={inserted !== undefined || undefined}>
        <LineNames geometry={geometry} />
        <div ref={laneNames} className="lane-names" style={{ height, width: SIZES.laneHeader }}>
          {lanes.map((row, i) => (
            <Fragment key={row.lane.id}>
              {editable && <AddLane index={i} y={row.y} />}
              <LaneName row={row} carried={inserted !== undefined && carried?.id === row.lane.id} onCarry={begin} />
            </Fragment>
          ))}
          {editable && <AddLane index={lanes.length} y={height} />}
          {carried?.what === "lanes" && inserted !== undefined && <div className="insertion" style={{ top: inserted, left: 0, width, height: 0 }} />}
        </div>
        <div ref={stepNames} className="step-names" style={{ width, height: head }}>
          {phases.map(({ phase, x, width: w }) => (
            <div key={`${phase.id} ${String(x)}`} className="phase" style={{ left: x, width: w, height: SIZES.phase }}>
              <SharedField path={["phases", phase.id, "title"]} label={t("details.phaseName")} placeholder={t("details.phase")} className="phase-field" testId={`phase-title-${phase.id}`} />
            </div>
          ))}
          {steps.map(({ step, x }, i) => (
            <Fragment key={step.id}>
              {editable && <AddStep index={i} x={x} />}
              <StepName step={step} x={x} top={head - SIZES.stepHeader} number={i + 1} carried={inserted !== undefined && carried?.id === step.id} onCarry={begin} />
            </Fragment>
          ))}
          {editable && (
            <button type="button" className="btn icon add-step nopan" style={{ left: width + 10 }} aria-label={t("board.addStep")} title={t("board.addStep")} onClick={() => actions.addStep()}>
              <Icon name="in" />
            </button>
          )}
          {carried?.what === "steps" && inserted !== undefined && <div className="insertion" style={{ left: inserted, top: 0, width: 0, height }} />}
        </div>
        <div ref={corner} className="corner" style={{ width: SIZES.laneHeader, height: head }}>
          {t("board.steps", { count: steps.length })}
        </div>
      </div>
    </ViewportPortal>
  );
});

/** Keeps the names at the edges, past React: the view moves with every frame. */
function useSticky(width: number, height: number, head: number, top: number) {
  const store = useStoreApi();
  const laneNames = useRef<HTMLDivElement>(null);
  const stepNames = useRef<HTMLDivElement>(null);
  const corner = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const put = (element: HTMLElement | null, dx: number, dy: number) => {
      if (!element) return;
      element.style.transform = `translate(${String(dx)}px, ${String(dy)}px)`;
      element.toggleAttribute("data-away", dx > 0 || dy > 0);
    };
    let last: readonly number[] = [];
    const set = () => {
      const { transform } = store.getState();
      if (transform === last) return;
      last = transform;
      const [x, y, zoom] = transform;
      const dx = clamp(-x / zoom, width - SIZES.laneHeader);
      const dy = clamp((top - y) / zoom, height - head);
      put(laneNames.current, dx, 0);
      put(stepNames.current, 0, dy);
      put(corner.current, dx, dy);
    };
    set();
    return store.subscribe(set);
  }, [store, width, height, head, top]);
  return { laneNames, stepNames, corner };
}

type Carry = (event: PointerEvent, what: Part, id: string) => void;

/** The whole header can be carried, but for what is written or pressed on it. */
const takes = (event: PointerEvent) => event.pointerType === "mouse" && event.target instanceof Element && !event.target.closest("button, textarea");

const LaneName = memo(function LaneName({ row, carried, onCarry }: { row: LaneRow; carried: boolean; onCarry: Carry }) {
  const { t } = useTranslation();
  const names = useNames();
  const { lane, y, height, line, folded, cells } = row;
  const { document } = useTools();
  // Where some write in some lanes only, they see which.
  const theirs = useMayPut(lane.id) && document.fence !== undefined && folded === undefined;
  return (
    <div
      className={`lane-name role-${lane.role}`}
      data-line={line}
      data-folded={folded === undefined ? undefined : true}
      data-carried={carried || undefined}
      style={{ top: y, height }}
      onPointerDown={(event) => {
        if (takes(event)) onCarry(event, "lanes", lane.id);
      }}
    >
      <SharedField
        path={["lanes", lane.id, "title"]}
        label={t("board.laneName", { name: t(`lane.${lane.role}`) })}
        placeholder={t(`lane.${lane.role}`)}
        className="lane-field"
        testId={`lane-title-${lane.id}`}
        lines={folded === undefined ? 2 : 1}
      />
      {theirs && (
        <span className="lane-theirs" data-testid="lane-theirs">
          <Icon name="pen" /> {t("lanes.here")}
        </span>
      )}
      {folded === undefined && <LaneNotes row={row} />}
      <Signs target={lane.id} subject={{ kind: "lane", id: lane.id }} />
      <PartVisitors target={lane.id} />
      {row.curve && <CurveKey top={cells} />}
      <div className="part-tools" style={folded === undefined ? { top: cells } : undefined}>
        <FoldButton row={row} name={names.lane(lane.id)} />
        <PartMenu what="lanes" id={lane.id} onCarry={onCarry} />
        <PartButton subject={{ kind: "lane", id: lane.id }} label={t("details.ofLane", { name: names.lane(lane.id) })} />
      </div>
    </div>
  );
});

interface StepNameProps {
  readonly step: Step;
  readonly x: number;
  readonly top: number;
  readonly number: number;
  readonly carried: boolean;
  readonly onCarry: Carry;
}

const StepName = memo(function StepName({ step, x, top, number, carried, onCarry }: StepNameProps) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <div
      className="step-name"
      data-carried={carried || undefined}
      style={{ left: x, width: SIZES.step, top, height: SIZES.stepHeader }}
      onPointerDown={(event) => {
        if (takes(event)) onCarry(event, "steps", step.id);
      }}
    >
      <SharedField
        path={["steps", step.id, "title"]}
        label={t("board.stepName", { name: t("step", { number }) })}
        placeholder={t("step", { number })}
        className="step-field"
        testId={`step-title-${step.id}`}
      />
      <StepNotes step={step} />
      <Signs target={step.id} subject={{ kind: "step", id: step.id }} />
      <PartVisitors target={step.id} />
      <div className="part-tools">
        <PartMenu what="steps" id={step.id} onCarry={onCarry} />
        <PartButton subject={{ kind: "step", id: step.id }} label={t("details.ofStep", { name: names.step(step.id) })} />
      </div>
    </div>
  );
});

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
function LineNames({ geometry: { lanes, width } }: { geometry: Frame }) {
  const { t } = useTranslation();
  const names = useRef<HTMLDivElement>(null);
  const store = useStoreApi();
  useLayoutEffect(() => {
    let last = NaN;
    const set = () => {
      const { transform: [x, , zoom], width: seen } = store.getState();
      const right = Math.max(Math.min(width, (seen - x) / zoom), SIZES.laneHeader + 190) - 14;
      if (right === last || !names.current) return;
      last = right;
      names.current.style.transform = `translate(${String(right)}px, 0px)`;
    };
    set();
    return store.subscribe(set);
  }, [store, width]);
  return (
    <div ref={names} className="line-names">
      {lanes.map(
        ({ lane, y, height, line }) =>
          line && (
            <span key={lane.id} className={`line-name line-name-${line}`} data-testid={`line-${line}`} style={{ transform: `translate(0px, ${String(y + height)}px) translate(-100%, -50%)` }}>
              {t(`line.${line}`)}
            </span>
          ),
      )}
    </div>
  );
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, Math.max(0, most)));
