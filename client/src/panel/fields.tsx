import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useEditable, useTools } from "../board/context";
import { bindSharedText } from "../board/sharedText";
import { useTellWriting } from "../board/telling";
import { UNITS, UNIT_NAMES, durationOf, numberIn } from "./duration";
import type { Unit } from "./duration";

/** Words of the board with a label above them, written by several people at once if need be. */
export function Words({ path, label, hint, lines = 1, most = 200, testId }: { path: readonly string[]; label: string; hint?: string; lines?: number; most?: number; testId?: string }) {
  const { document } = useTools();
  const editable = useEditable();
  const field = useRef<HTMLTextAreaElement>(null);
  const telling = useTellWriting(path);
  const key = path.join("\u0000");
  useEffect(() => {
    if (field.current) return bindSharedText(field.current, document, key.split("\u0000"));
    return undefined;
  }, [document, key]);
  return (
    <label className="panel-field">
      <span>{label}</span>
      <textarea
        ref={field}
        rows={lines}
        className="text"
        placeholder={hint}
        readOnly={!editable}
        maxLength={most}
        data-testid={testId}
        {...telling}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (lines === 1 && event.key === "Enter" && !event.nativeEvent.isComposing) event.preventDefault();
        }}
      />
    </label>
  );
}

/** One of a few values, or none of them when `none` says what that is called. */
export function Choice<T extends string>({ label, value, options, none, onChange, nameOf, testId }: {
  label: string;
  value: T | undefined;
  options: readonly T[];
  none?: string;
  nameOf: (value: T) => string;
  onChange: (value: T | undefined) => void;
  testId?: string;
}) {
  const editable = useEditable();
  return (
    <label className="panel-field">
      <span>{label}</span>
      <select
        className="text"
        value={value ?? ""}
        disabled={!editable}
        data-testid={testId}
        onChange={(event) => onChange(options.find((o) => o === event.target.value))}
      >
        {none !== undefined && <option value="">{none}</option>}
        {options.map((o) => (
          <option key={o} value={o}>
            {nameOf(o)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A time as a number and a unit. It is set when the field is left, so that half a number is never on the board. */
export function Time({ label, seconds, onChange, testId }: { label: string; seconds: number | undefined; onChange: (seconds: number | undefined) => void; testId?: string }) {
  const { t } = useTranslation();
  const editable = useEditable();
  const id = useId();
  const now = seconds === undefined ? undefined : durationOf(seconds);
  const [chosen, choose] = useState<Unit>();
  const [draft, setDraft] = useState<string>();
  const unit = draft === undefined ? (now?.unit ?? chosen ?? "min") : (chosen ?? now?.unit ?? "min");
  const shown = draft ?? (now ? String(now.count) : "");
  const put = (text: string, as: Unit) => {
    const number = numberIn(text);
    setDraft(undefined);
    if (text.trim() !== "" && number === undefined) return;
    const next = number === undefined ? undefined : number * UNITS[as];
    if (next !== seconds) onChange(next);
  };
  return (
    <div className="panel-field">
      <label htmlFor={id}>{label}</label>
      <span className="row time">
        <input
          id={id}
          className="text"
          inputMode="decimal"
          value={shown}
          readOnly={!editable}
          data-testid={testId}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => {
            if (draft !== undefined) put(draft, unit);
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Enter" && draft !== undefined) put(draft, unit);
            if (event.key === "Escape") setDraft(undefined);
          }}
        />
        <select
          className="text"
          aria-label={t("details.unit", { name: label })}
          value={unit}
          disabled={!editable}
          onChange={(event) => {
            const next = UNIT_NAMES.find((u) => u === event.target.value) ?? "min";
            choose(next);
            if (shown !== "") put(shown, next);
          }}
        >
          {UNIT_NAMES.map((u) => (
            <option key={u} value={u}>
              {t(`details.units.${u}`)}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel-group" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
