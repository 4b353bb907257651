import type { Hands } from "../commands/command";
import { newId } from "../document/document";
import { createConnector, patchObjects } from "../document/elements";
import { LIMITS, MEANINGS } from "../document/model";
import type { Connector } from "../document/model";

/** Draws a connector between two elements and chooses it. False when there is one already, or none can be. */
export function connectTo({ document, focus, notice, t }: Hands, from: string, to: string): boolean {
  const { connectors, elements } = document.board();
  const target = elements.find((e) => e.id === to);
  if (from === to || !target || !elements.some((e) => e.id === from) || connectors.length >= LIMITS.others) return false;
  if (connectors.some((c) => c.from === from && c.to === to)) {
    notice.say(t("said.connectedAlready"));
    return false;
  }
  const connector: Connector = { id: newId(), from, to, direction: "one-way", meaning: "leads-to", label: "" };
  if (!document.perform((draft) => createConnector(draft, connector))) return false;
  focus.selectConnector(connector.id);
  notice.say(t("said.connected", { to: target.text || t(`kind.${target.kind}`) }));
  return true;
}

export function chosenConnector({ document, focus }: Pick<Hands, "document" | "focus">): Connector | undefined {
  const { connector } = focus.get();
  return document.board().connectors.find((c) => c.id === connector);
}

export function changeConnector({ document }: Pick<Hands, "document">, id: string, fields: Partial<Pick<Connector, "from" | "to" | "direction" | "meaning">>): boolean {
  return document.perform((draft) => patchObjects(draft, "connectors", new Map([[id, fields]])));
}

export const nextMeaning = (meaning: Connector["meaning"]): Connector["meaning"] => MEANINGS[(MEANINGS.indexOf(meaning) + 1) % MEANINGS.length] ?? "leads-to";
