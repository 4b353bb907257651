import { useState } from "react";
import { inventName } from "../i18n";
import { profile, rename } from "../sync/device";
import type { Profile } from "../sync/device";

/** The person at this device, and how they change what they are called. */
export interface Person extends Profile {
  readonly call: (name: string) => void;
}

export function usePerson(): Person {
  const [known, setKnown] = useState(() => profile(inventName));
  return { ...known, call: (name) => setKnown((now) => rename(now, name)) };
}
