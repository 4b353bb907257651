import * as Dialog from "@radix-ui/react-dialog";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ROLES } from "../sync/api";
import { useTools } from "./context";
import { Icon } from "./Icon";

/**
 * A window that no button of its own has opened gives the keyboard back to what had it before, unless what was picked in it
 * has taken it elsewhere.
 */
export function useGiveBack(backTo?: HTMLElement): (event: Event) => void {
  const [before] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (backTo) {
      backTo.focus({ preventScroll: true });
      return;
    }
    if (document.activeElement !== document.body && document.activeElement !== null) return;
    // An item of a menu is gone with its menu.
    const to = before?.isConnected === true ? before : document.querySelector("main");
    if (to instanceof HTMLElement) to.focus({ preventScroll: true });
  };
}

export function Sheet({ title, lead, children, onClose, wide, backTo }: {
  title: string;
  lead?: string;
  children: ReactNode;
  onClose: () => void;
  wide?: boolean;
  /** Has the keyboard afterwards; else whatever had it before. */
  backTo?: HTMLElement;
}) {
  const { t } = useTranslation();
  const giveBack = useGiveBack(backTo);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <div className="backdrop" />
        <Dialog.Content className={wide ? "dialog wide" : "dialog"} onCloseAutoFocus={giveBack} {...(lead === undefined ? { "aria-describedby": undefined } : {})}>
          <div className="dialog-head">
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close className="btn icon" aria-label={t("invite.close")}>
              <Icon name="close" />
            </Dialog.Close>
          </div>
          {lead !== undefined && <Dialog.Description className="lead">{lead}</Dialog.Description>}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The links that this device may hand on. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const { links, role } = session.board;
  const known = ROLES.filter((r) => r !== "owner" || role === "owner").flatMap((r) => (links[r] === undefined ? [] : [{ role: r, link: links[r] }]));
  // What is handed out most comes first; the keys to everything come last.
  const shown = [...known.filter((k) => k.role !== "owner"), ...known.filter((k) => k.role === "owner")];

  const copy = async (link: string) => {
    try {
      await navigator.clipboard.writeText(link);
      notice.say(t("said.copied"));
    } catch {
      notice.say(t("said.notCopied"));
    }
  };

  return (
    <Sheet title={t("invite.heading")} lead={t("invite.lead")} onClose={onClose}>
      {shown.length === 0 && <p>{t("invite.none")}</p>}
      <ul className="links">
        {shown.map(({ role: r, link }) => (
          <li key={r}>
            <strong>{t(`invite.${r}`)}</strong>
            <div className="row">
              <input className="text" readOnly value={link} aria-label={t("invite.link", { role: t(`role.${r}`) })} data-testid={`link-${r}`} onFocus={(e) => e.target.select()} />
              <button type="button" className="btn soft" aria-label={t("invite.copy", { role: t(`role.${r}`) })} onClick={() => void copy(link)}>
                {t("invite.copyShort")}
              </button>
            </div>
          </li>
        ))}
      </ul>
      {role !== "owner" && shown.length > 0 && <p className="fine">{t("invite.onlyYours")}</p>}
    </Sheet>
  );
}

export function NameDialog({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Sheet title={t("menu.name")} onClose={onClose}>
      {children}
    </Sheet>
  );
}
