import { useReactFlow } from "@xyflow/react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "./actions";
import { viewOf } from "./Canvas";
import { useBoard, useEditable, useTools } from "./context";
import { Icon } from "./Icon";
import { layout } from "./layout";
import { useCountLines } from "./measure";

/** What can be put on the board, and the way back. */
export function ToolBar() {
  const { t } = useTranslation();
  const { document } = useTools();
  const editable = useEditable();
  const actions = useActions();
  const canUndo = useSyncExternalStore(document.subscribe, () => document.canUndo);
  const canRedo = useSyncExternalStore(document.subscribe, () => document.canRedo);
  if (!editable) return null;
  return (
    <div className="bar tools" role="toolbar" aria-label={t("tools.label")}>
      <button type="button" className="btn tool" title="N" onClick={() => actions.add("note")} data-testid="add-note">
        <Icon name="note" />
        {t("tools.note")}
      </button>
      <button type="button" className="btn tool" title="A" onClick={() => actions.add("action")} data-testid="add-action">
        <Icon name="action" />
        {t("tools.action")}
      </button>
      <span className="divider" />
      <button type="button" className="btn tool" aria-disabled={!canUndo} title="Ctrl Z" onClick={() => actions.undo()} data-testid="undo">
        <Icon name="undo" />
        {t("tools.undo")}
      </button>
      <button type="button" className="btn tool" aria-disabled={!canRedo} title="Ctrl Shift Z" onClick={() => actions.redo()} data-testid="redo">
        <Icon name="redo" />
        {t("tools.redo")}
      </button>
    </div>
  );
}

export function ZoomBar() {
  const { t } = useTranslation();
  const flow = useReactFlow();
  const board = useBoard();
  const count = useCountLines();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? {} : { duration: 160 };
  const fit = () => {
    // The panel beside the board takes its share of the window.
    const { clientWidth, clientHeight } = document.querySelector(".canvas") ?? document.documentElement;
    void flow.setViewport(viewOf(layout(board, count), clientWidth, clientHeight), calm);
  };
  return (
    <div className="bar zoom">
      <button type="button" className="btn icon" aria-label={t("tools.zoomOut")} title={t("tools.zoomOut")} onClick={() => void flow.zoomOut(calm)}>
        <Icon name="out" />
      </button>
      <button type="button" className="btn icon" aria-label={t("tools.fit")} title={t("tools.fit")} onClick={fit}>
        <Icon name="fit" />
      </button>
      <button type="button" className="btn icon" aria-label={t("tools.zoomIn")} title={t("tools.zoomIn")} onClick={() => void flow.zoomIn(calm)}>
        <Icon name="in" />
      </button>
    </div>
  );
}
