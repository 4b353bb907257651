import { memo, useEffect, useMemo, useRef } from "react";
import { NodeResizer } from "@xyflow/react";
import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { inCell } from "../document/elements";
import type { Element } from "../document/model";
import { AboutContext, useFocus, useMayEdit, useTools, useVisitors } from "./context";
import { useFar } from "./far";
import { Icon } from "./Icon";
import { matchesWords } from "./find";
import { inkPath } from "./ink";
import type { ElementNode } from "./nodes";
import { hasSigns, signsOf } from "./signs";
import { Pills } from "../panel/Marks";
import { Signs, signsId } from "../talk/Signs";
import { Picture } from "../pictures/Picture";
import { plainText } from "../richtext/parse";
import { RichText } from "../richtext/RichText";
import { useSayElsewhere } from "./elsewhere";
import { VisitorTag } from "./VisitorTag";
import { useUi } from "./ui";
import { Writing } from "./Writing";

/** A note, a card or anything else on the board: it can be reached, read, moved, written on and deleted by mouse, finger and keys. */
export const ElementCard = memo(function ElementCard({ data, dragging, width, height }: NodeProps<ElementNode>) {
  const { element, label, role } = data;
  const { focus, document } = useTools();
  const sayElsewhere = useSayElsewhere();
  const editable = useMayEdit(element.id);
  // Somebody who writes in other lanes.
  const elsewhere = !editable && document.draws;
  const chosen = useFocus((f) => f.chosen.includes(element.id));
  const alone = useFocus((f) => f.selected === element.id && f.chosen.length === 1);
  const editing = useFocus((f) => f.editing === element.id);
  const visitors = useVisitors(element.id);
  const found = useUi((ui) => ui.find !== undefined && ui.find.trim() !== "" && matchesWords(element.text, ui.find));
  const here = useUi((ui) => ui.found === element.id);
  const far = useFar() && !editing;
  const card = useRef<HTMLDivElement>(null);
  const wasEditing = useRef(false);
  const byPointer = useRef(false);
  const wasAlone = useRef(false);

  useEffect(() => {
    // Back from writing, the keys are for the note again, unless they have gone elsewhere already.
    if (wasEditing.current && !editing && alone && window.document.activeElement === window.document.body) card.current?.focus();
    wasEditing.current = editing;
  }, [editing, alone]);

  const cell = inCell(element) ? { lane: element.lane, step: element.step } : undefined;
  const [visitor] = visitors;
  const { kind } = element;
  return (
    <div
      ref={card}
      className={`card kind-${kind} color-${element.color} role-${role} form-${element.form}`}
      style={visitor ? { outlineColor: `var(--person-${String(visitor.color)})` } : undefined}
      data-selected={chosen || undefined}
      data-visited={visitor ? true : undefined}
      data-dragging={dragging || undefined}
      data-locked={element.locked || undefined}
      data-elsewhere={elsewhere || undefined}
      data-free={cell ? undefined : true}
      data-found={found || undefined}
      data-here={here || undefined}
      data-far={far || undefined}
      data-signed={hasSigns(element) || undefined}
      data-testid="note"
      data-note-id={element.id}
      data-kind={kind}
      data-color={element.color}
      data-lane={element.lane}
      data-step={element.step}
      role="group"
      tabIndex={0}
      aria-label={label}
      aria-describedby={`${signsId(element.id)}${editable ? " note-keys" : elsewhere ? " note-elsewhere" : ""}`}
      onPointerDown={() => {
        byPointer.current = true;
        // A finger gives a card the keyboard, and so chooses it, before the click comes: that alone is no second tap.
        wasAlone.current = alone;
        setTimeout(() => (byPointer.current = false), 0);
      }}
      onFocus={(event) => {
        // What a pointer chooses is known when it is let go: it may carry many.
        if (event.target === card.current && !byPointer.current) focus.visit(element.id, cell);
      }}
      onClick={(event) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey) focus.toggle(element.id);
        else if (wasAlone.current && !editing && editable && kind !== "ink" && matchMedia("(pointer: coarse)").matches) focus.edit(element.id);
        else focus.select(element.id, cell);
      }}
      onDoubleClick={(event) => {
        event.stopPropagation();
        if (editable && kind !== "ink") focus.edit(element.id);
        else if (elsewhere) sayElsewhere();
      }}
    >
      {alone && editable && !cell && !element.locked && (
        <NodeResizer minWidth={24} minHeight={24} keepAspectRatio={kind === "image"} handleClassName="resize-handle" lineClassName="resize-line" autoScale />
      )}
      {kind === "ink" && <Ink element={element} width={width ?? 1} height={height ?? 1} />}
      {kind === "shape" && !cell && <Form element={element} />}
      {kind === "image" && (
        <AboutContext value={element.id}>
          <Picture element={element} />
        </AboutContext>
      )}
      {editing && editable ? (
        <Writing element={element} onDone={() => card.current?.focus()} />
      ) : (
        kind !== "ink" && !far && (
          // What a picture shows is said by the picture itself.
          <div className="card-text" aria-hidden={kind === "image" || undefined}>
            {kind === "image" ? plainText(element.text) : kind === "frame" ? <FrameName text={element.text} /> : <RichText text={element.text} onCard />}
          </div>
        )
      )}
      {element.locked && !far && (
        <span className="lock-sign">
          <Icon name="lock" />
        </span>
      )}
      {!far && !editing && <CardSigns element={element} />}
      {!far && <Pills target={element.id} />}
      {!far && <Signs target={element.id} />}
      {visitor && !far && <VisitorTag visitors={visitors} />}
    </div>
  );
});

/** Apart from the card since few have it: asking for words takes longer than drawing a card. */
function FrameName({ text }: { text: string }) {
  const { t } = useTranslation();
  return plainText(text) || t("kind.frame");
}

/** Who does it, how sure it is, through which channel, whose it is: in small words, as far as there is room. */
function CardSigns({ element }: { element: Element }) {
  const { t } = useTranslation();
  const signs = signsOf(element);
  if (signs.length === 0) return null;
  const words = signs.map(({ field, value }) => (field === "owner" || field === "channel" ? value : t(`parts.sign.${value}`))).join(" · ");
  return (
    <span className="card-signs" title={words} data-testid="card-signs">
      {words}
    </span>
  );
}

function Ink({ element, width, height }: { element: Element; width: number; height: number }) {
  const { points, pressures } = element;
  const path = useMemo(() => inkPath({ points, pressures }, { width, height }), [points, pressures, width, height]);
  return (
    <svg className="ink" aria-hidden="true">
      <path className="ink-hit" d={path} />
      <path d={path} />
    </svg>
  );
}

/** The outline of a shape that is no rectangle. */
function Form({ element }: { element: Element }) {
  if (element.form === "rectangle") return null;
  return (
    <svg className="form" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {element.form === "ellipse" ? <ellipse cx="50" cy="50" rx="49.500" ry="49.500" /> : <path d="M50 .5L99.500 50 50 99.500 .5 50z" />}
    </svg>
  );
}
