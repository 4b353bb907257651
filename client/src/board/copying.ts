import { useEffect } from "react";
import type { Hands } from "../commands/command";
import { useHands } from "../commands/hands";
import { createConnector } from "../document/create";
import { createElements, inCell } from "../document/elements";
import type { NewElement } from "../document/elements";
import { newId } from "../document/id";
import type { Connector } from "../document/model";
import { neighbours, orderBetween } from "../document/order";
import { addPictures, picturesIn, usualPlace } from "../pictures/adding";
import { bringPictures } from "../pictures/bringing";
import type { Where } from "../pictures/placing";
import type { Point } from "../sync/presence";
import { CLIP_TYPE, linesToClip, pictureOf, placeClip, readClip, strokeOf, toClip, wordsOf, writeClip } from "./clip";
import type { Clip } from "./clip";
import { withCarried } from "./moving";
import type { Patches } from "./moving";
import type { Stage } from "./stage";

/** Where the last copy is kept for a paste from a menu, which gets plain text only. Shared by the boards of this device. */
const KEPT = "openmic.copied";
const SMALL = 200_000;

/** Ties copy, cut and paste of the browser to the board. */
export function useClipboard(): void {
  const hands = useHands();
  useEffect(() => {
    const put = (event: ClipboardEvent, cut: boolean) => {
      if (!forBoard(event.target)) return;
      const { focus, document, stage, actions, notice, session, t } = hands;
      const ids = withCarried(document.board(), stage.geometry, focus.get().chosen);
      if (ids.length === 0 || (cut && !document.draws)) return;
      const clip = toClip(document.board(), stage.geometry, ids, session.board.id);
      const json = writeClip(clip);
      const words = wordsOf(clip);
      event.clipboardData?.setData(CLIP_TYPE, json);
      event.clipboardData?.setData("text/plain", words || " ");
      event.preventDefault();
      if (json.length < SMALL) localStorage.setItem(KEPT, JSON.stringify({ words: words || " ", json }));
      if (cut) {
        actions.remove(ids);
        stage.focusOnCell();
      }
      notice.say(t(cut ? "said.cut" : "said.copiedNotes", { count: clip.elements.length }));
    };
    const copy = (event: ClipboardEvent) => put(event, false);
    const cut = (event: ClipboardEvent) => put(event, true);
    const paste = (event: ClipboardEvent) => {
      if (!forBoard(event.target) || !hands.document.draws) return;
      event.preventDefault();
      const pictures = event.clipboardData?.types.includes(CLIP_TYPE) ? [] : picturesIn(event.clipboardData);
      if (pictures.length > 0) {
        void addPictures(hands, pictures, pastePlace(hands));
        return;
      }
      takeIn(hands, event.clipboardData?.getData(CLIP_TYPE) ?? "", event.clipboardData?.getData("text/plain") ?? "");
    };
    window.addEventListener("copy", copy);
    window.addEventListener("cut", cut);
    window.addEventListener("paste", paste);
    return () => {
      window.removeEventListener("copy", copy);
      window.removeEventListener("cut", cut);
      window.removeEventListener("paste", paste);
    };
  }, [hands]);
}

/** Words in a field and marked words of the page are the browser's to copy. */
function forBoard(target: EventTarget | null): boolean {
  if (target instanceof Element && target.closest("input, textarea, [role=dialog]")) return false;
  return window.getSelection()?.isCollapsed !== false;
}

/** Paste from a menu. Where the browser does not let us read, the last copy of this device is taken. */
export async function pasteFromMenu(hands: Hands): Promise<void> {
  const kept = readKept();
  let words = kept?.words ?? "";
  const where = pastePlace(hands);
  try {
    words = await navigator.clipboard.readText();
    const pictures = words === "" ? await copiedPictures() : [];
    if (pictures.length > 0) {
      await addPictures(hands, pictures, where);
      return;
    }
  } catch {
    // Not allowed, or not there.
  }
  takeIn(hands, kept?.words === words ? kept.json : "", words);
}

async function copiedPictures(): Promise<Blob[]> {
  const pictures: Blob[] = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((t) => t.startsWith("image/"));
    if (type !== undefined) pictures.push(await item.getType(type));
  }
  return pictures;
}

/** Where something from outside goes: where the menu was asked for, where the pointer is, else where one is. */
function pastePlace(hands: Hands): Where {
  const { stage, focus } = hands;
  const over = stage.menuAt ?? pointerOver(stage);
  return over && focus.get().selected === undefined ? { at: over } : usualPlace(hands);
}

function pointerOver({ view, pointer }: Stage): Point | undefined {
  const seen = view?.visible();
  const inside = pointer && seen && pointer.x > seen.x && pointer.y > seen.y && pointer.x < seen.x + seen.width && pointer.y < seen.y + seen.height;
  return inside ? pointer : undefined;
}

function readKept(): { words: string; json: string } | undefined {
  try {
    const { words, json } = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Record<string, unknown>;
    return typeof words === "string" && typeof json === "string" ? { words, json } : undefined;
  } catch {
    return undefined;
  }
}

function takeIn(hands: Hands, json: string, words: string): void {
  const { notice, t } = hands;
  const copied = readClip(json) ?? readClip(words);
  const { clip, left } = copied ? { clip: copied, left: 0 } : linesToClip(words);
  if (clip.elements.length === 0) {
    notice.say(t("said.nothingToPaste"));
    return;
  }
  const count = paste(hands, clip);
  if (count === 0) {
    if (hands.document.fence) notice.say(hands.actions.elsewhere());
    return;
  }
  notice.say(left > 0 ? t("said.pastedPart", { count, left }) : t("said.pasted", { count }));
}

function paste(hands: Hands, clip: Clip): number {
  const { document, focus, stage } = hands;
  const board = document.board();
  const { selected, cell } = focus.get();
  const at = board.elements.find((e) => e.id === selected);
  const near = at && inCell(at) ? { lane: at.lane, step: at.step } : cell;
  const to = near && document.mayPut(near.lane) ? near : firstCell({ ...board, lanes: board.lanes.filter((l) => document.mayPut(l.id)) });
  const made = placeClip(clip, board, to, stage.menuAt ?? pointerOver(stage) ?? stage.middle(), newId);
  bringPictures(hands, clip);
  return make({ document, focus }, made.elements, made.connectors);
}

function firstCell(board: { lanes: readonly { id: string; role: string }[]; steps: readonly { id: string }[] }) {
  const lane = board.lanes.find((l) => l.role === "customer") ?? board.lanes[0];
  const step = board.steps[0];
  return lane && step ? { lane: lane.id, step: step.id } : undefined;
}

/** Puts elements and what connects them on the board as one deed. */
function make({ document, focus }: Pick<Hands, "document" | "focus">, elements: readonly NewElement[], connectors: readonly Connector[]): number {
  let count = 0;
  let put: string[] = [];
  document.perform((draft) => {
    const made = createElements(draft, elements);
    count = made.length;
    const there = new Set(made.map((a) => a.path[1]));
    put = elements.filter((e) => there.has(e.id)).map((e) => e.id);
    return [...made, ...connectors.filter((c) => there.has(c.from) && there.has(c.to)).flatMap((c) => createConnector(draft, c))];
  });
  if (count > 0) focus.selectAll(put);
  return count;
}

/** Copies of elements, each given the fields of its patch: where the copy lies. */
function copies({ document, stage }: Hands, ids: readonly string[], patches: Patches): { elements: NewElement[]; connectors: Connector[] } {
  const board = document.board();
  const copyOf = new Map<string, string>();
  const elements = board.elements
    .filter((e) => ids.includes(e.id))
    .map((e): NewElement => {
      const id = newId();
      copyOf.set(e.id, id);
      const { kind, text, color, form, order, lane, step, w, h } = e;
      const place = stage.geometry.places.get(e.id);
      const own = { kind, text, color, order, lane, step, ...(kind === "shape" ? { form } : {}), ...strokeOf(e), ...pictureOf(e) };
      const free = inCell(e) ? {} : { x: place?.x ?? e.x, y: place?.y ?? e.y, w, h };
      return { ...own, ...free, ...patches.get(e.id), id };
    });
  const connectors = board.connectors.flatMap((c) => {
    const [from, to] = [copyOf.get(c.from), copyOf.get(c.to)];
    return from === undefined || to === undefined ? [] : [{ ...c, id: newId(), from, to }];
  });
  return { elements, connectors };
}

const ASIDE = 24;

/** Copies what is chosen: beside it where it lies free, right below it in its cell; or as `patches` say. */
export function duplicate(hands: Hands, given?: Patches, of?: readonly string[]): void {
  const { document, focus, stage, notice, t } = hands;
  const board = document.board();
  const ids = of ?? withCarried(board, stage.geometry, focus.get().chosen);
  let patches = given;
  if (!patches) {
    patches = new Map();
    for (const e of board.elements.filter((x) => ids.includes(x.id))) {
      const place = stage.geometry.places.get(e.id);
      if (inCell(e)) {
        const cell = board.elements.filter((x) => x.lane === e.lane && x.step === e.step);
        patches.set(e.id, { order: orderBetween(...neighbours(cell, cell.indexOf(e) + 1)) });
      } else if (place) patches.set(e.id, { x: place.x + ASIDE, y: place.y + ASIDE });
    }
  }
  const { elements, connectors } = copies(hands, ids, patches);
  const count = make(hands, elements, connectors);
  if (count === 0 && document.fence) notice.say(hands.actions.elsewhere());
  const last = elements.at(-1);
  if (count === 0 || !last) return;
  if (count === 1) focus.select(last.id);
  stage.focusOn(last.id);
  notice.say(t("said.duplicated", { count }));
}
