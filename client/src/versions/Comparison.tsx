import "./versions.css";
import { useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useTools } from "../board/context";
import type { BoardTools } from "../board/context";
import { Sheet } from "../board/Dialogs";
import { Icon } from "../board/Icon";
import { SignLegend } from "../compare/ComparedBoard";
import { compareBoards } from "../compare/differences";
import { DifferenceRow } from "../compare/DifferenceRow";
import { SideBySide, SizeButtons, WHOLE } from "../compare/SideBySide";
import { summarise } from "../compare/words";
import type { Say } from "../compare/words";
import type { Board } from "../document/model";
import { createReader } from "../document/read";
import { comparisonLink, inOrder } from "../history/link";
import type { Between } from "../history/link";
import { wayBack } from "../history/restore";
import { usePlaying } from "../history/use";
import type { At } from "../share/api";
import { loadMoment } from "./api";
import { faultOf } from "./NameVersion";
import type { Fault } from "./NameVersion";
import { useVersions } from "./store";
import { choicesOf, labelOf, sayTogether, timeNear } from "./words";
import type { Choice } from "./words";

/** So many sentences are said in one; all that differs is told one by one below. */
const SENTENCES = 8;

/** Any two moments of a board, or one and what is now: what differs in the words of a blueprint, and on the boards. */
export default function Comparison({ live, between, onPick, onClose, onRestore }: {
  live: BoardTools;
  between: Between;
  onPick: (between: Between) => void;
  onClose: () => void;
  /** Brings the board back to what it was, for who may. */
  onRestore: ((then: Board) => void) | undefined;
}) {
  const { t } = useTranslation();
  const { from, to } = between;
  const say: Say = (key, values) => t(key, values ?? {});
  const { notice } = useTools();
  const { named, periods } = useVersions();
  const position = usePlaying((p) => p.position);
  const time = usePlaying((p) => p.time);
  const now = useSyncExternalStore(live.document.subscribe, live.document.board);
  const before = useMoment(live.session.board, from);
  const then = useMoment(live.session.board, to === "now" ? undefined : to);
  const after = to === "now" ? now : then;
  const contributions = usePlaying((p) => p.history?.contributions) ?? [];
  const timeOf = (at: number) => (at === position ? time : timeNear(contributions, at));
  const choices = choicesOf(named ?? [], periods, [position, from, ...(to === "now" ? [] : [to])].map((p) => ({ position: p, time: timeOf(p) })), say);
  const labels = { before: labelOf(choices, from), after: to === "now" ? t("versions.now") : labelOf(choices, to) };

  const copy = () => {
    const link = comparisonLink(live.session.board, between);
    const failed = () => notice.say(t("history.notCopied", { link }));
    if (!navigator.clipboard) failed();
    else navigator.clipboard.writeText(link).then(() => notice.say(t("history.copied")), failed);
  };
  const fault = [before, after].find((b) => typeof b === "string");
  const ready = typeof before === "object" && typeof after === "object" ? { before, after } : undefined;
  return (
    <Sheet title={t("versions.compareTitle")} onClose={onClose} wide>
      <div className="differences comparison" data-testid="comparison">
        <div className="row differences-tools">
          <Pick label={t("versions.from")} value={from} choices={choices} onPick={(at) => at !== "now" && onPick(inOrder({ from: at, to }))} testId="compare-from" />
          <Pick label={t("versions.to")} value={to} choices={choices} withNow onPick={(at) => onPick(inOrder({ from, to: at }))} testId="compare-to" />
          <button type="button" className="btn" onClick={copy} data-testid="compare-link">
            <Icon name="link" /> {t("versions.copyLink")}
          </button>
        </div>
        {fault ? (
          <p role="alert">{t(fault === "gone" ? "versions.noMoment" : "versions.unread")}</p>
        ) : ready ? (
          <Compared boards={ready} labels={labels} say={say} onRestore={to === "now" ? onRestore : undefined} />
        ) : (
          <p role="status">{t("versions.loading")}</p>
        )}
      </div>
    </Sheet>
  );
}

function Compared({ boards, labels, say, onRestore }: {
  boards: { readonly before: Board; readonly after: Board };
  labels: { readonly before: string; readonly after: string };
  say: Say;
  onRestore: ((then: Board) => void) | undefined;
}) {
  const { t } = useTranslation();
  const { before, after } = boards;
  const [at, setAt] = useState<string>();
  const [scale, setScale] = useState(WHOLE);
  const differences = useMemo(() => compareBoards(before, after), [before, after]);
  const words = useMemo(() => sayTogether(summarise(differences, before, after, (key, values) => t(key, values ?? {})), SENTENCES, (key, values) => t(key, values ?? {})), [differences, before, after, t]);
  return (
    <>
      <p className="comparison-words" role="status" data-testid="history-differences">
        {words === "" ? t("versions.same") : `${words}.`}
      </p>
      <div className="row comparison-signs">
        <SignLegend />
        <span className="differences-space" />
        <SizeButtons scale={scale} onScale={setScale} />
      </div>
      <SideBySide boards={boards} labels={labels} differences={differences} scale={scale} at={at} label={t("versions.pictures")} />
      <section className="differences-said" aria-label={t("versions.differs")} data-testid="differences">
        <h3>{t("compare.count", { count: differences.length })}</h3>
        <ul className="differences-list">
          {differences.map((difference) => (
            <DifferenceRow key={difference.key} difference={difference} before={before} after={after} say={say} onShow={() => setAt(difference.key)} />
          ))}
        </ul>
      </section>
      {onRestore && wayBack(after, before).length > 0 && (
        <div className="differences-bring">
          <p className="fine">{t("history.restoreHint")}</p>
          <button type="button" className="btn primary" onClick={() => onRestore(before)} data-testid="compare-restore">
            {t("versions.restore")}
          </button>
        </div>
      )}
    </>
  );
}

function Pick({ label, value, choices, withNow, onPick, testId }: {
  label: string;
  value: number | "now";
  choices: readonly Choice[];
  withNow?: boolean;
  onPick: (at: number | "now") => void;
  testId: string;
}) {
  const { t } = useTranslation();
  const id = useId();
  // Several versions may be of one moment: it is told by the first.
  const seen = new Set<number>();
  const groups = (["named", "automatic", "here"] as const).map((group) => ({ group, list: choices.filter((c) => c.group === group && !seen.has(c.position) && seen.add(c.position)) }));
  return (
    <label htmlFor={id} className="comparison-pick">
      <span>{label}</span>
      <select id={id} className="text" value={value} onChange={(event) => onPick(event.target.value === "now" ? "now" : Number(event.target.value))} data-testid={testId}>
        {withNow && <option value="now">{t("versions.now")}</option>}
        {groups.map(
          ({ group, list }) =>
            list.length > 0 && (
              <optgroup key={group} label={t(`versions.group.${group}`)}>
                {list.map(({ position, label: words }) => (
                  <option key={position} value={position}>
                    {words}
                  </option>
                ))}
              </optgroup>
            ),
        )}
      </select>
    </label>
  );
}

/** So many moments are kept: who picks goes back and forth. */
const KEPT = 6;

/** The board as it was at a moment, once it is here. */
function useMoment({ id, secret }: At, moment: number | undefined): Board | Fault | undefined {
  const [kept, setKept] = useState<ReadonlyMap<number, Board | Fault>>(new Map());
  const here = useRef(kept);
  here.current = kept;
  useEffect(() => {
    const known = moment === undefined ? undefined : here.current.get(moment);
    if (moment === undefined || typeof known === "object") return;
    let away = false;
    void loadMoment({ id, secret }, moment)
      .then((doc) => createReader()(doc), faultOf)
      .then((board) => {
        if (!away) setKept((all) => new Map([...[...all].filter(([m]) => m !== moment).slice(1 - KEPT), [moment, board]]));
      });
    return () => {
      away = true;
    };
  }, [id, secret, moment]);
  return moment === undefined ? undefined : kept.get(moment);
}
