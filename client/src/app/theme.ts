export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "openmic.theme";

export function currentTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((t) => t === stored) ?? "system";
}

/** Shows the page in the appearance chosen on this device; "system" follows the device. */
export function startTheme(): void {
  document.documentElement.dataset["theme"] = currentTheme();
}

/** What is seen now: the device's choice where the person has made none. */
export function shownTheme(): "light" | "dark" {
  const theme = currentTheme();
  if (theme !== "system") return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  startTheme();
}
