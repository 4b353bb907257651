import i18next from "i18next";
import type { FormatterModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { sv } from "./sv";

export const LANGUAGES = ["sv", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Each language by its own name: one who cannot read the page can still find theirs. */
export const LANGUAGE_NAMES: Record<Language, string> = { sv: "Svenska", en: "English" };

const LOCALES: Record<Language, string> = { sv: "sv-SE", en: "en-GB" };

const KEY = "openmic.language";

const nothing = () => undefined;

/** What writes numbers is dear to make, and a board is full of them. */
const writers: Record<Language, Intl.NumberFormat> = { sv: new Intl.NumberFormat(LOCALES.sv), en: new Intl.NumberFormat(LOCALES.en) };

/** Every number in a text is written as its language writes numbers. */
const numbers: FormatterModule = {
  type: "formatter",
  init: nothing,
  add: nothing,
  addCached: nothing,
  format: (value: unknown, _format, language) => (typeof value === "number" ? writers[language === "sv" ? "sv" : "en"].format(value) : (value as string)),
};

/** Speaks the language chosen on this device, else the browser's, else English. */
export async function startLanguage(): Promise<void> {
  const stored = localStorage.getItem(KEY);
  const wanted = [stored ?? "", ...navigator.languages].map((l) => l.slice(0, 2));
  const language = wanted.map((w) => LANGUAGES.find((l) => l === w)).find((l) => l !== undefined) ?? "en";
  await i18next.use(numbers).use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources: { en: { translation: en }, sv: { translation: sv } },
    // React escapes what it shows.
    interpolation: { escapeValue: false, alwaysFormat: true },
  });
  document.documentElement.lang = language;
}

export function currentLanguage(): Language {
  return LANGUAGES.find((l) => l === i18next.language) ?? "en";
}

export const currentLocale = (): string => LOCALES[currentLanguage()];

/** A day as a heading. */
export const sayDay = (time: number): string =>
  new Date(time).toLocaleDateString(currentLocale(), { weekday: "long", day: "numeric", month: "long", year: "numeric" }).replace(/^./, (first) => first.toLocaleUpperCase());

export const sayTime = (time: number): string => new Date(time).toLocaleTimeString(currentLocale(), { timeStyle: "short" });

/** A day, or a moment, as the language writes it. */
export function sayDate(time: number, withTime: boolean): string {
  return new Date(time).toLocaleString(LOCALES[currentLanguage()], withTime ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium" });
}

export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

const PSEUDONYMS: Record<Language, { first: readonly string[]; second: readonly string[] }> = {
  sv: {
    first: ["Glad", "Klok", "Lugn", "Modig", "Nyfiken", "Pigg", "Rask", "Snäll"],
    second: ["älg", "björn", "grävling", "hare", "igelkott", "lärka", "räv", "säl", "uggla", "utter"],
  },
  en: {
    first: ["Brave", "Bright", "Calm", "Curious", "Gentle", "Glad", "Quick", "Wise"],
    second: ["badger", "bear", "elk", "fox", "hare", "hedgehog", "lark", "otter", "owl", "seal"],
  },
};

/** Whether the program may have made this name up, or the server, which puts a number behind it. */
export const isPseudonym = (name: string): boolean =>
  LANGUAGES.some((l) => PSEUDONYMS[l].first.some((first) => PSEUDONYMS[l].second.some((second) => name.replace(/ \d{4}$/, "") === `${first} ${second}`)));

/** What somebody without a name goes by, as the server says in each language. */
export type Pseudonym = Readonly<Record<Language, string>>;

export function readPseudonym(value: unknown): Pseudonym | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { en, sv } = value as Record<string, unknown>;
  return typeof en === "string" && typeof sv === "string" ? { en, sv } : undefined;
}

/** What somebody is called: by their name, or by their pseudonym in the reader's language. */
export const nameOf = ({ name, pseudonym }: { readonly name: string; readonly pseudonym: Pseudonym | undefined }): string => name || (pseudonym?.[currentLanguage()] ?? "");

/** A friendly name for someone who has not said what they are called. */
export function inventName(): string {
  const { first, second } = PSEUDONYMS[currentLanguage()];
  const pick = (words: readonly string[]) => words[Math.floor(Math.random() * words.length)] ?? "";
  return `${pick(first)} ${pick(second)}`;
}
