import { memo, useEffect, useId, useRef, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useDraws, useFocus, useMayEdit, useNames, useTools } from "../board/context";
import { useSayElsewhere } from "../board/elsewhere";
import { matchesWords } from "../board/find";
import { Icon } from "../board/Icon";
import type { Cell } from "../board/layout";
import { useUi } from "../board/ui";
import { VisitorTag } from "../board/VisitorTag";
import { Writing } from "../board/Writing";
import { inCell } from "../document/elements";
import type { Element, Kind } from "../document/model";
import { Pill } from "../panel/Marks";
import { useGoTo } from "../panel/goto";
import { Picture } from "../pictures/Picture";
import { plainText } from "../richtext/parse";
import { RichText } from "../richtext/RichText";
import { Signs } from "../talk/Signs";
import type { Item as ItemOf, Link } from "./model";
import { useOutline } from "./store";
import { useStop } from "./Stop";

/** Kinds whose looks do not tell what they are. */
const NAMED: ReadonlySet<Kind> = new Set(["evidence", "decision", "text", "shape", "frame", "ink", "image"]);

/** An element of the board as an item of a list: read, written on, and followed to what it leads to. */
export const Item = memo(function Item({ item, more }: { item: ItemOf; more: () => void }) {
  const { element, links, markers, talked } = item;
  const { id, kind, text } = element;
  const { t } = useTranslation();
  const { focus } = useTools();
  const { visitors: others } = useOutline();
  const names = useNames();
  const editable = useMayEdit(id);
  const elsewhere = useDraws() && !editable;
  const sayElsewhere = useSayElsewhere();
  const base = useId();
  const cell: Cell | undefined = inCell(element) ? { lane: element.lane, step: element.step } : undefined;
  const { ref, at, tabIndex, onFocus } = useStop<HTMLLIElement>({ at: "element", id }, cell);
  const chosen = useFocus((f) => f.chosen.includes(id));
  const editing = useFocus((f) => f.editing === id) && editable && kind !== "ink";
  const visitors = useSyncExternalStore(
    (listener) => others.subscribe(id, listener),
    () => others.at(id),
  );
  const found = useUi((ui) => ui.find !== undefined && ui.find.trim() !== "" && matchesWords(text, ui.find));
  const here = useUi((ui) => ui.found === id);
  const [visitor] = visitors;
  const byPointer = useRef(false);
  useEffect(() => {
    if (editing) ref.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [editing, ref]);

  return (
    <li
      ref={ref}
      className={`card item kind-${kind} color-${element.color} role-${names.roleOf(element.lane)}`}
      style={visitor ? { outlineColor: `var(--person-${String(visitor.color)})` } : undefined}
      tabIndex={editing ? -1 : tabIndex}
      aria-labelledby={`${base}kind ${base}text ${base}more`}
      aria-current={at && chosen ? true : undefined}
      data-testid="note"
      data-note-id={id}
      data-kind={kind}
      data-color={element.color}
      data-lane={element.lane}
      data-step={element.step}
      data-selected={chosen || undefined}
      data-visited={visitor ? true : undefined}
      data-locked={element.locked || undefined}
      data-elsewhere={elsewhere || undefined}
      data-free={cell ? undefined : true}
      data-found={found || undefined}
      data-here={here || undefined}
      onFocus={onFocus}
      onPointerDown={() => (byPointer.current = chosen)}
      onClick={(event) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey) focus.toggle(id);
        else if (byPointer.current && !editing && editable && matchMedia("(pointer: coarse)").matches) focus.edit(id);
        else if (!editing) focus.select(id, cell);
      }}
      onDoubleClick={() => {
        if (editable && kind !== "ink") focus.edit(id);
        else if (elsewhere) sayElsewhere();
      }}
    >
      <span id={`${base}kind`} className={NAMED.has(kind) ? "item-kind" : "hidden"}>
        {NAMED.has(kind) && <Icon name={kind === "image" ? "image" : kind} />}
        {t(`kind.${kind}`)}
        <span className="hidden">:</span>
      </span>
      {kind === "image" && <Picture element={element} />}
      {editing ? (
        <Writing element={element} more={more} onDone={() => ref.current?.focus()} />
      ) : (
        <div id={`${base}text`} className="card-text">
          {text ? <RichText text={text} onCard /> : kind !== "ink" && <span className="item-empty">{t(kind === "image" ? "picture.undescribed" : "outline.empty")}</span>}
        </div>
      )}
      <span id={`${base}more`} className="item-more">
        <Facts element={element} />
        {markers.length > 0 && (
          <span className="item-pills">
            {markers.map((m) => (
              <span key={m.id}>
                <Pill marker={m} />
                {m.note.trim() !== "" && <span className="item-note"> {m.note}</span>}
              </span>
            ))}
          </span>
        )}
        {links.map((link) => (
          <LinkLine key={link.connector.id} link={link} />
        ))}
        {talked && <Signs target={id} />}
        <VisitorTag visitors={visitors} />
      </span>
    </li>
  );
});

/** What is known of an element beside its words. */
function Facts({ element }: { element: Element }) {
  const { t } = useTranslation();
  const { performedBy, channel, owner, evidenceStatus, locked } = element;
  const facts = [
    performedBy && t(`outline.performers.${performedBy}`),
    channel.trim() !== "" && channel,
    owner.trim() !== "" && t("outline.owner", { owner }),
    evidenceStatus && t(`details.evidences.${evidenceStatus}`),
    locked && t("note.locked"),
  ].filter((fact) => typeof fact === "string");
  return facts.length === 0 ? null : <span className="item-facts">{facts.join(" · ")}</span>;
}

const ARROW: Readonly<Record<Link["way"], string>> = { out: "→", in: "←", both: "↔" };

/** One connector of an element, in words; pressing it goes to the other end. */
function LinkLine({ link }: { link: Link }) {
  const { t } = useTranslation();
  const goTo = useGoTo();
  const { connector, other, way } = link;
  const name = plainText(other.text) || t("connector.unnamed", { kind: t(`kind.${other.kind}`) });
  const words = t(`outline.link.${way}.${connector.meaning}`, { name });
  return (
    <button
      type="button"
      className="item-link"
      // The keyboard goes by the details, so that Tab does not stop at each of a thousand.
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        goTo.element(other.id);
      }}
    >
      <span aria-hidden="true">{ARROW[way]} </span>
      {words}
      {connector.label.trim() !== "" && ` (${connector.label})`}
    </button>
  );
}
