import * as Menu from "@radix-ui/react-dropdown-menu";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Command } from "../commands/command";
import { useHands, useKeysOf } from "../commands/hands";
import { spoken } from "../commands/keys";
import { command, isAllowed, run } from "../commands/registry";
import { useDraws, useTalks, useTools } from "./context";
import { Icon } from "./Icon";
import { useUi } from "./ui";

/** In the bar on a wide window; on a narrow one those after the first two are in the menu. */
const SHOWN = ["tool.select", "add.note", "add.action", "add.text", "add.shape", "add.frame", "add.ink", "markAs"];
const ALWAYS = new Set(["add.note", "add.action"]);
const MORE = ["add.image", "add.evidence", "add.decision", "tool.hand", "curve", "find", "palette"];

/** The same in the outline, where nothing is drawn. */
const OUTLINE_SHOWN = ["add.action", "add.note", "add.evidence", "add.decision"];
const OUTLINE_MORE = ["outline.moveTo", "connect", "markAs", "add.image", "add.text", "add.shape", "add.frame", "find", "palette"];

/** Whether it is also for those who write in some lanes only. */
const offered = (id: string) => command(id).look === true || command(id).lanes !== undefined;

/** What can be put on the board, and the way back. */
export function ToolBar() {
  const { t } = useTranslation();
  const { document } = useTools();
  const draws = useDraws();
  const canUndo = useSyncExternalStore(document.subscribe, () => document.canUndo);
  const canRedo = useSyncExternalStore(document.subscribe, () => document.canRedo);
  const talks = useTalks();
  const shown = useUi((ui) => (ui.view === "canvas" ? SHOWN : OUTLINE_SHOWN));
  if (!talks) return null;
  return (
    <div className="bar tools" role="toolbar" aria-label={t("tools.label")}>
      {draws && shown.filter((id) => document.editable || offered(id)).map((id) => <ToolButton key={id} command={command(id)} wide={!ALWAYS.has(id)} />)}
      {draws ? <MoreMenu /> : <ToolButton command={command("talk")} />}
      <span className="divider" />
      <ToolButton command={command("undo")} off={!canUndo} />
      <ToolButton command={command("redo")} off={!canRedo} />
    </div>
  );
}

/** On a narrow window it says which tool is in the hand, and puts it away: there is no Esc for a finger. */
export function ModeBar() {
  const { t } = useTranslation();
  const { ui } = useTools();
  const tool = useUi((u) => u.tool);
  if (tool === "select") return null;
  const name = tool === "hand" ? t("command.tool.hand") : t(`kind.${tool}`);
  return (
    <div className="bar mode-bar">
      <span>{name}</span>
      <button type="button" className="btn soft" onClick={() => ui.set({ tool: "select" })}>
        {t("tools.done")}
      </button>
    </div>
  );
}

function ToolButton({ command: c, off, wide = false }: { command: Command; off?: boolean; wide?: boolean }) {
  const { t } = useTranslation();
  const hands = useHands();
  const keysOf = useKeysOf();
  const tool = useUi((ui) => ui.tool);
  const kind = c.id.startsWith("add.") ? c.id.slice(4) : c.id.startsWith("tool.") ? c.id.slice(5) : undefined;
  const mode = kind !== undefined && ["select", "hand", "text", "shape", "frame", "ink"].includes(kind);
  return (
    <button
      type="button"
      className="btn tool"
      data-wide={wide || undefined}
      aria-disabled={off}
      aria-pressed={mode ? tool === kind : undefined}
      aria-keyshortcuts={c.keys?.[0] === undefined ? undefined : spoken(c.keys[0])}
      title={keysOf(c)}
      onClick={() => run(c, hands)}
      data-testid={c.id.replace(".", "-")}
    >
      {c.icon && <Icon name={c.icon} />}
      {t(`toolName.${c.id}`)}
    </button>
  );
}

function MoreMenu() {
  const { t } = useTranslation();
  const hands = useHands();
  const keysOf = useKeysOf();
  const [shown, more] = useUi((ui) => ui.view) === "canvas" ? [SHOWN, MORE] : [OUTLINE_SHOWN, OUTLINE_MORE];
  const has = (id: string) => hands.document.editable || offered(id);
  const item = (id: string, narrow: boolean) => {
    const c = command(id);
    return (
      <Menu.Item key={id} className="menu-item" data-narrow={narrow || undefined} onSelect={() => setTimeout(() => run(c, hands), 0)} disabled={!isAllowed(c, hands)}>
        {c.icon && <Icon name={c.icon} />}
        <span className="menu-words">{t(`command.${id}`)}</span>
        <kbd>{keysOf(c)}</kbd>
      </Menu.Item>
    );
  };
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="btn tool" data-testid="more-tools">
        <Icon name="menu" />
        {t("tools.more")}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="popover menu" side="top" sideOffset={10} collisionPadding={10} onCloseAutoFocus={(event) => event.preventDefault()}>
          {shown.filter((id) => !ALWAYS.has(id) && has(id)).map((id) => item(id, true))}
          {more.filter(has).map((id) => item(id, false))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

export function ZoomBar() {
  const { t } = useTranslation();
  const hands = useHands();
  const minimap = useUi((ui) => ui.minimap);
  return (
    <div className="bar zoom">
      {["minimap", "zoomOut", "zoomFit", "zoomIn"].map((id) => {
        const c = command(id);
        const name = t(`toolName.${id}`);
        return (
          <button key={id} type="button" className="btn icon" aria-label={name} title={name} aria-pressed={id === "minimap" ? minimap : undefined} onClick={() => run(c, hands)}>
            {c.icon && <Icon name={c.icon} />}
          </button>
        );
      })}
    </div>
  );
}
