import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { where } from "../embed/where";
import { signInAddress } from "../staff/api";
import type { OpenProblem } from "../sync/session";

/** A page that cannot be shown, saying why in plain words and what to do. */
export function Problem({ kind }: { kind: Exclude<OpenProblem, "password"> | "page" | "broken" | "homeless" }) {
  const { t } = useTranslation();
  const reload = kind === "unreachable" || kind === "broken" || kind === "token";
  // A frame holds one board: there is nowhere to go from it.
  const { framed, page } = where();
  useEffect(() => page?.tell({ type: "problem", problem: kind }), [page, kind]);
  return (
    <main className="page" data-testid={`problem-${kind}`}>
      <section className="sheet problem">
        <h1>{t(`problem.${kind}Heading`)}</h1>
        <p role="alert">{t(`problem.${kind}`)}</p>
        <p className="row">
          {reload && (
            <button type="button" className="btn primary" onClick={() => location.reload()}>
              {t(kind === "broken" ? "problem.reload" : "problem.again")}
            </button>
          )}
          {kind === "signin" && !framed && (
            <a className="btn primary" href={signInAddress(location.pathname)}>
              {t("staff.in")}
            </a>
          )}
          {!framed && (
            <a className={reload || kind === "signin" ? "btn" : "btn primary"} href="/">
              {t("problem.home")}
            </a>
          )}
        </p>
      </section>
    </main>
  );
}
