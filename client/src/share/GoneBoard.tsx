import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayDate } from "../i18n";
import { restoreBoard } from "./api";

/** A board that was deleted, for somebody who may bring it back. */
export function GoneBoard({ id, secret, goesAt, onBack }: { id: string; secret: string; goesAt: number; onBack: () => void }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  return (
    <main className="page" data-testid="problem-gone">
      <section className="sheet problem">
        <h1>{t("problem.goneHeading")}</h1>
        <p>{t("share.board.gone")}</p>
        <p>{t("staff.goes", { date: sayDate(goesAt, false) })}</p>
        <p className="row">
          <button type="button" className="btn primary" onClick={() => void restoreBoard({ id, secret }).then(onBack, () => setFailed(true))}>
            {t("share.board.restore")}
          </button>
          <a className="btn" href="/">
            {t("problem.home")}
          </a>
        </p>
        {failed && <p role="alert">{t("share.failed")}</p>}
      </section>
    </main>
  );
}
