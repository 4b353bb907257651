import { generateNKeysBetween } from "fractional-indexing";

/** Order keys for so many things, one after the other. */
export const keysInOrder = (count: number): string[] => generateNKeysBetween(null, null, count);
