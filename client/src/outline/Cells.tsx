import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEditable, useFocus, useMayPut, useNames, useTools } from "../board/context";
import { useSayElsewhere } from "../board/elsewhere";
import { Icon } from "../board/Icon";
import { Item } from "./Item";
import type { Column, OutlineCell } from "./model";
import { Feelings } from "./Names";
import { useOutline } from "./store";
import { useStop } from "./Stop";

/** What happens in one step in one lane. While it holds nothing it is itself where the keyboard comes to. */
export const CellOf = memo(function CellOf({ cell, as, role }: { cell: OutlineCell; as: "td" | "div"; role: string }) {
  const { lane, step, items } = cell;
  const { t } = useTranslation();
  const { focus, document } = useTools();
  const { store, keys } = useOutline();
  const names = useNames();
  const editable = useMayPut(lane);
  const sayElsewhere = useSayElsewhere();
  const [near, setNear] = useState(false);
  const current = useFocus((f) => f.cell?.lane === lane && f.cell.step === step);
  const empty = items.length === 0;
  const place = { lane, step };
  const { ref, tabIndex, onFocus } = useStop<HTMLTableCellElement & HTMLDivElement>({ at: "cell", lane, step }, place);
  const name = `${names.lane(lane)}, ${names.step(step)}`;
  const own = {
    className: `cell-in role-${role}`,
    "data-testid": `cell-${lane}-${step}`,
    "data-current": (current && editable) || undefined,
    onPointerEnter: () => setNear(true),
    onPointerLeave: () => setNear(false),
    onClick: (event: { target: EventTarget; currentTarget: EventTarget }) => {
      if (event.target !== event.currentTarget && event.target instanceof Element && event.target.closest(".item, button, textarea")) return;
      if (empty) store.focus({ at: "cell", ...place });
      else focus.atCell(place);
    },
    onDoubleClick: (event: { target: EventTarget; currentTarget: EventTarget }) => {
      if (editable && event.target instanceof Element && !event.target.closest(".item, button, textarea")) keys.add(place);
      else if (document.draws && event.target === event.currentTarget) sayElsewhere();
    },
    ...(empty ? { ref, tabIndex, onFocus } : {}),
  };
  const inside = (
    <>
      {!empty && (
        <ul className="items">
          {items.map((item) => (
            <Item key={item.element.id} item={item} more={keys.more} />
          ))}
        </ul>
      )}
      {editable && (near || current || as === "div") && (
        <button type="button" className="cell-more" tabIndex={-1} aria-label={t("outline.addHere", { place: name })} title={t("outline.addHere", { place: name })} onClick={() => keys.add(place)}>
          <Icon name="in" />
        </button>
      )}
    </>
  );
  if (as === "div") {
    return (
      <div {...own} {...(empty ? { role: "group", "aria-label": t("outline.nothing", { place: name }) } : {})}>
        {inside}
      </div>
    );
  }
  return (
    <td {...own}>
      <div className="cell-room">{inside}</div>
    </td>
  );
});

/** How people feel in one step; Enter says one more feeling. */
export const FeelingsOf = memo(function FeelingsOf({ column, lane, as }: { column: Column; lane: string | undefined; as: "td" | "div" }) {
  const { t } = useTranslation();
  const { id } = column.step;
  const { store, keys } = useOutline();
  const names = useNames();
  const editable = useEditable();
  const { ref, tabIndex, onFocus } = useStop<HTMLTableCellElement & HTMLDivElement>({ at: "feelings", step: id }, lane === undefined ? undefined : { lane, step: id }, { kind: "step", id });
  const [near, setNear] = useState(false);
  const name = t("outline.feelingsOf", { step: names.step(id) });
  const own = {
    ref,
    tabIndex,
    onFocus,
    className: "cell-in feelings-cell",
    "data-testid": `feelings-${id}`,
    onPointerEnter: () => setNear(true),
    onPointerLeave: () => setNear(false),
  };
  const inside = (
    <>
      {column.emotions.length > 0 && <Feelings column={column} />}
      {editable && (near || as === "div") && (
        <button
          type="button"
          className="cell-more"
          tabIndex={-1}
          aria-label={`${t("details.addEmotion")}: ${names.step(id)}`}
          title={t("details.addEmotion")}
          onClick={() => {
            store.focus({ at: "feelings", step: id });
            keys.feel();
          }}
        >
          <Icon name="in" />
        </button>
      )}
    </>
  );
  return as === "td" ? (
    <td {...own}>
      <div className="cell-room">{inside}</div>
    </td>
  ) : (
    <div {...own} role="group" aria-label={name}>
      {inside}
    </div>
  );
});
