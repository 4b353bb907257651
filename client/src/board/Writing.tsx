import { useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Element } from "../document/model";
import { Writer, intoDocument } from "../richtext/writer";
import { useTools } from "./context";
import { bindSharedText } from "./sharedText";

/** The field of an element that is written on. `more`, if there is one, is done after the writing when that ends by Ctrl+Enter. */
export function Writing({ element, onDone, more }: { element: Element; onDone: () => void; more?: () => void }) {
  const { document, focus, stage, ui } = useTools();
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const { id, kind } = element;

  useEffect(() => {
    const el = field.current;
    if (!el) return;
    const path = ["elements", id, "text"];
    const untie = bindSharedText(el, document, path);
    // The name of a frame is one line of plain words.
    const writer = kind === "frame" ? undefined : new Writer(el, intoDocument(document, path), () => ui.set({ open: "link" }));
    stage.writer = writer;
    return () => {
      untie();
      writer?.close();
      if (stage.writer === writer) stage.writer = undefined;
    };
  }, [document, id, kind, stage, ui]);

  useLayoutEffect(() => {
    const el = field.current;
    if (!el) return;
    el.value = document.text(["elements", id, "text"]);
    el.focus({ preventScroll: true });
    el.setSelectionRange(el.value.length, el.value.length);
  }, [document, id]);

  return (
    <textarea
      ref={field}
      className="card-text nodrag nopan nowheel"
      aria-label={t("note.text")}
      placeholder={t(kind === "image" ? "picture.alt" : "note.placeholder")}
      data-testid="note-text"
      maxLength={5000}
      rows={1}
      onKeyDown={(event) => {
        event.stopPropagation();
        const another = event.key === "Enter" && (event.ctrlKey || event.metaKey);
        if (event.key !== "Escape" && !another) return;
        event.preventDefault();
        onDone();
        if (another) more?.();
      }}
      onDoubleClick={(event) => event.stopPropagation()}
      onBlur={() => {
        // Someone may have moved the note, which takes it out of the page for a moment: that ends no writing.
        setTimeout(() => {
          if (window.document.activeElement !== field.current && ui.get().open !== "link" && focus.get().editing === id) focus.stopEditing();
        }, 0);
      }}
    />
  );
}
