import "./versions.css";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTools } from "../board/context";
import { Icon } from "../board/Icon";
import { nameOf } from "../i18n";
import type { Between } from "../history/link";
import { sayMoment, sayShort } from "../history/time";
import { usePlayer, usePlaying } from "../history/use";
import { PanelHead } from "../panel/PanelHead";
import { MOST_LETTERS, removeVersion, renameVersion } from "./api";
import type { NamedVersion, Period } from "./api";
import { NameForm, faultOf } from "./NameVersion";
import { useVersionStore, useVersions } from "./store";
import { beginningOf, sayPeriod } from "./words";

type Entry = { readonly at: number; readonly version: NamedVersion } | { readonly at: number; readonly period: Period };

/** The versions of a board, the newest first: the moments that have a name, and the times in which people worked. */
export function VersionsPanel({ mayName, naming, onCompare, onClose }: {
  mayName: boolean;
  /** Grows each time that somebody wants to name what is shown. */
  naming: number;
  onCompare: (between: Between) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { notice } = useTools();
  const store = useVersionStore();
  const player = usePlayer();
  const { named, periods, failed } = useVersions();
  const position = usePlaying((p) => p.position);
  const time = usePlaying((p) => p.time);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (naming > 0) panel.current?.querySelector<HTMLInputElement>(".version-form input")?.focus();
  }, [naming]);
  const entries = [...(named ?? []).map((version): Entry => ({ at: version.moment, version })), ...periods.map((period): Entry => ({ at: period.last, period }))];
  entries.sort((a, b) => b.at - a.at || ("version" in a ? -1 : 1));
  return (
    <aside ref={panel} className="panel history-panel versions-panel" aria-label={t("versions.list")} data-testid="versions">
      <PanelHead onClose={onClose}>
        <h2>{t("versions.list")}</h2>
      </PanelHead>
      <div className="versions-body">
        {mayName && position > 0 && (
          // What is being named does not pass by meanwhile.
          <div onFocus={() => player.pause()}>
            <NameForm
              moment={position}
              label={t("versions.nameThis", { when: sayMoment(time) })}
              onNamed={() => {
                notice.say(t("versions.named"));
                void store.load();
              }}
            />
          </div>
        )}
        {named === undefined && <p role="status">{t(failed ? "versions.unread" : "versions.loading")}</p>}
        {named?.length === 0 && (
          <p className="versions-none" data-testid="versions-none">
            {t(mayName ? "versions.none" : "versions.noneYet")}
          </p>
        )}
        {named && entries.length > 0 && (
          <ol className="versions-list">
            {entries.map((entry) =>
              "version" in entry ? (
                <NamedRow key={entry.version.id} version={entry.version} shown={position === entry.version.moment} onCompare={onCompare} />
              ) : (
                <PeriodRow key={entry.period.first} period={entry.period} position={position} onCompare={onCompare} />
              ),
            )}
          </ol>
        )}
      </div>
    </aside>
  );
}

function NamedRow({ version, shown, onCompare }: { version: NamedVersion; shown: boolean; onCompare: (between: Between) => void }) {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const store = useVersionStore();
  const player = usePlayer();
  const [editing, setEditing] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const { id, title, moment, at, by, mine } = version;
  const name = by ? nameOf(by) : "";
  const own = mine || session.board.role === "owner";
  const finish = () => {
    setEditing(false);
    // The field is gone: the keyboard goes back to what it was opened by.
    setTimeout(() => row.current?.querySelector<HTMLElement>("[data-testid='version-rename']")?.focus(), 0);
  };
  const change = (done: Promise<void>, said: string) =>
    done.then(
      () => {
        notice.say(said);
        return store.load();
      },
      (error: unknown) => notice.say(t(`versions.fault.${faultOf(error)}`)),
    );
  return (
    <li ref={row} data-testid="version" data-moment={moment}>
      {editing ? (
        <Rename
          title={title}
          onDone={(next) => {
            finish();
            if (next !== "" && next !== title) void change(renameVersion(session.board, id, next), t("versions.renamed"));
          }}
        />
      ) : (
        <button type="button" className="version-go" aria-current={shown ? "step" : undefined} onClick={() => void goTo(player, moment)}>
          <Icon name="bookmark" />
          <span>
            <b>{title}</b>
            <span className="fine">{name === "" ? sayShort(at) : t("versions.by", { when: sayShort(at), name })}</span>
          </span>
        </button>
      )}
      <div className="version-tools">
        <button type="button" className="btn small" aria-label={t("versions.compareOf", { title })} onClick={() => onCompare({ from: moment, to: "now" })} data-testid="version-compare">
          {t("versions.compareNow")}
        </button>
        {own && (
          <>
            <button type="button" className="btn icon" aria-label={t("versions.renameOf", { title })} title={t("versions.rename")} onClick={() => setEditing(true)} data-testid="version-rename">
              <Icon name="pen" />
            </button>
            <button
              type="button"
              className="btn icon"
              aria-label={t("versions.removeOf", { title })}
              title={t("versions.remove")}
              onClick={() => {
                (row.current?.closest("aside")?.querySelector("h2 ~ button") as HTMLElement | null)?.focus();
                void change(removeVersion(session.board, id), t("versions.removed"));
              }}
              data-testid="version-remove"
            >
              <Icon name="bin" />
            </button>
          </>
        )}
      </div>
    </li>
  );
}

function Rename({ title, onDone }: { title: string; onDone: (title: string) => void }) {
  const { t } = useTranslation();
  const field = useId();
  const [value, setValue] = useState(title);
  return (
    <form
      className="version-form"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(value.trim());
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // It is this that ends, not the history.
        event.stopPropagation();
        event.preventDefault();
        onDone("");
      }}
    >
      <label htmlFor={field} className="hidden">
        {t("versions.called")}
      </label>
      <div className="version-field">
        <input id={field} className="text" value={value} maxLength={MOST_LETTERS} autoFocus onFocus={(event) => event.currentTarget.select()} onChange={(event) => setValue(event.target.value)} data-testid="version-new-title" />
        <button type="submit" className="btn soft">
          {t("versions.keep")}
        </button>
      </div>
    </form>
  );
}

function PeriodRow({ period, position, onCompare }: { period: Period; position: number; onCompare: (between: Between) => void }) {
  const { t } = useTranslation();
  const player = usePlayer();
  const when = sayPeriod(period, (key, values) => t(key, values ?? {}));
  const [start, end] = [beginningOf(period), period.last];
  const go = (to: number, key: "start" | "end") => (
    <button type="button" className="btn small" aria-current={position === to ? "step" : undefined} aria-label={t(key === "start" ? "versions.showStart" : "versions.showEnd", { when })} onClick={() => void goTo(player, to)} data-testid={`period-${key}`}>
      {t(`versions.${key}`)}
    </button>
  );
  return (
    <li data-testid="period" data-first={period.first}>
      <p className="version-when">{when}</p>
      <div className="version-tools">
        {go(start, "start")}
        {go(end, "end")}
        <button type="button" className="btn small" aria-label={t("versions.broughtOf", { when })} onClick={() => onCompare({ from: start, to: end })} data-testid="period-compare">
          {t("versions.brought")}
        </button>
      </div>
    </li>
  );
}

function goTo(player: ReturnType<typeof usePlayer>, moment: number): Promise<void> {
  player.pause();
  return player.seek(moment);
}
