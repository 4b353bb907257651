import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import { useFollowed, useTools } from "../board/context";
import type { Marker, Step } from "../document/model";
import { degreesOf } from "./degrees";
import { roughly } from "./duration";
import { Face } from "./Face";
import { usePanel } from "./store";
import type { Subject } from "./store";

const NONE: readonly Marker[] = [];
const sorted = new WeakMap<readonly Marker[], ReadonlyMap<string, readonly Marker[]>>();

/** The markers of one target; the same list until any marker changes, so that typing does not draw every card anew. */
function useMarkers(target: string): readonly Marker[] {
  return useFollowed("markers", ({ markers }) => {
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
  const { type, waitSeconds, severity, likelihood, recovery } = marker;
  const wait = type === "wait-point" && waitSeconds !== undefined ? ` ${saySeconds(waitSeconds)}` : "";
  const degrees = degreesOf(severity, likelihood);
  return (
    <span className={`pill pill-${type}`} data-testid="pill">
      {t(`details.marker.${type}`)}
      {wait}
      {degrees !== "" && <span aria-hidden="true">{degrees}</span>}
      {severity !== undefined && <span className="hidden">{`, ${t("parts.severity", { severity })}`}</span>}
      {recovery !== undefined && (
        <>
          <span aria-hidden="true"> ↩</span>
          <span className="hidden">{`, ${t("parts.mended")}`}</span>
        </>
      )}
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
export function StepNotes({ step }: { step: Step }) {
  const { t } = useTranslation();
  const emotions = useFollowed("emotions", (board) => board.emotions);
  const marks = useMarkers(step.id);
  const { folds } = useTools();
  const curve = useSyncExternalStore(folds.subscribe, () => folds.get().curve);
  // The curve, where it is shown, says it already.
  const voices = curve === false ? emotions.filter((e) => e.step === step.id && e.who === "customer") : [];
  const mean = voices.length === 0 ? undefined : voices.reduce((sum, e) => sum + e.value, 0) / voices.length;
  const timed = step.standardSeconds !== undefined || step.acceptableSeconds !== undefined || step.observedSeconds !== undefined;
  if (!timed && mean === undefined && marks.length === 0) return null;
  return (
    <span className="step-notes" data-testid={`step-notes-${step.id}`}>
      {timed && <Times step={step} />}
      {mean !== undefined && (
        <span className="step-face" role="img" aria-label={t(`details.feeling.${String(Math.round(mean) + 0)}`)}>
          <Face value={mean} />
        </span>
      )}
      {marks.map((m) => (
        <Pill key={m.id} marker={m} />
      ))}
    </span>
  );
}

/** Usual, longest and measured time in one line; a measured one that is longer than it may be says so. */
function Times({ step: { standardSeconds, acceptableSeconds, observedSeconds } }: { step: Step }) {
  const { t } = useTranslation();
  const say = useSaySeconds();
  const long = observedSeconds !== undefined && acceptableSeconds !== undefined && observedSeconds > acceptableSeconds;
  const parts = [
    standardSeconds !== undefined && { key: "standard", words: say(standardSeconds) },
    acceptableSeconds !== undefined && { key: "acceptable", words: t("parts.atMost", { time: say(acceptableSeconds) }) },
    observedSeconds !== undefined && { key: "observed", words: t(long ? "parts.measuredLong" : "parts.measured", { time: say(observedSeconds) }) },
  ].filter((p) => p !== false);
  return (
    <b>
      {parts.map(({ key, words }, i) => (
        <span key={key} className={key === "observed" && long ? "time-long" : undefined}>
          {i > 0 && " · "}
          {words}
        </span>
      ))}
    </b>
  );
}

/** Opens the details of a step or a lane from its name on the board. */
export function PartButton({ subject, label }: { subject: Subject; label: string }) {
  const panel = usePanel();
  const { focus, history } = useTools();
  // The board as it was has no panel beside it.
  if (history) return null;
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
