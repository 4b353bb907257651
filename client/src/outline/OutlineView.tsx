import "./outline.css";
import * as Menu from "@radix-ui/react-dropdown-menu";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useEditable, useNames, useTools } from "../board/context";
import { useCalls } from "../board/calls";
import { Icon } from "../board/Icon";
import type { IconName } from "../board/Icon";
import { evenLetters, layout } from "../board/layout";
import { keepField } from "../board/stage";
import type { GoTo } from "../board/stage";
import { useUi } from "../board/ui";
import type { OutlineForm } from "../board/lastView";
import { useHands } from "../commands/hands";
import type { Board } from "../document/model";
import { LANE_ROLES, LIMITS, STATES } from "../document/model";
import { Choice, Words } from "../panel/fields";
import { useDrop } from "../pictures/adding";
import { Item } from "./Item";
import { makeKeys } from "./keys";
import { Lanes, List } from "./List";
import { createOutline } from "./model";
import type { Outline } from "./model";
import { OutlineContext, OutlineStore, Visitors, useOutline } from "./store";
import { Table } from "./Table";
import { OutlineWindows } from "./windows";

const ignore = () => undefined;

/** The board in words, for those who cannot or will not use a canvas: everything on it can be read and changed here. */
export default function OutlineView({ onShown }: { onShown: () => void }) {
  const { t } = useTranslation();
  const hands = useHands();
  const { session, stage, focus, follow } = useTools();
  const now = useBoard();
  const names = useNames();
  const form = useUi((ui) => ui.form);
  const read = useMemo(() => createOutline(), []);
  const outline = read(now);
  const store = useMemo(() => new OutlineStore(), []);
  const visitors = useMemo(() => new Visitors(session.presence), [session]);
  const keys = useMemo(() => makeKeys(hands, store), [hands, store]);
  const tools = useMemo(() => ({ store, visitors, keys }), [store, visitors, keys]);
  const main = useRef<HTMLElement>(null);

  useEffect(() => visitors.start(), [visitors]);
  // There is no view here that others could follow, or that follows another's.
  useEffect(() => {
    follow.stop();
    session.presence.update({ view: undefined, cursor: undefined, following: undefined });
  }, [follow, session]);
  useStaged(store, keys);
  useDrop(ignore);
  useHeard();
  // Whoever comes from the canvas goes on where they were.
  useEffect(() => {
    const { selected } = focus.get();
    if (selected !== undefined) stage.goTo?.element(selected);
    else if (!document.activeElement?.closest("input, textarea")) main.current?.focus({ preventScroll: true });
  }, [focus, stage]);
  // After the stops have told where they are, and before anybody sees it. In the other form they are other places.
  useLayoutEffect(onShown, [onShown]);
  useLayoutEffect(() => store.settle(outline), [store, outline, form, names]);

  return (
    <OutlineContext.Provider value={tools}>
      <main
        ref={main}
        className="outline"
        data-form={form}
        tabIndex={-1}
        onFocus={(event) => store.entered(event.target)}
        onBlur={(event) => store.left(event.target)}
      >
        <span id="outline-keys" hidden>
          {t("outline.keys")}
        </span>
        <Head form={form} />
        {form === "table" ? <Table outline={outline} /> : <List outline={outline} />}
        <Outside outline={outline} />
        {form === "list" && <Lanes outline={outline} />}
      </main>
      <OutlineWindows />
    </OutlineContext.Provider>
  );
}

const FORMS: readonly (readonly [OutlineForm, IconName])[] = [
  ["table", "table"],
  ["list", "list"],
];

/** Which form it has, what the board is for, and what can be added to it. */
function Head({ form }: { form: OutlineForm }) {
  const { t } = useTranslation();
  const { ui, document } = useTools();
  const { keys } = useOutline();
  const board = useBoard();
  const editable = useEditable();
  // Open at first where it has something to say and there is room for it.
  const [about] = useState(() => board.purpose.trim() !== "" && matchMedia("(width >= 720px)").matches);
  return (
    <div className="outline-head">
      <p className="paper-title">{board.title || t("board.untitled")}</p>
      <div className="outline-tools">
        <div className="forms-switch" role="group" aria-label={t("outline.forms")}>
          {FORMS.map(([name, icon]) => (
            <button key={name} type="button" className="btn small" aria-pressed={form === name} data-testid={`form-${name}`} onClick={() => ui.set({ form: name })}>
              <Icon name={icon} />
              {t(`outline.${name}`)}
            </button>
          ))}
        </div>
        {editable && (
          <div className="row">
            <button type="button" className="btn small" disabled={board.steps.length >= LIMITS.steps} onClick={() => keys.addStep()} data-testid="outline-add-step">
              <Icon name="in" />
              {t("command.outline.addStep")}
            </button>
            <AddLane full={board.lanes.length >= LIMITS.lanes} />
          </div>
        )}
      </div>
      <details className="outline-about" open={about}>
        <summary>{t("outline.about")}</summary>
        <div className="outline-about-in">
          <Words path={["meta", "purpose"]} label={t("details.purpose")} lines={1} most={2000} testId="outline-purpose" />
          <Choice label={t("details.state")} value={board.state} options={STATES} nameOf={(s) => t(`details.states.${s}`)} onChange={(s) => s && document.blueprint.setState(s)} testId="outline-state" />
        </div>
      </details>
    </div>
  );
}

function AddLane({ full }: { full: boolean }) {
  const { t } = useTranslation();
  const { keys } = useOutline();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="btn small" disabled={full} data-testid="outline-add-lane">
        <Icon name="in" />
        {t("command.outline.addLane")}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="popover menu" sideOffset={6} align="start" collisionPadding={10} onCloseAutoFocus={keepField}>
          {LANE_ROLES.map((role) => (
            <Menu.Item key={role} className="menu-item" onSelect={() => keys.addLane(role)}>
              {t(`lane.${role}`)}
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** What lies in no cell, in the order in which it lies above each other. */
function Outside({ outline }: { outline: Outline }) {
  const { t } = useTranslation();
  const { keys } = useOutline();
  if (outline.free.length === 0) return null;
  return (
    <section className="outline-part" aria-labelledby="outline-outside" data-testid="outside">
      <h2 id="outline-outside">{t("outline.outside")}</h2>
      <ul className="items outside">
        {outline.free.map((item) => (
          <Item key={item.element.id} item={item} more={keys.more} />
        ))}
      </ul>
    </section>
  );
}

/** What others call into the room is told in words. */
function useHeard(): void {
  const { t } = useTranslation();
  const { notice } = useTools();
  const { latest } = useCalls();
  useEffect(() => {
    if (latest) notice.say(t("call.heard", { name: latest.name || t("someone"), what: t(`call.${latest.kind}`) }));
  }, [latest, notice, t]);
}

/** Lets commands and the panel find their way in the outline. */
function useStaged(store: OutlineStore, keys: ReturnType<typeof makeKeys>): void {
  const { stage, document: board } = useTools();
  useLayoutEffect(() => {
    stage.outline = keys;
    return () => {
      stage.outline = undefined;
    };
  }, [stage, keys]);
  useLayoutEffect(() => {
    const show = (stop: Parameters<OutlineStore["placeOf"]>[0], look: boolean | undefined) => {
      store.placeOf(stop)?.scrollIntoView({ block: "nearest", inline: "nearest" });
      if (!look) store.focus(stop);
    };
    let last: { board: Board; geometry: ReturnType<typeof layout> } | undefined;
    stage.measure = () => {
      const now = board.board();
      if (last?.board !== now) last = { board: now, geometry: layout(now, evenLetters(7.4)) };
      return last.geometry;
    };
    const own: GoTo = {
      element: (id, look) => show({ at: "element", id }, look),
      step: (id, look) => show({ at: "step", id }, look),
      lane: (id, look) => show({ at: "lane", id }, look),
    };
    stage.goTo = own;
    return () => {
      if (stage.goTo === own) stage.goTo = undefined;
    };
  }, [stage, store, board]);
}
