import { SPEEDS } from "../history/speeds";
import type { Speed } from "../history/speeds";

/** How a board came to be, to be looked at and nothing else, as an address asks for it. */
export interface Replay {
  /** Where it begins and ends, in changes; without them at the beginning and at the end. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly speed: Speed | undefined;
  /** It begins by itself. */
  readonly play: boolean;
}

/** `?replay`, `?replay=120` or `?replay=120-480`, and with it `speed=16` and `play`; what makes no sense in it is as if it were not there. */
export function askedReplay(search: string): Replay | undefined {
  const asked = new URLSearchParams(search);
  const span = asked.get("replay");
  if (span === null) return undefined;
  const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(span) ?? [];
  const speed = Number(asked.get("speed"));
  return {
    from: from === undefined ? undefined : Number(from),
    to: to === undefined || Number(to) <= Number(from) ? undefined : Number(to),
    speed: SPEEDS.find((s) => s === speed),
    play: asked.has("play"),
  };
}
