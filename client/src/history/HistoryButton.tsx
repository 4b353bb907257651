import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import { useHands, useKeysOf } from "../commands/hands";
import { command, run } from "../commands/registry";

/** Shows how the board came to be. On a narrow window the menu has it. */
export function HistoryButton() {
  const { t } = useTranslation();
  const hands = useHands();
  const keysOf = useKeysOf();
  const c = command("history.open");
  return (
    <button type="button" className="btn icon history-button" aria-label={t(`command.${c.id}`)} title={`${t(`command.${c.id}`)} (${keysOf(c)})`} onClick={() => run(c, hands)} data-testid="history-button">
      <Icon name="history" />
    </button>
  );
}
