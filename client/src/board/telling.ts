import { useMemo } from "react";
import { useTools } from "./context";

/** For a field that holds the words at a path: the others are told whose words are being written. */
export function useTellWriting(path: readonly string[]): { onFocus: () => void; onBlur: () => void } {
  const { session, document } = useTools();
  const id = path[1];
  return useMemo(
    () => ({
      onFocus: () => {
        if (document.editable || (id !== undefined && document.mayEdit(id))) session.presence.update({ editing: id });
      },
      onBlur: () => {
        if (session.presence.self().editing === id) session.presence.update({ editing: undefined });
      },
    }),
    [session, document, id],
  );
}
