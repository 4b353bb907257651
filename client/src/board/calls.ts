import { useEffect, useState } from "react";
import type { Call, CallKind, Peer, Point } from "../sync/presence";
import { useTools } from "./context";
import type { Stage } from "./stage";

/** What somebody calls into the room without a word, for a moment: it is in no document. */
export interface Shown {
  readonly key: string;
  readonly kind: CallKind;
  /** Nowhere for those who have no pointer: they are only heard. */
  readonly at: Point | undefined;
  readonly name: string;
  readonly color: number;
  readonly mine: boolean;
}

/** How long it is shown. */
const SHOWN = 2_500;
/** In a crowd that claps only so many are shown at once. */
const MOST = 30;

/** A crowd that claps is read out only now and then. Milliseconds. */
const HEARD = 3_000;

/** Where somebody's call is seen: at their pointer, else amid what they look at. */
export function placeOf({ cursor, view }: Pick<Peer, "cursor" | "view">): Point | undefined {
  return cursor ?? (view && { x: view.x + view.width / 2, y: view.y + view.height / 2 });
}

/** The calls to be seen just now, and the latest of another person, to be read out. */
export function useCalls(): { readonly shown: readonly Shown[]; readonly latest: Shown | undefined } {
  const { session, stage } = useTools();
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const [latest, setLatest] = useState<Shown>();
  useEffect(() => {
    const { presence } = session;
    const heard = new Map<string, number>();
    let said = -HEARD;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const show = (id: string, { kind, turn }: Call, at: Point | undefined, who: { name: string; color: number }, mine: boolean) => {
      if (heard.get(id) === turn) return;
      heard.set(id, turn);
      const one: Shown = { key: `${id} ${String(turn)}`, kind, at, name: who.name, color: who.color, mine };
      setShown((now) => [...now, one].slice(-MOST));
      if (!mine && performance.now() - said > HEARD) {
        said = performance.now();
        setLatest(one);
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        setShown((now) => now.filter((s) => s !== one));
      }, SHOWN);
      timers.add(timer);
    };
    const look = () => {
      for (const peer of presence.peers()) if (peer.call) show(peer.id, peer.call, placeOf(peer), peer, false);
      const self = presence.self();
      if (self.call) show(presence.id, self.call, own(stage), self, true);
    };
    const stop = presence.subscribe(look);
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [session, stage]);
  return { shown, latest };
}

const own = (stage: Stage) => stage.pointer ?? stage.middle();
