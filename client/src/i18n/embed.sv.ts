import type { Shape } from "./en";
import type { embed as en, embedProblem as enProblem } from "./embed.en";

export const embed: Shape<typeof en> = {
  heading: "Visa den på en annan sida",
  lead: "Till exempel på intranätet. Tavlan är levande där, och går att rita på.",
  origins: "Sidor som får visa den",
  originsHint: "Sidans adress, en på varje rad. Det som står efter namnet spelar ingen roll.",
  everywhere: "{{origins}} får visa alla tavlor här.",
  originsSave: "Spara sidorna",
  originsWrong: "Någon av dem är ingen adress. Skriv dem som https://intranat.example.org.",
  role: "Den som sidan loggar in kommer in som",
  roleHint: "Sidan intygar vilka de är, så de behöver ingen länk. Mer än så här får de inte göra.",
  roleNone: "Ingen kommer in så",
  code: "Att lägga in på sidan",
  codeToken: "Adressen i token-url är sidans egen: den skriver under ett intyg för den som ser sidan. Hur det går till står i README.",
  codeLink: "Alla som ser sidan får länken som står i koden.",
  codeNoLink: "Den här enheten vet ingen länk att lämna vidare. Skapa en, och byt ut adressen som slutar på #LINK mot den.",
  copy: "Kopiera koden",
  copied: "Koden är kopierad.",
  preview: "Visa en bild av den för alla",
  previewHint: "Den som har tavlans adress ser hur den ser ut just nu, även utan länk: i en chatt eller på en sida där någon har klistrat in den.",
  saved: "Sparat.",
  window: "Öppna i ett eget fönster",
  notKept: "Webbläsaren sparar ingenting på enheten här. Låt sidan vara öppen tills det står Sparat.",
  unsavedHelp: "Finns inte kvar på enheten. Det skickas när servern svarar: låt sidan vara öppen.",
  lostNotKept: "Ingen uppkoppling just nu. Rita vidare, men låt sidan vara öppen: inget finns kvar på enheten förrän det är sparat.",
  silent: "Sidan runt om säger inte längre vem du är. Logga in där i en annan flik och försök igen. Det du ritar finns kvar här så länge sidan är öppen.",
  typeTitle: "Skriv ”{{title}}” för att ta bort tavlan.",
};

export const embedProblem: Shape<typeof enProblem> = {
  tokenHeading: "Du är inte inloggad på tavlan",
  token: "Sidan runt om skulle ha talat om vem du är, men gjorde det inte. Ladda om den sidan eller be om en länk till tavlan.",
  embeddingHeading: "Tavlan är inte öppen för den här sidan",
  embedding: "Ägarna släpper inte in den som en sida loggar in. Be dem tillåta det, eller be om en länk.",
  homelessHeading: "Tavlan kan inte visas så här",
  homeless: "Sidan runt om hindrar tavlan från att spara något och från att nå sin server. Den som gör sidan behöver lägga till allow-same-origin i ramens sandbox.",
};
