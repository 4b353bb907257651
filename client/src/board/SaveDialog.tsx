import { useTranslation } from "react-i18next";
import { shownTheme } from "../app/theme";
import { tell } from "../rights/api";
import { drawingWords } from "../drawing/words";
import { useNames, useTools } from "./context";
import { Sheet } from "./Dialogs";

const FORMS = ["json", "csv", "markdown", "automerge"] as const;
const DRAWN = ["svg", "png", "png2", "pdf", "pdfA4", "pdfA3"] as const;

/** Copies of the board for the person's own keeping; they work without a connection too. */
export function SaveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { document, notice, session } = useTools();
  const names = useNames();

  const save = async (form: (typeof FORMS)[number]) => {
    onClose();
    try {
      const [{ saveCopy }, { outlineWords }] = await Promise.all([import("../exchange/save"), import("../exchange/outline-words")]);
      const words = outlineWords(document.board(), t, { step: names.step, lane: names.lane });
      const { name, left } = await saveCopy(form, document, session.pictures, words);
      tell(session.board, "copied", { detail: form });
      notice.say(`${t("copy.saved", { name })} ${left > 0 ? t("picture.inFile", { count: left }) : ""}`.trim());
    } catch (error) {
      console.error(error);
      notice.say(t("copy.failed"));
    }
  };

  const saveDrawn = async (form: (typeof DRAWN)[number]) => {
    onClose();
    tell(session.board, "copied", { detail: form.toLowerCase() });
    notice.say(t("drawn.working"));
    try {
      const board = document.board();
      const title = board.title.trim() || t("board.untitled");
      const wish = { board, theme: shownTheme(), words: drawingWords((key, values) => t(key, values ?? {})), pictures: session.pictures };
      const { download, fileName } = await import("../exchange/save");
      const end = (blob: Blob, ending: string, more = "") => {
        const name = `${fileName(title)}.${ending}`;
        download(blob, name);
        notice.say(`${t("copy.saved", { name })} ${more}`.trim());
      };
      if (form === "svg") {
        const { svgOf } = await import("../exchange/drawn/picture");
        end(await svgOf(wish), "svg");
      } else if (form === "png" || form === "png2") {
        const { pngOf } = await import("../exchange/drawn/picture");
        const { blob, smaller } = await pngOf(wish, form === "png" ? 1 : 2);
        end(blob, "png", smaller ? t("drawn.smaller") : "");
      } else {
        const { pdfOf } = await import("../exchange/drawn/pdf");
        const blob = await pdfOf({
          ...wish,
          title,
          paper: form === "pdf" ? undefined : form === "pdfA4" ? "a4" : "a3",
          foot: (page, pages, row, column) => t("drawn.sheet", { title, page, pages, row, column }),
          onPage: (page, pages) => notice.say(t("drawn.page", { page, pages })),
        });
        end(blob, "pdf");
      }
    } catch (error) {
      console.error(error);
      notice.say(t("copy.failed"));
    }
  };

  return (
    <Sheet title={t("copy.save")} onClose={onClose}>
      <h3 className="forms-heading">{t("drawn.pictures")}</h3>
      <div className="forms">
        {DRAWN.map((form) => (
          <button key={form} type="button" className="btn soft form" onClick={() => void saveDrawn(form)} data-testid={`save-${form}`}>
            {t(`drawn.${form}`)}
          </button>
        ))}
      </div>
      <h3 className="forms-heading">{t("drawn.data")}</h3>
      <div className="forms">
        {FORMS.map((form) => (
          <button key={form} type="button" className="btn soft form" onClick={() => void save(form)} data-testid={`save-${form}`}>
            {t(`copy.${form}`)}
          </button>
        ))}
      </div>
    </Sheet>
  );
}

/** Keeps the board as something that new boards can begin as. */
export function useKeepTemplate(): () => Promise<void> {
  const { t } = useTranslation();
  const { document, notice, session } = useTools();
  return async () => {
    try {
      const [{ contentOf }, { keepTemplate }] = await Promise.all([import("../exchange/plain"), import("../templates/own")]);
      const kept = keepTemplate(document.board().title || t("board.untitled"), { ...contentOf(document.doc()), picturesOf: session.board.id });
      notice.say(t(kept ? "copy.templateSaved" : "copy.templateFailed"));
    } catch (error) {
      console.error(error);
      notice.say(t("copy.templateFailed"));
    }
  };
}
