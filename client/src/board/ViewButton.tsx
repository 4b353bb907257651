import { useTranslation } from "react-i18next";
import { useHands, useKeysOf } from "../commands/hands";
import { command, run } from "../commands/registry";
import { Icon } from "./Icon";
import { useUi } from "./ui";

/** Goes from the drawing to the outline and back. */
export function ViewButton() {
  const { t } = useTranslation();
  const hands = useHands();
  const keysOf = useKeysOf();
  const c = command(useUi((ui) => (ui.view === "canvas" ? "view.outline" : "view.canvas")));
  const name = t(`command.${c.id}`);
  return (
    <button type="button" className="btn icon" aria-label={name} title={`${name} (${keysOf(c)})`} onClick={() => run(c, hands)} data-testid="view-button">
      {c.icon && <Icon name={c.icon} />}
    </button>
  );
}
