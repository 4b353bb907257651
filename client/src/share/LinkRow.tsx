import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage, sayDate } from "../i18n";
import { useBoardPart, useNames, useTools } from "../board/context";
import type { ShareLink } from "./api";
import { QrCode } from "./QrCode";

/** One link: what it is, its address if this device knows it, and what can be done with it. */
export function LinkRow({ link, url, testId, onChange, onRevoke }: {
  link: Pick<ShareLink, "role"> & Partial<ShareLink>;
  url: string | undefined;
  testId?: string | undefined;
  onChange?: () => void;
  onRevoke?: () => void;
}) {
  const { t } = useTranslation();
  const { notice } = useTools();
  const [open, setOpen] = useState<"qr" | "revoke">();
  const sure = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open === "revoke") sure.current?.focus();
  }, [open]);
  const role = t(`role.${link.role}`);
  const name = link.label ? t("share.for", { label: link.label, role }) : role;

  const copy = async (address: string) => {
    try {
      await navigator.clipboard.writeText(address);
      notice.say(t("said.copied"));
    } catch {
      notice.say(t("said.notCopied"));
    }
  };

  return (
    <li data-testid="share-link" data-role={link.role}>
      <strong>{link.label || t(`invite.${link.role}`)}</strong>
      <LinkTags link={link} />
      {url === undefined ? (
        <p className="fine">{t("share.gone")}</p>
      ) : (
        <div className="row">
          <input className="text" readOnly value={url} aria-label={t("invite.link", { role: name })} data-testid={testId} onFocus={(e) => e.target.select()} />
          <button type="button" className="btn soft" aria-label={t("invite.copy", { role: name })} onClick={() => void copy(url)}>
            {t("invite.copyShort")}
          </button>
        </div>
      )}
      <div className="row share-tools">
        {url !== undefined && (
          <button type="button" className="btn small" aria-expanded={open === "qr"} aria-label={t("share.qr", { name })} onClick={() => setOpen(open === "qr" ? undefined : "qr")}>
            {t("share.qrShort")}
          </button>
        )}
        {onChange && (
          <button type="button" className="btn small" aria-label={t("share.change", { name })} onClick={onChange}>
            {t("share.changeShort")}
          </button>
        )}
        {onRevoke && (
          <button type="button" className="btn small" aria-expanded={open === "revoke"} aria-label={t("share.revoke", { name })} onClick={() => setOpen(open === "revoke" ? undefined : "revoke")}>
            {t("share.revokeShort")}
          </button>
        )}
      </div>
      {open === "qr" && url !== undefined && <QrCode url={url} name={name} />}
      {open === "revoke" && (
        <div className="share-sure" role="group" aria-label={t("share.revoke", { name })}>
          <p>{t("share.revokeSure")}</p>
          <div className="row">
            <button type="button" className="btn danger" ref={sure} onClick={onRevoke}>
              {t("share.revokeYes")}
            </button>
            <button type="button" className="btn" onClick={() => setOpen(undefined)}>
              {t("share.cancel")}
            </button>
          </div>
        </div>
      )}
    </li>
  );
}

/** What else is to be known of a link, in a few words. */
function LinkTags({ link }: { link: Pick<ShareLink, "role"> & Partial<ShareLink> }) {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const names = useNames();
  const lanes = useBoardPart((board) => board.lanes);
  const sayLanes = (ids: readonly string[]) => {
    const there = lanes.filter((l) => ids.includes(l.id)).map((l) => names.lane(l.id));
    const gone = ids.length - there.length;
    return new Intl.ListFormat(currentLanguage()).format(gone > 0 ? [...there, t("lanes.gone", { count: gone })] : there);
  };
  const tags: string[] = [];
  if (link.label) tags.push(t(`role.${link.role}`));
  if (link.role === "editor" && link.lanes) tags.push(t("lanes.tag", { lanes: sayLanes(link.lanes) }));
  if (link.audience) tags.push(t(`share.${link.audience}`));
  if (link.expires !== undefined) {
    const date = sayDate(link.expires, true);
    tags.push(link.expires <= now ? t("share.expired") : t("share.until", { date }));
  }
  if (link.password) tags.push(t("share.password"));
  if (link.people) tags.push(t("share.people", { count: link.people }));
  if (link.current) tags.push(t("share.current"));
  if (tags.length === 0) return null;
  return (
    <ul className="share-tags">
      {tags.map((tag) => (
        <li key={tag} className="tag">
          {tag}
        </li>
      ))}
    </ul>
  );
}
