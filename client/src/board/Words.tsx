import type { ReactNode } from "react";
import { ActionsContext, useMadeActions } from "./actions";
import { NamesContext, useMadeNames } from "./context";

/** What the parts of a board are called, and what can be done to them, for all that is drawn inside. */
export function Words({ children }: { children: ReactNode }) {
  const names = useMadeNames();
  const actions = useMadeActions(names);
  return (
    <NamesContext.Provider value={names}>
      <ActionsContext.Provider value={actions}>{children}</ActionsContext.Provider>
    </NamesContext.Provider>
  );
}
