import type { Hands } from "../commands/command";
import { patchObjects } from "../document/elements";
import { MEANINGS } from "../document/model";
import type { Connector } from "../document/model";
import { plainText } from "../richtext/parse";

/** Draws a connector between two elements, and on the canvas chooses it. False when there is one already, or none can be. */
export function connectTo({ document, focus, notice, ui, t }: Hands, from: string, to: string): boolean {
  const { connectors, elements } = document.board();
  const target = elements.find((e) => e.id === to);
  if (connectors.some((c) => c.from === from && c.to === to)) {
    notice.say(t("said.connectedAlready"));
    return false;
  }
  const id = document.blueprint.connect(from, to);
  if (id === undefined) return false;
  // In the outline a connector has no place of its own.
  if (ui.get().view === "canvas") focus.selectConnector(id);
  notice.say(t("said.connected", { to: plainText(target?.text ?? "") || t(`kind.${target?.kind ?? "note"}`) }));
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
