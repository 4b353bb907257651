import { useCallback } from "react";
import { useActions } from "./actions";
import { useTools } from "./context";

/** Says to somebody who writes in some lanes only why nothing comes of what they do. */
export function useSayElsewhere(): () => void {
  const { notice } = useTools();
  const actions = useActions();
  return useCallback(() => notice.say(actions.elsewhere()), [notice, actions]);
}
