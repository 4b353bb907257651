import { ViewportPortal } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { usePeers } from "./context";

/** More pointers than this hide the board; those who are still moving matter most, and they are the newest. */
const MOST = 40;

/** The others' pointers with their names. The view for a screen reader is the list of people instead. */
export function Cursors() {
  const { t } = useTranslation();
  const peers = usePeers().filter((p) => p.cursor !== undefined).slice(-MOST);
  return (
    <ViewportPortal>
      {peers.map((peer) => (
        <div
          key={peer.id}
          className="cursor"
          data-testid="cursor"
          aria-hidden="true"
          style={{ transform: `translate(${String(peer.cursor?.x ?? 0)}px, ${String(peer.cursor?.y ?? 0)}px)` }}
        >
          <div className="cursor-body">
            <svg width="18" height="20" viewBox="0 0 18 20">
              <path d="M2 2l5 14 2.6-5.6L15.5 8z" fill={`var(--person-${String(peer.color)})`} stroke="#fff" strokeWidth="1.2" />
            </svg>
            <b style={{ backgroundColor: `var(--person-${String(peer.color)})` }}>{peer.name || t("someone")}</b>
          </div>
        </div>
      ))}
    </ViewportPortal>
  );
}
