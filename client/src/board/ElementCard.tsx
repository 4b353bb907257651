import { memo, useEffect, useLayoutEffect, useRef } from "react";
import type { KeyboardEvent } from "react";
import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { NOTE_COLORS } from "../document/model";
import type { Element } from "../document/model";
import { useActions } from "./actions";
import { useBoard, useEditable, useFocus, useTools, useVisitors } from "./context";
import { Icon } from "./Icon";
import type { Direction } from "./layout";
import type { ElementNode } from "./nodes";
import { Pills } from "../panel/Marks";
import { usePanel } from "../panel/store";
import { bindSharedText } from "./sharedText";

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** A note or a card on the board: it can be reached, read, moved, written on and deleted by mouse, finger and keys. */
export const ElementCard = memo(function ElementCard({ data, dragging }: NodeProps<ElementNode>) {
  const { element, label, role } = data;
  const { focus } = useTools();
  const { t } = useTranslation();
  const actions = useActions();
  const editable = useEditable();
  const selected = useFocus((f) => f.selected === element.id);
  const editing = useFocus((f) => f.editing === element.id);
  const visitors = useVisitors(element.id);
  const card = useRef<HTMLDivElement>(null);
  const wasEditing = useRef(false);

  useEffect(() => {
    // Back from writing, the keys are for the note again, unless they have gone elsewhere already.
    if (wasEditing.current && !editing && selected && document.activeElement === document.body) card.current?.focus();
    wasEditing.current = editing;
  }, [editing, selected]);

  const cell = element.lane !== undefined && element.step !== undefined ? { lane: element.lane, step: element.step } : undefined;
  const choose = () => focus.select(element.id, cell);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== card.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key];
    const color = NOTE_COLORS[Number(event.key) - 1];
    if (event.key === "Escape") focus.select(undefined, cell);
    else if (!editable) return;
    else if (direction) actions.step(element.id, direction);
    else if (event.key === "Enter" || event.key === "F2") focus.edit(element.id);
    else if (event.key === "Delete" || event.key === "Backspace") {
      actions.remove(element.id);
      goToCell();
    }
    else if (color && element.kind === "note") actions.color(element.id, color);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const [visitor] = visitors;
  return (
    <div
      ref={card}
      className={`card kind-${element.kind} color-${element.color} role-${role}`}
      style={visitor ? { outlineColor: `var(--person-${String(visitor.color)})` } : undefined}
      data-selected={selected || undefined}
      data-visited={visitor ? true : undefined}
      data-dragging={dragging || undefined}
      data-testid="note"
      data-note-id={element.id}
      data-kind={element.kind}
      data-color={element.color}
      data-lane={element.lane}
      data-step={element.step}
      role="group"
      tabIndex={0}
      aria-label={label}
      aria-describedby={editable ? "note-keys" : undefined}
      onFocus={(event) => {
        if (event.target === card.current) choose();
      }}
      onClick={() => {
        if (selected && !editing && editable && matchMedia("(pointer: coarse)").matches) focus.edit(element.id);
        else choose();
      }}
      onDoubleClick={(event) => {
        event.stopPropagation();
        if (editable) focus.edit(element.id);
      }}
      onKeyDown={onKeyDown}
    >
      {editing && editable ? <Writing element={element} onDone={() => card.current?.focus()} /> : <p className="card-text">{element.text}</p>}
      <Pills target={element.id} />
      {visitor && (
        <span className="visitor" style={{ backgroundColor: `var(--person-${String(visitor.color)})` }}>
          {t(visitor.writing ? "note.writing" : "note.at", { name: visitor.name || t("someone") })}
          {visitors.length > 1 && ` +${String(visitors.length - 1)}`}
        </span>
      )}
      {selected && editable && !dragging && <CardTools element={element} />}
    </div>
  );
});

/** The note that had the keyboard is gone: it goes on in the cell where the note lay. */
function goToCell(): void {
  document.querySelector<HTMLElement>(".cell[data-current] > .cell-add")?.focus({ preventScroll: true });
}

function Writing({ element, onDone }: { element: Element; onDone: () => void }) {
  const { document, focus } = useTools();
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const { id } = element;

  useEffect(() => {
    if (field.current) return bindSharedText(field.current, document, ["elements", id, "text"]);
    return undefined;
  }, [document, id]);

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
      placeholder={t("note.placeholder")}
      data-testid="note-text"
      maxLength={5000}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
          event.preventDefault();
          onDone();
        }
      }}
      onBlur={() => {
        // Someone may have moved the note, which takes it out of the page for a moment: that ends no writing.
        setTimeout(() => {
          if (window.document.activeElement !== field.current && focus.get().editing === id) focus.stopEditing();
        }, 0);
      }}
    />
  );
}

/** On a narrow window the tools of the chosen note lie above the other tools, where they have room. */
export function SelectionBar() {
  const board = useBoard();
  const editable = useEditable();
  const selected = useFocus((f) => f.selected);
  const element = board.elements.find((e) => e.id === selected);
  return <div className="selection-bar">{element && editable && <CardTools element={element} />}</div>;
}

function CardTools({ element }: { element: Element }) {
  const { t } = useTranslation();
  const { focus } = useTools();
  const panel = usePanel();
  const actions = useActions();
  const stop = (event: { stopPropagation: () => void }) => event.stopPropagation();
  return (
    <div
      className="card-tools nodrag nopan"
      role="toolbar"
      aria-label={t("note.tools")}
      onClick={stop}
      onDoubleClick={stop}
      // Pressing a tool must not end the writing that it is for.
      onMouseDown={(event) => event.preventDefault()}
    >
      {element.kind === "note" &&
        NOTE_COLORS.map((color) => (
          <button
            key={color}
            type="button"
            className={`swatch color-${color}`}
            aria-label={t(`color.${color}`)}
            title={t(`color.${color}`)}
            aria-pressed={element.color === color}
            onClick={() => actions.color(element.id, color)}
          />
        ))}
      <button type="button" className="btn icon" aria-label={t("note.edit")} title={t("note.edit")} onClick={() => focus.edit(element.id)}>
        <Icon name="pen" />
      </button>
      <button type="button" className="btn icon" aria-label={t("details.ofElement")} title={t("details.ofElement")} data-testid="show-details" onClick={() => panel.show("details")}>
        <Icon name="details" />
      </button>
      <button type="button" className="btn icon" aria-label={t("note.remove")} title={t("note.remove")} onClick={() => {
          actions.remove(element.id);
          goToCell();
        }}>
        <Icon name="bin" />
      </button>
    </div>
  );
}
