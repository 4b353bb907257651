import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { shownTheme } from "../app/theme";
import { useNames, useSession, useTools } from "../board/context";
import type { BoardTools } from "../board/context";
import { drawingWords } from "../drawing/words";
import { elementsById } from "../document/elements";
import { TEXT_LENGTH } from "./messages";
import type { Chosen, ExportForm } from "./messages";
import { where } from "./where";

/** What happens together is told together, milliseconds. */
const GATHER = 300;
const EXCERPT = 200;
const MOST_CHOSEN = 1_000;

/** Tells the page around the board what happens on it, and does what the page asks for. */
export function usePageTalk(): void {
  const session = useSession();
  const tools = useTools();
  const names = useNames();
  const { t } = useTranslation();
  useEffect(() => {
    const { page } = where();
    if (!page) return;
    const { document, focus, ui, stage } = tools;

    const titleNow = () => document.board().title.slice(0, TEXT_LENGTH);
    page.tell({ type: "ready", board: session.board.id, title: titleNow(), role: session.board.role });

    const tellChosen = gathered(() => page.tell({ type: "selection", elements: chosenNow(tools) }));
    const tellChanged = gathered(() => page.tell({ type: "changed", title: titleNow(), elements: document.board().elements.length, saved: session.saved.state() }));

    let exporting = false;
    const hear = page.listen((message) => {
      switch (message.type) {
        case "focus":
          if (elementsById(document.board()).has(message.element)) stage.goTo?.element(message.element);
          break;
        case "view":
          if (message.view) ui.set({ view: message.view });
          // Another view has to be there before it can be moved.
          if (message.fit) requestAnimationFrame(() => stage.view?.fitAll());
          break;
        case "export": {
          const { id, form } = message;
          if (exporting) {
            page.tell({ type: "failed", id });
            break;
          }
          exporting = true;
          copyOf(form, tools, t, names)
            .then(
              ({ name, file }) => page.tell({ type: "exported", id, name, file }),
              (error: unknown) => {
                console.error(error);
                page.tell({ type: "failed", id });
              },
            )
            .finally(() => (exporting = false));
        }
      }
    });
    const ends = [hear, focus.subscribe(tellChosen), document.subscribe(tellChanged), session.saved.subscribe(tellChanged)];
    return () => {
      tellChosen.stop();
      tellChanged.stop();
      for (const end of ends) end();
    };
  }, [session, tools, names, t]);
}

function chosenNow({ document, focus }: BoardTools): Chosen[] {
  const there = elementsById(document.board());
  return focus
    .get()
    .chosen.slice(0, MOST_CHOSEN)
    .flatMap((id) => {
      const element = there.get(id);
      return element ? [{ id, kind: element.kind, text: element.text.slice(0, EXCERPT) }] : [];
    });
}

/** Does it soon, once for all that asked meanwhile. */
function gathered(tell: () => void): (() => void) & { stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      tell();
    }, GATHER);
  };
  return Object.assign(soon, { stop: () => clearTimeout(timer) });
}

type Words = ReturnType<typeof useTranslation>["t"];

async function copyOf(form: ExportForm, { document, session }: BoardTools, t: Words, names: ReturnType<typeof useNames>): Promise<{ name: string; file: Blob }> {
  const { copyOfBoard, fileName } = await import("../exchange/save");
  if (form === "svg" || form === "png") {
    const board = document.board();
    const wish = { board, theme: shownTheme(), words: drawingWords((key, values) => t(key, values ?? {})), pictures: session.pictures };
    const { svgOf, pngOf } = await import("../exchange/drawn/picture");
    return { name: `${fileName(board.title || t("board.untitled"))}.${form}`, file: form === "svg" ? await svgOf(wish) : (await pngOf(wish, 1)).blob };
  }
  const { outlineWords } = await import("../exchange/outline-words");
  const words = outlineWords(document.board(), t, { step: names.step, lane: names.lane });
  const { blob, name } = await copyOfBoard(form, document, session.pictures, words);
  return { name, file: blob };
}
