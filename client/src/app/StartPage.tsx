import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, LANGUAGE_NAMES, currentLanguage, sayDate, setLanguage } from "../i18n";
import { forgetBoard, knownBoards } from "../sync/device";
import { Logo } from "./Logo";
import { NewBoard } from "./NewBoard";

/** Makes a board from one field and one button, and leads back to the boards of this device. */
export function StartPage({ go }: { go: (url: string) => void }) {
  const { t } = useTranslation();
  const [boards, setBoards] = useState(knownBoards);
  useEffect(() => {
    document.title = t("name");
  }, [t]);

  return (
    <main className="page">
      <header className="start-top">
        <span className="brand">
          <Logo /> {t("name")}
        </span>
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
      </header>
      <section className="sheet">
        <h1>{t("start.heading")}</h1>
        <p className="lead">{t("start.lead")}</p>
        <NewBoard go={go} />
      </section>
      {boards.length > 0 && (
        <section className="sheet">
          <h2>{t("start.recent")}</h2>
          <ul className="recent">
            {boards.map((board) => (
              <li key={board.id}>
                <a
                  href={`/b/${board.id}#${board.secret}`}
                  onClick={(event) => {
                    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                    event.preventDefault();
                    go(`/b/${board.id}#${board.secret}`);
                  }}
                >
                  <span className="recent-title">{[board.title || t("start.untitled"), board.fork?.name].filter(Boolean).join(" · ")}</span>
                  <span className="fine">
                    {t(`role.${board.role}`)} · {sayDate(board.seen, false)}
                  </span>
                </a>
                <button
                  type="button"
                  className="btn icon"
                  aria-label={t("start.forget", { title: board.title || t("start.untitled") })}
                  onClick={() => {
                    forgetBoard(board.id);
                    setBoards(knownBoards());
                  }}
                >
                  ×
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}
