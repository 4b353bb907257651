import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import { useBoard, useEditable, useNames, useTools } from "../board/context";
import type { Contents } from "../document/blueprint";
import { LANE_ROLES } from "../document/model";
import type { Lane, Step } from "../document/model";
import { Emotions } from "./Emotions";
import { Choice, Group, Time, Words } from "./fields";
import { Markers } from "./Markers";
import { Made } from "../history/Made";
import { TalkButtons } from "../talk/Signs";
import { usePanel } from "./store";

const TIMES = ["standardSeconds", "acceptableSeconds", "observedSeconds"] as const;
/** The value of the choice that makes a new phase; ids have no blank. */
const NEW = "new phase";

export function StepDetails({ step }: { step: Step }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const { blueprint } = document;
  const { steps, phases, elements } = useBoard();
  const editable = useEditable();
  const names = useNames();
  const panel = usePanel();
  const { id } = step;
  const at = steps.findIndex((s) => s.id === id);
  const number = t("step", { number: at + 1 });
  const nameOf = (phase: string) => (phase === NEW ? t("details.newPhase") : phases.find((p) => p.id === phase)?.title || t("details.phase"));
  const add = (index: number) => {
    const made = blueprint.addStep(index);
    if (made !== undefined) panel.about({ kind: "step", id: made });
  };
  return (
    <div data-testid="details" data-kind="step">
      <h2>{names.step(id)}</h2>
      <TalkButtons target={id} subject={{ kind: "step", id }} />
      <div className="panel-group">
        <Words path={["steps", id, "title"]} label={t("details.title")} hint={number} testId="details-title" />
        <Choice
          label={t("details.phase")}
          value={step.phase}
          options={[...phases.map((p) => p.id), NEW]}
          none={t("details.noPhase")}
          nameOf={nameOf}
          onChange={(phase) => (phase === NEW ? blueprint.addPhaseFor(id) : blueprint.set("steps", id, { phase }))}
          testId="phase"
        />
        {step.phase !== undefined && (
          <div className="row">
            <Words path={["phases", step.phase, "title"]} label={t("details.phaseName")} testId="phase-title" />
            {editable && (
              <button type="button" className="btn icon" aria-label={t("details.removePhase")} onClick={() => step.phase !== undefined && blueprint.removePhase(step.phase)}>
                <Icon name="bin" />
              </button>
            )}
          </div>
        )}
      </div>
      <Group title={t("details.times")}>
        {TIMES.map((field) => (
          <Time key={field} label={t(`details.${field}`)} seconds={step[field]} onChange={(value) => blueprint.set("steps", id, { [field]: value })} testId={field} />
        ))}
      </Group>
      <Emotions step={id} />
      <Markers target={id} step={id} />
      {editable && (
        <>
          <Place at={at} count={steps.length} back={t("details.earlier")} forth={t("details.later")} onMove={(to) => blueprint.reorder("steps", id, to)} />
          <div className="panel-actions">
            <button type="button" className="btn" onClick={() => add(at)}>
              {t("details.addBefore")}
            </button>
            <button type="button" className="btn" onClick={() => add(at + 1)} data-testid="add-after">
              {t("details.addAfter")}
            </button>
          </div>
          <Remove
            label={t("details.removeStep")}
            inside={elements.filter((e) => e.step === id).length}
            last={steps.length === 1}
            onRemove={(contents) => blueprint.removeStep(id, contents)}
          />
        </>
      )}
      <Made key={id} id={id} />
    </div>
  );
}

export function LaneDetails({ lane }: { lane: Lane }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const { blueprint } = document;
  const { lanes, elements } = useBoard();
  const editable = useEditable();
  const names = useNames();
  const { id } = lane;
  const at = lanes.findIndex((l) => l.id === id);
  return (
    <div data-testid="details" data-kind="lane">
      <h2>{names.lane(id)}</h2>
      <TalkButtons target={id} subject={{ kind: "lane", id }} />
      <div className="panel-group">
        <Words path={["lanes", id, "title"]} label={t("details.title")} hint={t(`lane.${lane.role}`)} testId="details-title" />
        <Choice label={t("details.role")} value={lane.role} options={LANE_ROLES} nameOf={(r) => t(`lane.${r}`)} onChange={(role) => role && blueprint.set("lanes", id, { role })} testId="role" />
        <Words path={["lanes", id, "owner"]} label={t("details.owner")} hint={t("details.ownerHint")} testId="owner" />
      </div>
      {editable && (
        <>
          <Place at={at} count={lanes.length} back={t("details.up")} forth={t("details.down")} onMove={(to) => blueprint.reorder("lanes", id, to)} />
          <Remove
            label={t("details.removeLane")}
            inside={elements.filter((e) => e.lane === id).length}
            last={lanes.length === 1}
            onRemove={(contents) => blueprint.removeLane(id, contents)}
          />
        </>
      )}
      <Made key={id} id={id} />
    </div>
  );
}

function Place({ at, count, back, forth, onMove }: { at: number; count: number; back: string; forth: string; onMove: (to: number) => void }) {
  const { t } = useTranslation();
  return (
    <div className="panel-actions" role="group" aria-label={t("details.move")}>
      <button type="button" className="btn" aria-disabled={at <= 0} onClick={() => at > 0 && onMove(at - 1)}>
        {back}
      </button>
      <button type="button" className="btn" aria-disabled={at >= count - 1} onClick={() => at < count - 1 && onMove(at + 1)}>
        {forth}
      </button>
    </div>
  );
}

/** Removes at once what is empty, and asks what becomes of what lies in it. The last lane or step stays. */
function Remove({ label, inside, last, onRemove }: { label: string; inside: number; last: boolean; onRemove: (contents: Contents) => boolean }) {
  const { t } = useTranslation();
  const { notice } = useTools();
  const panel = usePanel();
  const [asking, setAsking] = useState(false);
  const remove = (contents: Contents) => {
    if (!onRemove(contents)) return;
    notice.say(t("details.saidRemoved"));
    panel.about(undefined);
  };
  if (last) return null;
  if (!asking) {
    return (
      <div className="panel-actions">
        <button type="button" className="btn danger" data-testid="remove-part" onClick={() => (inside > 0 ? setAsking(true) : remove("keep"))}>
          {label}
        </button>
      </div>
    );
  }
  return (
    <div className="panel-actions" role="group" aria-label={label}>
      <p role="status">{t("details.removeAsk", { count: inside })}</p>
      <button type="button" className="btn soft" autoFocus onClick={() => remove("keep")}>
        {t("details.keep")}
      </button>
      <button type="button" className="btn danger" onClick={() => remove("remove")}>
        {t("details.removeAll")}
      </button>
      <button type="button" className="btn" onClick={() => setAsking(false)}>
        {t("details.cancel")}
      </button>
    </div>
  );
}
