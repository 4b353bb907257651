import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, LANGUAGE_NAMES, currentLanguage, setLanguage } from "../i18n";
import { AllBoards } from "../staff/AllBoards";
import { OwnBoards } from "../staff/OwnBoards";
import { SignInFirst, SignInOut, SignInRefused, useMe } from "../staff/SignIn";
import { Logo } from "./Logo";
import { NewBoard } from "./NewBoard";

/** Makes a board from one field and one button, and leads back to the boards of this device. */
export function StartPage({ go }: { go: (url: string) => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const [taken, setTaken] = useState(0);
  useEffect(() => {
    document.title = t("name");
  }, [t]);

  return (
    <main className="page">
      <header className="start-top">
        <span className="brand">
          <Logo /> {t("name")}
        </span>
        <span className="start-side">
          <span className="row" role="group" aria-label={t("menu.language")}>
            {LANGUAGES.map((l) => (
              <button
                key={l}
                type="button"
                lang={l}
                className="btn small"
                aria-pressed={l === currentLanguage()}
                onClick={() => void setLanguage(l)}
              >
                {LANGUAGE_NAMES[l]}
              </button>
            ))}
          </span>
          <SignInOut me={me} />
        </span>
      </header>
      <SignInRefused />
      <section className="sheet">
        <h1>{t("start.heading")}</h1>
        <p className="lead">{t("start.lead")}</p>
        {me?.needed && !me.person ? <SignInFirst /> : <NewBoard go={go} />}
      </section>
      <OwnBoards key={taken} me={me} go={go} />
      {me?.person?.administrator && <AllBoards onTaken={() => setTaken((n) => n + 1)} />}
    </main>
  );
}
