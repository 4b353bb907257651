import { useTranslation } from "react-i18next";
import { CALLS } from "../sync/presence";
import { useTools } from "./context";
import { Icon } from "./Icon";

/** To call something to the others. */
export function CallButtons() {
  const { t } = useTranslation();
  const { presence } = useTools().session;
  return (
    <div className="call-buttons" role="group" aria-label={t("call.label")}>
      <span className="fine">{t("call.label")}</span>
      {CALLS.map((kind) => (
        <button key={kind} type="button" className="btn icon" aria-label={t(`call.${kind}`)} title={t(`call.${kind}`)} data-testid={`call-${kind}`} onClick={() => presence.call(kind)}>
          <Icon name={kind} />
        </button>
      ))}
    </div>
  );
}
