import type { Shape } from "./en";
import type { present as enPresent, presentCommands as enCommands, presentListed as enListed } from "./present.en";

export const present: Shape<typeof enPresent> = {
  label: "Presentation",
  whole: "Hela tavlan: {{title}}",
  step: "Steg {{number}} av {{count}}: {{title}}",
  stepPlain: "Steg {{number}} av {{count}}",
};

export const presentCommands: Shape<typeof enCommands> = {
  present: { begin: "Presentera steg för steg", outline: "Presentera steg för steg", next: "Nästa steg", previous: "Föregående steg", first: "Hela tavlan", last: "Sista steget", leave: "Avsluta presentationen" },
};

export const presentListed: Shape<typeof enListed> = { presentGo: "Presentation: nästa och föregående steg", presentEnds: "Presentation: hela tavlan, sista steget" };
