/** Words about a board's history in the pages of others. */
export const replay = {
  board: "Open the board as it is now",
  code: "What the page shows",
  live: "The board, live",
  past: "How the board came to be",
  codeHint: "Whoever sees the page can play it, and change nothing.",
};
