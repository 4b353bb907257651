import type { Shape } from "./en";
import type { lanes as en } from "./lanes.en";

export const lanes: Shape<typeof en> = {
  only_one: "Din länk låter dig skriva i banan {{lanes}}. Du kan kommentera överallt.",
  only_other: "Din länk låter dig skriva i banorna {{lanes}}. Du kan kommentera överallt.",
  none: "Din länk låter dig inte skriva i någon av banorna som finns just nu. Du kan kommentera överallt.",
  elsewhere: "Utanför banorna där din länk låter dig skriva. Du kan kommentera.",
  short: "Vissa banor",
  here: "Här skriver du",
  field: {
    where: "Var får de skriva?",
    all: "I alla banor",
    some: "Bara i vissa banor",
    hint: "De kan ändå kommentera och rösta på allt.",
    which: "Vilka banor?",
    choose: "Välj minst en bana.",
  },
  tag: "Bara i: {{lanes}}",
  gone_one: "en bana som är borta",
  gone_other: "{{count}} banor som är borta",
};
