import * as Dialog from "@radix-ui/react-dialog";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
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

export function NameDialog({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Sheet title={t("menu.name")} onClose={onClose}>
      {children}
    </Sheet>
  );
}
