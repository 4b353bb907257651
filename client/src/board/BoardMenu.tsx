import * as Menu from "@radix-ui/react-dropdown-menu";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { THEMES, currentTheme, setTheme } from "../app/theme";
import type { Theme } from "../app/theme";
import { useHands } from "../commands/hands";
import { command, run } from "../commands/registry";
import { LANGUAGES, LANGUAGE_NAMES, currentLanguage, setLanguage } from "../i18n";
import type { Language } from "../i18n";
import { where } from "../embed/where";
import { useDraws, useSession } from "./context";
import { Icon } from "./Icon";
import { PRINT } from "./print";
import { useKeepTemplate } from "./SaveDialog";
import { useUi } from "./ui";

export function BoardMenu({ onName, onKeys, onSave }: { onName: () => void; onKeys: () => void; onSave: () => void }) {
  const { t } = useTranslation();
  const keepTemplate = useKeepTemplate();
  const { called } = useSession();
  const hands = useHands();
  const other = command(useUi((ui) => (ui.view === "canvas" ? "view.outline" : "view.canvas")));
  const present = command(useUi((ui) => (ui.view === "canvas" ? "present.begin" : "present.outline")));
  const draws = useDraws();
  const [theme, choose] = useState<Theme>(currentTheme);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="btn icon" aria-label={t("menu.label")} data-testid="menu">
        <Icon name="menu" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="popover menu" sideOffset={10} align="end" collisionPadding={10}>
          {called === undefined && (
            <Menu.Item className="menu-item" onSelect={onName}>
              {t("menu.name")}
            </Menu.Item>
          )}
          <Menu.Item className="menu-item" onSelect={onKeys}>
            {t("menu.keys")}
          </Menu.Item>
          <Menu.Item className="menu-item" onSelect={() => setTimeout(() => run(other, hands), 0)} data-testid="menu-view">
            {t(`command.${other.id}`)}
          </Menu.Item>
          <Menu.Item className="menu-item" onSelect={() => setTimeout(() => run(present, hands), 0)} data-testid="present">
            {t(`command.present.begin`)}
          </Menu.Item>
          <Menu.Item className="menu-item" onSelect={() => setTimeout(() => run(command("history.open"), hands), 0)} data-testid="menu-history">
            {t("command.history.open")}
          </Menu.Item>
          {draws && (
            <Menu.Item className="menu-item" onSelect={() => setTimeout(() => run(command("history.name"), hands), 0)} data-testid="menu-name-version">
              {t("command.history.name")}
            </Menu.Item>
          )}
          <Menu.Item className="menu-item" onSelect={onSave} data-testid="save-copy">
            {t("copy.save")}
          </Menu.Item>
          <Menu.Item className="menu-item" onSelect={() => setTimeout(() => run(command("variants"), hands), 0)} data-testid="variants">
            {t("variants.menu")}
          </Menu.Item>
          <Menu.Item className="menu-item" onSelect={() => window.dispatchEvent(new Event(PRINT))} data-testid="print">
            {t("drawn.print")}
          </Menu.Item>
          <Menu.Item className="menu-item" onSelect={() => void keepTemplate()} data-testid="save-template">
            {t("copy.saveTemplate")}
          </Menu.Item>
          {!where().framed && (
            <Menu.Item className="menu-item" asChild>
              <a href="/">{t("menu.newBoard")}</a>
            </Menu.Item>
          )}
          <Menu.Separator className="menu-line" />
          <Menu.Label className="fine menu-label">{t("menu.language")}</Menu.Label>
          <Menu.RadioGroup value={currentLanguage()} onValueChange={(l) => void setLanguage(l as Language)}>
            {LANGUAGES.map((l) => (
              <Menu.RadioItem key={l} className="menu-item" value={l} lang={l}>
                <Mark />
                {LANGUAGE_NAMES[l]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Separator className="menu-line" />
          <Menu.Label className="fine menu-label">{t("menu.theme")}</Menu.Label>
          <Menu.RadioGroup
            value={theme}
            onValueChange={(next) => {
              setTheme(next as Theme);
              choose(next as Theme);
            }}
          >
            {THEMES.map((name) => (
              <Menu.RadioItem key={name} className="menu-item" value={name}>
                <Mark />
                {t(`menu.${name}`)}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Mark() {
  return (
    <span className="menu-mark">
      <Menu.ItemIndicator>
        <Icon name="check" />
      </Menu.ItemIndicator>
    </span>
  );
}
