/** Words for links that let people write in some lanes only. */
export const lanes = {
  only_one: "Your link lets you write in the lane {{lanes}}. You can comment everywhere.",
  only_other: "Your link lets you write in the lanes {{lanes}}. You can comment everywhere.",
  none: "Your link lets you write in none of the lanes that are here now. You can comment everywhere.",
  elsewhere: "Outside the lanes that your link lets you write in. You can comment on it.",
  short: "Some lanes",
  here: "You write here",
  field: {
    where: "Where may they write?",
    all: "In all lanes",
    some: "Only in some lanes",
    hint: "They can still comment and vote on everything.",
    which: "Which lanes?",
    choose: "Choose at least one lane.",
  },
  tag: "Only in: {{lanes}}",
  gone_one: "a lane that is gone",
  gone_other: "{{count}} lanes that are gone",
};
