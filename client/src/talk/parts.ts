import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useFocus, useNames, useTools } from "../board/context";
import { useGoTo } from "../panel/goto";
import { usePanelState } from "../panel/store";
import type { Board } from "../document/model";
import { nameOfConnector } from "../board/connecting";
import { plainText } from "../richtext/parse";

type PartKind = "element" | "connector" | "step" | "lane";

/** What kind of part of the board this is, or nothing when it is gone. */
export function kindOf(board: Board, id: string): PartKind | undefined {
  if (board.elements.some((e) => e.id === id)) return "element";
  if (board.connectors.some((c) => c.id === id)) return "connector";
  if (board.steps.some((s) => s.id === id)) return "step";
  return board.lanes.some((l) => l.id === id) ? "lane" : undefined;
}

/** How a part of the board is called; undefined when it is gone. */
export function useNameOf(): (id: string) => string | undefined {
  const { t } = useTranslation();
  const board = useBoard();
  const names = useNames();
  return useCallback(
    (id) => {
      const element = board.elements.find((e) => e.id === id);
      if (element) return plainText(element.text).trim() || t("connector.unnamed", { kind: t(`kind.${element.kind}`) });
      const connector = board.connectors.find((c) => c.id === id);
      if (connector) return nameOfConnector(board, connector, t);
      const kind = kindOf(board, id);
      return kind === "step" ? names.step(id) : kind === "lane" ? names.lane(id) : undefined;
    },
    [board, names, t],
  );
}

/** What is chosen: an element or a connector, else the step or lane whose details were opened last. */
export function useAbout(): string | undefined {
  const board = useBoard();
  const selected = useFocus((f) => f.selected ?? f.connector);
  const subject = usePanelState((s) => s.subject?.id);
  const about = selected ?? subject;
  return about !== undefined && kindOf(board, about) ? about : undefined;
}

/** Goes to a part of the board. False when it is gone. */
export function useGoToPart(): (id: string) => boolean {
  const { document, focus } = useTools();
  const goTo = useGoTo();
  return useCallback(
    (id) => {
      const board = document.board();
      const kind = kindOf(board, id);
      const connector = board.connectors.find((c) => c.id === id);
      if (connector) {
        goTo.element(connector.from, true);
        focus.selectConnector(id);
      } else if (kind && kind !== "connector") goTo[kind](id);
      return kind !== undefined;
    },
    [document, focus, goTo],
  );
}
