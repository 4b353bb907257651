import type { Element } from "../document/model";

/** What is said of a card in small words below its own: who does it, how sure it is, through which channel, whose it is. */
export interface Sign {
  readonly field: "performedBy" | "evidenceStatus" | "channel" | "owner";
  /** The words themselves, or for the first two the name of the choice. */
  readonly value: string;
}

export function signsOf(element: Element): Sign[] {
  if (!bearsSigns(element)) return [];
  const { performedBy, evidenceStatus, channel, owner } = element;
  const all: [Sign["field"], string | undefined][] = [
    ["performedBy", performedBy],
    ["evidenceStatus", evidenceStatus],
    ["channel", channel.trim()],
    ["owner", owner.trim()],
  ];
  return all.flatMap(([field, value]) => (value ? [{ field, value }] : []));
}

/** Whether a card needs a line for them. Asked for every card of a board at each change. */
export function hasSigns(element: Element): boolean {
  const { performedBy, evidenceStatus, channel, owner } = element;
  return bearsSigns(element) && (performedBy !== undefined || evidenceStatus !== undefined || channel.trim() !== "" || owner.trim() !== "");
}

const bearsSigns = ({ kind }: Element) => kind !== "text" && kind !== "frame" && kind !== "ink" && kind !== "image";
