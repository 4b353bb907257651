import fc from "fast-check";
import { expect, test } from "vitest";
import { tilesOf } from "../../src/exchange/drawn/tiles";

test("sheets cover the whole board, share their edges with their neighbours, and are no more than it takes", () => {
  const side = fc.integer({ min: 200, max: 1500 });
  const box = fc.record({ x: fc.integer({ min: -2000, max: 2000 }), y: fc.integer({ min: -2000, max: 2000 }), width: fc.integer({ min: 1, max: 20_000 }), height: fc.integer({ min: 1, max: 8000 }) });
  fc.assert(
    fc.property(box, side, side, fc.integer({ min: 0, max: 100 }), (whole, width, height, overlap) => {
      const tiles = tilesOf(whole, width, height, overlap);
      const [first, last] = [tiles[0]?.area, tiles.at(-1)?.area];
      if (!first || !last) throw new Error("no sheet");
      expect(first.x).toBeLessThanOrEqual(whole.x + 1e-6);
      expect(first.y).toBeLessThanOrEqual(whole.y + 1e-6);
      expect(last.x + width).toBeGreaterThanOrEqual(whole.x + whole.width - 1e-6);
      expect(last.y + height).toBeGreaterThanOrEqual(whole.y + whole.height - 1e-6);
      const { row: rows, column: columns } = tiles.at(-1) ?? { row: 0, column: 0 };
      expect(tiles).toHaveLength(rows * columns);
      // One column less would not reach.
      if (columns > 1) expect((columns - 1) * (width - overlap) + overlap).toBeLessThan(whole.width);
      for (const [i, tile] of tiles.entries()) {
        const next = tile.joins.right ? tiles[i + 1] : undefined;
        if (next) expect(next.area.x).toBeCloseTo(tile.area.x + width - overlap);
        expect(tile.joins).toEqual({ left: tile.column > 1, right: tile.column < columns, above: tile.row > 1, below: tile.row < rows });
      }
    }),
  );
});
