import type { Connector, Emotion, Fate, LaneRole, MarkerType } from "./model";
import { fenceOf } from "./fence";
import { container, scalar } from "./write";
import type { Action, Draft, Fields } from "./write";

/** New things on a board, each as small as it can be: what nobody has said yet is not in the document. */

export function createStep(draft: Draft, { id, order, phase }: { id: string; order: string; phase?: string | undefined }): Action[] {
  return create(draft, "steps", id, { order, phase }, "title");
}

export function createPhase(draft: Draft, { id, order }: { id: string; order: string }): Action[] {
  return create(draft, "phases", id, { order }, "title");
}

export function createLane(draft: Draft, { id, order, role }: { id: string; order: string; role: LaneRole }): Action[] {
  return create(draft, "lanes", id, { role, order }, "title");
}

export function createConnector(draft: Draft, { id, from, to, direction, meaning, label }: Connector): Action[] {
  return create(draft, "connectors", id, { from, to, direction, meaning }, "label", label);
}

export function createMarker(draft: Draft, { id, target, type }: { id: string; target: string; type: MarkerType }): Action[] {
  return create(draft, "markers", id, { target, type }, "note");
}

export function createEmotion(draft: Draft, { id, step, who, value }: Omit<Emotion, "note">): Action[] {
  return create(draft, "emotions", id, { step, who, value }, "note");
}

export interface NewComment {
  readonly id: string;
  readonly target: string;
  readonly parent: string | undefined;
  readonly order: string;
  readonly text: string;
}

export function createComment(draft: Draft, { id, target, parent, order, text }: NewComment): Action[] {
  const fate: Fate = "open";
  return create(draft, "comments", id, { target, parent, order, fate }, "text", text);
}

/** Every object has its words from the start: two people who made them at the same time would lose one's. */
function create(draft: Draft, collection: string, id: string, fields: Fields, wordsIn: string, words = ""): Action[] {
  const things = container(draft, collection);
  if (!things || fenceOf(draft)?.mayPut(draft, [collection, id], fields) === false) return [];
  const object: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) object[field] = scalar(value);
  things[id] = { ...object, [wordsIn]: words };
  return [{ type: "create", path: [collection, id], text: words }];
}
