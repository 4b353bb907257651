/**
 * One difference between a board before and after a change, as the server tells it: something is put at a path, taken away
 * from it, or spliced into the list or the text there.
 */
export type Patch =
  | readonly [kind: 0, path: readonly string[], value: unknown]
  | readonly [kind: 1, path: readonly string[]]
  | readonly [kind: 2 | 3, path: readonly string[], at: number, gone: number, insert: readonly unknown[] | string];

type Holder = Record<string, unknown> | unknown[];

const isHolder = (value: unknown): value is Holder => typeof value === "object" && value !== null;

/**
 * Brings a plain document past some changes. What does not change stays the same object, so that whoever reads it can tell;
 * what does is copied once, however much happens to it. A patch that does not fit is passed over: the view goes on.
 */
export function advance(root: unknown, changes: Iterable<readonly Patch[]>): unknown {
  const own = new Set<Holder>();
  const owned = (value: Holder): Holder => {
    if (own.has(value)) return value;
    const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
    own.add(copy);
    return copy;
  };
  const get = (holder: Holder, key: string): unknown => (Array.isArray(holder) ? (holder[Number(key)] as unknown) : Object.hasOwn(holder, key) ? holder[key] : undefined);
  const put = (holder: Holder, key: string, value: unknown): void => {
    if (Array.isArray(holder)) holder[Number(key)] = value;
    // A key may be called as something that every object has.
    else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
  };
  const top = isHolder(root) ? owned(root) : {};
  own.add(top);
  for (const patches of changes) {
    for (const patch of patches) {
      const [kind, path] = patch;
      let at: Holder | undefined = top;
      for (const key of path.slice(0, -1)) {
        const next: unknown = get(at, key);
        if (!isHolder(next)) {
          at = undefined;
          break;
        }
        const mine = owned(next);
        if (mine !== next) put(at, key, mine);
        at = mine;
      }
      const last = path.at(-1);
      if (!at || last === undefined) continue;
      if (kind === 0) put(at, last, patch[2]);
      else if (kind === 1) {
        if (!Array.isArray(at)) Reflect.deleteProperty(at, last);
      } else put(at, last, spliced(get(at, last), patch[2], patch[3], patch[4]));
    }
  }
  return top;
}

function spliced(value: unknown, at: number, gone: number, insert: readonly unknown[] | string): unknown {
  if (typeof value === "string" && typeof insert === "string") return value.slice(0, at) + insert + value.slice(at + gone);
  if (Array.isArray(value) && typeof insert !== "string") return [...(value as unknown[]).slice(0, at), ...insert, ...(value as unknown[]).slice(at + gone)];
  return value;
}
