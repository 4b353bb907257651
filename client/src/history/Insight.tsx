import "./insight.css";
import * as Tabs from "@radix-ui/react-tabs";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { PanelHead } from "../panel/PanelHead";
import { Heat } from "./Heat";
import { Voices } from "./Voices";

/** What the history adds up to, in place of the board: where people worked, and whose words live on. */
export default function Insight({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <main
      className="insight"
      aria-label={t("insight.show")}
      data-testid="insight"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <Tabs.Root className="insight-tabs" defaultValue="heat">
        <PanelHead close={t("insight.close")} onClose={onClose} testId="insight-close">
          <Tabs.List aria-label={t("insight.show")}>
            <Tabs.Trigger ref={first} className="tab" value="heat" data-testid="insight-heat">
              {t("insight.heat.tab")}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="voices" data-testid="insight-voices">
              {t("insight.voices.tab")}
            </Tabs.Trigger>
          </Tabs.List>
        </PanelHead>
        <Tabs.Content className="insight-body" value="heat" tabIndex={-1}>
          <Heat />
        </Tabs.Content>
        <Tabs.Content className="insight-body" value="voices" tabIndex={-1}>
          <Voices />
        </Tabs.Content>
      </Tabs.Root>
    </main>
  );
}
