import { cbor } from "@automerge/automerge-repo/slim";
import type { PeerId } from "@automerge/automerge-repo/slim";
import type { Presence } from "./presence";

/** What a server that knows of crowds tells of one person, of several in one message. */
export interface Shown {
  readonly id: PeerId;
  /** What they say, not yet read; nothing of who is gone. */
  readonly said: unknown;
  readonly gone: boolean;
  readonly participant: string | undefined;
  readonly audience: string | undefined;
}

/** One message does not tell of more. */
const MOST = 2_000;
const ID_LENGTH = 256;

/** Whom a message tells of. Who cannot be read is left out. */
export function readPeople(people: unknown): readonly Shown[] {
  if (!Array.isArray(people)) return [];
  const shown: Shown[] = [];
  for (const person of people.slice(0, MOST) as unknown[]) {
    if (!Array.isArray(person)) continue;
    const [id, data, participant, audience] = person as unknown[];
    if (typeof id !== "string" || id === "" || id.length > ID_LENGTH) continue;
    const gone = person.length === 1;
    let said: unknown;
    if (!gone) {
      if (!(data instanceof Uint8Array)) continue;
      try {
        said = cbor.decode(data);
      } catch {
        continue;
      }
    }
    shown.push({ id: id as PeerId, said, gone, participant: text(participant), audience: text(audience) });
  }
  return shown;
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

/**
 * What the server is told beside each message of presence, so that it shows this person those who matter to them: roughly
 * where they point, what they see, and whom they follow; and that others want to see at once what they do.
 */
export interface Place {
  readonly at?: readonly number[];
  readonly sees?: readonly number[];
  readonly acts?: true;
  readonly follows?: string;
}

/** As exact as a place is told, in the measure of the board. */
const GRAIN = 64;

const down = (n: number) => Math.floor(n / GRAIN) * GRAIN;
const up = (n: number) => Math.ceil(n / GRAIN) * GRAIN;

export function placeOf({ cursor, view, editing, talking, moving, call, following }: Presence): Place {
  const at = cursor ?? (view && { x: view.x + view.width / 2, y: view.y + view.height / 2 });
  return {
    ...(at ? { at: [down(at.x), down(at.y)] } : {}),
    ...(view ? { sees: [down(view.x), down(view.y), up(view.x + view.width) - down(view.x), up(view.y + view.height) - down(view.y)] } : {}),
    ...(editing !== undefined || talking !== undefined || moving || call ? { acts: true } : {}),
    ...(following === undefined ? {} : { follows: following }),
  };
}
