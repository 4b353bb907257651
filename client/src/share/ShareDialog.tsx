import "./share.css";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sheet } from "../board/Dialogs";
import { useTools } from "../board/context";
import { ApiError, ROLES } from "../sync/api";
import type { Role } from "../sync/api";
import { changeLink, listLinks, makeLink, revokeLink } from "./api";
import type { LinkChange, ShareLink } from "./api";
import { BoardControls } from "./BoardControls";
import { EmbedSection } from "../embed/EmbedSection";
import { knownLinks, rememberLink } from "./known";
import { LinkForm } from "./LinkForm";
import { LinkRow } from "./LinkRow";

/** The links to the board: all of them for owners, else those that this device may hand on. */
export function ShareDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useTools();
  const { board } = session;
  const owner = board.role === "owner";
  return (
    <Sheet title={t("invite.heading")} lead={t("invite.lead")} onClose={onClose}>
      {owner ? <OwnersLinks /> : <HandedLinks />}
    </Sheet>
  );
}

/** What is handed out most comes first; the keys to everything come last. */
const ORDER: readonly Role[] = ["editor", "commenter", "viewer", "owner"];

function OwnersLinks() {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const { id, secret, links: urls } = session.board;
  const [links, setLinks] = useState<readonly ShareLink[]>();
  const [fault, setFault] = useState<string>();
  /** The link that is being changed, or "new". */
  const [editing, setEditing] = useState<string>();

  const load = useCallback(
    () => listLinks({ id, secret }).then(setLinks, () => setFault("offline")),
    [id, secret],
  );
  useEffect(() => void load(), [load]);

  /** Does something to the links and says how it went; true when it went well. */
  const attempt = async (work: () => Promise<unknown>, said: "made" | "changed" | "revoked") => {
    setFault(undefined);
    try {
      await work();
    } catch (error) {
      const condition = error instanceof ApiError ? error.condition : "";
      setFault(condition === "last-owner" ? "lastOwner" : condition === "full" ? "full" : "failed");
      return;
    }
    setEditing(undefined);
    notice.say(t(`share.${said}`));
    await load();
  };
  const make = (change: LinkChange) =>
    attempt(async () => {
      const made = await makeLink({ id, secret }, change);
      if (made?.url !== undefined) rememberLink(made.id, made.url);
    }, "made");

  if (!links) {
    return fault === undefined ? (
      <p role="status">{t("share.loading")}</p>
    ) : (
      <>
        <p role="alert">{t("share.offline")}</p>
        <HandedLinks />
      </>
    );
  }
  const known = knownLinks(Object.values(urls));
  const sorted = [...links].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  const first = new Set(ROLES.map((role) => sorted.find((l) => l.role === role)?.id));
  return (
    <>
      {fault !== undefined && (
        <p role="alert" className="share-fault">
          {t(`share.${fault}` as "share.failed")}
        </p>
      )}
      {editing === "new" ? (
        <LinkForm onCancel={() => setEditing(undefined)} onSave={(change) => void make(change)} />
      ) : (
        <button type="button" className="btn soft" onClick={() => setEditing("new")} data-testid="new-link">
          {t("share.new")}
        </button>
      )}
      <ul className="links share-links">
        {sorted.map((link) =>
          editing === link.id ? (
            <li key={link.id}>
              <LinkForm link={link} onCancel={() => setEditing(undefined)} onSave={(change) => void attempt(() => changeLink({ id, secret }, link.id, change), "changed")} />
            </li>
          ) : (
            <LinkRow
              key={link.id}
              link={link}
              url={known.get(link.id)}
              testId={first.has(link.id) ? `link-${link.role}` : undefined}
              onChange={() => setEditing(link.id)}
              onRevoke={() => void attempt(() => revokeLink({ id, secret }, link.id), "revoked")}
            />
          ),
        )}
      </ul>
      <EmbedSection />
      <BoardControls />
    </>
  );
}

function HandedLinks() {
  const { t } = useTranslation();
  const { session } = useTools();
  const { links, role } = session.board;
  const shown = ORDER.filter((r) => r !== "owner" || role === "owner").flatMap((r) => (links[r] === undefined ? [] : [{ role: r, url: links[r] }]));
  return (
    <>
      {shown.length === 0 && <p>{t("invite.none")}</p>}
      <ul className="links share-links">
        {shown.map(({ role: r, url }) => (
          <LinkRow key={r} link={{ role: r }} url={url} testId={`link-${r}`} />
        ))}
      </ul>
      {role !== "owner" && shown.length > 0 && <p className="fine">{t("invite.onlyYours")}</p>}
    </>
  );
}
