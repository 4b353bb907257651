import { useEffect, useRef, useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, LANGUAGE_NAMES, currentLanguage, setLanguage } from "../i18n";
import { ApiError, createBoard } from "../sync/api";
import { forgetBoard, knownBoards, rememberBoard } from "../sync/device";
import { Logo } from "./Logo";

const DATES = { sv: "sv-SE", en: "en-GB" } as const;
const MOST_LETTERS = 200;

/** Makes a board from one field and one button, and leads back to the boards of this device. */
export function StartPage({ go }: { go: (url: string) => void }) {
  const { t } = useTranslation();
  const [boards, setBoards] = useState(knownBoards);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = t("name");
  }, [t]);

  const make = async (event: SyntheticEvent) => {
    event.preventDefault();
    const title = field.current?.value.trim() ?? "";
    if (title === "" || title.length > MOST_LETTERS) {
      setProblem(t(title === "" ? "start.nameNeeded" : "start.nameTooLong"));
      field.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const made = await createBoard(title);
      const secret = new URL(made.links.owner ?? "", location.origin).hash.slice(1);
      rememberBoard({ id: made.id, documentId: made.documentId, title, role: "owner" }, secret, made.links);
      go(`/b/${made.id}#${secret}`);
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      const own = error instanceof ApiError && status >= 400 && status < 500 && status !== 429 ? error.detail : "";
      setProblem(own || t(status === 429 || status === 503 ? "start.failedBusy" : "start.failed"));
      setBusy(false);
    }
  };

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
        <form onSubmit={(e) => void make(e)} noValidate>
          <label htmlFor="board-name">{t("start.label")}</label>
          <div className="field-row">
            <input
              id="board-name"
              ref={field}
              autoComplete="off"
              autoFocus
              placeholder={t("start.placeholder")}
              aria-invalid={problem !== undefined}
              aria-describedby={problem ? "board-problem" : undefined}
            />
            <button type="submit" className="btn primary" disabled={busy}>
              {t(busy ? "start.making" : "start.make")}
            </button>
          </div>
          {problem !== undefined && (
            <p id="board-problem" role="alert" className="problem-line">
              {problem}
            </p>
          )}
        </form>
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
                  <span className="recent-title">{board.title || t("start.untitled")}</span>
                  <span className="fine">
                    {t(`role.${board.role}`)} · {new Date(board.seen).toLocaleDateString(DATES[currentLanguage()], { day: "numeric", month: "short", year: "numeric" })}
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
