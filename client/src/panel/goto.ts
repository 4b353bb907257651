import { useMemo } from "react";
import { useTools } from "../board/context";
import type { GoTo } from "../board/stage";

/** Brings a part of the board into view, however the board is shown, and gives it the keyboard. */
export function useGoTo(): GoTo {
  const { stage } = useTools();
  return useMemo(
    () => ({
      element: (id, look) => stage.goTo?.element(id, look),
      step: (id, look) => stage.goTo?.step(id, look),
      lane: (id, look) => stage.goTo?.lane(id, look),
    }),
    [stage],
  );
}
