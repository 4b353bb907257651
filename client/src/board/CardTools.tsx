import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { command, isAllowed, run } from "../commands/registry";
import { useHands } from "../commands/hands";
import { NOTE_COLORS } from "../document/model";
import type { Element } from "../document/model";
import { useBoardPart, useFocus, useTalks, useTools } from "./context";
import { Icon } from "./Icon";
import { useUi } from "./ui";

const NONE: readonly Element[] = [];

export function useChosen(): readonly Element[] {
  const chosen = useFocus((f) => f.chosen);
  const elements = useBoardPart((board) => (chosen.length === 0 ? NONE : board.elements));
  return useMemo(() => {
    const ids = new Set(chosen);
    return elements.filter((e) => ids.has(e.id));
  }, [elements, chosen]);
}

/** On a narrow window the tools of the chosen note lie above the other tools, where they have room. */
export function SelectionBar() {
  const talks = useTalks();
  const chosen = useChosen();
  // While a tool is in the hand its own bar lies there.
  const drawing = useUi((ui) => ui.tool !== "select");
  return <div className="selection-bar">{!drawing && chosen.length > 0 && talks && <CardTools chosen={chosen} />}</div>;
}

const FORMATS = ["format.bold", "format.list", "format.link"] as const;
const FREE = ["align.left", "align.center", "align.top", "align.middle", "distribute.x", "distribute.y"] as const;

export function CardTools({ chosen }: { chosen: readonly Element[] }) {
  const { t } = useTranslation();
  const hands = useHands();
  const { focus } = hands;
  const { document } = useTools();
  const editable = useSyncExternalStore(document.subscribe, () => chosen.some((e) => document.mayEdit(e.id)));
  const stop = (event: { stopPropagation: () => void }) => event.stopPropagation();
  const [first] = chosen;
  // Its tools are for what is written, as long as something is.
  const writing = useFocus((f) => f.editing !== undefined) && first?.kind !== "frame";
  const plain = chosen.some((e) => e.kind !== "note");
  // Pictures have the colours they have.
  const colors = chosen.every((e) => e.kind === "image") ? [] : NOTE_COLORS.filter((color) => plain || color !== "gray");
  const tool = (id: string, always = false) => {
    const c = command(id);
    if (!c.icon || !(always || isAllowed(c, hands))) return null;
    const name = t(`tool.${id}`, { defaultValue: t(`command.${id}`) });
    return (
      <button key={id} type="button" className="btn icon" data-testid={`tool-${id}`} aria-label={name} title={name} onClick={() => run(c, hands)}>
        <Icon name={c.icon} />
      </button>
    );
  };
  return (
    <div
      className="card-tools nodrag nopan"
      role="toolbar"
      aria-label={t("note.tools")}
      data-writing={writing || undefined}
      onClick={stop}
      onDoubleClick={stop}
      // Pressing a tool must not end the writing that it is for.
      onMouseDown={(event) => event.preventDefault()}
    >
      {chosen.length > 1 && <span className="chosen-count">{t("said.chosenShort", { count: chosen.length })}</span>}
      {writing && FORMATS.map((id) => tool(id, true))}
      {editable && colors.map((color) => (
        <button
          key={color}
          type="button"
          className={`swatch color-${color}`}
          aria-label={t(`color.${color}`)}
          title={t(`color.${color}`)}
          aria-pressed={chosen.every((e) => e.color === color)}
          onClick={() => hands.actions.color(focus.get().chosen, color)}
        />
      ))}
      {chosen.length === 1 && first?.kind === "shape" && tool("form")}
      {chosen.length > 1 ? FREE.map((id) => tool(id)) : !writing && tool("write")}
      {chosen.length === 1 && tool("connect")}
      {tool("markAs")}
      {chosen.length === 1 && tool("comment")}
      {chosen.length === 1 && tool("vote")}
      {chosen.length === 1 && tool("outline.moveTo")}
      {chosen.length === 1 && tool("details")}
      {tool("unlock")}
      {tool("remove")}
    </div>
  );
}
