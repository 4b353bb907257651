/** Where the cards of a plan lie, much as on a board. */
export const SIZE = { width: 208, height: 84 };

export function place({ lane, step, slot, note }) {
  const x = 148 + step * 232;
  const y = 68 + lane * 8 * 94 + lane * 42 + slot * 94;
  return { x, y, width: note ? SIZE.width - 20 : SIZE.width, height: SIZE.height };
}

/** The plan that the benchmark hands to its pages. */
export const plan = async () => (await fetch("/plan.json")).json();
