/** Words about many people at once. */
export const crowd = {
  find: "Find a person",
  more_one: "and {{count}} more",
  more_other: "and {{count}} more",
  none: "Nobody here is called that",
} as const;
