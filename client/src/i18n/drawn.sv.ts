import type { Shape } from "./en";
import type { drawn as enDrawn } from "./drawn.en";

export const drawn: Shape<typeof enDrawn> = {
  pictures: "Att titta på",
  data: "Att arbeta vidare med",
  svg: "SVG, en teckning i valfri storlek",
  png: "PNG, en bild",
  png2: "PNG, dubbelt så fin",
  pdf: "PDF, hela tavlan på en sida",
  pdfA4: "PDF, A4-ark att sätta ihop",
  pdfA3: "PDF, A3-ark att sätta ihop",
  print: "Skriv ut",
  working: "Ritar tavlan…",
  page: "Ritar ark {{page}} av {{pages}}…",
  smaller: "Bilden är mindre än du bad om: tavlan är för stor för den här webbläsaren.",
  sheet: "{{title}} · ark {{page}} av {{pages}} · rad {{row}}, kolumn {{column}}",
};
