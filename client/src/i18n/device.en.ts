/** The words about the program on this device. */
export const device = {
  newVersion: "There is a newer version of the program. What you have drawn is kept.",
  reload: "Reload the page",
};
