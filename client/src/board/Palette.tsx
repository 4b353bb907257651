import * as Dialog from "@radix-ui/react-dialog";
import { Command as List } from "cmdk";
import type { ReactNode } from "react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { GROUPS } from "../commands/command";
import type { Command } from "../commands/command";
import { useHands, useKeysOf } from "../commands/hands";
import { COMMANDS, isAllowed, run } from "../commands/registry";
import { plainText } from "../richtext/parse";
import { connectTo } from "./connecting";
import { useGiveBack } from "./Dialogs";
import { Icon } from "./Icon";

/** A window in which one of many things is found by its words. */
export function Finder({ label, placeholder, none, children, onClose }: { label: string; placeholder: string; none: string; children: ReactNode; onClose: () => void }) {
  const giveBack = useGiveBack();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <div className="backdrop" />
        <Dialog.Content className="dialog palette" aria-describedby={undefined} onCloseAutoFocus={giveBack} data-testid="palette">
          <Dialog.Title className="hidden">{label}</Dialog.Title>
          <List label={label} loop>
            <List.Input className="palette-input" placeholder={placeholder} aria-label={label} />
            <List.List className="palette-list" label={label}>
              <List.Empty className="palette-none">{none}</List.Empty>
              {children}
            </List.List>
          </List>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Every command that can be done now, to be found by its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const hands = useHands();
  const keysOf = useKeysOf();
  const offered = useMemo(() => COMMANDS.filter((c) => c.onlyKey !== true && isAllowed(c, hands)), [hands]);
  const pick = (c: Command) => {
    onClose();
    // Once the palette has given the keyboard back.
    setTimeout(() => run(c, hands), 0);
  };
  return (
    <Finder label={t("palette.label")} placeholder={t("palette.placeholder")} none={t("palette.none")} onClose={onClose}>
      {GROUPS.map((group) => {
        const commands = offered.filter((c) => c.group === group);
        if (commands.length === 0) return null;
        return (
          <List.Group key={group} heading={t(`commandGroup.${group}`)} className="palette-group">
            {commands.map((c) => (
              <List.Item key={c.id} className="menu-item" value={t(`command.${c.id}`)} onSelect={() => pick(c)}>
                <span className="menu-icon">{c.icon && <Icon name={c.icon} />}</span>
                <span className="menu-words">{t(`command.${c.id}`)}</span>
                {c.keys && <kbd>{keysOf(c)}</kbd>}
              </List.Item>
            ))}
          </List.Group>
        );
      })}
    </Finder>
  );
}

/** Chooses what the chosen element is connected to, without a pointer. */
export function ConnectPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const hands = useHands();
  const { document, focus, names } = hands;
  const from = focus.get().selected;
  const others = document.board().elements.filter((e) => e.id !== from && e.kind !== "ink" && e.kind !== "frame");
  return (
    <Finder label={t("palette.connect")} placeholder={t("palette.connectPlaceholder")} none={t("palette.connectNone")} onClose={onClose}>
      {others.map((e) => (
        <List.Item
          key={e.id}
          className="menu-item"
          value={`${plainText(e.text)} ${e.id}`}
          onSelect={() => {
            onClose();
            setTimeout(() => from !== undefined && connectTo(hands, from, e.id), 0);
          }}
        >
          <span className="menu-icon">
            <Icon name={e.kind} />
          </span>
          <span className="menu-words">{plainText(e.text) || t("connector.unnamed", { kind: t(`kind.${e.kind}`) })}</span>
          <span className="fine">{e.lane === undefined ? "" : `${names.lane(e.lane)}, ${names.step(e.step)}`}</span>
        </List.Item>
      ))}
    </Finder>
  );
}
