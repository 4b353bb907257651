import "./print.css";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { draw } from "../drawing/draw";
import { drawingWords } from "../drawing/words";
import { gatherPictures } from "../exchange/pictures";
import { useTools } from "./context";
import { PRINT } from "./print";
import { useUi } from "./ui";

/** What is printed of the canvas is the drawing of the whole board, on one sheet; of the outline, the outline itself. */
export function Printing() {
  const { t } = useTranslation();
  const { document: board, session } = useTools();
  const drawn = useUi((ui) => ui.view === "canvas");
  useEffect(() => {
    if (!drawn) {
      const begin = () => window.print();
      window.addEventListener(PRINT, begin);
      return () => window.removeEventListener(PRINT, begin);
    }
    let sheet: HTMLElement | undefined;
    let files: Readonly<Record<string, string>> = {};
    const away = () => {
      sheet?.remove();
      sheet = undefined;
    };
    const show = () => {
      if (sheet) return;
      const words = drawingWords((key, values) => t(key, values ?? {}));
      const { svg } = draw(board.board(), { theme: "light", words, sheet: true, image: (id) => files[id] });
      sheet = document.createElement("div");
      sheet.className = "print-sheet";
      sheet.append(document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
      document.body.append(sheet);
    };
    // Pictures are fetched first; a print that the browser's own menu begins has those that were fetched before.
    const begin = () =>
      void gatherPictures(board.board(), session.pictures).then((found) => {
        files = found.files;
        window.print();
      });
    const media = matchMedia("print");
    const change = () => (media.matches ? show() : away());
    window.addEventListener("beforeprint", show);
    window.addEventListener("afterprint", away);
    window.addEventListener(PRINT, begin);
    media.addEventListener("change", change);
    return () => {
      window.removeEventListener("beforeprint", show);
      window.removeEventListener("afterprint", away);
      window.removeEventListener(PRINT, begin);
      media.removeEventListener("change", change);
      away();
    };
  }, [board, session, t, drawn]);
  return null;
}
