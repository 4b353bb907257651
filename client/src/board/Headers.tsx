import { ViewportPortal, useStore } from "@xyflow/react";
import { useTranslation } from "react-i18next";
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
export function Headers({ geometry, top }: { geometry: Geometry; top: number }) {
  const { t } = useTranslation();
  const editable = useEditable();
  const actions = useActions();
  const names = useNames();
  const { width, height, lanes, steps } = geometry;
  const dx = useStore((s) => clamp(-s.transform[0] / s.transform[2], width - SIZES.laneHeader));
  const dy = useStore((s) => clamp((top - s.transform[1]) / s.transform[2], height - SIZES.stepHeader));

  return (
    <ViewportPortal>
      <div className="headers">
        <div className="lane-names" style={{ transform: `translateX(${String(dx)}px)`, height, width: SIZES.laneHeader }} data-away={dx > 0 || undefined}>
          {lanes.map(({ lane, y, height: h, line }) => {
            const hint = lane.title === "" ? HINTED.find((r) => r === lane.role) : undefined;
            return (
              <label key={lane.id} className={`lane-name role-${lane.role}`} data-line={line} style={{ top: y, height: h }}>
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
          })}
        </div>
        <div className="step-names" style={{ transform: `translateY(${String(dy)}px)`, width, height: SIZES.stepHeader }} data-away={dy > 0 || undefined}>
          {steps.map(({ step, x }, i) => (
            <div key={step.id} className="step-name" style={{ left: x, width: SIZES.step }}>
              <SharedField
                path={["steps", step.id, "title"]}
                label={t("board.stepName", { name: t("step", { number: i + 1 }) })}
                placeholder={t("step", { number: i + 1 })}
                className="step-field"
                testId={`step-title-${step.id}`}
              />
              <StepNotes step={step} first={step.phase !== steps[i - 1]?.step.phase} />
              <Signs target={step.id} subject={{ kind: "step", id: step.id }} />
              <PartVisitors target={step.id} />
              <PartButton subject={{ kind: "step", id: step.id }} label={t("details.ofStep", { name: names.step(step.id) })} />
            </div>
          ))}
          {editable && (
            <button type="button" className="btn icon add-step nopan" style={{ left: width + 10 }} aria-label={t("board.addStep")} title={t("board.addStep")} onClick={() => actions.addStep()}>
              <Icon name="in" />
            </button>
          )}
        </div>
        <div className="corner" style={{ transform: `translate(${String(dx)}px, ${String(dy)}px)`, width: SIZES.laneHeader, height: SIZES.stepHeader }}>
          {t("board.steps", { count: steps.length })}
        </div>
      </div>
    </ViewportPortal>
  );
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, Math.max(0, most)));
