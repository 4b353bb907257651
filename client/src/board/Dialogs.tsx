import * as Dialog from "@radix-ui/react-dialog";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

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
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <div className="backdrop" />
        <Dialog.Content
          className={wide ? "dialog wide" : "dialog"}
          onCloseAutoFocus={(event) => {
            if (!backTo) return;
            event.preventDefault();
            backTo.focus({ preventScroll: true });
          }}
          {...(lead === undefined ? { "aria-describedby": undefined } : {})}
        >
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
