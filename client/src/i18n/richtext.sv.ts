import type { Shape } from "./en";
import type { richtext as enRichtext } from "./richtext.en";

export const richtext: Shape<typeof enRichtext> = {
  opens: "Öppnas i en ny flik: {{address}}",
  linkHeading: "Länk",
  linkLead: "Vart ska den leda? En webbadress eller en e-postadress.",
  linkAddress: "Adress",
  linkPut: "Gör till länk",
  linkRemove: "Ta bort länken",
  linkWrong: "Det är ingen adress. Skriv den som i https://example.org eller namn@example.org.",
  linkNowhere: "Här går det inte att göra en länk. Markera ord på en och samma rad.",
};
