/** The words of the outline: the board as a table or a list. */
export const outline = {
  table: "Table",
  list: "List",
  forms: "Shown as",
  about: "About the board",
  caption: "Steps from left to right, lanes from top to bottom",
  keys: "Arrow keys go from place to place, Enter writes, N adds, Alt and arrow keys move. Question mark lists every key.",
  outside: "Outside the lanes",
  empty: "without text",
  nothing: "Nothing yet: {{place}}",
  addHere: "Add: {{place}}",
  feelingsOf: "Feelings: {{step}}",
  owner: "Owner: {{owner}}",
  performers: { customer: "Self-service", staff: "By staff", system: "By a system" },
  link: {
    out: { "leads-to": "leads to {{name}}", enables: "enables {{name}}", information: "informs {{name}}" },
    in: { "leads-to": "comes from {{name}}", enables: "is enabled by {{name}}", information: "is informed by {{name}}" },
    both: { "leads-to": "leads to and comes from {{name}}", enables: "enables and is enabled by {{name}}", information: "informs and is informed by {{name}}" },
  },
  movedTo: "Moved: now number {{at}} of {{count}}.",
  marked: "Marked: {{name}}.",
  lastOne: "The last one stays.",
  moveHere: "Move it there",
  shownTable: "Shown as a table.",
  shownList: "Shown as a list.",
  shownCanvas: "The canvas is shown.",
  links: "Connections",
  linkTo: "Connect to…",
  linkOf: "Connection with {{name}}",
  goTo: "Go to {{name}}",
  direction: "Direction",
  remove: "Take the connection away: {{name}}",
};

/** What can be done in the outline, and how to come there and back. */
export const outlineCommands = {
  view: { outline: "Show as a table or list", canvas: "Show the canvas", form: "Table or list" },
  beside: "To the panel beside, and back",
  outline: {
    go: { left: "To the left", right: "To the right", up: "Upwards", down: "Downwards" },
    end: { first: "To the first in the row", last: "To the last in the row" },
    move: { left: "Move left", right: "Move right", up: "Move up", down: "Move down" },
    here: "Add here, in an empty cell",
    more: "One more of the same; also ends the writing",
    addStep: "Add a step",
    addLane: "Add a lane",
    addPhase: "New phase that begins here",
    rename: "Rename the step, lane or phase",
    remove: "Remove the step, lane or phase",
    moveTo: "Move to…",
    mark: "Mark the step as…",
    feel: "Say how it feels",
  },
};

export const outlineListed = {
  outlineGo: "Go from place to place",
  outlineEnd: "To the beginning or end of the row",
  outlineMove: "Move it: elements between cells, steps, lanes and phases among each other",
};
