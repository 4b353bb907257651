/** How the board is shown: drawn, or in words. */
export type View = "canvas" | "outline";
/** Those who like words have them as a table or as a list. */
export type OutlineForm = "table" | "list";

const VIEW = "openmic.view";
const FORM = "openmic.outline";

/** The view that was shown last on this device. */
export const lastView = (): View => (localStorage.getItem(VIEW) === "outline" ? "outline" : "canvas");

/** On a narrow window a list can be read without moving sideways. */
export function lastForm(): OutlineForm {
  const stored = localStorage.getItem(FORM);
  return stored === "list" || stored === "table" ? stored : matchMedia("(width < 720px)").matches ? "list" : "table";
}

export function rememberView(view: View, form: OutlineForm): void {
  localStorage.setItem(VIEW, view);
  localStorage.setItem(FORM, form);
}
