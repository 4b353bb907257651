import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "../board/actions";
import { useNames, useTools } from "../board/context";
import { usePanel } from "../panel/store";
import type { Command, Hands } from "./command";
import { shown } from "./keys";

export function useHands(): Hands {
  const tools = useTools();
  const actions = useActions();
  const names = useNames();
  const panel = usePanel();
  const { t } = useTranslation();
  return useMemo(() => ({ ...tools, actions, names, panel, t: (key, values) => t(key, values ?? {}) }), [tools, actions, names, panel, t]);
}

/** How a command's keys are shown; empty when it has none. */
export function useKeysOf(): (command: Command) => string {
  const { t } = useTranslation();
  return useMemo(() => {
    const words: Readonly<Record<string, string>> = { " ": t("keyName.space"), Delete: "Delete", Enter: "Enter" };
    return (c) => (c.keys?.[0] === undefined ? "" : shown(c.keys[0], (key) => words[key]));
  }, [t]);
}
