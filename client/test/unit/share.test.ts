import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readLink } from "../../src/share/api";
import { knownLinks, linkId, rememberLink } from "../../src/share/known";
import { Naming } from "../../src/sync/naming";
import { credentials, dropToken, keepToken, toldName, tokenFor } from "../../src/sync/participant";
import { afterTicketError } from "../../src/sync/reconnect";

class Shelf {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
}

beforeEach(() => {
  Object.defineProperty(globalThis, "localStorage", { value: new Shelf(), configurable: true });
});

describe("links", () => {
  test("a link is named as the server names it", () => {
    // 24 letters of a secret; the name is 9 bytes of a hash of "link " and the secret's hash.
    const secret = "AbCdEfGhIjKlMnOpQrStUvWx";
    const hash = createHash("sha256").update(secret).digest();
    const name = createHash("sha256").update(Buffer.concat([Buffer.from("link "), hash])).digest().subarray(0, 9).toString("base64url");
    expect(linkId(`https://boards.example.org/b/x#${secret}`)).toBe(name);
  });

  test("addresses are found again by name, those of the board and those made here", () => {
    rememberLink("made", "https://a/b/x#made");
    const known = knownLinks(["https://a/b/x#board", undefined]);
    expect(known.get("made")).toBe("https://a/b/x#made");
    expect(known.get(linkId("https://a/b/x#board"))).toBe("https://a/b/x#board");
    localStorage.setItem("openmic.links", '{"a": 7, "b": "ok"}');
    expect([...knownLinks([])]).toEqual([["b", "ok"]]);
    localStorage.setItem("openmic.links", "no JSON");
    expect(knownLinks([]).size).toBe(0);
  });

  test("whatever the server says, a link is whole or none", () => {
    const link = { id: "a_-1", role: "editor", audience: "staff", label: "x", expiresAt: "2027-01-01T00:00:00Z", password: true, people: 3 };
    expect(readLink(link)).toMatchObject({ id: "a_-1", role: "editor", audience: "staff", expires: Date.UTC(2027, 0, 1), password: true, people: 3, url: undefined });
    expect(readLink({ ...link, id: "../x" })).toBeUndefined();
    expect(readLink({ ...link, role: "root" })).toBeUndefined();
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const read = readLink(value);
        return read === undefined || (typeof read.label === "string" && typeof read.people === "number");
      }),
    );
  });
});

describe("whose a device is", () => {
  test("the token goes with every request about its board, and no other", () => {
    keepToken("one", "token-1", "Anna");
    keepToken("one", "token-2", "Anna");
    expect(credentials("one", "s")).toEqual({ Authorization: "Bearer s", "Openmic-Participant": "token-2" });
    expect(credentials("two", "s")).toEqual({ Authorization: "Bearer s" });
    dropToken("one");
    expect(tokenFor("one")).toBeUndefined();
  });

  test("what is no token is not sent", () => {
    localStorage.setItem("openmic.participants", '[["one", "a\\nb"], ["two", 3], 4, ["three", "ok"]]');
    expect(["one", "two", "three"].map(tokenFor)).toEqual([undefined, undefined, "ok"]);
    localStorage.setItem("openmic.participants", "{");
    expect(tokenFor("three")).toBeUndefined();
  });

  test.each([
    ["banned", "removed"],
    ["password", "password"],
    ["closed", "closed"],
    ["full", "full"],
    ["", "link"],
    ["else", "link"],
  ] as const)("who is kept out for “%s” stops knocking and says why", (condition, refused) => {
    expect(afterTicketError(403, condition)).toEqual({ refused });
  });
});

describe("what a person is called", () => {
  const asked: unknown[] = [];
  let answer: (method: string) => Response;
  const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status });

  beforeEach(() => {
    asked.length = 0;
    answer = () => json({});
    vi.stubGlobal("fetch", (path: string, { method, body }: RequestInit) => {
      if (method === "PATCH") asked.push([path, JSON.parse(String(body))]);
      return Promise.resolve(answer(method ?? ""));
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  const board = { id: "b", secret: "s" };
  const patch = (name: string) => ["/api/boards/b/participants/me", { name }];

  test("reaches the server when they choose another name, and only then", async () => {
    keepToken("b", "token", "Anna");
    const naming = new Naming(board, "Anna");
    await naming.tell();
    expect(asked).toEqual([]);
    naming.call("Anna-Karin");
    await vi.waitFor(() => expect(toldName("b")).toBe("Anna-Karin"));
    expect(asked).toEqual([patch("Anna-Karin")]);
    expect(tokenFor("b")).toBe("token");
    // Another board learns of it when it is opened the next time.
    await new Naming(board, "Berit").tell();
    expect(asked).toEqual([patch("Anna-Karin"), patch("Berit")]);
  });

  test("is told once more when the connection is back, and the last of several", async () => {
    keepToken("b", "token", "Anna");
    const naming = new Naming(board, "Anna");
    answer = () => json({}, 503);
    naming.call("Berit");
    await vi.waitFor(() => expect(toldName("b")).toBe("Anna"));
    answer = () => json({});
    naming.call("Bert");
    naming.call("Berta");
    await vi.waitFor(() => expect(toldName("b")).toBe("Berta"));
    await naming.tell();
    expect(asked.at(-1)).toEqual(patch("Berta"));
  });

  test("is not told again where it was erased, refused, or of nobody", async () => {
    localStorage.setItem("openmic.participants", '[["b", "token"]]');
    await new Naming(board, "Anna").tell();
    expect(asked).toEqual([]);
    answer = (method) => json({}, method === "PATCH" ? 400 : 200);
    const naming = new Naming(board, "Anna");
    naming.call("Berit");
    await vi.waitFor(() => expect(toldName("b")).toBe("Berit"));
    await naming.tell();
    expect(asked).toEqual([patch("Berit")]);
    dropToken("b");
    await new Naming(board, "Cecilia").tell();
    expect(asked).toHaveLength(1);
  });
});
