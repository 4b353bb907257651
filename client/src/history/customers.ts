/** How many customers an organisation has: the same at all its boards, and nobody's business but of whoever writes it here. */
const KEY = "openmic.customers";
/** More than there are people; the server takes no more. */
const MOST = 1e12;

/** What somebody wrote as a number of customers; undefined where it is none. */
export function readCustomers(text: string): number | undefined {
  const digits = text.replace(/[\s.,'’]/g, "");
  const n = Number(digits);
  return /^\d+$/.test(digits) && n >= 1 && n <= MOST ? n : undefined;
}

export const lastCustomers = (): number | undefined => readCustomers(localStorage.getItem(KEY) ?? "");

export function keepCustomers(n: number | undefined): void {
  if (n === undefined) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, String(n));
}
