/**
 * Finds places where somebody with a camera could stand in a scan: on the ground, at eye height, with free space around
 * the head.
 *
 * The ground of a place is the median of the lowest points in the columns around it, so that a stray point below the
 * floor, or a table, does not change it. A place is free where fewer than one in eight of the cells around the head hold
 * points, so that noise in the air does not close a room. A weakness: a column has one ground, the lowest, so there are
 * no stations on a bridge above scanned ground, or on the upper floors of a building.
 *
 * @module
 */
import type { CellGrid } from "./cells.ts";

/** Height of the camera above the ground, metres. */
const EYE_HEIGHT = 1.5;
/** Free space around the camera, across and up, metres. */
const CLEAR_ACROSS = 0.3, CLEAR_UP = 0.5;
/** Columns around a place, in each direction, that its ground is computed from. */
const GROUND_REACH = 2;

/** A place for a camera. */
export interface Station {
  /** Position of the camera, metres. */
  eye: [number, number, number];
  /** Whether the scan has points above it. */
  covered: boolean;
}

/** Finds at most `most` stations, spread evenly over the ground area; none where no place is free. */
export function stationsOf({ edge, low, size, first }: CellGrid, most: number): Station[] {
  const [columns, rows, layers] = size;
  const lowest = new Map<number, number>();
  const highest = new Map<number, number>();
  for (const cell of first.keys()) {
    const column = Math.floor(cell / layers), layer = cell % layers;
    lowest.set(column, Math.min(lowest.get(column) ?? layer, layer));
    highest.set(column, Math.max(highest.get(column) ?? layer, layer));
  }
  const around = (x: number, y: number, reach: number): number[] => {
    const found: number[] = [];
    for (let dx = -reach; dx <= reach; dx++) {
      for (let dy = -reach; dy <= reach; dy++) {
        if (x + dx >= 0 && y + dy >= 0 && x + dx < columns && y + dy < rows) {
          found.push((x + dx) * rows + y + dy);
        }
      }
    }
    return found;
  };
  const across = Math.ceil(CLEAR_ACROSS / edge), up = Math.ceil(CLEAR_UP / edge);
  const free: (Station & { x: number; y: number })[] = [];
  for (const column of [...lowest.keys()].sort((a, b) => a - b)) {
    const x = Math.floor(column / rows), y = column % rows;
    const grounds = around(x, y, GROUND_REACH).flatMap((near) => lowest.get(near) ?? [])
      .sort((a, b) => a - b);
    const ground = grounds[Math.floor(grounds.length / 2)]! + 0.5;
    const head = Math.floor(ground + EYE_HEIGHT / edge);
    const box = around(x, y, across).flatMap((near) =>
      Array.from({ length: 2 * up + 1 }, (_, i) => head - up + i)
        .map((layer) => layer >= 0 && layer < layers && first.has(near * layers + layer))
    );
    if (8 * box.filter(Boolean).length >= box.length) continue;
    free.push({
      x,
      y,
      eye: [
        low[0] + (x + 0.5) * edge,
        low[1] + (y + 0.5) * edge,
        low[2] + ground * edge + EYE_HEIGHT,
      ],
      covered: around(x, y, 1).some((near) => (highest.get(near) ?? 0) > head + up),
    });
  }
  return spread(free, most).map(({ eye, covered }) => ({ eye, covered }));
}

/** The first place in each block of columns; blocks grow by half until at most `most` places are left. */
function spread<P extends { x: number; y: number }>(places: readonly P[], most: number): P[] {
  for (let block = 1;; block = Math.ceil(1.5 * block)) {
    const chosen = new Map<string, P>();
    for (const place of places) {
      const key = `${Math.floor(place.x / block)} ${Math.floor(place.y / block)}`;
      if (!chosen.has(key)) chosen.set(key, place);
    }
    if (chosen.size <= most) return [...chosen.values()];
  }
}
