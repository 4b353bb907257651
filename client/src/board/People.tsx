import * as Popover from "@radix-ui/react-popover";
import { memo, useId, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { PersonTools } from "../share/PersonTools";
import { PERSON_COLORS } from "../sync/presence";
import type { Peer, Presence } from "../sync/presence";
import { useNameOf } from "../talk/parts";
import { CallButtons } from "./CallButtons";
import { listOf } from "./pointers";
import { usePeers, useTools } from "./context";
import { useLeader } from "./following";
import { Icon } from "./Icon";
import { useMedia } from "./media";
import { NameForm } from "./NameForm";
import type { Person } from "./person";
import { useUi } from "./ui";

/** So many faces are shown beside each other. */
const SHOWN = 4;
/** And so many on a phone. */
const SHOWN_NARROW = 2;
/** Where more are here, one can look for somebody by name. */
const CROWD = 20;

/** Who is here, what they are at, and whose view one follows. */
export function People({ person }: { person: Person }) {
  const { t } = useTranslation();
  const { session, ui } = useTools();
  const { presence } = session;
  const peers = usePeers();
  const self = useSyncExternalStore(presence.subscribe, presence.self);
  const leader = useLeader();
  const count = peers.length + 1;
  const room = useMedia("(width < 720px)") ? SHOWN_NARROW : SHOWN;
  const faces: readonly Presence[] = [self, ...peers].slice(0, count > room ? room - 1 : room);
  return (
    <Popover.Root>
      <Popover.Trigger className="avatars" data-testid="people" data-count={count}>
        <span className="hidden">{`${t("people.label")}: ${t("people.count", { count })}`}</span>
        {faces.map((p, i) => (
          <Avatar key={i} person={p} ringed={p === leader} />
        ))}
        {count > faces.length && (
          <span className="avatar more" aria-hidden="true">
            +{count - faces.length}
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={10} collisionPadding={10} aria-label={t("people.label")}>
          <h2>{t("people.count", { count })}</h2>
          <List person={person} />
          <CallButtons />
          {session.board.role === "owner" && (
            <Popover.Close className="btn small" onClick={() => ui.set({ open: "joined" })}>
              {t("rights.joined")}
            </Popover.Close>
          )}
          <NameForm person={person} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function List({ person }: { person: Person }) {
  const { t } = useTranslation();
  const { presence } = useTools().session;
  const peers = usePeers();
  const self = useSyncExternalStore(presence.subscribe, presence.self);
  const leader = useLeader()?.id;
  const [sought, setSought] = useState("");
  const field = useId();
  const { shown, more } = listOf(peers, sought, leader);
  return (
    <>
      {(peers.length > CROWD || sought !== "") && (
        <div className="people-find">
          <label className="hidden" htmlFor={field}>
            {t("crowd.find")}
          </label>
          <input id={field} className="text" type="search" autoComplete="off" placeholder={t("crowd.find")} value={sought} onChange={(e) => setSought(e.target.value)} data-testid="find-person" />
        </div>
      )}
      <ul className="people-list">
        {sought === "" && (
          <li data-testid="person">
            <Avatar person={self} />
            <span className="person-name">{t("people.me", { name: person.name })}</span>
          </li>
        )}
        {shown.map((p) => (
          <Other key={p.id} peer={p} followed={p.id === leader} />
        ))}
        {more > 0 && (
          <li className="fine" data-testid="people-more">
            {t("crowd.more", { count: more })}
          </li>
        )}
      </ul>
      <p className={shown.length === 0 && sought !== "" ? "fine" : "hidden"} role="status">
        {shown.length === 0 && sought !== "" && t("crowd.none")}
      </p>
    </>
  );
}

/** Drawn anew only when this person has moved. */
const Other = memo(function Other({ peer, followed }: { peer: Peer; followed: boolean }) {
  const { t } = useTranslation();
  const { follow } = useTools();
  // In the outline there is no view to move.
  const canvas = useUi((ui) => ui.view === "canvas");
  const name = peer.name || t("someone");
  const doing = useDoing(peer);
  return (
    <li data-testid="person">
      <Avatar person={peer} ringed={followed} />
      <span className="person-name">
        {name}
        {doing !== "" && <span className="fine">{doing}</span>}
      </span>
      {peer.view && canvas && (
        <button
          type="button"
          className="btn small soft"
          data-testid="follow"
          aria-pressed={followed}
          aria-label={t(followed ? "follow.stopOf" : "follow.startOf", { name })}
          onClick={() => (followed ? follow.stop() : follow.follow(peer.id))}
        >
          {t(followed ? "follow.stop" : "follow.start")}
        </button>
      )}
      <PersonTools id={peer.id} name={name} />
    </li>
  );
});

/** What somebody is at, in a few words. */
function useDoing({ talking, editing, selected, following }: Peer): string {
  const { t } = useTranslation();
  const { presence } = useTools().session;
  const nameOf = useNameOf();
  const short = (id: string | undefined) => {
    const name = id === undefined ? undefined : nameOf(id);
    return name !== undefined && name.length > 40 ? `${name.slice(0, 40)}…` : name;
  };
  if (talking !== undefined) return t("people.commenting");
  const [writing, at] = [short(editing), short(selected)];
  if (writing !== undefined) return t("people.writing", { what: writing });
  if (following !== undefined) {
    const leader = following === presence.id ? undefined : presence.peers().find((p) => p.id === following);
    if (following === presence.id) return t("follow.followsYou");
    if (leader) return t("follow.follows", { name: leader.name || t("someone") });
  }
  return at === undefined ? "" : t("people.at", { what: at });
}

function Avatar({ person, ringed = false }: { person: Presence; ringed?: boolean }) {
  const letters = person.name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => Array.from(word)[0]?.toLocaleUpperCase() ?? "")
    .join("");
  return (
    <span className="avatar" aria-hidden="true" data-ringed={ringed || undefined} style={{ backgroundColor: `var(--person-${String(person.color % PERSON_COLORS)})` }}>
      {letters || "?"}
    </span>
  );
}

/** Whose view one follows, and the way out of it. */
export function FollowBanner() {
  const { t } = useTranslation();
  const { follow } = useTools();
  const leader = useLeader();
  if (!leader) return null;
  return (
    <div className="banner follow-banner" role="status" data-testid="following" style={{ borderColor: `var(--person-${String(leader.color)})` }}>
      <Icon name="eye" />
      <p>{t("follow.now", { name: leader.name || t("someone") })}</p>
      <button type="button" className="btn soft" onClick={() => follow.stop()} data-testid="stop-following">
        {t("follow.stop")} <kbd className="fine-pointer" aria-hidden="true">
          Esc
        </kbd>
      </button>
    </div>
  );
}
