import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo, useState } from "react";
import type { KeyboardEvent, MouseEvent, PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { useHands } from "../commands/hands";
import { FEELERS } from "../document/model";
import type { Feeler } from "../document/model";
import { Face } from "../panel/Face";
import { useBoardPart, useEditable, useNames } from "./context";
import { FEELING, curveBand, heightAt, valueAt } from "./curve";
import type { CurveBand, CurvePoint } from "./curve";
import { SIZES } from "./layout";
import type { Frame } from "./layout";
import { feel, showFeelings } from "./parts";
import { useReactFlow } from "@xyflow/react";

const KEYS: Readonly<Record<string, (value: number) => number>> = {
  ArrowUp: (v) => v + 1,
  ArrowDown: (v) => v - 1,
  PageUp: (v) => v + 1,
  PageDown: (v) => v - 1,
  Home: () => FEELING.least,
  End: () => FEELING.most,
};

/** How the customer and the staff feel, from step to step: a curve for each, changed right on the board. */
export const EmotionCurve = memo(function EmotionCurve({ geometry }: { geometry: Frame }) {
  const { t } = useTranslation();
  const emotions = useBoardPart((board) => board.emotions);
  const band = useMemo(() => curveBand({ emotions }, geometry), [emotions, geometry]);
  if (!band) return null;
  const { y, height, curves } = band;
  return (
    <ViewportPortal>
      <div className="curve" role="group" aria-label={t("parts.curve")} style={{ top: y, left: SIZES.laneHeader, width: geometry.width - SIZES.laneHeader, height }} data-testid="curve">
        <svg aria-hidden="true">
          {[-2, 0, 2].map((v) => (
            <path key={v} className={v === 0 ? "curve-middle" : "curve-level"} d={`M0 ${String(heightAt(v))}H${String(geometry.width - SIZES.laneHeader)}`} />
          ))}
          {curves.map(({ who, path }) => (
            <path key={who} className={`curve-line curve-${who}`} d={path} transform={`translate(${String(-SIZES.laneHeader)} ${String(-y)})`} />
          ))}
        </svg>
        {curves.map((curve) => (
          <Handles key={curve.who} who={curve.who} points={curve.points} band={band} />
        ))}
      </div>
    </ViewportPortal>
  );
});

/** One slider for each step. The keyboard comes to one of them, and goes on along the curve with the arrows. */
function Handles({ who, points, band }: { who: Feeler; points: readonly CurvePoint[]; band: CurveBand }) {
  const [entry, setEntry] = useState<string>();
  const first = points.some((p) => p.step === entry) ? entry : points[0]?.step;
  return points.map((point, i) => (
    <Handle key={point.step} who={who} point={point} band={band} entry={point.step === first} onEnter={() => setEntry(point.step)} onward={(by) => points[i + by]?.step} />
  ));
}

interface HandleProps {
  readonly who: Feeler;
  readonly point: CurvePoint;
  readonly band: CurveBand;
  readonly entry: boolean;
  readonly onEnter: () => void;
  readonly onward: (by: number) => string | undefined;
}

function Handle({ who, point, band, entry, onEnter, onward }: HandleProps) {
  const { t } = useTranslation();
  const hands = useHands();
  const names = useNames();
  const editable = useEditable();
  const flow = useReactFlow();
  /** Where it is held just now. */
  const [held, setHeld] = useState<{ value: number; moved: boolean }>();
  const { step, voices } = point;
  const value = held?.moved ? held.value : point.value;
  const y = value === undefined ? heightAt(0) : heightAt(value);
  const many = voices.length > 1;
  const fixed = !editable || many;
  const set = (to: number) => feel(hands, step, who, Math.max(FEELING.least, Math.min(to, FEELING.most)), voices);

  const onKeyDown = (event: KeyboardEvent) => {
    const change = KEYS[event.key];
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (by !== 0) {
      const to = onward(by);
      if (to !== undefined) document.querySelector<HTMLElement>(`[data-testid="${CSS.escape(`feel-${who}-${to}`)}"]`)?.focus();
    } else if (event.key === "Enter" || event.key === " ") showFeelings(hands, step);
    else if (editable && change) set(change(Math.round(point.value ?? 0)));
    else if (editable && (event.key === "Delete" || event.key === "Backspace") && voices[0] && !many) hands.document.blueprint.remove("emotions", voices[0].id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const valueUnder = (event: PointerEvent) => valueAt(flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }).y - band.y);
  const feeling = value === undefined ? t("parts.unfelt") : t(`details.feeling.${String(Math.round(value) + 0)}`);
  const note = voices.map((v) => v.note.trim()).filter((n) => n !== "").join(" · ");
  const told = [feeling, ...(many ? [t("parts.voices", { count: voices.length })] : []), ...(note ? [note] : [])].join(". ");
  const label = t("parts.feels", { who: t(`details.who.${who}`), step: names.step(step) });
  if (!editable && value === undefined) return null;
  return (
    <button
      type="button"
      role="slider"
      tabIndex={entry ? 0 : -1}
      className={`curve-handle curve-${who} nodrag nopan`}
      style={{ transform: `translate(${String(point.x - SIZES.laneHeader)}px, ${String(y)}px)` }}
      data-unset={value === undefined || undefined}
      data-noted={note !== "" || undefined}
      data-testid={`feel-${who}-${step}`}
      aria-orientation="vertical"
      aria-valuemin={FEELING.least}
      aria-valuemax={FEELING.most}
      aria-valuenow={Math.round((value ?? 0) * 10) / 10}
      aria-valuetext={told}
      aria-readonly={fixed || undefined}
      aria-label={label}
      title={`${label}: ${told}`}
      onFocus={onEnter}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        if (fixed) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld({ value: valueUnder(event), moved: false });
      }}
      onPointerMove={(event) => {
        if (!held) return;
        const next = valueUnder(event);
        if (next !== held.value || (!held.moved && next !== Math.round(point.value ?? 0))) setHeld({ value: next, moved: true });
      }}
      onPointerUp={() => {
        setHeld(undefined);
        if (held?.moved) {
          if (held.value !== point.value) set(held.value);
        } else if (!fixed && point.value === undefined) set(0);
        else showFeelings(hands, step);
      }}
      onPointerCancel={() => setHeld(undefined)}
      onClick={(event: MouseEvent) => {
        event.stopPropagation();
        // Pressed by a screen reader: pointers have been seen to already.
        if (event.detail === 0) showFeelings(hands, step);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Face value={value ?? 0} who={who} />
    </button>
  );
}

/** Tells the two curves apart, beside the name of the lane. */
export function CurveKey({ top }: { top: number }) {
  const { t } = useTranslation();
  return (
    <ul className="curve-key" style={{ top, height: SIZES.curve }} aria-hidden="true">
      {FEELERS.map((who) => (
        <li key={who} className={`curve-${who}`}>
          <svg viewBox="0 0 30 10">
            <path className={`curve-line curve-${who}`} d="M0 5H30" />
          </svg>
          {t(`details.who.${who}`)}
        </li>
      ))}
    </ul>
  );
}
