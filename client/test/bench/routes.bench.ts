// The ways of 1,000 connectors among 2,000 cards: all of them anew, after one card has grown, and while one is carried.
import { bench } from "vitest";
import { evenLetters, layout } from "../../src/board/layout";
import { createRouter } from "../../src/board/routes";
import { createReader } from "../../src/document/read";

const LANES = ["evidence", "customer", "frontstage", "backstage", "support"] as const;
const STEPS = 50;
const CARDS = 2000;
const LINKS = 1000;

/** The same numbers each time, without a pattern. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
}

function bigBoard(grown: boolean) {
  const pick = numbers(7);
  const pad = (i: number) => String(i).padStart(4, "0");
  return {
    schema: 1,
    lanes: Object.fromEntries(LANES.map((role, i) => [role, { role, order: `a${String(i)}` }])),
    steps: Object.fromEntries(Array.from({ length: STEPS }, (_, i) => [`s${pad(i)}`, { order: `a${pad(i)}` }])),
    elements: Object.fromEntries(
      Array.from({ length: CARDS }, (_, i) => [
        `e${pad(i)}`,
        { kind: "action", lane: LANES[pick(5)], step: `s${pad(pick(STEPS))}`, order: `a${pad(i)}`, text: "ord ".repeat(grown && i === 9 ? 60 : 1 + pick(20)) },
      ]),
    ),
    connectors: Object.fromEntries(
      Array.from({ length: LINKS }, (_, i) => {
        const from = pick(CARDS);
        return [`c${pad(i)}`, { from: `e${pad(from)}`, to: `e${pad(pick(3) === 0 ? pick(CARDS) : (from + 1 + pick(40)) % CARDS)}` }];
      }),
    ),
  };
}

const count = evenLetters(7);
const read = createReader();
const [board, other] = [read(bigBoard(false)), read(bigBoard(true))];
const [geometry, changed] = [layout(board, count), layout(other, count)];

bench("all 1,000 anew", () => {
  createRouter()(board, geometry);
});

const warm = createRouter();
let turn = false;
bench("after a card has grown", () => {
  turn = !turn;
  if (turn) warm(other, changed);
  else warm(board, geometry);
});

const carrying = createRouter();
let x = 0;
bench("while one card is carried", () => {
  const [id, place] = [...geometry.places][0] ?? [];
  if (id !== undefined && place) carrying(board, geometry, new Map([[id, { ...place, x: x++ }]]));
});
