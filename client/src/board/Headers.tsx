import { ViewportPortal, useStoreApi } from "@xyflow/react";
import { memo, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Lane, Step } from "../document/model";
import { useActions } from "./actions";
import { useEditable, useNames } from "./context";
import { Icon } from "./Icon";
import { SIZES } from "./layout";
import type { Geometry } from "./layout";
import { PartButton, StepNotes } from "../panel/Marks";
import { Signs } from "../talk/Signs";
import { SharedField } from "./SharedField";
import { PartVisitors } from "./VisitorTag";

const HINTED = ["evidence", "customer", "frontstage", "backstage", "support"] as const;

/** The names of lanes and steps. They stay at the edge of the window when the board is moved, like those of a table. */
export const Headers = memo(function Headers({ geometry, top }: { geometry: Geometry; top: number }) {
  const { t } = useTranslation();
  const editable = useEditable();
  const actions = useActions();
  const { width, height, lanes, steps } = geometry;
  const { laneNames, stepNames, corner } = useSticky(width, height, top);

  return (
    <ViewportPortal>
      <div className="headers">
        <div ref={laneNames} className="lane-names" style={{ height, width: SIZES.laneHeader }}>
          {lanes.map(({ lane, y, height: h, line }) => (
            <LaneName key={lane.id} lane={lane} y={y} height={h} line={line} />
          ))}
        </div>
        <div ref={stepNames} className="step-names" style={{ width, height: SIZES.stepHeader }}>
          {steps.map(({ step, x }, i) => (
            <StepName key={step.id} step={step} x={x} number={i + 1} first={step.phase !== steps[i - 1]?.step.phase} />
          ))}
          {editable && (
            <button type="button" className="btn icon add-step nopan" style={{ left: width + 10 }} aria-label={t("board.addStep")} title={t("board.addStep")} onClick={() => actions.addStep()}>
              <Icon name="in" />
            </button>
          )}
        </div>
        <div ref={corner} className="corner" style={{ width: SIZES.laneHeader, height: SIZES.stepHeader }}>
          {t("board.steps", { count: steps.length })}
        </div>
      </div>
    </ViewportPortal>
  );
});

/** Keeps the names at the edges, past React: the view moves with every frame. */
function useSticky(width: number, height: number, top: number) {
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
      const dy = clamp((top - y) / zoom, height - SIZES.stepHeader);
      put(laneNames.current, dx, 0);
      put(stepNames.current, 0, dy);
      put(corner.current, dx, dy);
    };
    set();
    return store.subscribe(set);
  }, [store, width, height, top]);
  return { laneNames, stepNames, corner };
}

const LaneName = memo(function LaneName({ lane, y, height, line }: { lane: Lane; y: number; height: number; line: string | undefined }) {
  const { t } = useTranslation();
  const names = useNames();
  const hint = lane.title === "" ? HINTED.find((r) => r === lane.role) : undefined;
  return (
    <label className={`lane-name role-${lane.role}`} data-line={line} style={{ top: y, height }}>
      <SharedField
        path={["lanes", lane.id, "title"]}
        label={t("board.laneName", { name: t(`lane.${lane.role}`) })}
        placeholder={t(`lane.${lane.role}`)}
        className="lane-field"
        testId={`lane-title-${lane.id}`}
        lines={2}
      />
      {hint && <span className="fine">{t(`laneHint.${hint}`)}</span>}
      <Signs target={lane.id} subject={{ kind: "lane", id: lane.id }} />
      <PartVisitors target={lane.id} />
      <PartButton subject={{ kind: "lane", id: lane.id }} label={t("details.ofLane", { name: names.lane(lane.id) })} />
    </label>
  );
});

const StepName = memo(function StepName({ step, x, number, first }: { step: Step; x: number; number: number; first: boolean }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <div className="step-name" style={{ left: x, width: SIZES.step }}>
      <SharedField
        path={["steps", step.id, "title"]}
        label={t("board.stepName", { name: t("step", { number }) })}
        placeholder={t("step", { number })}
        className="step-field"
        testId={`step-title-${step.id}`}
      />
      <StepNotes step={step} first={first} />
      <Signs target={step.id} subject={{ kind: "step", id: step.id }} />
      <PartVisitors target={step.id} />
      <PartButton subject={{ kind: "step", id: step.id }} label={t("details.ofStep", { name: names.step(step.id) })} />
    </div>
  );
});

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, Math.max(0, most)));
