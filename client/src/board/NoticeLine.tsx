import { useSyncExternalStore } from "react";
import { useTools } from "./context";

/** What was just done, said for a moment. */
export function NoticeLine() {
  const { notice } = useTools();
  const message = useSyncExternalStore(notice.subscribe, notice.get);
  return (
    <p className="notice" role="status" data-testid="notice" data-shown={message !== "" || undefined}>
      {message}
    </p>
  );
}
