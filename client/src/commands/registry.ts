import { ARRANGE } from "./arrange";
import type { View } from "../board/lastView";
import { mayChosen } from "./command";
import type { Command, Hands } from "./command";
import { CONNECT } from "./connect";
import { EDIT } from "./edit";
import { FORMAT } from "./format";
import { HISTORY } from "./history";
import { INSERT } from "./insert";
import { matches } from "./keys";
import { OUTLINE } from "./outline";
import { PARTS } from "./parts";
import { PRESENT } from "./present";
import { TALK } from "./talk";
import { VIEW } from "./view";

/** Everything a person can have done to the board, in the order it is listed. Where two share a key, the first that can be done is. */
export const COMMANDS: readonly Command[] = [...PRESENT, ...OUTLINE, ...INSERT, ...TALK, ...EDIT, ...FORMAT, ...ARRANGE, ...CONNECT, ...PARTS, ...HISTORY, ...VIEW];

const byId = new Map(COMMANDS.map((c) => [c.id, c]));

export function command(id: string): Command {
  const found = byId.get(id);
  if (!found) throw new Error(`there is no command ${id}`);
  return found;
}

/** Whether a command makes sense in a view. */
export const fits = (c: Command, view: View) => c.on === undefined || c.on === view;

export function isAllowed(c: Command, hands: Hands): boolean {
  const { document, ui } = hands;
  const { view, presenting } = ui.get();
  if (!fits(c, view) || (presenting !== undefined) !== (c.presenting === true)) return false;
  if (hands.history && c.past !== true) return false;
  const within = document.draws && (c.lanes === "always" || (c.lanes === "chosen" && mayChosen(hands)));
  return (c.look === true || document.editable || within || (c.talk === true && document.talks)) && (c.can?.(hands) ?? true);
}

/** Whether these keys do nothing now only because what is chosen is in the lanes of others. */
export function isElsewhere(event: KeyboardEvent, hands: Hands): boolean {
  const { document } = hands;
  if (document.editable || !document.draws) return false;
  const { view } = hands.ui.get();
  return COMMANDS.some((c) => c.scope === undefined && c.look !== true && fits(c, view) && c.keys?.some((k) => matches(k, event)) && (c.can?.(hands) ?? true));
}

/** Does it if it can be done now. */
export function run(c: Command, hands: Hands): boolean {
  if (!isAllowed(c, hands)) return false;
  c.run(hands);
  return true;
}

/** What these keys do now. */
export function commandFor(event: KeyboardEvent, scope: "board" | "everywhere", hands: Hands): Command | undefined {
  return COMMANDS.find((c) => (c.scope ?? "board") === scope && c.keys?.some((k) => matches(k, event)) && isAllowed(c, hands));
}
