import { ViewportPortal } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { useCalls } from "./calls";
import { Icon } from "./Icon";

/** What people call to each other without a word, at their pointers, for a moment. */
export function Calls() {
  const { t } = useTranslation();
  const { shown, latest } = useCalls();
  return (
    <>
      <ViewportPortal>
        {shown.map(({ key, kind, at, name, color }) => at && (
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
