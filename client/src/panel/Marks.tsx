import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import { useBoard, useTools } from "../board/context";
import type { Marker, Step } from "../document/model";
import { roughly } from "./duration";
import { Face } from "./Face";
import { usePanel } from "./store";
import type { Subject } from "./store";

const NONE: readonly Marker[] = [];
const sorted = new WeakMap<readonly Marker[], ReadonlyMap<string, readonly Marker[]>>();

/** The markers of one target; the same list until any marker changes, so that typing does not draw every card anew. */
function useMarkers(target: string): readonly Marker[] {
  const { document } = useTools();
  return useSyncExternalStore(document.subscribe, () => {
    const { markers } = document.board();
    if (markers.length === 0) return NONE;
    let byTarget = sorted.get(markers);
    if (!byTarget) sorted.set(markers, (byTarget = group(markers)));
    return byTarget.get(target) ?? NONE;
  });
}

function group(markers: readonly Marker[]): ReadonlyMap<string, readonly Marker[]> {
  const map = new Map<string, Marker[]>();
  for (const m of markers) map.set(m.target, [...(map.get(m.target) ?? []), m]);
  return map;
}

/** What an element or a step is marked as, in small at its edge. */
export function Pills({ target }: { target: string }) {
  const here = useMarkers(target);
  if (here.length === 0) return null;
  return (
    <span className="pills">
      {here.map((m) => (
        <Pill key={m.id} marker={m} />
      ))}
    </span>
  );
}

export function Pill({ marker }: { marker: Marker }) {
  const { t } = useTranslation();
  const saySeconds = useSaySeconds();
  const wait = marker.type === "wait-point" && marker.waitSeconds !== undefined ? ` ${saySeconds(marker.waitSeconds)}` : "";
  return (
    <span className={`pill pill-${marker.type}`} data-testid="pill">
      {t(`details.marker.${marker.type}`)}
      {wait}
    </span>
  );
}

export function useSaySeconds(): (seconds: number) => string {
  const { t } = useTranslation();
  return (seconds) => {
    const { count, unit } = roughly(seconds);
    return t(`details.shortUnits.${unit}`, { n: count });
  };
}

/** Below the name of a step: how long it takes, how it feels, what it is marked as. */
export function StepNotes({ step, first }: { step: Step; first: boolean }) {
  const { t } = useTranslation();
  const { phases, emotions } = useBoard();
  const marks = useMarkers(step.id);
  const saySeconds = useSaySeconds();
  const phase = first && step.phase !== undefined ? phases.find((p) => p.id === step.phase) : undefined;
  const seconds = step.observedSeconds ?? step.standardSeconds ?? step.acceptableSeconds;
  const voices = emotions.filter((e) => e.step === step.id && e.who === "customer");
  const mean = voices.length === 0 ? undefined : voices.reduce((sum, e) => sum + e.value, 0) / voices.length;
  return (
    <>
      {phase && <span className="step-phase">{phase.title || t("details.phase")}</span>}
      {(seconds !== undefined || mean !== undefined || marks.length > 0) && (
        <span className="step-notes" data-testid={`step-notes-${step.id}`}>
          {seconds !== undefined && <b>{saySeconds(seconds)}</b>}
          {mean !== undefined && (
            <span className="step-face" role="img" aria-label={t(`details.feeling.${String(Math.round(mean) + 0)}`)}>
              <Face value={mean} />
            </span>
          )}
          {marks.map((m) => (
            <Pill key={m.id} marker={m} />
          ))}
        </span>
      )}
    </>
  );
}

/** Opens the details of a step or a lane from its name on the board. */
export function PartButton({ subject, label }: { subject: Subject; label: string }) {
  const panel = usePanel();
  const { focus } = useTools();
  return (
    <button
      type="button"
      className="btn icon part-details nodrag nopan"
      aria-label={label}
      title={label}
      data-testid={`details-${subject.kind}-${subject.id}`}
      onClick={(event) => {
        event.preventDefault();
        focus.select(undefined);
        panel.about(subject);
      }}
    >
      <Icon name="details" />
    </button>
  );
}
