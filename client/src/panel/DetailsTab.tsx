import { useTranslation } from "react-i18next";
import { useState } from "react";
import { AboutContext, useBoard, useEditable, useFocus, useNames, useTools } from "../board/context";
import { LANE_ROLES, LIMITS, STATES } from "../document/model";
import type { LaneRole } from "../document/model";
import { ElementDetails } from "./ElementDetails";
import { LaneDetails, StepDetails } from "./PartDetails";
import { Choice, Group, Words } from "./fields";
import { usePanel, usePanelState } from "./store";

/** All there is to say of what is chosen: an element, a step or a lane, else the board itself. */
export function DetailsTab() {
  const { t } = useTranslation();
  const { focus } = useTools();
  const panel = usePanel();
  const board = useBoard();
  const subject = usePanelState((s) => s.subject);
  const selected = useFocus((f) => f.selected);
  const element = board.elements.find((e) => e.id === selected);
  const step = subject?.kind === "step" ? board.steps.find((s) => s.id === subject.id) : undefined;
  const lane = subject?.kind === "lane" ? board.lanes.find((l) => l.id === subject.id) : undefined;
  if (!element && !step && !lane) return <BoardDetails />;
  return (
    <>
      <button
        type="button"
        className="btn small quiet"
        data-testid="details-board"
        onClick={() => {
          focus.select(undefined);
          panel.about(undefined);
        }}
      >
        ← {t("details.board")}
      </button>
      {element ? (
        <AboutContext value={element.id}>
          <ElementDetails key={element.id} element={element} />
        </AboutContext>
      ) : step ? <StepDetails key={step.id} step={step} /> : lane && <LaneDetails key={lane.id} lane={lane} />}
    </>
  );
}

function BoardDetails() {
  const { t } = useTranslation();
  const { document } = useTools();
  const board = useBoard();
  const names = useNames();
  const editable = useEditable();
  const panel = usePanel();
  const [role, setRole] = useState<LaneRole>("technology");
  return (
    <div data-testid="details" data-kind="board">
      <p className="fine">{t("details.none")}</p>
      <h2>{t("details.board")}</h2>
      <div className="panel-group">
        <Words path={["meta", "purpose"]} label={t("details.purpose")} lines={2} most={2000} testId="purpose" />
        <Choice
          label={t("details.state")}
          value={board.state}
          options={STATES}
          nameOf={(s) => t(`details.states.${s}`)}
          onChange={(s) => s && document.blueprint.setState(s)}
        />
      </div>
      <Group title={t("details.lanes")}>
        <ul className="panel-list">
          {board.lanes.map((lane) => (
            <li key={lane.id}>
              <button type="button" className="place" aria-label={t("details.ofLane", { name: names.lane(lane.id) })} onClick={() => panel.about({ kind: "lane", id: lane.id })}>
                {names.lane(lane.id)}
              </button>
            </li>
          ))}
        </ul>
        {editable && (
          <div className="row">
            <select className="text" style={{ width: "auto", flex: 1 }} aria-label={t("details.laneKind")} value={role} onChange={(e) => setRole(LANE_ROLES.find((r) => r === e.target.value) ?? "custom")}>
              {LANE_ROLES.map((r) => (
                <option key={r} value={r}>
                  {t(`lane.${r}`)}
                </option>
              ))}
            </select>
            <button
              type="button"
              className="btn soft"
              disabled={board.lanes.length >= LIMITS.lanes}
              data-testid="add-lane"
              onClick={() => {
                const id = document.blueprint.addLane(role);
                if (id !== undefined) panel.about({ kind: "lane", id });
              }}
            >
              {t("details.addLane")}
            </button>
          </div>
        )}
        {board.lanes.length >= LIMITS.lanes && <p className="fine">{t("details.full")}</p>}
      </Group>
    </div>
  );
}
