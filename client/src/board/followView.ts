import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { leadsBack } from "../sync/presence";
import type { Area } from "../sync/presence";
import { useTools } from "./context";
import { ZOOM, viewAround } from "./view";

/** Between two steps of a view that follows another. Milliseconds; below the pace at which views are told. */
const GLIDE = 160;

/** Keeps the view on what the leader sees, all of it, until one moves the view oneself or the leader is gone. */
export function useFollowing(frame: RefObject<HTMLElement | null>): void {
  const { follow, session, notice } = useTools();
  const { t } = useTranslation();
  const flow = useReactFlow();
  useEffect(() => {
    const { presence } = session;
    let at: string | undefined;
    let name = "";
    let shown: Area | undefined;
    const show = () => {
      const element = frame.current;
      if (!shown || !element) return;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      void flow.setViewport(viewAround(shown, element.clientWidth, element.clientHeight, ZOOM.most), calm ? {} : { duration: GLIDE });
    };
    const look = () => {
      const id = follow.get();
      if (id !== at) {
        at = id;
        shown = undefined;
        presence.update({ following: id });
      }
      if (id === undefined) return;
      const leader = presence.peers().find((p) => p.id === id);
      if (!leader || leadsBack(presence.peers(), id, presence.id)) {
        follow.stop();
        notice.say(t(leader ? "follow.turned" : "follow.left", { name }));
        return;
      }
      name = leader.name || t("someone");
      const { view } = leader;
      if (!view || (shown && shown.x === view.x && shown.y === view.y && shown.width === view.width && shown.height === view.height)) return;
      shown = view;
      show();
    };
    // Also when the panel beside the board opens.
    const resized = new ResizeObserver(() => follow.get() !== undefined && show());
    if (frame.current) resized.observe(frame.current);
    const stops = [follow.subscribe(look), presence.subscribe(look)];
    return () => {
      for (const stop of stops) stop();
      resized.disconnect();
    };
  }, [follow, session, notice, flow, frame, t]);
}
