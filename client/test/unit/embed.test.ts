import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeFor, originsIn } from "../../src/embed/EmbedSection";
import { readBoardMessage, readPageMessage, written } from "../../src/embed/messages";
import type { PageMessage } from "../../src/embed/messages";
import { PATIENCE, Page } from "../../src/embed/page";
import { PASS, settle } from "../../src/embed/where";
import { rememberBoard } from "../../src/sync/device";
import { credentials } from "../../src/sync/participant";
import { afterTicketError } from "../../src/sync/reconnect";

const GOOD: readonly PageMessage[] = [
  { type: "hello" },
  { type: "token", token: "a.b.c" },
  { type: "focus", element: "e1" },
  { type: "view" },
  { type: "view", view: "outline", fit: true },
  { type: "export", id: 1, form: "svg" },
  { type: "seek", moment: 12 },
  { type: "seek", moment: 12, play: true },
];

describe("messages", () => {
  test("those of the page are read as they were written", () => {
    for (const message of GOOD) expect(readPageMessage(structuredClone(written(message)))).toEqual({ openmic: 1, ...message });
  });

  test("what is not one is nothing", () => {
    const own = (name: string) => Object.defineProperty({ openmic: 1, type: "hello" }, name, { value: {}, enumerable: true, configurable: true, writable: true });
    for (const bad of [
      undefined, null, "hello", 1, [], ["hello"], {}, { type: "hello" }, { openmic: 2, type: "hello" }, { openmic: "1", type: "hello" }, { openmic: 1 },
      { openmic: 1, type: "hello", more: 1 }, { openmic: 1, type: "HELLO" }, { openmic: 1, type: "toString" }, { openmic: 1, type: "__proto__" }, { openmic: 1, type: "constructor" },
      { openmic: 1, type: ["hello"] }, Object.create({ openmic: 1, type: "hello" }), own("__proto__"), own("constructor"), own("toString"),
      JSON.parse('{"openmic": 1, "type": "focus", "element": "e", "__proto__": {"admin": true}}'), { openmic: 1, type: "hello", [Symbol("x")]: 1 },
      { openmic: 1, type: "token" }, { openmic: 1, type: "token", token: 1 }, { openmic: 1, type: "token", token: "x".repeat(8_193) },
      { openmic: 1, type: "focus", element: "x".repeat(101) }, { openmic: 1, type: "focus", element: {} }, { openmic: 1, type: "view", view: "god" }, { openmic: 1, type: "view", fit: 1 },
      { openmic: 1, type: "export", id: 1.5, form: "svg" }, { openmic: 1, type: "export", id: 1, form: "exe" }, { openmic: 1, type: "welcome" },
    ]) {
      expect(readPageMessage(bad), JSON.stringify(bad)).toBeUndefined();
    }
  });

  test("whatever comes, reading it changes nothing and does not throw", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withObjectString: true, withTypedArray: true }), (value) => {
        const message = readPageMessage(value) ?? readBoardMessage(value);
        expect(message).toBeUndefined();
        expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
      }),
    );
  });

  test("those of the board are read by the page", () => {
    const file = new Blob(["x"]);
    expect(readBoardMessage(written({ type: "selection", elements: [{ id: "a", kind: "note", text: "x" }] }))).toMatchObject({ type: "selection" });
    expect(readBoardMessage(written({ type: "exported", id: 1, name: "a.svg", file }))).toMatchObject({ file });
    expect(readBoardMessage({ openmic: 1, type: "exported", id: 1, name: "a", file: "x" })).toBeUndefined();
    expect(readBoardMessage({ openmic: 1, type: "selection", elements: [{ id: "a", kind: "note", text: "x", more: 1 }] })).toBeUndefined();
    expect(readBoardMessage({ openmic: 1, type: "token-needed", reason: "please" })).toBeUndefined();
  });
});

/** A board in a frame, and all that it says. */
function setUp(token?: string) {
  const said: { message: Record<string, unknown>; to: string }[] = [];
  const parent = { postMessage: (message: unknown, to: string) => void said.push({ message: message as Record<string, unknown>, to }) };
  const clock = { now: 0, timers: [] as { at: number; then: () => void }[] };
  const page = new Page(
    {
      parent,
      allowed: ["https://intranet.example", "https://other.example"],
      now: () => clock.now,
      wait: (then, milliseconds) => {
        const timer = { at: clock.now + milliseconds, then };
        clock.timers.push(timer);
        return () => void (clock.timers = clock.timers.filter((t) => t !== timer));
      },
    },
    token,
  );
  const heard: unknown[] = [];
  page.listen((message) => heard.push(message));
  return {
    page,
    parent,
    said,
    heard,
    hear: (message: unknown, origin = "https://intranet.example", source: unknown = parent) => page.hear(source, origin, message),
    pass: (milliseconds: number) => {
      clock.now += milliseconds;
      for (const timer of clock.timers.filter((t) => t.at <= clock.now)) timer.then();
    },
  };
}

const HELLO = written({ type: "hello" });
const FOCUS = written({ type: "focus", element: "e" });

describe("the page around the board", () => {
  test("is spoken to only once it has said hello, and only by its origin", () => {
    const { page, said, hear } = setUp();
    page.tell({ type: "ready", board: "b", title: "", role: "editor" });
    page.tell({ type: "selection", elements: [] });
    expect(said).toEqual([]);
    hear(HELLO);
    expect(said.map(({ message }) => message["type"])).toEqual(["welcome", "ready"]);
    page.tell({ type: "selection", elements: [] });
    expect(new Set(said.map(({ to }) => to))).toEqual(new Set(["https://intranet.example"]));
    expect(said.every(({ message }) => message["openmic"] === 1)).toBe(true);
  });

  test("nobody else is heard", () => {
    const { page, said, heard, hear } = setUp();
    for (const origin of ["https://intranet.example.evil.org", "https://evilintranet.example", "http://intranet.example", "https://intranet.example:8443", "https://INTRANET.example", "https://intranet.example.", "null", "*", ""]) {
      hear(HELLO, origin);
      hear(written({ type: "token", token: "evil" }), origin);
    }
    hear(HELLO, "https://intranet.example", {});
    hear(HELLO, "https://intranet.example", null);
    hear(FOCUS); // before hello
    expect(said).toEqual([]);
    hear(HELLO);
    // Another page that may show the board as well is not the one that does.
    hear(HELLO, "https://other.example");
    hear(FOCUS, "https://other.example");
    hear({ openmic: 1, type: "nonsense" });
    expect(heard).toEqual([]);
    expect(page.token).toBeUndefined();
    hear(FOCUS);
    expect(heard).toEqual([FOCUS]);
  });

  test("is not heard while it says too much", () => {
    const { heard, hear, pass } = setUp();
    hear(HELLO);
    for (let i = 0; i < 10_000; i++) hear(FOCUS);
    expect(heard.length).toBeLessThanOrEqual(40);
    pass(1_000);
    const before = heard.length;
    for (let i = 0; i < 10_000; i++) hear(FOCUS);
    expect(heard.length - before).toBe(20);
  });

  test("is asked for a token, once for all that want one", async () => {
    const { page, said, hear, pass } = setUp();
    const both = [page.renew("missing"), page.renew("missing")];
    expect(said).toEqual([]);
    hear(HELLO);
    expect(said.filter(({ message }) => message["type"] === "token-needed")).toHaveLength(1);
    hear(written({ type: "token", token: "one" }));
    expect(await Promise.all(both)).toEqual(["one", "one"]);
    expect(page.token).toBe("one");
    pass(PATIENCE);
    expect(page.silent()).toBe(false);

    const late = page.renew("expired");
    const told = vi.fn();
    page.watch(told);
    pass(PATIENCE);
    await expect(late).rejects.toThrow();
    expect(page.silent()).toBe(true);
    hear(written({ type: "token", token: "two" })); // unasked
    expect([page.token, page.silent(), told.mock.calls.length]).toEqual(["two", false, 2]);
  });

  test("may have given a token in the address", () => {
    expect(setUp("given").page.token).toBe("given");
  });
});

describe("a session by a token", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal("localStorage", { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => kept.delete(k) });
    vi.stubGlobal("location", { origin: "https://boards.example" });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    settle({ framed: false, homeless: false, page: undefined });
  });

  test("shows the token that holds now, and keeps nothing of it", () => {
    const { page, hear } = setUp("one");
    settle({ framed: true, homeless: false, page });
    expect(credentials("b", PASS)).toEqual({ Authorization: "Bearer one" });
    hear(HELLO);
    hear(written({ type: "token", token: "two" }));
    expect(credentials("b", PASS)).toEqual({ Authorization: "Bearer two" });
    expect(rememberBoard({ id: "b", documentId: "d", title: "", role: "editor" }, PASS).links).toEqual({});
    expect([...kept]).toEqual([]);
  });

  test("does not give up when a token is not taken", () => {
    expect(afterTicketError(401, "token")).toEqual({ retry: "backoff" });
    expect(afterTicketError(0, "token")).toEqual({ retry: "backoff" });
    expect(afterTicketError(403, "embedding")).toEqual({ refused: "embedding" });
    expect(afterTicketError(401)).toEqual({ refused: "link" });
  });

  test("the code for a page never has more in it than a link to hand on", () => {
    const at = (role: string) => `https://boards.example/b/x#${role}`;
    const all = { owner: at("owner"), editor: at("editor"), commenter: at("commenter"), viewer: at("viewer") };
    expect(codeFor("x", { tokens: false, role: null }, all)).toContain(`src="${at("viewer")}"`);
    expect(codeFor("x", { tokens: false, role: "editor" }, { owner: all.owner, editor: all.editor })).toContain(`src="${at("editor")}"`);
    expect(codeFor("x", { tokens: false, role: null }, { owner: all.owner })).toContain('src="https://boards.example/b/x#LINK"');
    const byToken = codeFor("x", { tokens: true, role: "editor" }, all);
    expect(codeFor("x", { tokens: true, role: "editor" }, all, true)).toContain('<openmic-board replay src="https://boards.example/b/x"\n');
    expect(byToken).toContain('src="https://boards.example/b/x"\n               token-url="/openmic-token"');
  });

  test("pages are named by any of their addresses", () => {
    expect(originsIn("https://a.example/start?x=1#y, http://localhost:3000\n  b.example\n\n")).toEqual(["https://a.example", "http://localhost:3000", "b.example"]);
    expect(originsIn("data:text/html,x file:///x")).toEqual(["data:text/html", "x", "file:///x"]);
  });
});
