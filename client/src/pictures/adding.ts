import { useEffect } from "react";
import type { Hands } from "../commands/command";
import { useHands } from "../commands/hands";
import { cellAt } from "../board/layout";
import { inCell } from "../document/elements";
import { newId } from "../document/id";
import { PICTURE_TYPES } from "./head";
import { placePictures } from "./placing";
import type { Where } from "./placing";
import { preparePicture } from "./prepare";
import type { PictureProblem, Prepared } from "./prepare";

/** So many are put on the board at once. */
const MOST = 20;

/** Puts pictures on the board, as one deed, and says what could not be taken. */
export async function addPictures(hands: Hands, files: readonly Blob[], where: Where): Promise<void> {
  const { document, stage, actions, notice, session, t } = hands;
  if (!document.draws) {
    notice.say(t("picture.mayNot"));
    return;
  }
  const cell = "cell" in where ? where.cell : cellAt(stage.geometry, where.at.x, where.at.y);
  if (!document.mayPut(cell?.lane)) {
    notice.say(actions.elsewhere());
    return;
  }
  if (files.length === 0) return;
  notice.say(t("picture.preparing", { count: files.length }));
  const made: Prepared[] = [];
  let problem: PictureProblem | undefined;
  let kept = true;
  // One after the other: a phone has no memory for many at once.
  for (const file of files.slice(0, MOST)) {
    const prepared = await preparePicture(file);
    if (typeof prepared === "string") {
      problem ??= prepared;
      continue;
    }
    kept = (await session.pictures.keep(prepared)) && kept;
    made.push(prepared);
  }
  const elements = placePictures(document.board(), stage.geometry, made, where, newId);
  const last = elements.at(-1)?.id ?? "";
  if (elements.length > 0 && actions.addAll(elements)) {
    stage.focusOn(last);
    // Once it has been laid out.
    requestAnimationFrame(() => {
      const place = stage.geometry.places.get(last);
      if (place) stage.view?.reveal(place);
    });
  }
  const describe = matchMedia("(pointer: coarse)").matches ? "describeTouch" : "describe";
  const left = files.length - elements.length;
  if (problem && elements.length === 0) notice.say(t(`picture.problem.${problem}`));
  else if (problem) notice.say(`${t("picture.added", { count: elements.length })} ${t("picture.left", { count: left })} ${t(`picture.problem.${problem}`)}`);
  else if (left > 0) notice.say(`${t("picture.added", { count: elements.length })} ${t("picture.many", { count: left })}`);
  else notice.say(`${t("picture.added", { count: elements.length })} ${t(kept ? `picture.${describe}` : "picture.stay")}`);
}

/** Where a picture goes that was put nowhere in particular: the cell one is at, else what one looks at. */
export function usualPlace({ document, focus, stage }: Hands): Where {
  if (stage.menuAt) return { at: stage.menuAt };
  const board = document.board();
  const { selected, cell } = focus.get();
  const at = board.elements.find((e) => e.id === selected);
  if (at && inCell(at)) return { cell: { lane: at.lane, step: at.step } };
  if (cell && board.lanes.some((l) => l.id === cell.lane) && board.steps.some((s) => s.id === cell.step)) return { cell };
  return { at: stage.middle() };
}

/** Asks for files; a phone offers its camera and its pictures. Types by name, so that an iPhone makes JPEGs of its own format. */
export function choosePictures(hands: Hands): void {
  const where = usualPlace(hands);
  const input = window.document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = PICTURE_TYPES.join();
  input.hidden = true;
  const done = () => input.remove();
  input.addEventListener("cancel", done);
  input.addEventListener("change", () => {
    done();
    void addPictures(hands, [...(input.files ?? [])], where);
  });
  // Safari opens the chooser only of what is on the page.
  window.document.body.append(input);
  input.click();
}

const isPicture = (file: File) => file.type.startsWith("image/");

/**
 * The pictures of what was copied, unless it is words: a spreadsheet gives its cells as a picture too. A copied file
 * comes with its name as words.
 */
export function picturesIn(data: DataTransfer | null): File[] {
  const files = [...(data?.files ?? [])].filter(isPicture);
  const words = data?.getData("text/plain").trim() ?? "";
  const names = new Set(files.map((f) => f.name));
  return words === "" || words.split(/\r?\n/).every((w) => names.has(w.trim().split(/[\\/]/).at(-1) ?? "")) ? files : [];
}

/** Files that are let go over the board are put there. Anywhere else on the page they would take the board's place in the window. */
export function useDrop(onOver: (at: { x: number; y: number } | undefined) => void): void {
  const hands = useHands();
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const pointOf = (event: DragEvent) => hands.stage.view?.at(event.clientX, event.clientY);
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = hands.document.draws ? "copy" : "none";
      onOver(hands.document.draws ? pointOf(event) : undefined);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) onOver(undefined);
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      onOver(undefined);
      const at = pointOf(event);
      void addPictures(hands, [...(event.dataTransfer?.files ?? [])], at ? { at } : usualPlace(hands));
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, [hands, onOver]);
}
