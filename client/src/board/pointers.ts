import type { Area, Peer, Point, Presence } from "../sync/presence";

/** Up to so many pointers each has its name. */
export const FEW = 10;
/** More than these would hide the board. */
const MOST = 40;
/** In a crowd so many have their name besides whom one follows: first who does something, then who is nearest. */
const NAMED = 6;
/** As a share of what one sees: so far around it a pointer may be on its way here, and so near oneself it has a name. */
const AROUND = 0.25;
const NEAR = 0.2;

interface Pointer {
  readonly peer: Peer;
  readonly named: boolean;
}

/** Whether somebody does what others want to know of at once. */
const acts = ({ editing, talking, moving, call }: Peer) => editing !== undefined || talking !== undefined || moving !== undefined || call !== undefined;

/** The pointers to draw, and which of them with their names. */
export function pointersOf(peers: readonly Peer[], self: Pick<Presence, "cursor" | "view">, leader: string | undefined): readonly Pointer[] {
  const { view } = self;
  const pointing = peers.filter(({ cursor }) => cursor);
  // Few are drawn wherever they are: one may look there next, and nobody need move for that.
  if (pointing.length <= FEW) return pointing.map((peer) => ({ peer, named: true }));
  const here = pointing.filter(({ cursor }) => cursor && (!view || isWithin(view, cursor)));
  const middle = self.cursor ?? (view ? { x: view.x + view.width / 2, y: view.y + view.height / 2 } : { x: 0, y: 0 });
  const away = ({ cursor }: Peer) => (cursor ? Math.hypot(cursor.x - middle.x, cursor.y - middle.y) : Infinity);
  const rank = (peer: Peer) => (peer.id === leader ? 0 : acts(peer) ? 1 : 2);
  const near = self.cursor && view ? NEAR * Math.max(view.width, view.height) : 0;
  const first = here
    .map((peer) => ({ peer, rank: rank(peer), away: away(peer) }))
    .sort((a, b) => a.rank - b.rank || a.away - b.away)
    .slice(0, MOST);
  const drawn = first.map(({ peer, rank, away }, i) => ({ peer, named: i < NAMED && (rank < 2 || away < near) }));
  // Always in the same order, so that one is not drawn over another by turns.
  return drawn.sort((a, b) => (a.peer.id < b.peer.id ? -1 : 1));
}

function isWithin(view: Area, { x, y }: Point): boolean {
  const [aside, above] = [view.width * AROUND, view.height * AROUND];
  return x >= view.x - aside && x <= view.x + view.width + aside && y >= view.y - above && y <= view.y + view.height + above;
}

/** So many are listed by name. */
const LISTED = 100;

/** Whom the list of people shows: whom one follows, then in the order they came; of those whose name one looks for, if one does. */
export function listOf(peers: readonly Peer[], sought: string, leader: string | undefined): { readonly shown: readonly Peer[]; readonly more: number } {
  const wanted = sought.trim().toLocaleLowerCase();
  const found = wanted === "" ? peers : peers.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const first = found.find(({ id }) => id === leader);
  const shown = (first ? [first, ...found.filter((p) => p !== first)] : found).slice(0, LISTED);
  return { shown, more: found.length - shown.length };
}
