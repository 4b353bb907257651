import { useTranslation } from "react-i18next";
import { GROUPS } from "../commands/command";
import type { Command } from "../commands/command";
import { useKeysOf } from "../commands/hands";
import { COMMANDS, fits } from "../commands/registry";
import { Sheet } from "./Dialogs";
import { useUi } from "./ui";

/** Every key there is, by what it is for. Several commands that differ only in direction or colour are one line. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const keysOf = useKeysOf();
  const view = useUi((ui) => ui.view);
  const lines = (of: readonly Command[]) => {
    const seen = new Map<string, { words: string; keys: string[] }>();
    for (const c of of) {
      const key = c.listed ?? c.id;
      const line = seen.get(key) ?? { words: t(c.listed === undefined ? `command.${c.id}` : `listed.${c.listed}`), keys: [] };
      line.keys.push(keysOf(c));
      seen.set(key, line);
    }
    return [...seen.values()];
  };
  return (
    <Sheet title={t("keys.heading")} onClose={onClose} wide>
      <div className="keys-groups">
        {GROUPS.map((group) => {
          const listed = lines(COMMANDS.filter((c) => c.group === group && c.keys && fits(c, view)));
          if (listed.length === 0) return null;
          return (
            <section key={group}>
              <h3>{t(`commandGroup.${group}`)}</h3>
              <dl className="keys">
                {listed.map(({ words, keys }) => (
                  <div key={words}>
                    <dt>
                      <kbd>{short(keys)}</kbd>
                    </dt>
                    <dd>{words}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Sheet>
  );
}

/** "Shift ←", "Shift →" and so on as one: "Shift ← → ↑ ↓". */
function short(keys: readonly string[]): string {
  const [first = "", ...rest] = keys;
  const head = first.includes(" ") ? first.slice(0, first.lastIndexOf(" ") + 1) : "";
  return [first, ...rest.map((k) => (k.startsWith(head) ? k.slice(head.length) : k))].join(" ");
}
