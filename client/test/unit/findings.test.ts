import { describe, expect, test } from "vitest";
import { RULES } from "../../src/document/model";
import type { Board, Rule } from "../../src/document/model";
import { createReader } from "../../src/document/read";
import { findingsOf } from "../../src/findings/findings";
import type { Authorship } from "../../src/findings/findings";

type Things = Record<string, Record<string, unknown>>;

const ROLES = ["evidence", "customer", "frontstage", "backstage", "support"];

/** The smallest board that holds these things: five lanes without owners and two steps without names. */
function board(parts: { elements?: Things; connectors?: Things; markers?: Things; lanes?: Things; steps?: Things; meta?: object }): Board {
  const numbered = (ids: string[], more: (id: string) => object) =>
    Object.fromEntries(ids.map((id, i) => [id, { order: `a${String(i)}`, title: "", ...more(id) }]));
  const elements = Object.fromEntries(
    Object.entries(parts.elements ?? {}).map(([id, e]) => [id, { kind: "action", step: "s1", order: "a0", text: id, ...e }]),
  );
  return createReader()({
    schema: 1,
    meta: parts.meta ?? {},
    lanes: parts.lanes ?? numbered(ROLES, (role) => ({ role })),
    steps: { ...numbered(["s1", "s2"], () => ({})), ...parts.steps },
    elements,
    connectors: parts.connectors ?? {},
    markers: parts.markers ?? {},
  });
}

/** What one rule says, as the ids it points at. */
function said(rule: Rule, b: Board, authors?: Authorship): (string | undefined)[] {
  return findingsOf(b, authors, [rule]).map((f) => f.element ?? f.lane ?? f.missing ?? f.step);
}

const customer = { lane: "customer" };
const frontstage = { lane: "frontstage" };
const backstage = { lane: "backstage" };
const support = { lane: "support" };
const evidence = { lane: "evidence", kind: "evidence" };

test("an empty board has nothing to be told", () => {
  expect(findingsOf(board({}))).toEqual([]);
});

describe("each rule speaks of what it is for, and only of that", () => {
  test("SB001 a step without a customer action", () => {
    expect(said("SB001", board({ elements: { a: frontstage } }))).toEqual(["s1"]);
    expect(said("SB001", board({ elements: { a: { ...customer, kind: "note" } } }))).toEqual(["s1"]);
    expect(said("SB001", board({ elements: { a: customer } }))).toEqual([]);
    expect(said("SB001", board({ elements: { a: customer }, steps: { s2: { order: "a1", title: "Wait" } } }))).toEqual(["s2"]);
  });

  test("SB002 a customer action that nothing frontstage answers", () => {
    expect(said("SB002", board({ elements: { a: customer } }))).toEqual(["a"]);
    expect(said("SB002", board({ elements: { a: customer, b: frontstage } }))).toEqual([]);
    expect(said("SB002", board({ elements: { a: { ...customer, performedBy: "customer" } } }))).toEqual([]);
    const apart = { a: customer, b: { ...frontstage, step: "s2" } };
    expect(said("SB002", board({ elements: apart }))).toEqual(["a"]);
    expect(said("SB002", board({ elements: apart, connectors: { c: { from: "a", to: "b" } } }))).toEqual([]);
  });

  test("SB003 a connector past the line of visibility", () => {
    const elements = { a: customer, b: backstage, c: support, d: frontstage };
    expect(said("SB003", board({ elements, connectors: { c: { from: "a", to: "b" } } }))).toEqual(["a"]);
    expect(said("SB003", board({ elements, connectors: { c: { from: "a", to: "c" } } }))).toEqual(["a"]);
    expect(said("SB003", board({ elements, connectors: { c: { from: "c", to: "a", direction: "two-way" } } }))).toEqual(["a"]);
    expect(said("SB003", board({ elements, connectors: { c: { from: "a", to: "d" }, d: { from: "d", to: "b" } } }))).toEqual([]);
    expect(said("SB003", board({ elements, connectors: { c: { from: "b", to: "a" } } }))).toEqual([]);
  });

  test("SB004 a frontstage action without evidence", () => {
    expect(said("SB004", board({ elements: { a: frontstage } }))).toEqual(["a"]);
    expect(said("SB004", board({ elements: { a: frontstage, b: evidence } }))).toEqual([]);
    expect(said("SB004", board({ elements: { a: frontstage, b: { ...customer, kind: "evidence" } } }))).toEqual([]);
    const elements = { a: frontstage, b: { ...evidence, step: "s2" } };
    expect(said("SB004", board({ elements }))).toEqual(["a"]);
    expect(said("SB004", board({ elements, connectors: { c: { from: "a", to: "b" } } }))).toEqual([]);
  });

  test("SB005 a backstage action that nothing depends on", () => {
    expect(said("SB005", board({ elements: { a: backstage } }))).toEqual(["a"]);
    expect(said("SB005", board({ elements: { a: backstage, b: frontstage } }))).toEqual([]);
    const elements = { a: backstage, b: { ...customer, step: "s2" } };
    expect(said("SB005", board({ elements, connectors: { c: { from: "a", to: "b" } } }))).toEqual([]);
    expect(said("SB005", board({ elements, connectors: { c: { from: "b", to: "a" } } }))).toEqual(["a"]);
  });

  test("SB006 a support process that is linked to nothing", () => {
    expect(said("SB006", board({ elements: { a: support } }))).toEqual(["a"]);
    expect(said("SB006", board({ elements: { a: support, b: backstage } }))).toEqual([]);
    const elements = { a: support, b: { ...backstage, step: "s2" } };
    expect(said("SB006", board({ elements, connectors: { c: { from: "b", to: "a" } } }))).toEqual([]);
  });

  test("SB007 a fail point without recovery or owner", () => {
    const markers = { m: { target: "a", type: "fail-point" } };
    expect(said("SB007", board({ elements: { a: frontstage }, markers }))).toEqual(["a"]);
    expect(said("SB007", board({ elements: { a: { ...frontstage, owner: "Anna" } }, markers }))).toEqual([]);
    const recovered = { m: { target: "a", type: "fail-point", recovery: "b" } };
    expect(said("SB007", board({ elements: { a: frontstage, b: frontstage }, markers: recovered }))).toEqual([]);
    expect(said("SB007", board({ markers: { m: { target: "s1", type: "fail-point" } } }))).toEqual(["s1"]);
    expect(said("SB007", board({ markers: { m: { target: "s1", type: "pain" } } }))).toEqual([]);
  });

  test("SB008 a wait point without an expected time", () => {
    const markers = { m: { target: "a", type: "wait-point" } };
    expect(said("SB008", board({ elements: { a: customer }, markers }))).toEqual(["a"]);
    expect(said("SB008", board({ elements: { a: customer }, markers: { m: { ...markers.m, waitSeconds: 60 } } }))).toEqual([]);
    const steps = { s1: { order: "a0", acceptableSeconds: 60 } };
    expect(said("SB008", board({ elements: { a: customer }, markers, steps }))).toEqual([]);
    expect(said("SB008", board({ markers: { m: { target: "s2", type: "wait-point" } } }))).toEqual(["s2"]);
  });

  test("SB009 an element below the line of interaction without an owner", () => {
    const elements = { a: frontstage, b: backstage, c: support, d: customer, e: { ...frontstage, kind: "note" } };
    expect(said("SB009", board({ elements }))).toEqual(["a", "b", "c"]);
    expect(said("SB009", board({ elements: { a: { ...frontstage, owner: "IT" } } }))).toEqual([]);
    const lanes = { frontstage: { role: "frontstage", order: "a0", owner: "Service" } };
    expect(said("SB009", board({ elements: { a: frontstage }, lanes }))).toEqual([]);
  });

  test("SB010 a connector backwards in steps", () => {
    const elements = { a: { ...customer, step: "s2" }, b: customer };
    expect(said("SB010", board({ elements, connectors: { c: { from: "a", to: "b" } } }))).toEqual(["a"]);
    expect(said("SB010", board({ elements, connectors: { c: { from: "b", to: "a" } } }))).toEqual([]);
    expect(said("SB010", board({ elements, connectors: { c: { from: "a", to: "b", direction: "two-way" } } }))).toEqual([]);
  });

  test("SB011 a moment of truth without a metric", () => {
    const markers = { m: { target: "a", type: "moment-of-truth" } };
    expect(said("SB011", board({ elements: { a: customer }, markers }))).toEqual(["a"]);
    const lanes = { customer: { role: "customer", order: "a0" }, metrics: { role: "metrics", order: "a1" } };
    expect(said("SB011", board({ elements: { a: customer, b: { lane: "metrics" } }, markers, lanes }))).toEqual([]);
    const elements = { a: customer, b: { lane: "metrics", step: "s2" } };
    expect(said("SB011", board({ elements, markers, lanes }))).toEqual(["a"]);
    expect(said("SB011", board({ elements, markers, lanes, connectors: { c: { from: "a", to: "b" } } }))).toEqual([]);
  });

  test("SB012 lanes out of order, or a lane missing beside a line", () => {
    const lanes = (...roles: string[]) => Object.fromEntries(roles.map((role, i) => [role, { role, order: `a${String(i)}` }]));
    expect(said("SB012", board({ lanes: lanes(...ROLES) }))).toEqual([]);
    expect(said("SB012", board({ lanes: lanes("evidence", "customer", "technology", "frontstage", "backstage", "support", "ideas") }))).toEqual([]);
    expect(said("SB012", board({ lanes: lanes("customer", "backstage", "frontstage", "support") }))).toEqual(["frontstage"]);
    expect(said("SB012", board({ lanes: lanes("customer", "backstage", "support") }))).toEqual(["frontstage", "frontstage"]);
  });

  test("SB013 a customer lane that only staff have written in", () => {
    const b = board({ elements: { a: customer, b: { ...customer, step: "s2" } } });
    const by = (a: "customer" | "staff", c: "customer" | "staff") => new Map([["a", new Set([a])], ["b", new Set([c])]]);
    expect(said("SB013", b)).toEqual([]);
    expect(said("SB013", b, by("staff", "staff"))).toEqual(["customer"]);
    expect(findingsOf(b, by("customer", "staff"), ["SB013"])).toEqual([{ rule: "SB013", step: "s2", lane: "customer" }]);
    expect(said("SB013", b, by("customer", "customer"))).toEqual([]);
    expect(said("SB013", b, new Map([["a", new Set(["staff", "customer"] as const)]]))).toEqual([]);
  });

  test("SB014 an assumed element that nobody has confirmed", () => {
    expect(said("SB014", board({ elements: { a: { ...customer, evidenceStatus: "assumed" } } }))).toEqual(["a"]);
    expect(said("SB014", board({ elements: { a: { ...customer, evidenceStatus: "observed" }, b: customer } }))).toEqual([]);
  });
});

test("a muted rule is silent on this board", () => {
  const elements = { a: frontstage };
  const rules = (b: Board) => [...new Set(findingsOf(b).map((f) => f.rule))];
  expect(rules(board({ elements }))).toEqual(["SB001", "SB004", "SB009"]);
  expect(rules(board({ elements, meta: { muteSB004: true } }))).toEqual(["SB001", "SB009"]);
});

test("five thousand elements are judged while one types", () => {
  const elements = Object.fromEntries(
    Array.from({ length: 5000 }, (_, i) => [`e${String(i)}`, { lane: ROLES[i % 5], step: i % 2 ? "s1" : "s2" }]),
  );
  const b = board({ elements });
  findingsOf(b);
  const start = performance.now();
  expect(findingsOf(b).length).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(3000);
  expect(RULES).toHaveLength(14);
});
