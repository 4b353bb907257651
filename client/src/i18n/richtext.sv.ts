import type { Shape } from "./en";
import type { richtext as enRichtext } from "./richtext.en";

export const richtext: Shape<typeof enRichtext> = {
  opens: "Öppnas i en ny flik: {{address}}",
  tools: "Hur texten ser ut",
};
