import "./rights.css";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sheet } from "../board/Dialogs";
import { useTools } from "../board/context";
import { readAudit } from "./api";
import type { AuditLine, AuditPage } from "./api";
import { AuditList } from "./AuditList";

/** For owners: what was done to the board, and by whom. */
export function AuditSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useTools();
  const { id, secret } = session.board;
  const [lines, setLines] = useState<readonly AuditLine[]>([]);
  const [page, setPage] = useState<AuditPage>();
  const [failed, setFailed] = useState(false);
  const load = useCallback(
    (before?: string) =>
      readAudit({ id, secret }, before).then(
        (more) => {
          setFailed(false);
          setPage(more);
          setLines((known) => (before === undefined ? more.lines : [...known, ...more.lines]));
        },
        () => setFailed(true),
      ),
    [id, secret],
  );
  useEffect(() => void load(), [load]);
  return (
    <Sheet title={t("rights.audit")} lead={t("rights.auditLead")} onClose={onClose}>
      {!page && !failed && <p role="status">{t("share.loading")}</p>}
      {failed && <p role="alert">{t("rights.offline")}</p>}
      {page && lines.length === 0 && <p>{t(page.days === 0 ? "rights.auditOff" : "rights.auditEmpty")}</p>}
      <AuditList lines={lines} />
      {page?.next !== undefined && (
        <button type="button" className="btn soft" onClick={() => void load(page.next)} data-testid="audit-more">
          {t("rights.more")}
        </button>
      )}
      {page && page.days > 0 && <p className="fine">{t("rights.kept", { count: page.days })}</p>}
    </Sheet>
  );
}
