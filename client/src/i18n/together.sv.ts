import type { Shape } from "./en";
import type * as En from "./together.en";

export const talk: Shape<typeof En.talk> = {
  title: "Samtal",
  newCount_one: "{{count}} ny",
  newCount_other: "{{count}} nya",
  new: "Ny",
  you: "Du",
  filter: "Vad som visas",
  filters: { open: "Öppna", all: "Alla", chosen: "Om det valda" },
  none: {
    open: "Inget är öppet. Här finns det som har sagts om tavlan och ännu inte är besvarat.",
    all: "Ingen har sagt något än.",
    chosen: "Ingen har sagt något om det här än.",
  },
  choose: "Välj något på tavlan för att säga något om det.",
  gone: "Om något som har tagits bort",
  goTo: "Gå till {{name}}",
  thread: "Kommentar: {{text}}",
  label: "Kommentera ”{{name}}”",
  send: "Kommentera",
  keys: "{{keys}} skickar",
  answer: "Svara",
  answers: "Svar",
  yourAnswer: "Ditt svar",
  sendAnswer: "Skicka svaret",
  yours: "Din kommentar",
  reword: "Ändra",
  save: "Spara",
  earlier_one: "Visa {{count}} tidigare svar",
  earlier_other: "Visa {{count}} tidigare svar",
  more_one: "Visa {{count}} till",
  more_other: "Visa {{count}} till",
  writing: "{{name}} skriver…",
  writingMany_one: "{{name}} och {{count}} till skriver…",
  writingMany_other: "{{name}} och {{count}} till skriver…",
  heard: "Ny kommentar: {{text}}.",
  notSaid: "Det gick inte att lägga till. Det du skrev finns kvar här.",
  fate: { open: "Öppen", answered: "Besvarad", adopted: "Tas med", declined: "Tas inte med" },
  make: { answered: "Besvarad", adopted: "Ta med", declined: "Ta inte med…" },
  fates: "Vad det blir av den",
  reopen: "Öppna igen",
  why: "Varför tas den inte med? Skälet visas vid kommentaren.",
  whyNeeded: "Säg först varför, så att den som skrev får veta.",
  decline: "Ta inte med",
  reasonIs: "Skäl:",
  openHere_one: "{{count}} öppen kommentar. Visa den",
  openHere_other: "{{count}} öppna kommentarer. Visa dem",
  votes_one: "{{count}} röst",
  votes_other: "{{count}} röster",
  vote: "Rösta",
  voteFor: "{{votes}}. Rösta på det här",
  votedToo: "{{votes}}, din är en av dem",
  notVoted: "Det gick inte att rösta just nu.",
  said: {
    comment: "Kommentaren är med.",
    reworded: "Kommentaren är ändrad.",
    given: "Du har röstat.",
    back: "Din röst är tillbakatagen.",
    open: "Öppen igen.",
    answered: "Märkt som besvarad.",
    adopted: "Tas med.",
    declined: "Tas inte med, och skälet visas.",
  },
};

export const follow: Shape<typeof En.follow> = {
  start: "Följ",
  stop: "Sluta följa",
  startOf: "Följ {{name}} och se detsamma",
  stopOf: "Sluta följa {{name}}",
  now: "Du ser det {{name}} ser.",
  left: "{{name}} har gått. Vyn är din egen igen.",
  turned: "{{name}} följer dig nu, så vyn är din egen igen.",
  followsYou: "följer dig",
  follows: "följer {{name}}",
};

export const doing: Shape<typeof En.doing> = {
  at: "vid ”{{what}}”",
  writing: "skriver på ”{{what}}”",
  commenting: "skriver en kommentar",
};

export const talkCommand: Shape<typeof En.talkCommand> = {
  comment: "Kommentera",
  vote: "Rösta, eller ta tillbaka rösten",
  talk: "Samtal om tavlan",
  call: { thumb: "Visa de andra tummen upp", heart: "Visa de andra ett hjärta", star: "Visa de andra en stjärna", question: "Visa de andra att du har en fråga" },
  unfollow: "Sluta följa en person",
};

export const talkTool: Shape<typeof En.talkTool> = { talk: "Samtal" };

export const call: Shape<typeof En.call> = {
  label: "Visa de andra",
  thumb: "Tumme upp",
  heart: "Hjärta",
  star: "Stjärna",
  question: "Fråga",
  heard: "{{name}}: {{what}}",
  said: "Visas för de andra en stund.",
};
