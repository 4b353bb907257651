import * as Menu from "@radix-ui/react-context-menu";
import { useState } from "react";
import type { MouseEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useHands, useKeysOf } from "../commands/hands";
import { COMMANDS, isAllowed, run } from "../commands/registry";
import { useTools } from "./context";
import { Icon } from "./Icon";
import { keepField } from "./stage";

/** What can be done with the thing or the place that the menu was asked for: by the other button, a long press, or Shift+F10. */
export function BoardContextMenu({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { focus, stage } = useTools();
  const [about, setAbout] = useState<"chosen" | "ground">("ground");

  const onContextMenu = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : undefined;
    if (target?.closest("input, textarea")) {
      // Words have the menu of the browser.
      event.stopPropagation();
      return;
    }
    const id = target?.closest<HTMLElement>("[data-note-id]")?.dataset["noteId"];
    if (id !== undefined && !focus.isChosen(id)) focus.select(id);
    // By keyboard it comes from the element itself, and new things go where the keyboard is.
    const byPointer = event.button === 2 || event.nativeEvent instanceof PointerEvent && event.nativeEvent.pointerType !== "";
    stage.menuAt = id === undefined && byPointer ? stage.view?.at(event.clientX, event.clientY) : undefined;
    if (id === undefined && !target?.closest(".cell")) focus.selectAll([]);
    setAbout(id !== undefined || target?.closest(".chosen-tools") ? "chosen" : "ground");
  };

  return (
    <Menu.Root
      modal={false}
      onOpenChange={(open) => {
        // After the chosen command has run.
        if (!open) setTimeout(() => (stage.menuAt = undefined), 50);
      }}
    >
      <Menu.Trigger asChild>
        <div className="menu-ground" onContextMenuCapture={onContextMenu}>
          {children}
        </div>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="popover menu" collisionPadding={10} onCloseAutoFocus={keepField} aria-label={t(`menuFor.${about}`)} data-testid="context-menu">
          <Offered about={about} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** Found each time the menu opens: what can be done depends on what is there then. */
function Offered({ about }: { about: "chosen" | "ground" }) {
  const { t } = useTranslation();
  const hands = useHands();
  const keysOf = useKeysOf();
  const offered = COMMANDS.filter((c) => c.menu?.includes(about) && isAllowed(c, hands));
  return offered.map((c, i) => (
    <Item key={c.id} line={i > 0 && offered[i - 1]?.group !== c.group}>
      <Menu.Item className="menu-item" onSelect={() => setTimeout(() => run(c, hands), 0)}>
        <span className="menu-icon">{c.icon && <Icon name={c.icon} />}</span>
        <span className="menu-words">{t(`command.${c.id}`)}</span>
        {c.keys && <kbd>{keysOf(c)}</kbd>}
      </Menu.Item>
    </Item>
  ));
}

function Item({ line, children }: { line: boolean; children: ReactNode }) {
  return (
    <>
      {line && <Menu.Separator className="menu-line" />}
      {children}
    </>
  );
}
