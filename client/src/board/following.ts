import { useReactFlow } from "@xyflow/react";
import { useEffect, useSyncExternalStore } from "react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { leadsBack } from "../sync/presence";
import type { Area, Peer } from "../sync/presence";
import { useTools } from "./context";
import { ZOOM, viewAround } from "./view";

/** Whose view this person follows, if anybody's. */
export class FollowStore {
  readonly #listeners = new Set<() => void>();
  #leader: string | undefined;

  get = (): string | undefined => this.#leader;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  follow(leader: string): void {
    this.#set(leader);
  }

  /** Also whenever one moves the view oneself. */
  stop(): void {
    this.#set(undefined);
  }

  #set(leader: string | undefined): void {
    if (this.#leader === leader) return;
    this.#leader = leader;
    for (const listener of this.#listeners) listener();
  }
}

/** The person who is followed, as they are now. */
export function useLeader(): Peer | undefined {
  const { follow, session } = useTools();
  const id = useSyncExternalStore(follow.subscribe, follow.get);
  return useSyncExternalStore(session.presence.subscribe, () => (id === undefined ? undefined : session.presence.peers().find((p) => p.id === id)));
}

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
