import { ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Peer } from "../sync/presence";
import { usePeers, useTools } from "./context";
import { useLeader } from "./following";
import { pointersOf } from "./pointers";

/** The others' pointers, in a crowd with few names. The view for a screen reader is the list of people instead. */
export function Cursors() {
  const { presence } = useTools().session;
  const pointers = pointersOf(usePeers(), presence.self(), useLeader()?.id);
  return (
    <ViewportPortal>
      {pointers.map(({ peer, named }) => (
        <Cursor key={peer.id} peer={peer} named={named} />
      ))}
    </ViewportPortal>
  );
}

/** Drawn anew only when this person has moved: in a crowd somebody else does all the time. */
const Cursor = memo(function Cursor({ peer, named }: { peer: Peer; named: boolean }) {
  const { t } = useTranslation();
  return (
    <div
      className="cursor"
      data-testid="cursor"
      data-plain={!named || undefined}
      aria-hidden="true"
      style={{ transform: `translate(${String(peer.cursor?.x ?? 0)}px, ${String(peer.cursor?.y ?? 0)}px)` }}
    >
      <div className="cursor-body">
        <svg width="18" height="20" viewBox="0 0 18 20">
          <path d="M2 2l5 14 2.6-5.6L15.5 8z" fill={`var(--person-${String(peer.color)})`} stroke="#fff" strokeWidth="1.2" />
        </svg>
        {named && <b style={{ backgroundColor: `var(--person-${String(peer.color)})` }}>{peer.name || t("someone")}</b>}
      </div>
    </div>
  );
});
