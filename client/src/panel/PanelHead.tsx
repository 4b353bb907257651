import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";

/** The head of what is open beside the board or in its place: what it is, or its tabs, and the way to close it. */
export function PanelHead({ close, onClose, testId, children }: { close?: string; onClose: () => void; testId?: string; children: ReactNode }) {
  const { t } = useTranslation();
  const label = close ?? t("panel.close");
  return (
    <div className="panel-head">
      {children}
      <button type="button" className="btn icon" aria-label={label} title={label} onClick={onClose} data-testid={testId}>
        <Icon name="close" />
      </button>
    </div>
  );
}
