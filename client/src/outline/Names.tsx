import { useEffect, useId, useLayoutEffect, useRef } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "../i18n";
import { useBoard, useEditable, useNames, useTools } from "../board/context";
import { Icon } from "../board/Icon";
import type { Cell } from "../board/layout";
import { bindSharedText } from "../board/sharedText";
import { useTellWriting } from "../board/telling";
import { PartVisitors } from "../board/VisitorTag";
import type { Phase } from "../document/model";
import { Face } from "../panel/Face";
import { Pill, useSaySeconds } from "../panel/Marks";
import { usePanel } from "../panel/store";
import type { Subject } from "../panel/store";
import { Signs } from "../talk/Signs";
import type { Column, Row } from "./model";
import { useIsNaming, useOutline } from "./store";
import { keyOf } from "./stops";
import type { Stop } from "./stops";
import { useStop } from "./Stop";

/** The element that a name stands in: a header of the table, or a heading of the list. */
export interface Frame {
  readonly as: "th" | "div";
  readonly scope?: "col" | "row" | "colgroup";
  readonly colSpan?: number;
  readonly level?: 2 | 3 | 4;
}

interface PartProps {
  readonly stop: Stop;
  readonly frame: Frame;
  readonly className: string;
  readonly testId: string;
  readonly name: string;
  /** The text it is written in, and what it is called there. */
  readonly path: readonly string[];
  readonly label: string;
  readonly placeholder: string;
  readonly cell: Cell | undefined;
  readonly subject: Subject | undefined;
  readonly children?: ReactNode;
}

/** The name of a lane, step or phase: read as a heading, and written in place. */
function Part({ stop, frame, className, testId, name, path, label, placeholder, cell, subject, children }: PartProps) {
  const { t } = useTranslation();
  const { store } = useOutline();
  const editable = useEditable();
  const panel = usePanel();
  const base = useId();
  const key = keyOf(stop);
  const naming = useIsNaming(key) && editable;
  const { ref, tabIndex, onFocus } = useStop<HTMLTableCellElement & HTMLDivElement>(stop, cell, subject);
  const words = naming ? (
    <NameField
      path={path}
      label={label}
      placeholder={placeholder}
      onDone={(byKey) => {
        store.named(key);
        if (byKey) ref.current?.focus();
      }}
    />
  ) : (
    <span id={`${base}name`} className="part-name">
      {name}
    </span>
  );
  const Heading = frame.level === undefined ? undefined : (`h${String(frame.level)}` as "h2" | "h3" | "h4");
  const own = {
    ref,
    className: `part ${className}`,
    tabIndex: naming ? -1 : tabIndex,
    onFocus,
    "data-testid": testId,
    onDoubleClick: () => {
      if (editable) store.name(stop);
    },
  };
  const inside = (
    <>
      {Heading ? <Heading>{words}</Heading> : words}
      {(children !== undefined || subject) && (
        <span className="part-notes" id={`${base}notes`}>
          {children}
          {subject && <Signs target={subject.id} subject={subject} />}
        </span>
      )}
      {subject && <PartVisitors target={subject.id} />}
      {subject && (
        <button
          type="button"
          className="btn icon part-open"
          tabIndex={-1}
          aria-label={t(subject.kind === "lane" ? "details.ofLane" : "details.ofStep", { name })}
          title={t(subject.kind === "lane" ? "details.ofLane" : "details.ofStep", { name })}
          data-testid={`details-${subject.kind}-${subject.id}`}
          onClick={() => {
            store.visit(stop);
            panel.about(subject);
          }}
        >
          <Icon name="details" />
        </button>
      )}
    </>
  );
  if (frame.as === "div") {
    return (
      <div {...own} role="group" aria-labelledby={`${base}name ${base}notes`}>
        {inside}
      </div>
    );
  }
  return (
    <th {...own} scope={frame.scope} colSpan={frame.colSpan} aria-labelledby={naming ? undefined : `${base}name ${base}notes`}>
      <div className="part-in">{inside}</div>
    </th>
  );
}

function NameField({ path, label, placeholder, onDone }: { path: readonly string[]; label: string; placeholder: string; onDone: (byKey: boolean) => void }) {
  const { document } = useTools();
  const field = useRef<HTMLTextAreaElement>(null);
  const telling = useTellWriting(path);
  const key = path.join("\u0000");
  useEffect(() => (field.current ? bindSharedText(field.current, document, key.split("\u0000")) : undefined), [document, key]);
  useLayoutEffect(() => {
    const el = field.current;
    if (!el) return;
    el.value = document.text(key.split("\u0000"));
    el.focus();
    el.select();
  }, [document, key]);
  return (
    <textarea
      ref={field}
      rows={1}
      className="shared name-field"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      spellCheck={false}
      data-testid="name-field"
      onDoubleClick={(event) => event.stopPropagation()}
      onFocus={telling.onFocus}
      onBlur={() => {
        telling.onBlur();
        onDone(false);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if ((event.key === "Enter" && !event.nativeEvent.isComposing) || event.key === "Escape") {
          event.preventDefault();
          onDone(true);
        }
      }}
    />
  );
}

export function StepName({ column, number, frame }: { column: Column; number: number; frame: Frame }) {
  const { t } = useTranslation();
  const names = useNames();
  const saySeconds = useSaySeconds();
  const { lanes } = useBoard();
  const { step, markers } = column;
  const { id } = step;
  const lane = lanes.find((l) => l.role === "customer") ?? lanes[0];
  const times = (["standardSeconds", "acceptableSeconds", "observedSeconds"] as const).flatMap((field) => {
    const seconds = step[field];
    return seconds === undefined ? [] : [`${t(`details.${field}`)}: ${saySeconds(seconds)}`];
  });
  const seconds = step.observedSeconds ?? step.standardSeconds ?? step.acceptableSeconds;
  return (
    <Part
      stop={{ at: "step", id }}
      frame={frame}
      className="step-part"
      testId={`step-title-${id}`}
      name={names.step(id)}
      path={["steps", id, "title"]}
      label={t("board.stepName", { name: t("step", { number }) })}
      placeholder={t("step", { number })}
      cell={lane && { lane: lane.id, step: id }}
      subject={{ kind: "step", id }}
    >
      {seconds !== undefined && (
        <span title={times.join("\n")}>
          <span aria-hidden="true">{saySeconds(seconds)}</span>
          <span className="hidden">{`${times.join(", ")}.`}</span>
        </span>
      )}
      {markers.map((m) => (
        <Pill key={m.id} marker={m} />
      ))}
    </Part>
  );
}

export function LaneName({ row, frame }: { row: Row; frame: Frame }) {
  const { t } = useTranslation();
  const names = useNames();
  const { steps } = useBoard();
  const { lane } = row;
  const { id, role } = lane;
  const step = steps[0];
  return (
    <Part
      stop={{ at: "lane", id }}
      frame={frame}
      className={`lane-part role-${role}`}
      testId={`lane-title-${id}`}
      name={names.lane(id)}
      path={["lanes", id, "title"]}
      label={t("board.laneName", { name: t(`lane.${role}`) })}
      placeholder={t(`lane.${role}`)}
      cell={step && { lane: id, step: step.id }}
      subject={{ kind: "lane", id }}
    >
      {lane.owner.trim() !== "" && <span>{t("outline.owner", { owner: lane.owner })}</span>}
    </Part>
  );
}

export function PhaseName({ phase, step, frame }: { phase: Phase; step: string; frame: Frame }) {
  const { t } = useTranslation();
  return (
    <Part
      stop={{ at: "phase", id: phase.id, step }}
      frame={frame}
      className="phase-part"
      testId={`phase-${phase.id}`}
      name={phase.title || t("details.phase")}
      path={["phases", phase.id, "title"]}
      label={t("details.phaseName")}
      placeholder={t("details.phase")}
      cell={undefined}
      subject={undefined}
    />
  );
}

/** How people feel in a step, one line for each voice. */
export function Feelings({ column }: { column: Column }) {
  const { t } = useTranslation();
  return (
    <ul className="feelings">
      {column.emotions.map(({ id, who, value, note }) => (
        <li key={id}>
          <Face value={value} who={who} />
          <span>
            {`${t(`details.who.${who}`)}: ${t(`details.feeling.${String(value)}`).toLocaleLowerCase(currentLanguage())}`}
            {note.trim() !== "" && <span className="item-note"> {note}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
