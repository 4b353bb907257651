import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readMe, readPage, signInAddress } from "../../src/staff/api";
import { boardAddress, callAsSignedIn, forgetLinkless, knownBoard, knownBoards, markBoard, profile, rememberBoard, rename } from "../../src/sync/device";
import { credentials, keepToken } from "../../src/sync/participant";
import { conditionOf } from "../../src/sync/reconnect";
import { noteSignedIn } from "../../src/sync/signedin";

const ORIGIN = "https://boards.example.org";

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("location", { origin: ORIGIN });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

const info = { id: "b", documentId: "d", title: "Board", role: "owner" } as const;

describe("what the server says", () => {
  test("is read as far as it makes sense", () => {
    expect(readMe({})).toEqual({ signIn: false, needed: false, daysKept: 0, person: undefined });
    expect(readMe({ signIn: true, needed: true, daysKept: 30, person: { name: "Anna", administrator: true } })).toEqual({
      signIn: true,
      needed: true,
      daysKept: 30,
      person: { name: "Anna", administrator: true },
    });
    expect(readPage({ boards: [{ id: "b", title: "T", createdAt: "2026-11-27T20:00:00Z", owners: 2 }, { id: "../x" }, 1], next: "n" })).toEqual({
      boards: [{ id: "b", title: "T", created: Date.UTC(2026, 10, 27, 20), goesAt: undefined, owners: 2 }],
      next: "n",
    });
  });

  test("is never believed beyond that", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("signIn", "needed", "person", "boards", "next", "daysKept"), fc.anything()), (answer) => {
        expect(typeof readMe(answer).signIn).toBe("boolean");
        for (const { id } of readPage(answer).boards) expect(id).toMatch(/^[\w-]+$/);
      }),
    );
  });
});

describe("a board of somebody who is signed in", () => {
  test("needs no secret, and leaves none on the device", () => {
    rememberBoard(info, "", { viewer: `${ORIGIN}/b/b#v` });
    expect(knownBoard("b")).toMatchObject({ secret: "", links: { viewer: `${ORIGIN}/b/b#v` } });
    expect(knownBoard("b")?.links.owner).toBeUndefined();
    expect(boardAddress("b", "")).toBe("/b/b");
    expect(boardAddress("b", "s")).toBe("/b/b#s");
  });

  test("is forgotten when nobody is signed in any more, and those with a link are not", () => {
    rememberBoard(info, "");
    rememberBoard({ ...info, id: "c" }, "secret");
    forgetLinkless();
    expect(knownBoards().map((b) => b.id)).toEqual(["c"]);
  });
});

test("who is signed in is known by that, and guests by their token", () => {
  keepToken("b", "token", "Anna");
  expect(credentials("b", "secret")).toEqual({ Authorization: "Bearer secret", "Openmic-Participant": "token" });
  noteSignedIn(true);
  expect(credentials("b", "secret")).toEqual({ Authorization: "Bearer secret" });
  expect(credentials("b", "")).toEqual({});
  noteSignedIn(false);
  expect(credentials("b", "secret")).toHaveProperty("Openmic-Participant");
});

test("what has become of a board is noted, and is no more once the server says otherwise", () => {
  rememberBoard(info, "secret");
  markBoard("b", { archived: true, goesAt: 5 });
  expect(knownBoard("b")).toMatchObject({ archived: true, goesAt: 5, secret: "secret" });
  markBoard("b", { archived: true });
  expect(knownBoard("b")?.goesAt).toBeUndefined();
  rememberBoard(info, "secret");
  expect(knownBoard("b")?.archived).toBeUndefined();
});

test("who signs in is called as there, unless they have said what they are called here", () => {
  expect(profile(() => "Glad Uggla").invented).toBe(true);
  callAsSignedIn("Anna Åberg");
  expect(profile(() => "x")).toMatchObject({ name: "Anna Åberg", invented: false });
  rename(profile(() => "x"), "Anna");
  callAsSignedIn("Anna Åberg");
  expect(profile(() => "x").name).toBe("Anna");
});

test("the way in leads back, and a board that asks for it says so", () => {
  expect(signInAddress("/b/x?y=1&z")).toBe("/signin?to=%2Fb%2Fx%3Fy%3D1%26z");
  expect(conditionOf("signin")).toBe("signin");
});
