/** The words of the board shown large, step by step. */
export const present = {
  label: "Presentation",
  whole: "The whole board: {{title}}",
  step: "Step {{number}} of {{count}}: {{title}}",
  stepPlain: "Step {{number}} of {{count}}",
};

export const presentCommands = {
  present: { begin: "Present step by step", outline: "Present step by step", next: "Next step", previous: "Previous step", first: "The whole board", last: "The last step", leave: "End the presentation" },
};

export const presentListed = { presentGo: "Presentation: next and previous step", presentEnds: "Presentation: the whole board, the last step" };
