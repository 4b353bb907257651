/** The words for being at a board together: comments, votes, and following a person. In English. */
export const talk = {
  title: "Talk",
  newCount_one: "{{count}} new",
  newCount_other: "{{count}} new",
  new: "New",
  you: "You",
  filter: "What to show",
  filters: { open: "Open", all: "All", chosen: "About what is chosen" },
  none: {
    open: "Nothing is open. What is said about the board and not yet answered is found here.",
    all: "Nobody has said anything yet.",
    chosen: "Nobody has said anything about this yet.",
  },
  choose: "Choose something on the board to say something about it.",
  gone: "About something that has been removed",
  goTo: "Go to {{name}}",
  thread: "Comment: {{text}}",
  label: "Comment on “{{name}}”",
  send: "Comment",
  keys: "{{keys}} sends",
  answer: "Answer",
  answers: "Answers",
  yourAnswer: "Your answer",
  sendAnswer: "Send the answer",
  earlier_one: "Show {{count}} earlier answer",
  earlier_other: "Show {{count}} earlier answers",
  more_one: "Show {{count}} more",
  more_other: "Show {{count}} more",
  writing: "{{name}} is writing…",
  writingMany_one: "{{name}} and {{count}} more are writing…",
  writingMany_other: "{{name}} and {{count}} more are writing…",
  heard: "New comment: {{text}}.",
  notSaid: "It could not be added. Your words are still here.",
  fate: { open: "Open", answered: "Answered", adopted: "Adopted", declined: "Declined" },
  make: { answered: "Answered", adopted: "Adopt", declined: "Decline…" },
  fates: "What becomes of it",
  reopen: "Open again",
  why: "Why is it declined? The reason is shown with the comment.",
  whyNeeded: "Say why first, so that whoever wrote it knows.",
  decline: "Decline",
  reasonIs: "Because:",
  openHere_one: "{{count}} open comment. Show it",
  openHere_other: "{{count}} open comments. Show them",
  votes_one: "{{count}} vote",
  votes_other: "{{count}} votes",
  vote: "Vote",
  voteFor: "{{votes}}. Vote for this",
  votedToo: "{{votes}}, yours among them",
  notVoted: "Your vote could not be given just now.",
  said: {
    comment: "Comment added.",
    given: "You have voted.",
    back: "Your vote is taken back.",
    open: "Open again.",
    answered: "Marked as answered.",
    adopted: "Adopted.",
    declined: "Declined, and the reason is shown.",
  },
};

export const follow = {
  start: "Follow",
  stop: "Stop following",
  startOf: "Follow {{name}} and see the same",
  stopOf: "Stop following {{name}}",
  now: "You see what {{name}} sees.",
  left: "{{name}} has left. The view is your own again.",
  turned: "{{name}} follows you now, so the view is your own again.",
  followsYou: "follows you",
  follows: "follows {{name}}",
};

export const doing = {
  at: "at “{{what}}”",
  writing: "writes on “{{what}}”",
  commenting: "writes a comment",
};

export const talkCommand = {
  comment: "Comment",
  vote: "Vote, or take the vote back",
  talk: "Talk about the board",
  call: { thumb: "Show the others a thumb up", heart: "Show the others a heart", star: "Show the others a star", question: "Show the others that you have a question" },
  unfollow: "Stop following a person",
};

export const talkTool = { talk: "Talk" };

export const call = {
  label: "Show the others",
  thumb: "Thumb up",
  heart: "Heart",
  star: "Star",
  question: "Question",
  heard: "{{name}}: {{what}}",
  said: "Shown to the others for a moment.",
};
