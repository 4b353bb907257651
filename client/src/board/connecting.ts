import type { Hands } from "../commands/command";
import type { TFunction } from "i18next";
import { elementsById, patchObjects } from "../document/elements";
import { MEANINGS } from "../document/model";
import type { Board, Connector } from "../document/model";
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

/** From where to where a connector goes, and what it means. */
export function nameOfConnector(board: Board, { from, to, direction, meaning, label }: Connector, t: TFunction): string {
  const name = (id: string) => {
    const element = elementsById(board).get(id);
    return element ? plainText(element.text) || t("connector.unnamed", { kind: t(`kind.${element.kind}`) }) : "";
  };
  const values = { from: name(from), to: name(to), meaning: t(`connector.${meaning}`) + (label ? `: ${label}` : "") };
  return t(direction === "two-way" ? "connector.labelBoth" : "connector.label", values);
}

export function changeConnector({ document }: Pick<Hands, "document">, id: string, fields: Partial<Pick<Connector, "from" | "to" | "direction" | "meaning">>): boolean {
  return document.perform((draft) => patchObjects(draft, "connectors", new Map([[id, fields]])));
}

export const nextMeaning = (meaning: Connector["meaning"]): Connector["meaning"] => MEANINGS[(MEANINGS.indexOf(meaning) + 1) % MEANINGS.length] ?? "leads-to";
