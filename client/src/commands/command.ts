import type { Actions } from "../board/actions";
import type { BoardTools, Names } from "../board/context";
import type { IconName } from "../board/Icon";
import type { View } from "../board/lastView";
import type { PanelStore } from "../panel/store";

/** What a command has at hand. */
export interface Hands extends BoardTools {
  readonly actions: Actions;
  readonly names: Names;
  readonly panel: PanelStore;
  readonly t: (key: string, values?: Record<string, unknown>) => string;
}

export const GROUPS = ["add", "edit", "choose", "arrange", "connect", "mark", "talk", "view", "history", "board"] as const;
export type Group = (typeof GROUPS)[number];

/**
 * Something a person can have done. Menus, the palette, the keys and the list of keys are all made from these. Its words
 * are `command.<id>`.
 */
export interface Command {
  readonly id: string;
  readonly group: Group;
  /** See keys.ts; the first is the one that is shown. */
  readonly keys?: readonly string[];
  /**
   * Where the keys hold: on the board and its bars ("board"), or also while writing ("everywhere"). "self": the browser or
   * the thing itself takes care of the keys, they are only listed here.
   */
  readonly scope?: "board" | "everywhere" | "self";
  /** Also offered to those who may only look. */
  readonly look?: boolean;
  /** In which view it makes sense; in both, when left out. */
  readonly on?: View;
  /** Also offered to those who may only comment. */
  readonly talk?: boolean;
  /** Also offered to those who write in some lanes only: always, or where something that is chosen is theirs. */
  readonly lanes?: "always" | "chosen";
  /** In the context menu of what is chosen, of the ground, or both. */
  readonly menu?: readonly ("chosen" | "ground")[];
  /** Not offered in the palette: it makes sense only as a key. */
  readonly onlyKey?: boolean;
  /** Listed under `?` as one line with the others of the same name. */
  readonly listed?: string;
  /** Can be done only while the board is presented; what is not so, only while it is not. */
  readonly presenting?: boolean;
  /** Can also be done while one looks at the board as it was. */
  readonly past?: boolean;
  readonly icon?: IconName;
  /** Whether it can be done now; always, when left out. */
  readonly can?: (hands: Hands) => boolean;
  readonly run: (hands: Hands) => void;
}

/** Whether anything that is chosen may be changed. */
export const mayChosen = ({ focus, document }: Hands) => {
  const { chosen, connector } = focus.get();
  return (connector === undefined ? chosen : [connector]).some((id) => document.mayEdit(id));
};

export const anyChosen = ({ focus }: Hands) => focus.get().chosen.length > 0;
export const chosenOf = ({ focus, document }: Hands) => {
  const { chosen } = focus.get();
  return document.board().elements.filter((e) => chosen.includes(e.id));
};
