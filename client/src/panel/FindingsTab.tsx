import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useBoardPart, useEditable, useNames, useTools } from "../board/context";
import { READABLE } from "../document/model";
import type { Board, Rule } from "../document/model";
import { TELLS, findingsOf, judgedAlike } from "../findings/findings";
import type { Authorship, Finding } from "../findings/findings";
import { plainText } from "../richtext/parse";
import { useAuthorship } from "./authorship";
import { useGoTo } from "./goto";

/** By what they were made of: many parts of the page ask for the same. */
const made = new WeakMap<Board, { readonly authors: Authorship; readonly list: readonly Finding[] }>();

/** Above so many elements the rules wait for a pause in the typing, milliseconds, but in a busy room not for ever. */
const LARGE = 300;
const PAUSE = 300;
const LATEST = 3000;

/** The board as it is now, or was a moment ago, or as it was when the rules would have said the same. Undefined at first where it is large: it is shown before it is judged. */
function useSettledBoard(): Board | undefined {
  const { document } = useTools();
  const [board, settle] = useState(() => (document.board().elements.length > LARGE ? undefined : document.board()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let idle: number | undefined;
    let since: number | undefined;
    let seen: Board | undefined;
    const look = () => {
      since = undefined;
      seen = document.board();
      settle(seen);
    };
    const later = () => {
      const now = document.board();
      if (since === undefined && seen && judgedAlike(seen, now)) {
        seen = now;
        return;
      }
      clearTimeout(timer);
      if (idle !== undefined) cancelIdle(idle);
      if (now.elements.length <= LARGE) {
        timer = setTimeout(look, 0);
        return;
      }
      since ??= performance.now();
      timer = setTimeout(() => (idle = whenIdle(look)), Math.max(0, Math.min(PAUSE, since + LATEST - performance.now())));
    };
    later();
    const stop = document.subscribe(later);
    return () => {
      stop();
      clearTimeout(timer);
      if (idle !== undefined) cancelIdle(idle);
    };
  }, [document]);
  return board;
}

// Not every browser tells when it has nothing to do.
const whenIdle = (act: () => void): number => ("requestIdleCallback" in window ? requestIdleCallback(act, { timeout: LATEST }) : Number(setTimeout(act, 0)));
const cancelIdle = (id: number): void => ("cancelIdleCallback" in window ? cancelIdleCallback(id) : clearTimeout(id));

const NONE: readonly Finding[] = [];

/** The findings of the board as it is now, or as it was a moment ago. */
export function useFindings(): readonly Finding[] {
  const board = useSettledBoard();
  const authors = useAuthorship(board);
  return useMemo(() => {
    if (!board) return NONE;
    const known = made.get(board);
    const list = known?.authors === authors ? known.list : findingsOf(board, authors);
    made.set(board, { authors, list });
    return list;
  }, [board, authors]);
}

/** So many places are listed for one rule in one step. */
const SHOWN = 5;

export function FindingsTab() {
  const { t } = useTranslation();
  const board = useBoard();
  const names = useNames();
  const found = useFindings();
  const groups = useMemo(() => grouped(found, board), [found, board]);
  return (
    <div data-testid="findings">
      <h2 className="hidden">{t("panel.findings")}</h2>
      <p className="fine">{t(groups.length === 0 ? "findings.none" : "findings.lead")}</p>
      {(board.steps.length > READABLE.steps || board.elements.length > READABLE.elements) && <p className="fine">{t("findings.wide", READABLE)}</p>}
      {groups.map(({ step, rules }) => (
        <section key={step ?? ""} className="panel-group" aria-label={step === undefined ? t("findings.whole") : names.step(step)}>
          <h3>{step === undefined ? t("findings.whole") : names.step(step)}</h3>
          {rules.map(({ rule, list }) => (
            <FindingCard key={rule} rule={rule} list={list} />
          ))}
        </section>
      ))}
      <Muted />
    </div>
  );
}

function FindingCard({ rule, list }: { rule: Rule; list: readonly Finding[] }) {
  const { t } = useTranslation();
  const { document, notice } = useTools();
  const editable = useEditable();
  const missing = list.filter((f) => f.missing !== undefined);
  const places = list.filter((f) => f.missing === undefined);
  return (
    <article className="finding" data-testid="finding" data-rule={rule} data-tells={TELLS.has(rule) || undefined}>
      <div className="finding-head">
        <span className="finding-rule">{rule}</span>
        {editable && (
          <button
            type="button"
            className="btn small quiet"
            aria-label={t("findings.muteLabel", { rule })}
            onClick={() => {
              if (document.blueprint.mute(rule, true)) notice.say(t("findings.saidMuted", { rule }));
            }}
          >
            {t("findings.mute")}
          </button>
        )}
      </div>
      <h4>{t(`findings.${rule}.title`)}</h4>
      {places.length > 0 && <p>{t(`findings.${rule}.text`)}</p>}
      {missing.map(({ missing: role, line }) => (
        <p key={`${String(role)} ${String(line)}`}>{t("findings.SB012.missing", { role: t(`lane.${String(role)}`), line: t(`theLine.${String(line)}`) })}</p>
      ))}
      <ul className="finding-places">
        {places.slice(0, SHOWN).map((f, i) => (
          <li key={i}>
            <Place finding={f} />
          </li>
        ))}
      </ul>
      {places.length > SHOWN && <p className="fine">{t("findings.more", { count: places.length - SHOWN })}</p>}
    </article>
  );
}

function Place({ finding }: { finding: Finding }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const names = useNames();
  const goTo = useGoTo();
  const { element, lane, step } = finding;
  const textOf = (id: string) => plainText(document.board().elements.find((e) => e.id === id)?.text ?? "") || t("findings.unnamed");
  const name = element !== undefined ? textOf(element) : lane !== undefined ? names.lane(lane) : names.step(step);
  const go = () => {
    if (element !== undefined) goTo.element(element);
    else if (lane !== undefined) goTo.lane(lane);
    else if (step !== undefined) goTo.step(step);
  };
  return (
    <button type="button" className="place" aria-label={t("findings.goTo", { name })} onClick={go}>
      {name}
      {finding.other !== undefined && ` → ${textOf(finding.other)}`}
    </button>
  );
}

function Muted() {
  const { t } = useTranslation();
  const { document, notice } = useTools();
  const muted = useBoardPart((board) => board.muted);
  const editable = useEditable();
  if (muted.length === 0) return null;
  return (
    <section className="panel-group" aria-label={t("findings.muted")}>
      <h3>{t("findings.muted")}</h3>
      <ul className="muted-rules">
        {muted.map((rule) => (
          <li key={rule}>
            <button
              type="button"
              className="btn small soft"
              aria-label={t("findings.unmute", { rule })}
              disabled={!editable}
              onClick={() => {
                if (document.blueprint.mute(rule, false)) notice.say(t("findings.saidUnmuted", { rule }));
              }}
            >
              {rule} ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface StepFindings {
  readonly step: string | undefined;
  readonly rules: readonly { readonly rule: Rule; readonly list: readonly Finding[] }[];
}

/** By step, in the order of the board, and then by rule; what is about the whole board comes first. */
function grouped(findings: readonly Finding[], board: Board): StepFindings[] {
  const places: (string | undefined)[] = [undefined, ...board.steps.map((s) => s.id)];
  return places.flatMap((step) => {
    const here = findings.filter((f) => f.step === step);
    if (here.length === 0) return [];
    const rules = [...new Set(here.map((f) => f.rule))];
    return [{ step, rules: rules.map((rule) => ({ rule, list: here.filter((f) => f.rule === rule) })) }];
  });
}
