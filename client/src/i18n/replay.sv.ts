import type { Shape } from "./en";
import type { replay as en } from "./replay.en";

export const replay: Shape<typeof en> = {
  board: "Öppna tavlan som den är nu",
  code: "Vad sidan visar",
  live: "Tavlan, levande",
  past: "Hur tavlan kom till",
  codeHint: "Den som ser sidan kan spela upp det, men inte ändra något.",
};
