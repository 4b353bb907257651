import * as Menu from "@radix-ui/react-dropdown-menu";
import { useTranslation } from "react-i18next";
import { useNames, useTools } from "./context";
import { Icon } from "./Icon";

const FORMS = ["json", "csv", "markdown", "automerge"] as const;

/** Copies of the board for the person's own keeping; they work without a connection too. */
export function SaveMenu() {
  const { t } = useTranslation();
  const { document, notice } = useTools();
  const names = useNames();

  const save = async (form: (typeof FORMS)[number]) => {
    try {
      const [{ saveCopy }, { outlineWords }] = await Promise.all([import("../exchange/save"), import("../exchange/outline-words")]);
      const name = saveCopy(form, document, outlineWords(document.board(), t, { step: names.step, lane: names.lane }));
      notice.say(t("copy.saved", { name }));
    } catch (error) {
      console.error(error);
      notice.say(t("copy.failed"));
    }
  };

  const keep = async () => {
    try {
      const [{ contentOf }, { keepTemplate }] = await Promise.all([import("../exchange/plain"), import("../templates/own")]);
      const kept = keepTemplate(document.board().title || t("board.untitled"), contentOf(document.doc()));
      notice.say(t(kept ? "copy.templateSaved" : "copy.templateFailed"));
    } catch (error) {
      console.error(error);
      notice.say(t("copy.templateFailed"));
    }
  };

  return (
    <>
      <Menu.Sub>
        <Menu.SubTrigger className="menu-item" data-testid="save-copy">
          {t("copy.save")}
          <span className="menu-more">
            <Icon name="more" />
          </span>
        </Menu.SubTrigger>
        <Menu.Portal>
          <Menu.SubContent className="popover menu" sideOffset={4} collisionPadding={10}>
            {FORMS.map((form) => (
              <Menu.Item key={form} className="menu-item" onSelect={() => void save(form)} data-testid={`save-${form}`}>
                {t(`copy.${form}`)}
              </Menu.Item>
            ))}
          </Menu.SubContent>
        </Menu.Portal>
      </Menu.Sub>
      <Menu.Item className="menu-item" onSelect={() => void keep()} data-testid="save-template">
        {t("copy.saveTemplate")}
      </Menu.Item>
    </>
  );
}
