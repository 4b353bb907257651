import { Command as List } from "cmdk";
import { useTranslation } from "react-i18next";
import { useHands } from "../commands/hands";
import { command, isAllowed, run } from "../commands/registry";
import { MARKER_TYPES } from "../document/model";
import { Icon } from "./Icon";
import { Finder } from "./Palette";

/** Chooses what the chosen elements are marked as. */
export function MarkPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const hands = useHands();
  const offered = MARKER_TYPES.map((type) => command(`mark.${type}`)).filter((c) => isAllowed(c, hands));
  return (
    <Finder label={t("command.markAs")} placeholder={t("parts.markPlaceholder")} none={t("palette.none")} onClose={onClose}>
      {MARKER_TYPES.map((type, i) => {
        const c = offered[i];
        return (
          c && (
            <List.Item
              key={type}
              className="menu-item"
              value={t(`details.marker.${type}`)}
              data-testid={`mark-as-${type}`}
              onSelect={() => {
                onClose();
                setTimeout(() => run(c, hands), 0);
              }}
            >
              <span className="menu-icon">
                <Icon name="mark" />
              </span>
              <span className={`pill pill-${type}`}>{t(`details.marker.${type}`)}</span>
              <span className="menu-words fine">{t(`parts.markHint.${type}`)}</span>
            </List.Item>
          )
        );
      })}
    </Finder>
  );
}
