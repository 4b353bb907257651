import { ViewportPortal } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { CALLS } from "../sync/presence";
import { useCalls } from "./calls";
import { useTools } from "./context";
import { Icon } from "./Icon";

/** What people call to each other without a word, at their pointers, for a moment. */
export function Calls() {
  const { t } = useTranslation();
  const { shown, latest } = useCalls();
  return (
    <>
      <ViewportPortal>
        {shown.map(({ key, kind, at, name, color }) => (
          <div key={key} className="call" data-testid="call" data-kind={kind} aria-hidden="true" style={{ transform: `translate(${String(at.x)}px, ${String(at.y)}px)` }}>
            <div className="call-body" style={{ backgroundColor: `var(--person-${String(color)})` }}>
              <Icon name={kind} /> {name || t("someone")}
            </div>
          </div>
        ))}
      </ViewportPortal>
      <p className="hidden" role="status" data-testid="call-heard">
        {latest && t("call.heard", { name: latest.name || t("someone"), what: t(`call.${latest.kind}`) })}
      </p>
    </>
  );
}

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
