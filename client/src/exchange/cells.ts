/** How words stand in the cells of a table, so that nothing in them is taken for something else. */

// What a spreadsheet would take for a formula or strip, also behind quotes of our own.
const RISKY = /^'*[=+\-@\t\r]/;

/** Puts a quote before what a spreadsheet would run as a formula. */
export const neutralise = (cell: string): string => (RISKY.test(cell) ? `'${cell}` : cell);

/** Takes away the quote that `neutralise` put there, and no other. */
export const restore = (cell: string): string => (cell.startsWith("'") && RISKY.test(cell) ? cell.slice(1) : cell);

/** One of several things in a cell: `head{key=value,…} words`, divided by semicolons. */
export interface Item {
  readonly head: string;
  readonly params: Readonly<Record<string, string>>;
  readonly words: string;
}

const escape = (text: string, what: RegExp) => text.replace(what, "\\$&");
const name = (text: string) => escape(text, /[\\;{},=\s]/g);

export function joinItems(items: readonly Item[]): string {
  return items
    .map(({ head, params, words }) => {
      const pairs = Object.entries(params).map(([k, v]) => `${name(k)}=${name(v)}`);
      // The blank ends the name, so that words may begin with anything.
      const said = words === "" ? "" : ` ${escape(words, /[\\;]/g)}`;
      return `${name(head)}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""}${said}`;
    })
    .join("; ");
}

export function splitItems(cell: string): Item[] {
  const items: Item[] = [];
  let at = 0;
  const until = (stops: string): string => {
    let text = "";
    for (; at < cell.length && !stops.includes(cell[at] ?? ""); at++) {
      if (cell[at] === "\\" && at + 1 < cell.length) at++;
      text += cell[at] ?? "";
    }
    return text;
  };
  while (at < cell.length) {
    while (cell[at] === " " || cell[at] === ";") at++;
    const head = until("{; ");
    const params: Record<string, string> = {};
    if (cell[at] === "{") {
      while (at < cell.length && cell[at] !== "}") {
        at++;
        const key = until("=},;");
        if (cell[at] === "=") {
          at++;
          params[key] = until(",};");
        }
        if (cell[at] === ";") break;
      }
      if (cell[at] === "}") at++;
    }
    if (cell[at] === " ") at++;
    const words = until(";");
    if (head !== "") items.push({ head, params, words });
  }
  return items;
}
