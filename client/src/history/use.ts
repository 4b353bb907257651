import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from "react";
import { useTools } from "../board/context";
import { SIZES } from "../board/layout";
import type { Player, Playing } from "./player";
import { targetOf } from "./present";
import { operationAt } from "./words";

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

/** Keeps what is being done in view. Returns how to bring it there at once: when a moment is opened, that is not done yet. */
export function useCamera(player: Player): () => void {
  const { stage } = useTools();
  const look = useCallback(() => {
    const { camera, position, history } = player.get();
    const c = player.current();
    const op = c && operationAt(c, position);
    const id = op && targetOf(op);
    if (!camera || id === undefined || position === history?.length) return;
    // Once it is drawn where it lies now.
    requestAnimationFrame(() => {
      const { places, head } = stage.geometry;
      const place = places.get(id);
      // The names at the edges lie on the board: what is behind them is not seen.
      if (place) stage.view?.reveal({ x: place.x - SIZES.laneHeader, y: place.y - head, width: place.width + SIZES.laneHeader, height: place.height + head });
    });
  }, [player, stage]);
  useEffect(() => {
    let last = player.get().position;
    let went = -REST;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const go = () => {
      timer = undefined;
      went = performance.now();
      look();
    };
    const stop = player.subscribe(() => {
      const { camera, position } = player.get();
      if (!camera || position === last) return;
      last = position;
      // Where one has come to in the meantime is looked at too.
      const wait = went + REST - performance.now();
      if (wait <= 0 && timer === undefined) go();
      else timer ??= setTimeout(go, wait);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [player, look]);
  return look;
}
