import * as Menu from "@radix-ui/react-context-menu";
import { useRef, useState } from "react";
import type { MouseEvent, PointerEvent, ReactNode } from "react";
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

  /** Where a finger or a pen was put: not every browser tells of a long press, and then the menu comes by itself. */
  const pressed = useRef<PointerEvent>(undefined);

  const onContextMenu = (event: MouseEvent) => {
    pressed.current = undefined;
    const target = event.target instanceof Element ? event.target : undefined;
    if (target?.closest("input, textarea")) {
      // Words have the menu of the browser.
      event.stopPropagation();
      return;
    }
    aim(event);
  };
  const aim = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : undefined;
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
        if (open && pressed.current) {
          aim(pressed.current);
          swallowClick();
        }
        pressed.current = undefined;
        // After the chosen command has run.
        if (!open) setTimeout(() => (stage.menuAt = undefined), 50);
      }}
    >
      <Menu.Trigger asChild>
        <div className="menu-ground" onContextMenuCapture={onContextMenu} onPointerDownCapture={(event) => (pressed.current = event.pointerType === "mouse" ? undefined : event)}>
          {children}
        </div>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="popover menu sheet-menu" collisionPadding={10} onCloseAutoFocus={keepField} aria-label={t(`menuFor.${about}`)} data-testid="context-menu">
          <Offered about={about} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** Lifting the finger that has called the menu is no tap on what lies under it. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.stopPropagation();
    // Nor does it press a mouse there, which would take the keyboard from the menu.
    event.preventDefault();
  };
  const ends = ["touchend", "mousedown", "click"];
  const over = () => ends.forEach((end) => window.removeEventListener(end, swallow, { capture: true }));
  const stop = () => setTimeout(over, 50);
  // The next press is a new one.
  window.addEventListener("pointerdown", over, { capture: true, once: true });
  for (const end of ends) window.addEventListener(end, swallow, { capture: true, passive: false });
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, stop, { once: true });
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
