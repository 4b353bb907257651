import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { BoardDocument } from "../../src/document/document";
import { mapOf } from "../../src/document/read";
import { openVariant } from "../../src/variants/difference";
import type { Fetched } from "../../src/variants/difference";
import { Desk, genesis } from "./boards";
import type { Person } from "./boards";
import { act, doings } from "./doings";
import type { Doing } from "./doings";

/** Two boards with a past in common, each gone on with by people who do not hear of each other at once, and by other programs. */

type Raw = Record<string, unknown>;

/** What a program that is not ours writes into a document; the number chooses where. */
type Foreign = (draft: Raw, pick: number, name: string) => void;

const at = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(1, list.length)];
const maps = (draft: Raw, part: string) => Object.keys(mapOf(draft[part]) ?? {}).filter((id) => mapOf((draft[part] as Raw)[id]));
const anything = (draft: Raw, pick: number): Raw | undefined => {
  const part = at(["elements", "elements", "lanes", "steps", "connectors", "markers", "comments"], pick) ?? "elements";
  const id = at(maps(draft, part), pick);
  return id === undefined ? undefined : ((draft[part] as Raw)[id] as Raw);
};

const FOREIGN: readonly Foreign[] = [
  (draft, pick, name) => {
    const thing = anything(draft, pick);
    if (thing) thing[`x-${name}`] = { list: ["å🏠", { n: pick, none: null }], counted: new A.Counter(pick), bytes: new Uint8Array([pick]), at: new Date(pick) };
  },
  (draft, pick) => {
    const counted = maps(draft, "elements").flatMap((id) => Object.values((draft["elements"] as Raw)[id] as Raw).map(mapOf)).find((v) => A.isCounter(v?.["counted"]));
    if (counted) (counted["counted"] as A.Counter).increment(pick % 5);
  },
  (draft, pick) => {
    const id = at(maps(draft, "elements"), pick);
    const text = id === undefined ? undefined : ((draft["elements"] as Raw)[id] as Raw)["text"];
    if (typeof text === "string" && text.length > 1) A.mark(draft, ["elements", id ?? "", "text"], { start: 0, end: 1 + (pick % (text.length - 1)), expand: "both" }, "bold", true);
  },
  (draft, pick, name) => {
    (draft["elements"] as Raw)[`f${name}`] = { kind: new A.ImmutableString("hologram"), text: "what is this", depth: pick };
  },
  (draft, pick, name) => {
    (draft["elements"] as Raw)["same"] = { kind: new A.ImmutableString("note"), text: name, x: pick };
  },
  (draft, pick, name) => {
    (draft["connectors"] as Raw)[`c${name}`] = { from: new A.ImmutableString(at(maps(draft, "elements"), pick) ?? "nowhere"), to: new A.ImmutableString("nowhere"), label: "" };
  },
  (draft, pick) => {
    const thing = anything(draft, pick);
    if (thing) thing["order"] = pick;
  },
  (draft, pick, name) => {
    const element = at(maps(draft, "elements"), pick);
    if (element !== undefined) ((draft["elements"] as Raw)[element] as Raw)["owner"] = new A.ImmutableString(name);
  },
  (draft, pick, name) => {
    draft[`plugin-${name}`] = [pick, "text of another program"];
  },
  (draft, pick, name) => {
    (draft["steps"] as Raw)[`odd${name}`] = pick;
  },
];

export type Turn =
  | { readonly who: number; readonly does: Doing }
  | { readonly who: number; readonly foreign: number; readonly pick: number; readonly name: string }
  | { readonly who: number; readonly undoes: true }
  | { readonly meet: true };

const who = fc.nat(1);
const turn = (foreign: boolean): fc.Arbitrary<Turn> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ who, does: doings(1).filter((d) => d.length > 0).map(([d]) => d as Doing) }) },
    ...(foreign ? [{ weight: 3, arbitrary: fc.record({ who, foreign: fc.nat(FOREIGN.length - 1), pick: fc.nat(99), name: fc.constantFrom("a", "b", "å") }) }] : []),
    { weight: 1, arbitrary: fc.record({ who, undoes: fc.constant(true as const) }) },
    { weight: 2, arbitrary: fc.constant({ meet: true } as const) },
  );
export const turns = (most: number, foreign = true) => fc.array(turn(foreign), { maxLength: most });

/** Two people at one board. */
export class Side {
  readonly people: readonly Person[];

  constructor(doc: A.Doc<unknown>) {
    this.people = [0, 1].map(() => {
      const desk = new Desk(doc);
      return { desk, board: new BoardDocument(desk, { now: () => 0 }) };
    });
  }

  /** Whoever it is that looks: after play everybody has the same. */
  get one(): Person {
    return this.people[0] as Person;
  }
  get doc(): A.Doc<unknown> {
    return this.one.desk.doc();
  }

  play(list: readonly Turn[]): this {
    for (const step of list) {
      if ("meet" in step) this.#meet();
      else this.#do(this.people[step.who] as Person, step);
    }
    this.#meet();
    return this;
  }

  #do(person: Person, step: Exclude<Turn, { meet: true }>): void {
    if ("does" in step) act(person, [step.does]);
    else if ("undoes" in step) person.board.undo();
    else person.desk.change((draft) => FOREIGN[step.foreign]?.(draft as Raw, step.pick, step.name));
  }

  #meet(): void {
    for (const a of this.people) for (const b of this.people) if (a !== b) a.desk.receive(b.desk);
  }
}

export interface Sides {
  readonly original: Side;
  readonly variant: Side;
  readonly forked: readonly string[];
}

export function sides(past: readonly Turn[], here: readonly Turn[], there: readonly Turn[]): Sides {
  const original = new Side(genesis()).play(past);
  const forked = [...A.getHeads(original.doc)];
  const variant = new Side(original.doc).play(there);
  return { original: original.play(here), variant, forked };
}

/** A variant as it comes from the server. */
export const fetched = ({ variant, forked }: Sides): Fetched => openVariant(A.save(variant.doc), forked);
