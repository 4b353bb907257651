import { useRef, useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Content, ImportProblem } from "../exchange/content";
import { makeBoard } from "../exchange/newBoard";
import { ApiError } from "../sync/api";
import { TemplateChooser } from "./TemplateChooser";

const MOST_LETTERS = 200;

/** Makes a board: from a name and what it is to begin as, or from a file. */
export function NewBoard({ go }: { go: (url: string) => void }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState<"making" | "reading">();
  const [problem, setProblem] = useState<string>();
  const [fileProblem, setFileProblem] = useState<string>();
  const [template, setTemplate] = useState<Content>();
  const field = useRef<HTMLInputElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  const create = async (title: string, content: Content | undefined, say: (problem: string) => void) => {
    setBusy("making");
    try {
      go(await makeBoard(title, content));
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      const own = error instanceof ApiError && status >= 400 && status < 500 && status !== 429 ? error.detail : "";
      say(own || t(status === 429 || status === 503 ? "start.failedBusy" : "start.failed"));
      setBusy(undefined);
    }
  };

  const make = async (event: SyntheticEvent) => {
    event.preventDefault();
    const title = field.current?.value.trim() ?? "";
    if (title === "" || title.length > MOST_LETTERS) {
      setProblem(t(title === "" ? "start.nameNeeded" : "start.nameTooLong"));
      field.current?.focus();
      return;
    }
    setProblem(undefined);
    await create(title, template, setProblem);
  };

  const say = ({ key, values, within }: ImportProblem): string => {
    const words = t(`open.${key}`, { ...values });
    return within ? t("open.csvRow", { row: within.row, detail: words }) : words;
  };

  const open = async (file: File) => {
    setBusy("reading");
    setFileProblem(undefined);
    try {
      const { openFile } = await import("../exchange/open");
      const imported = await openFile(file);
      if ("content" in imported) {
        const own = imported.content.meta["title"];
        const title = (typeof own === "string" ? own.trim() : "") || t("open.from", { name: file.name });
        await create(title.slice(0, MOST_LETTERS), imported.content, setFileProblem);
        return;
      }
      setFileProblem(say(imported.problem));
    } catch (error) {
      console.error(error);
      setFileProblem(t("open.unread"));
    }
    setBusy(undefined);
  };

  return (
    <>
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
          <button type="submit" className="btn primary" disabled={busy !== undefined}>
            {t(busy === "making" ? "start.making" : "start.make")}
          </button>
        </div>
        {problem !== undefined && (
          <p id="board-problem" role="alert" className="problem-line">
            {problem}
          </p>
        )}
        <TemplateChooser onChoose={setTemplate} />
      </form>
      <div className="open-file">
        <button type="button" className="btn soft" disabled={busy !== undefined} aria-describedby="open-hint" onClick={() => picker.current?.click()}>
          {t(busy === "reading" ? "open.reading" : "open.button")}
        </button>
        <span id="open-hint" className="fine">
          {t("open.hint")}
        </span>
        <input
          ref={picker}
          type="file"
          hidden
          accept=".json,.csv,.tsv,.txt,.automerge,application/json,text/csv"
          data-testid="open-file"
          onChange={(event) => {
            const file = event.target.files?.[0];
            // The same file can be chosen again, once it has been mended.
            event.target.value = "";
            if (file) void open(file);
          }}
        />
      </div>
      {fileProblem !== undefined && (
        <div role="alert" className="problem-line" data-testid="file-problem">
          <strong>{t("open.heading")}.</strong> {fileProblem}
        </div>
      )}
    </>
  );
}
