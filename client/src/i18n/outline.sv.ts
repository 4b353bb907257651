import type { Shape } from "./en";
import type { outline as enOutline, outlineCommands as enCommands, outlineListed as enListed } from "./outline.en";

export const outline: Shape<typeof enOutline> = {
  table: "Tabell",
  list: "Lista",
  forms: "Visas som",
  about: "Om tavlan",
  caption: "Steg från vänster till höger, banor uppifrån och ner",
  keys: "Piltangenterna går från plats till plats, Enter skriver, N lägger till, Alt och piltangent flyttar. Frågetecken visar alla tangenter.",
  outside: "Utanför banorna",
  empty: "utan text",
  nothing: "Inget än: {{place}}",
  addHere: "Lägg till: {{place}}",
  feelingsOf: "Känslor: {{step}}",
  owner: "Ägare: {{owner}}",
  performers: { customer: "Självservice", staff: "Av personal", system: "Av ett system" },
  link: {
    out: { "leads-to": "leder till {{name}}", enables: "möjliggör {{name}}", information: "upplyser {{name}}" },
    in: { "leads-to": "kommer från {{name}}", enables: "möjliggörs av {{name}}", information: "får upplysning från {{name}}" },
    both: { "leads-to": "leder till och kommer från {{name}}", enables: "möjliggör och möjliggörs av {{name}}", information: "utbyter upplysningar med {{name}}" },
  },
  movedTo: "Flyttad: nu nummer {{at}} av {{count}}.",
  marked: "Märkt: {{name}}.",
  lastOne: "Den sista stannar kvar.",
  moveHere: "Flytta den dit",
  shownTable: "Visas som tabell.",
  shownList: "Visas som lista.",
  shownCanvas: "Ritytan visas.",
  links: "Kopplingar",
  linkTo: "Koppla till…",
  linkOf: "Koppling med {{name}}",
  goTo: "Gå till {{name}}",
  direction: "Riktning",
  remove: "Ta bort kopplingen: {{name}}",
};

export const outlineCommands: Shape<typeof enCommands> = {
  view: { outline: "Visa som tabell eller lista", canvas: "Visa ritytan", form: "Tabell eller lista" },
  beside: "Till panelen bredvid, och tillbaka",
  outline: {
    go: { left: "Åt vänster", right: "Åt höger", up: "Uppåt", down: "Nedåt" },
    end: { first: "Till radens första", last: "Till radens sista" },
    move: { left: "Flytta åt vänster", right: "Flytta åt höger", up: "Flytta uppåt", down: "Flytta nedåt" },
    here: "Lägg till här, i en tom ruta",
    more: "En till av samma sort; avslutar också skrivandet",
    addStep: "Lägg till ett steg",
    addLane: "Lägg till en bana",
    addPhase: "Ny fas som börjar här",
    rename: "Byt namn på steget, banan eller fasen",
    remove: "Ta bort steget, banan eller fasen",
    moveTo: "Flytta till…",
    mark: "Märk steget som…",
    feel: "Säg hur det känns",
  },
};

export const outlineListed: Shape<typeof enListed> = {
  outlineGo: "Gå från plats till plats",
  outlineEnd: "Till radens början eller slut",
  outlineMove: "Flytta: saker mellan rutor, steg, banor och faser sinsemellan",
};
