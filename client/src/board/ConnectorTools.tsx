import { useTranslation } from "react-i18next";
import { useHands } from "../commands/hands";
import { command, run } from "../commands/registry";
import { MEANINGS } from "../document/model";
import type { Connector } from "../document/model";
import { changeConnector } from "./connecting";
import { useEditable } from "./context";
import { Icon } from "./Icon";
import type { IconName } from "./Icon";
import { SharedField } from "./SharedField";

/** What a connector says, which way it goes and what it means; those who comment comment on it. */
export function ConnectorTools({ connector, x, y }: { connector: Connector; x: number; y: number }) {
  const { t } = useTranslation();
  const hands = useHands();
  const editable = useEditable();
  const { id, direction, meaning } = connector;
  const button = (name: string, icon: IconName, onClick: () => void, pressed?: boolean) => (
    <button type="button" className="btn icon" aria-label={name} title={name} aria-pressed={pressed} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
  return (
    <div className="connector-tools" style={{ transform: `translate(${String(x)}px, ${String(y)}px) scale(var(--unzoom, 1))` }}>
      <div
        className="card-tools nodrag nopan nowheel"
        role="toolbar"
        aria-label={t("connector.tools")}
        data-testid="connector-tools"
        onClick={(event) => event.stopPropagation()}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        {editable && (
          <>
            <SharedField path={["connectors", id, "label"]} label={t("connector.words")} placeholder={t("connector.placeholder")} className="connector-field" testId="connector-label" />
            <select className="connector-meaning" aria-label={t("connector.meaning")} value={meaning} onChange={(event) => changeConnector(hands, id, { meaning: MEANINGS.find((m) => m === event.target.value) ?? "leads-to" })}>
              {MEANINGS.map((m) => (
                <option key={m} value={m}>
                  {t(`connector.${m}`)}
                </option>
              ))}
            </select>
            {button(t("connector.oneWay"), "arrow", () => changeConnector(hands, id, { direction: "one-way" }), direction === "one-way")}
            {button(t("connector.twoWay"), "arrows", () => changeConnector(hands, id, { direction: "two-way" }), direction === "two-way")}
            {button(t("connector.reverse"), "swap", () => changeConnector(hands, id, { from: connector.to, to: connector.from }))}
            {button(t("connector.remove"), "bin", () => hands.actions.removeConnector(id))}
          </>
        )}
        {button(t("tool.comment", { defaultValue: t("command.comment") }), "talk", () => run(command("comment"), hands))}
      </div>
    </div>
  );
}
