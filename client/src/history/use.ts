import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { useTools } from "../board/context";
import type { Player, Playing } from "./player";

export const PlayerContext = createContext<Player | undefined>(undefined);

export function usePlayer(): Player {
  const player = useContext(PlayerContext);
  if (!player) throw new Error("a part of the history was drawn outside it");
  return player;
}

export function usePlaying<T>(select: (playing: Playing) => T): T {
  const player = usePlayer();
  return useSyncExternalStore(player.subscribe, () => select(player.get()));
}

/** The board is drawn this often while it plays, times a second. */
const FRAMES = 30;

/** Lets time pass while the history plays. */
export function useClock(player: Player): void {
  const playing = useSyncExternalStore(player.subscribe, () => player.get().playing);
  useEffect(() => {
    if (!playing) return;
    let last = 0;
    let request = requestAnimationFrame(function frame(now) {
      // A little early is in time: the screen has a pace of its own.
      if (now - last >= 1000 / FRAMES - 4) {
        last = now;
        player.tick(now);
      }
      request = requestAnimationFrame(frame);
    });
    return () => cancelAnimationFrame(request);
  }, [player, playing]);
}

/** The camera rests for so long where it is, milliseconds. */
const REST = 700;

/** Keeps what is being done in view. */
export function useCamera(player: Player): void {
  const { stage } = useTools();
  const went = useRef(0);
  useEffect(() => {
    let last = -1;
    return player.subscribe(() => {
      const { camera, position } = player.get();
      if (!camera || position === last || performance.now() - went.current < REST) return;
      last = position;
      const operation = player.current()?.operations.findLast((op) => op.what === "element" || op.target?.what === "element");
      const id = operation?.what === "element" ? operation.id : operation?.target?.id;
      if (id === undefined) return;
      went.current = performance.now();
      // Once it is drawn where it lies now.
      requestAnimationFrame(() => {
        const place = stage.geometry.places.get(id);
        if (place) stage.view?.reveal(place);
      });
    });
  }, [player, stage]);
}
