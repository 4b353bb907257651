/** What i18next does, as far as the words under test need it. A word that is missing is its key. */
export function lookUp(words: unknown) {
  const find = (key: string) => key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], words);
  return (key: string, values: Record<string, string | number> = {}): string => {
    const found = find(key) ?? find(`${key}_${values["count"] === 1 ? "one" : "other"}`);
    return typeof found === "string" ? found.replace(/{{(\w+)}}/g, (_, name: string) => String(values[name] ?? "undefined")) : key;
  };
}
