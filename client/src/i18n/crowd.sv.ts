import type { crowd as en } from "./crowd.en";
import type { Shape } from "./en";

export const crowd: Shape<typeof en> = {
  find: "Hitta en person",
  more_one: "och {{count}} till",
  more_other: "och {{count}} till",
  none: "Ingen här heter så",
};
