import { useCallback, useRef, useState } from "react";
import type { Chart, Press } from "./chart";

/** Keeps a tool's state between events, and has its effects carried out. */
export function useChart<State extends { readonly type: string }, Effect>(
  chart: Chart<State, Effect>,
  carryOut: (effect: Effect) => void,
): readonly [State, (event: Press) => State] {
  const [shown, show] = useState(chart.idle);
  // Events come faster than drawings: each goes on from the one before it.
  const now = useRef(chart.idle);
  const send = useCallback(
    (event: Press) => {
      const { state, effect } = chart.next(now.current, event);
      now.current = state;
      show(state);
      if (effect !== undefined) carryOut(effect);
      return state;
    },
    [chart, carryOut],
  );
  return [shown, send];
}
