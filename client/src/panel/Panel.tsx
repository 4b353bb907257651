import "./panel.css";
import * as Tabs from "@radix-ui/react-tabs";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import { DetailsTab } from "./DetailsTab";
import { FindingsTab, useFindings } from "./FindingsTab";
import { TalkTab } from "../talk/TalkTab";
import { useTalkCount } from "../talk/use";
import { PanelHead } from "./PanelHead";
import { usePanel, usePanelState } from "./store";
import type { Tab } from "./store";

/** Opens and closes the panel, and tells how many findings wait in it. */
export function PanelButton() {
  const { t } = useTranslation();
  const panel = usePanel();
  const open = usePanelState((s) => s.tab !== undefined && s.tab !== "talk");
  const count = useFindings().length;
  return (
    <button
      type="button"
      className="btn panel-button"
      aria-expanded={open}
      data-testid="panel-button"
      onClick={() => panel.show(open ? undefined : "findings")}
    >
      <span className="wide-only">{t("panel.findings")}</span>
      <span className="narrow-only" aria-hidden="true">
        <Icon name="panel" />
      </span>
      <span className="count" data-none={count === 0 || undefined}>
        {short(count)}
      </span>
    </button>
  );
}

/** Opens and closes what is said about the board, and tells how much of it is open and new. */
export function TalkButton() {
  const { t } = useTranslation();
  const panel = usePanel();
  const shown = usePanelState((s) => s.tab === "talk");
  const { open, fresh } = useTalkCount();
  return (
    <button
      type="button"
      className="btn panel-button"
      aria-expanded={shown}
      data-testid="talk-button"
      onClick={() => panel.show(shown ? undefined : "talk")}
    >
      <span className="wide-only">{t("talk.title")}</span>
      <span className="narrow-only" aria-hidden="true">
        <Icon name="talk" />
      </span>
      <span className="count" data-none={open === 0 || undefined}>
        {short(open)}
      </span>
      {fresh > 0 && <New count={fresh} />}
    </button>
  );
}

function New({ count }: { count: number }) {
  const { t } = useTranslation();
  return (
    <span className="new" data-testid="talk-new">
      <span className="narrow-only" aria-hidden="true">
        {short(count)}
      </span>
      <span className="wide-only">{t("talk.newCount", { count: Math.min(count, 99) })}</span>
    </span>
  );
}

/** Beyond a hundred it is only many. */
const short = (count: number) => (count > 99 ? "99+" : String(count));

/** What can be known of the board and its parts, beside it. */
export function Panel() {
  const tab = usePanelState((s) => s.tab);
  return tab && <OpenPanel tab={tab} />;
}

function OpenPanel({ tab }: { tab: Tab }) {
  const { t } = useTranslation();
  const panel = usePanel();
  const count = useFindings().length;
  const { open, fresh } = useTalkCount();
  return (
    <aside className="panel" aria-label={t("panel.label")} data-testid="panel">
      <Tabs.Root className="panel-tabs" value={tab} onValueChange={(next) => panel.show(next as Tab)}>
        <PanelHead onClose={() => panel.show(undefined)}>
          <Tabs.List aria-label={t("panel.label")}>
            <Tabs.Trigger className="tab" value="findings" data-testid="tab-findings">
              {t("panel.findings")} <span className="count">{short(count)}</span>
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="talk" data-testid="tab-talk">
              {t("talk.title")} <span className="count">{short(open)}</span>
              {fresh > 0 && <New count={fresh} />}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="details" data-testid="tab-details">
              {t("panel.details")}
            </Tabs.Trigger>
          </Tabs.List>
        </PanelHead>
        <Tabs.Content className="panel-body" value="findings" tabIndex={-1}>
          <FindingsTab />
        </Tabs.Content>
        <Tabs.Content className="panel-body" value="talk" tabIndex={-1}>
          <TalkTab />
        </Tabs.Content>
        <Tabs.Content className="panel-body" value="details" tabIndex={-1}>
          <DetailsTab />
        </Tabs.Content>
      </Tabs.Root>
    </aside>
  );
}
