import * as Menu from "@radix-ui/react-dropdown-menu";
import { memo, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useHands } from "../commands/hands";
import { LANE_ROLES, LIMITS } from "../document/model";
import type { LaneRole } from "../document/model";
import { useBoard, useBoardPart, useEditable, useFollowed, useNames, useTools } from "./context";
import { Icon } from "./Icon";
import type { IconName } from "./Icon";
import { useOutlook } from "./folds";
import { addLaneAt, addStepAt, focusName, movePart, removePart } from "./parts";
import type { Part } from "./parts";
import { keepField } from "./stage";
import type { BeginReordering } from "./useReordering";

const ARROWS: Readonly<Record<Part, Readonly<Record<string, number>>>> = {
  steps: { ArrowLeft: -1, ArrowRight: 1 },
  lanes: { ArrowUp: -1, ArrowDown: 1 },
};

/** The handle of a step or a lane: carried, it moves the part; pressed, it offers all that can be done with it. */
export function PartMenu({ what, id, onCarry }: { what: Part; id: string; onCarry: BeginReordering }) {
  const { t } = useTranslation();
  const hands = useHands();
  const names = useNames();
  const parts = useFollowed(what, (board): readonly { readonly id: string }[] => board[what]);
  const editable = useEditable();
  const [open, setOpen] = useState(false);
  const at = parts.findIndex((p) => p.id === id);
  const name = what === "steps" ? names.step(id) : names.lane(id);
  const label = t(what === "steps" ? "parts.stepMenu" : "parts.laneMenu", { name });
  if (!editable) return null;

  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.altKey ? ARROWS[what][event.key] : undefined;
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget as HTMLElement;
    movePart(hands, what, id, at + by);
    // Moved in the page it would lose the keyboard.
    requestAnimationFrame(() => handle.focus({ preventScroll: true }));
  };

  return (
    <Menu.Root modal={false} open={open} onOpenChange={setOpen}>
      <Menu.Trigger asChild>
        <button
          type="button"
          className="btn icon part-handle nodrag nopan"
          aria-label={label}
          title={t("parts.handle")}
          aria-keyshortcuts={what === "steps" ? "Alt+ArrowLeft Alt+ArrowRight" : "Alt+ArrowUp Alt+ArrowDown"}
          data-testid={`handle-${id}`}
          onPointerDown={(event) => {
            // It may be carried: the menu opens when it is let go at its place.
            event.preventDefault();
            event.currentTarget.focus({ preventScroll: true });
            onCarry(event, what, id);
          }}
          onClick={() => setOpen(true)}
          onKeyDown={onKeyDown}
        >
          <Icon name="grip" />
        </button>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="popover menu" collisionPadding={10} aria-label={label} onCloseAutoFocus={keepField} data-testid="part-menu">
          <Item icon="pen" words={t("parts.rename")} onPick={() => focusName(what, id)} />
          {what === "steps" ? <StepItems id={id} at={at} /> : <LaneItems id={id} at={at} />}
          <Item icon="details" words={t("command.details")} onPick={() => {
            hands.focus.select(undefined);
            hands.panel.about({ kind: what === "steps" ? "step" : "lane", id });
            requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-testid=tab-details]")?.focus());
          }} />
          <RemoveItems what={what} id={id} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** What is picked is done once the menu has given the keyboard back. */
function Item({ icon, words, off, onPick }: { icon?: IconName; words: string; off?: boolean; onPick: () => void }) {
  return (
    <Menu.Item className="menu-item" disabled={off} onSelect={() => setTimeout(onPick, 0)}>
      <span className="menu-icon">{icon && <Icon name={icon} />}</span>
      <span className="menu-words">{words}</span>
    </Menu.Item>
  );
}

function Sub({ icon, words, off, children }: { icon: IconName; words: string; off?: boolean; children: ReactNode }) {
  return (
    <Menu.Sub>
      <Menu.SubTrigger className="menu-item" disabled={off}>
        <span className="menu-icon">
          <Icon name={icon} />
        </span>
        <span className="menu-words">{words}</span>
        <span aria-hidden="true">▸</span>
      </Menu.SubTrigger>
      <Menu.Portal>
        <Menu.SubContent className="popover menu" collisionPadding={10}>
          {children}
        </Menu.SubContent>
      </Menu.Portal>
    </Menu.Sub>
  );
}

function StepItems({ id, at }: { id: string; at: number }) {
  const { t } = useTranslation();
  const hands = useHands();
  const steps = useBoardPart((board) => board.steps);
  const phases = useBoardPart((board) => board.phases);
  const { blueprint } = hands.document;
  const full = steps.length >= LIMITS.steps;
  const phase = steps[at]?.phase;
  return (
    <>
      <Menu.Separator className="menu-line" />
      <Item icon="in" words={t("details.addBefore")} off={full} onPick={() => addStepAt(hands, at)} />
      <Item icon="in" words={t("details.addAfter")} off={full} onPick={() => addStepAt(hands, at + 1)} />
      <Item icon="left" words={t("parts.earlier")} off={at <= 0} onPick={() => movePart(hands, "steps", id, at - 1)} />
      <Item icon="right" words={t("parts.later")} off={at >= steps.length - 1} onPick={() => movePart(hands, "steps", id, at + 1)} />
      <Sub icon="phase" words={t("details.phase")}>
        <Menu.RadioGroup value={phase ?? ""}>
          {[...phases.map((p) => ({ id: p.id, name: p.title || t("details.phase") })), { id: "", name: t("details.noPhase") }].map((p) => (
            <Menu.RadioItem key={p.id} className="menu-item" value={p.id} onSelect={() => blueprint.set("steps", id, { phase: p.id || undefined })}>
              <span className="menu-mark">{(phase ?? "") === p.id && <Icon name="check" />}</span>
              <span className="menu-words">{p.name}</span>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Item icon="in" words={t("details.newPhase")} off={phases.length >= LIMITS.phases} onPick={() => {
          const made = blueprint.addPhaseFor(id);
          if (made !== undefined) focusPhase(made);
        }} />
      </Sub>
      <Menu.Separator className="menu-line" />
    </>
  );
}

function focusPhase(id: string): void {
  let tries = 30;
  const give = () => {
    const field = document.querySelector<HTMLElement>(`[data-testid="phase-title-${CSS.escape(id)}"]`);
    if (field) field.focus({ preventScroll: true });
    else if (tries-- > 0) requestAnimationFrame(give);
  };
  requestAnimationFrame(give);
}

function LaneItems({ id, at }: { id: string; at: number }) {
  const { t } = useTranslation();
  const hands = useHands();
  const { folds } = useTools();
  const { folded } = useOutlook();
  const lanes = useBoardPart((board) => board.lanes);
  const full = lanes.length >= LIMITS.lanes;
  const role = lanes[at]?.role;
  return (
    <>
      <Menu.Separator className="menu-line" />
      <Sub icon="in" words={t("parts.laneAbove")} off={full}>
        <Roles onPick={(r) => addLaneAt(hands, r, at)} />
      </Sub>
      <Sub icon="in" words={t("parts.laneBelow")} off={full}>
        <Roles onPick={(r) => addLaneAt(hands, r, at + 1)} />
      </Sub>
      <Item icon="up" words={t("parts.up")} off={at <= 0} onPick={() => movePart(hands, "lanes", id, at - 1)} />
      <Item icon="down" words={t("parts.down")} off={at >= lanes.length - 1} onPick={() => movePart(hands, "lanes", id, at + 1)} />
      <Item icon="fold" words={t(folded.has(id) ? "parts.unfold" : "parts.fold")} onPick={() => folds.fold([id], !folded.has(id))} />
      <Sub icon="note" words={t("details.role")}>
        <Menu.RadioGroup value={role ?? ""}>
          {LANE_ROLES.map((r) => (
            <Menu.RadioItem key={r} className="menu-item" value={r} onSelect={() => hands.document.blueprint.set("lanes", id, { role: r })}>
              <span className="menu-mark">{role === r && <Icon name="check" />}</span>
              <span className="menu-words">{t(`lane.${r}`)}</span>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Sub>
      <Menu.Separator className="menu-line" />
    </>
  );
}

function Roles({ onPick }: { onPick: (role: LaneRole) => void }) {
  const { t } = useTranslation();
  return LANE_ROLES.map((r) => <Item key={r} words={t(`lane.${r}`)} onPick={() => onPick(r)} />);
}

/** What is empty goes at once; else one says what becomes of what lies in it. The last lane or step stays. */
function RemoveItems({ what, id }: { what: Part; id: string }) {
  const { t } = useTranslation();
  const hands = useHands();
  const board = useBoard();
  const count = board.elements.filter((e) => (what === "steps" ? e.step : e.lane) === id).length;
  const last = board[what].length === 1;
  const remove = t(what === "steps" ? "details.removeStep" : "details.removeLane");
  if (count === 0) return <Item icon="bin" words={remove} off={last} onPick={() => removePart(hands, what, id, "keep")} />;
  return (
    <>
      <Item icon="bin" words={t("parts.removeKeep", { remove, count })} off={last} onPick={() => removePart(hands, what, id, "keep")} />
      <Item icon="bin" words={t("parts.removeAll", { remove, count })} off={last} onPick={() => removePart(hands, what, id, "remove")} />
    </>
  );
}

/** Between two lanes: adds one there. By keyboard that is in the menu of a lane. */
export const AddLane = memo(function AddLane({ index, y }: { index: number; y: number }) {
  const { t } = useTranslation();
  const hands = useHands();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger asChild>
        <button type="button" tabIndex={-1} className="part-add nodrag nopan" style={{ top: y }} aria-label={t("parts.addLane")} title={t("parts.addLane")} data-testid={`add-lane-${String(index)}`}>
          <Icon name="in" />
        </button>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="popover menu" side="right" collisionPadding={10} aria-label={t("details.laneKind")} onCloseAutoFocus={keepField}>
          <Roles onPick={(role) => addLaneAt(hands, role, index)} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
});

/** Between two steps: adds one there. */
export const AddStep = memo(function AddStep({ index, x }: { index: number; x: number }) {
  const { t } = useTranslation();
  const hands = useHands();
  return (
    <button type="button" tabIndex={-1} className="part-add nodrag nopan" style={{ left: x }} aria-label={t("parts.addStep")} title={t("parts.addStep")} data-testid={`add-step-${String(index)}`} onClick={() => addStepAt(hands, index)}>
      <Icon name="in" />
    </button>
  );
});
