/**
 * Some browsers keep nothing for a page in a frame, or for any: they throw where others have a shelf. Then there is one in
 * memory, so that everything else works, and what is on it is gone with the page.
 */
function standIn(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

function works(name: "localStorage" | "sessionStorage"): boolean {
  try {
    const probe = "openmic.probe";
    window[name].setItem(probe, probe);
    window[name].removeItem(probe);
    return true;
  } catch (error) {
    // A full one still tells what is on it.
    return error instanceof DOMException && error.name === "QuotaExceededError" && window[name].length > 0;
  }
}

let whole = true;
for (const name of ["localStorage", "sessionStorage"] as const) {
  if (works(name)) continue;
  whole = false;
  Object.defineProperty(window, name, { value: standIn(), configurable: true });
}

/** A database that does not open within this is none. Milliseconds. */
const PATIENCE = 2_000;
const PROBE = "openmic-probe";

function databaseWorks(): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), PATIENCE);
    try {
      const asked = indexedDB.open(PROBE);
      asked.onsuccess = () => {
        asked.result.close();
        resolve(true);
      };
      asked.onerror = (event) => {
        event.preventDefault();
        resolve(false);
      };
    } catch {
      resolve(false);
    }
  });
}

let asked: Promise<boolean> | undefined;

/** Whether what is drawn here is on the device while it is on no server yet. */
export function isKept(doubtful: boolean): Promise<boolean> {
  asked ??= !whole ? Promise.resolve(false) : doubtful ? databaseWorks() : Promise.resolve(true);
  return asked;
}
