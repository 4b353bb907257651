import * as Popover from "@radix-ui/react-popover";
import { useId } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import { useBoardPart, useNames } from "../board/context";
import { EVERYTHING } from "./filter";
import { MOMENTS, Sign } from "./Sign";
import { usePlayer, usePlaying } from "./use";
import { useTeller } from "./words";

/** What the marks of the strip mean. */
function Legend() {
  const { t } = useTranslation();
  return (
    <ul className="history-legend" aria-label={t("history.marks")}>
      {MOMENTS.map((kind) => (
        <li key={kind}>
          <Sign kind={kind} /> {t(`history.moment.${kind}`)}
        </li>
      ))}
    </ul>
  );
}

/** Whose contributions are shown, and to which lane; what else is chosen about the history is there where there is no other room for it. */
export function Filters({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  const player = usePlayer();
  const filter = usePlaying((p) => p.filter);
  const people = usePlaying((p) => p.history?.people);
  const lanes = useBoardPart((board) => board.lanes);
  const names = useNames();
  const teller = useTeller();
  const count = [filter.person, filter.audience, filter.lane].filter((f) => f !== undefined).length;
  const label = count === 0 ? t("history.filter") : t("history.filterOn", { count });
  return (
    <Popover.Root>
      <Popover.Trigger className="btn icon" aria-label={label} title={label} data-on={count > 0 || undefined} data-testid="history-filter">
        <Icon name="filter" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover history-filters" side="top" align="end" sideOffset={10} collisionPadding={10} aria-label={t("history.filter")}>
          {children}
          <Choose label={t("history.person")} value={filter.person === undefined ? "" : String(filter.person)} onChange={(v) => player.filter({ ...filter, person: v === "" ? undefined : Number(v) })} testId="history-person">
            <option value="">{t("history.everyone")}</option>
            {people?.map((_, i) => (
              <option key={i} value={i}>
                {teller.person(people, i)}
              </option>
            ))}
          </Choose>
          <Choose
            label={t("history.audience")}
            value={filter.audience ?? ""}
            onChange={(v) => player.filter({ ...filter, audience: v === "customer" || v === "staff" ? v : undefined })}
            testId="history-audience"
          >
            <option value="">{t("history.everyone")}</option>
            <option value="customer">{t("history.customers")}</option>
            <option value="staff">{t("history.staff")}</option>
          </Choose>
          <Choose label={t("history.lane")} value={filter.lane ?? ""} onChange={(v) => player.filter({ ...filter, lane: v || undefined })} testId="history-lane">
            <option value="">{t("history.allLanes")}</option>
            {lanes.map(({ id }) => (
              <option key={id} value={id}>
                {names.lane(id)}
              </option>
            ))}
          </Choose>
          <button type="button" className="btn soft" disabled={count === 0} onClick={() => player.filter(EVERYTHING)}>
            {t("history.clear")}
          </button>
          <Legend />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choose({ label, value, onChange, testId, children }: { label: string; value: string; onChange: (value: string) => void; testId: string; children: ReactNode }) {
  const id = useId();
  return (
    <div className="panel-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="text" value={value} onChange={(event) => onChange(event.target.value)} data-testid={testId}>
        {children}
      </select>
    </div>
  );
}
