import { useTranslation } from "react-i18next";
import { useNames, useTools } from "./context";
import { Sheet } from "./Dialogs";

const FORMS = ["json", "csv", "markdown", "automerge"] as const;

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
      notice.say(`${t("copy.saved", { name })} ${left > 0 ? t("picture.inFile", { count: left }) : ""}`.trim());
    } catch (error) {
      console.error(error);
      notice.say(t("copy.failed"));
    }
  };

  return (
    <Sheet title={t("copy.save")} onClose={onClose}>
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
