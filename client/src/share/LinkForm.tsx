import { useId, useState } from "react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayDate } from "../i18n";
import type { Role } from "../sync/api";
import { AUDIENCES } from "./api";
import type { Audience, LinkChange, ShareLink } from "./api";
import { LaneChoice } from "./LaneChoice";

const ROLES: readonly Role[] = ["editor", "commenter", "viewer", "owner"];
const DAY = 86_400_000;
const SPANS = { day: DAY, week: 7 * DAY, month: 30 * DAY } as const;
type Expiry = keyof typeof SPANS | "never" | "kept";

/** What a link allows: a new one, or one that is being changed. */
export function LinkForm({ link, onSave, onCancel }: { link?: ShareLink; onSave: (change: LinkChange) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [label, setLabel] = useState(link?.label ?? "");
  const [role, setRole] = useState<Role>(link?.role ?? "editor");
  const [audience, setAudience] = useState<Audience>(link?.audience ?? "customer");
  const [expiry, setExpiry] = useState<Expiry>(link?.expires === undefined ? "never" : "kept");
  const [password, setPassword] = useState("");
  const [noPassword, setNoPassword] = useState(false);
  const [lanes, setLanes] = useState(link?.lanes);
  const [people, setPeople] = useState(link?.people ? String(link.people) : "");

  const save = (event: FormEvent) => {
    event.preventDefault();
    onSave({
      role,
      audience,
      label: label.trim(),
      ...(role === "editor" ? { lanes: lanes ?? null } : {}),
      people: Math.trunc(Number(people)) || 0,
      ...(expiry === "kept" ? {} : { expiresAt: expiry === "never" ? null : new Date(Date.now() + SPANS[expiry]).toISOString() }),
      ...(noPassword ? { password: null } : password ? { password } : {}),
    });
  };
  const kept = link?.expires !== undefined && sayDate(link.expires, true);
  const expiries: Expiry[] = [...(kept ? (["kept"] as const) : []), "never", "day", "week", "month"];

  return (
    <form className="share-form" onSubmit={save} data-testid="link-form">
      <label htmlFor={`${id}-label`}>{t("share.field.label")}</label>
      <input id={`${id}-label`} className="text" autoFocus maxLength={100} value={label} placeholder={t("share.field.labelHint")} autoComplete="off" onChange={(e) => setLabel(e.target.value)} />
      <div className="share-pair">
        <div>
          <label htmlFor={`${id}-role`}>{t("share.field.role")}</label>
          <select id={`${id}-role`} className="text" value={role} onChange={(e) => setRole(e.target.value as Role)}>
            {ROLES.map((r) => (
              <option key={r} value={r}>
                {t(`share.role.${r}`)}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={`${id}-audience`}>{t("share.field.audience")}</label>
          <select id={`${id}-audience`} className="text" value={audience} onChange={(e) => setAudience(e.target.value as Audience)}>
            {AUDIENCES.map((a) => (
              <option key={a} value={a}>
                {t(`share.${a}`)}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={`${id}-expires`}>{t("share.field.expires")}</label>
          <select id={`${id}-expires`} className="text" value={expiry} onChange={(e) => setExpiry(e.target.value as Expiry)}>
            {expiries.map((e) => (
              <option key={e} value={e}>
                {t(`share.expires.${e}`, { date: kept })}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={`${id}-people`}>{t("share.field.people")}</label>
          <input id={`${id}-people`} className="text" type="number" inputMode="numeric" min={0} max={10_000} value={people} placeholder={t("share.field.peopleHint")} onChange={(e) => setPeople(e.target.value)} />
        </div>
      </div>
      {role === "editor" && <LaneChoice chosen={lanes} onChoose={setLanes} />}
      <label htmlFor={`${id}-password`}>{t("share.field.password")}</label>
      {/* Owners hand it on, so they must be able to read it. */}
      <input id={`${id}-password`} className="text" minLength={4} maxLength={200} autoComplete="off" spellCheck={false} disabled={noPassword} value={password} aria-describedby={`${id}-hint`} onChange={(e) => setPassword(e.target.value)} />
      <p className="fine" id={`${id}-hint`}>
        {t(link?.password ? "share.field.passwordKept" : "share.field.passwordHint")}
      </p>
      {link?.password && (
        <label className="share-check">
          <input type="checkbox" checked={noPassword} onChange={(e) => setNoPassword(e.target.checked)} />
          {t("share.field.passwordNone")}
        </label>
      )}
      <div className="row">
        <button type="submit" className="btn primary">
          {t(link ? "share.keep" : "share.make")}
        </button>
        <button type="button" className="btn" onClick={onCancel}>
          {t("share.cancel")}
        </button>
      </div>
    </form>
  );
}
