import { useTranslation } from "react-i18next";
import { changeConnector } from "../board/connecting";
import { Icon } from "../board/Icon";
import { AboutContext, useBoard, useEditable, useTools } from "../board/context";
import { DIRECTIONS, MEANINGS } from "../document/model";
import type { Connector, Element } from "../document/model";
import { plainText } from "../richtext/parse";
import { Choice, Group, Words } from "./fields";
import { useGoTo } from "./goto";

/** What an element is connected with, either way, and what the connections mean. */
export function Links({ element }: { element: Element }) {
  const { t } = useTranslation();
  const { ui } = useTools();
  const { connectors } = useBoard();
  const editable = useEditable();
  const here = connectors.filter((c) => c.from === element.id || c.to === element.id);
  const connectable = element.kind !== "ink" && element.kind !== "frame";
  if (here.length === 0 && !(editable && connectable)) return null;
  return (
    <Group title={t("outline.links")}>
      {here.map((connector) => (
        <AboutContext key={connector.id} value={connector.id}>
          <LinkCard connector={connector} of={element.id} />
        </AboutContext>
      ))}
      {editable && connectable && (
        <button type="button" className="btn soft" data-testid="link-to" onClick={() => ui.set({ open: "connect" })}>
          <Icon name="connect" />
          {t("outline.linkTo")}
        </button>
      )}
    </Group>
  );
}

function LinkCard({ connector, of }: { connector: Connector; of: string }) {
  const { t } = useTranslation();
  const tools = useTools();
  const { elements } = useBoard();
  const editable = useEditable();
  const goTo = useGoTo();
  const { id, from, to, meaning, direction } = connector;
  const way = direction === "two-way" ? "both" : from === of ? "out" : "in";
  const other = elements.find((e) => e.id === (from === of ? to : from));
  const name = plainText(other?.text ?? "") || t("connector.unnamed", { kind: t(`kind.${other?.kind ?? "note"}`) });
  return (
    <div className="marker-card" role="group" aria-label={t("outline.linkOf", { name })} data-testid="link" data-way={way}>
      <div className="marker-head">
        <button type="button" className="place" aria-label={t("outline.goTo", { name })} onClick={() => other && goTo.element(other.id)}>
          {t(`outline.link.${way}.${meaning}`, { name })}
        </button>
        {editable && (
          <button
            type="button"
            className="btn icon"
            aria-label={t("outline.remove", { name })}
            onClick={() => {
              if (tools.document.blueprint.remove("connectors", id)) tools.notice.say(t("said.removed"));
            }}
          >
            <Icon name="bin" />
          </button>
        )}
      </div>
      <div className="pair">
        <Choice label={t("connector.meaning")} value={meaning} options={MEANINGS} nameOf={(m) => t(`connector.${m}`)} onChange={(m) => m && changeConnector(tools, id, { meaning: m })} testId="link-meaning" />
        <Choice
          label={t("outline.direction")}
          value={direction}
          options={DIRECTIONS}
          nameOf={(d) => t(d === "one-way" ? "connector.oneWay" : "connector.twoWay")}
          onChange={(d) => d && changeConnector(tools, id, { direction: d })}
          testId="link-direction"
        />
      </div>
      {editable && way !== "both" && (
        <button type="button" className="btn small quiet" onClick={() => changeConnector(tools, id, { from: to, to: from })}>
          <Icon name="swap" />
          {t("connector.reverse")}
        </button>
      )}
      <Words path={["connectors", id, "label"]} label={t("connector.words")} testId="link-words" />
    </div>
  );
}
