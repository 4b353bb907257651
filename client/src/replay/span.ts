import { useEffect } from "react";
import type { Span } from "../history/axis";
import type { Player } from "../history/player";
import { usePlayer } from "../history/use";

/** Plays no further than to the end of what was asked for, and from there again from its beginning. One may go anywhere by oneself. */
export function keepWithin(player: Player, { from, to }: Span): () => void {
  if (to === undefined) return () => undefined;
  let playing = player.get().playing;
  let last = player.get().position;
  return player.subscribe(() => {
    const now = player.get();
    const [began, before] = [now.playing && !playing, last];
    playing = now.playing;
    last = now.position;
    if (!now.playing) return;
    if (began && now.position >= to) void player.seek(from ?? 1);
    else if (!began && before < to && now.position >= to) {
      player.pause();
      if (now.position > to) void player.seek(to);
    }
  });
}

export function useSpan(span: Span): void {
  const player = usePlayer();
  useEffect(() => keepWithin(player, span), [player, span]);
}
