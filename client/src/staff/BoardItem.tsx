import { useId, useRef, useState } from "react";
import type { ReactNode, SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayDate } from "../i18n";
import { boardAddress } from "../sync/device";
import type { Shelf } from "./api";

const MOST_LETTERS = 200;

/** A board in a list. */
export interface Item {
  readonly id: string;
  readonly title: string;
  /** Empty where none is needed: it is of somebody who is signed in. */
  readonly secret: string;
  readonly shelf: Shelf;
  /** Beside its name. */
  readonly fine: string;
  readonly goesAt?: number | undefined;
  readonly owner: boolean;
  /** The list can be rid of it. */
  readonly forgettable: boolean;
  /** It can be made one's own. */
  readonly takeable: boolean;
}

export type Deed = { readonly do: "rename"; readonly title: string } | { readonly do: "archive" | "unarchive" | "delete" | "restore" | "forget" | "take" };

/** A board's link, and under it, once asked for, what can be done with the board. */
export function BoardItem({ item, days, go, onDeed }: { item: Item; days: number; go: (url: string) => void; onDeed: (deed: Deed) => Promise<void> }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"no" | "deeds" | "renaming" | "deleting">("no");
  const [busy, setBusy] = useState(false);
  const about = useId();
  const toggle = useRef<HTMLButtonElement>(null);
  const title = item.title || t("start.untitled");
  const address = boardAddress(item.id, item.secret);
  const close = () => {
    setOpen("no");
    toggle.current?.focus();
  };
  const act = async (deed: Deed) => {
    setBusy(true);
    await onDeed(deed);
    setBusy(false);
    // Whatever else is done, the board goes elsewhere, and the focus with it to the list.
    if (deed.do === "rename") close();
    else setOpen("no");
  };
  const button = (deed: Exclude<Deed["do"], "rename" | "delete">, words: string) => (
    <button type="button" className="btn small" disabled={busy} onClick={() => void act({ do: deed })}>
      {words}
    </button>
  );
  const gone = item.shelf === "deleted";
  const deeds: readonly ReactNode[] = [
    item.owner && item.shelf === "current" && (
      <button key="rename" type="button" className="btn small" disabled={busy} onClick={() => setOpen("renaming")}>
        {t("staff.rename")}
      </button>
    ),
    item.takeable && button("take", t("staff.take")),
    item.owner && item.shelf === "current" && button("archive", t("staff.archive")),
    item.owner && item.shelf === "archived" && button("unarchive", t("staff.unarchive")),
    item.owner && gone && button("restore", t("staff.restore")),
    item.owner && !gone && (
      <button key="delete" type="button" className="btn small" disabled={busy} onClick={() => setOpen("deleting")}>
        {t("staff.delete")}
      </button>
    ),
    item.forgettable && button("forget", t("staff.forget")),
  ].filter(Boolean);

  return (
    <li data-testid="own-board" onKeyDown={(e) => e.key === "Escape" && open !== "no" && close()}>
      <div className="own-row">
        <a
          href={address}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            go(address);
          }}
        >
          <span className="recent-title">{title}</span>
          <span className="fine">{item.goesAt === undefined ? item.fine : t("staff.goes", { date: sayDate(item.goesAt, false) })}</span>
        </a>
        <button
          ref={toggle}
          type="button"
          className="btn icon"
          aria-label={t("staff.about", { title })}
          aria-expanded={open !== "no"}
          aria-controls={open === "no" ? undefined : about}
          onClick={() => setOpen((now) => (now === "no" ? "deeds" : "no"))}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true" fill="currentColor">
            <circle cx="4" cy="10" r="1.7" />
            <circle cx="10" cy="10" r="1.7" />
            <circle cx="16" cy="10" r="1.7" />
          </svg>
        </button>
      </div>
      {open === "deeds" && (
        <div className="own-deeds row" id={about} role="group" aria-label={t("staff.about", { title })}>
          {deeds.map((deed, i) => (
            <span key={i}>{deed}</span>
          ))}
        </div>
      )}
      {open === "renaming" && <RenameForm id={about} title={item.title} onCancel={close} onSave={(name) => void act({ do: "rename", title: name })} />}
      {open === "deleting" && (
        <div className="own-deeds own-sure" id={about} role="group" aria-label={t("staff.delete")}>
          <p>{t("staff.deleteSure", { count: days })}</p>
          <div className="row">
            <button type="button" className="btn danger" disabled={busy} onClick={() => void act({ do: "delete" })}>
              {t("staff.deleteYes", { title })}
            </button>
            <button type="button" className="btn" autoFocus onClick={close}>
              {t("staff.cancel")}
            </button>
          </div>
        </div>
      )}
    </li>
  );
}

function RenameForm({ id, title, onSave, onCancel }: { id: string; title: string; onSave: (title: string) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    const name = field.current?.value.trim() ?? "";
    setProblem(name === "");
    if (name === "") field.current?.focus();
    else onSave(name);
  };
  return (
    <form className="own-deeds" id={id} onSubmit={save} noValidate>
      <label className="fine" htmlFor={`${id}-name`}>
        {t("staff.newName")}
      </label>
      <div className="field-row">
        <input
          id={`${id}-name`}
          ref={field}
          defaultValue={title}
          maxLength={MOST_LETTERS}
          autoComplete="off"
          autoFocus
          onFocus={(e) => e.target.select()}
          aria-invalid={problem}
          aria-describedby={problem ? `${id}-problem` : undefined}
        />
        <button type="submit" className="btn soft">
          {t("staff.save")}
        </button>
        <button type="button" className="btn" onClick={onCancel}>
          {t("staff.cancel")}
        </button>
      </div>
      {problem && (
        <p id={`${id}-problem`} role="alert" className="problem-line">
          {t("staff.said.empty")}
        </p>
      )}
    </form>
  );
}
