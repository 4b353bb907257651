/** The words of writing with bold, lists and links. */
export const richtext = {
  opens: "Opens in a new tab: {{address}}",
  tools: "How the text looks",
};
