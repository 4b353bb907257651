import type { Shape } from "./en";
import type { device as enDevice } from "./device.en";

export const device: Shape<typeof enDevice> = {
  newVersion: "Det finns en nyare version av programmet. Det du har ritat finns kvar.",
  reload: "Ladda om sidan",
};
