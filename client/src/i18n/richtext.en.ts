/** The words of writing with bold, lists and links. */
export const richtext = {
  opens: "Opens in a new tab: {{address}}",
  linkHeading: "Link",
  linkLead: "Where does it lead? A web address or an e-mail address.",
  linkAddress: "Address",
  linkPut: "Make it a link",
  linkRemove: "Take the link away",
  linkWrong: "That is no address. Write it as in https://example.org, or name@example.org.",
  linkNowhere: "There is no link to be made here. Choose words on one line.",
};
