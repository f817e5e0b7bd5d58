/**
 * A ray caster for wide land, on the processor: solids are sorted into square columns, and a ray tries those alone whose
 * columns it passes. Rays of surveys come from above and pass few, so this is faster than trying everything on the GPU.
 * What it finds is what {@link castRaysReference} finds.
 *
 * @module
 */
import { extentsOf } from "./extents.ts";
import type { CastRays, Rays } from "./raycast.ts";
import { nearestOf, normalAt, type Sighting } from "./raycast_reference.ts";
import type { Solids } from "./solids.ts";

/** Edge of a column, metres. */
const EDGE = 4;

/** Solids by columns. */
class SolidColumns {
  readonly #left: number;
  readonly #front: number;
  readonly #columns: number;
  readonly #rows: number;
  /** The lowest and the highest of what there is, metres. */
  readonly #low: number;
  readonly #high: number;
  /** Where the solids of a column begin in `#indices`. */
  readonly #starts: Uint32Array;
  readonly #indices: Uint32Array;
  readonly #words: Float64Array;

  constructor(solids: Solids) {
    this.#words = Float64Array.from(solids.primitives);
    const { low, high } = extentsOf(solids);
    // Solids without size are met by no ray.
    const real = Array.from({ length: solids.count }, (_, i) => i)
      .filter((i) => high[3 * i]! - low[3 * i]! > 0 || high[3 * i + 1]! - low[3 * i + 1]! > 0);
    const least = (axis: number) =>
      real.reduce((m, i) => Math.min(m, low[3 * i + axis]!), Infinity);
    const most = (axis: number) =>
      real.reduce((m, i) => Math.max(m, high[3 * i + axis]!), -Infinity);
    (this.#left = least(0)), (this.#front = least(1)), (this.#low = least(2) - 0.01);
    this.#high = most(2) + 0.01;
    this.#columns = real.length === 0 ? 0 : Math.floor((most(0) - this.#left) / EDGE) + 1;
    this.#rows = real.length === 0 ? 0 : Math.floor((most(1) - this.#front) / EDGE) + 1;
    const lists: number[][] = Array.from({ length: this.#columns * this.#rows }, () => []);
    for (const i of real) {
      const column = (axis: number, value: number) =>
        Math.floor((value - (axis === 0 ? this.#left : this.#front)) / EDGE);
      // A little wider, for rays along an edge.
      for (
        let row = this.#row(low[3 * i + 1]! - 0.01);
        row <= this.#row(high[3 * i + 1]! + 0.01);
        row++
      ) {
        const last = Math.min(this.#columns - 1, column(0, high[3 * i]! + 0.01));
        for (let at = Math.max(0, column(0, low[3 * i]! - 0.01)); at <= last; at++) {
          lists[row * this.#columns + at]!.push(i);
        }
      }
    }
    this.#starts = new Uint32Array(lists.length + 1);
    lists.forEach((list, at) => this.#starts[at + 1] = this.#starts[at]! + list.length);
    this.#indices = Uint32Array.from(lists.flat());
  }

  #row(y: number): number {
    return Math.max(0, Math.min(this.#rows - 1, Math.floor((y - this.#front) / EDGE)));
  }

  /** Fills `sighting` with what a ray meets first. */
  look(ray: Float32Array, sighting: Sighting): void {
    (sighting.t = Infinity), (sighting.primitive = -1);
    const [ox, oy, oz, dx, dy, dz] = [ray[0]!, ray[1]!, ray[2]!, ray[4]!, ray[5]!, ray[6]!];
    // The part of the ray within the box around everything.
    let from = 0, to = Infinity;
    const clip = (origin: number, step: number, low: number, high: number) => {
      if (Math.abs(step) < 1e-12) {
        if (origin < low || origin > high) to = -1;
        return;
      }
      const a = (low - origin) / step, b = (high - origin) / step;
      (from = Math.max(from, Math.min(a, b))), (to = Math.min(to, Math.max(a, b)));
    };
    clip(ox, dx, this.#left, this.#left + this.#columns * EDGE);
    clip(oy, dy, this.#front, this.#front + this.#rows * EDGE);
    clip(oz, dz, this.#low, this.#high);
    if (!(from <= to) || this.#columns === 0) return;
    const at = (value: number, count: number) =>
      Math.max(0, Math.min(count - 1, Math.floor(value)));
    let column = at((ox + from * dx - this.#left) / EDGE, this.#columns);
    let row = at((oy + from * dy - this.#front) / EDGE, this.#rows);
    const [stepX, stepY] = [dx > 0 ? 1 : -1, dy > 0 ? 1 : -1];
    const crossing = (origin: number, step: number, low: number, cell: number) =>
      Math.abs(step) < 1e-12
        ? Infinity
        : (low + (cell + (step > 0 ? 1 : 0)) * EDGE - origin) / step;
    for (;;) {
      const cell = row * this.#columns + column;
      nearestOf(
        this.#words,
        ray,
        this.#indices,
        this.#starts[cell]!,
        this.#starts[cell + 1]!,
        sighting,
      );
      const nextX = crossing(ox, dx, this.#left, column),
        nextY = crossing(oy, dy, this.#front, row);
      const next = Math.min(nextX, nextY);
      // What is met within this column is nearer than anything in the next ones.
      if (next > to || sighting.t <= next) return;
      if (nextX < nextY) column += stepX;
      else row += stepY;
      if (column < 0 || row < 0 || column >= this.#columns || row >= this.#rows) return;
    }
  }

  /** The normal where a ray was met. */
  normal(ray: Float32Array, sighting: Sighting): readonly number[] {
    return normalAt(this.#words, ray, sighting);
  }
}

/** Makes a ray caster that runs on the processor and remembers the columns of the solids that it was given last. */
export function gridCaster(): CastRays {
  let last: { solids: Solids; columns: SolidColumns } | undefined;
  return (solids, rays) => {
    if (last?.solids !== solids) last = { solids, columns: new SolidColumns(solids) };
    return Promise.resolve(castThrough(last.columns, rays));
  };
}

function castThrough(columns: SolidColumns, rays: Rays) {
  const surface = new Float32Array(rays.count * 4);
  const primitive = new Int32Array(rays.count).fill(-1);
  const sighting: Sighting = { t: Infinity, primitive: -1, face: 0 };
  for (let ray = 0; ray < rays.count; ray++) {
    const words = rays.words.subarray(ray * 8, ray * 8 + 8);
    columns.look(words, sighting);
    primitive[ray] = sighting.primitive;
    surface[ray * 4 + 3] = sighting.primitive < 0 ? -1 : sighting.t;
    if (sighting.primitive >= 0) surface.set(columns.normal(words, sighting), ray * 4);
  }
  return { surface, primitive };
}
