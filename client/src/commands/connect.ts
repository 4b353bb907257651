import { changeConnector, chosenConnector, nextMeaning } from "../board/connecting";
import type { Command } from "./command";
import { chosenOf } from "./command";

export const CONNECT: readonly Command[] = [
  {
    id: "connect",
    lanes: "chosen",
    group: "connect",
    keys: ["c"],
    menu: ["chosen"],
    icon: "connect",
    can: (hands) => {
      const chosen = chosenOf(hands);
      return chosen.length === 1 && chosen[0]?.kind !== "ink" && chosen[0]?.kind !== "frame";
    },
    run: ({ ui }) => ui.set({ open: "connect" }),
  },
  {
    id: "connectReverse",
    lanes: "chosen",
    group: "connect",
    can: (hands) => chosenConnector(hands) !== undefined,
    run: (hands) => {
      const c = chosenConnector(hands);
      if (c) changeConnector(hands, c.id, { from: c.to, to: c.from });
    },
  },
  {
    id: "connectDirection",
    lanes: "chosen",
    group: "connect",
    can: (hands) => chosenConnector(hands) !== undefined,
    run: (hands) => {
      const c = chosenConnector(hands);
      if (c) changeConnector(hands, c.id, { direction: c.direction === "one-way" ? "two-way" : "one-way" });
    },
  },
  {
    id: "connectMeaning",
    lanes: "chosen",
    group: "connect",
    can: (hands) => chosenConnector(hands) !== undefined,
    run: (hands) => {
      const c = chosenConnector(hands);
      if (c) changeConnector(hands, c.id, { meaning: nextMeaning(c.meaning) });
    },
  },
];
