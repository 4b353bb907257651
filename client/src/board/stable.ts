import { useCallback, useLayoutEffect, useRef } from "react";

/** A function that stays the same one and does what the latest does: who is given it is not drawn anew. */
export function useStable<A extends unknown[], R>(latest: (...args: A) => R): (...args: A) => R {
  const ref = useRef(latest);
  useLayoutEffect(() => {
    ref.current = latest;
  });
  return useCallback((...args: A) => ref.current(...args), []);
}
