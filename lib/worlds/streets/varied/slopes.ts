/**
 * Ground that is not level. Seen from the sensor it rises or falls in every direction by another slope, as streets do
 * among hills; whatever stands on it stays upright.
 *
 * A point lies f(x, y) = r · s(θ) higher than in the level world, where r and θ are its distance from the sensor and its
 * azimuth. Along a ray from the sensor f is linear, so a ray among slopes is a straight ray in the level world, and
 * points lie exactly where the beams look. Rays from a place beside the sensor (cameras, a second lidar) are off by
 * centimetres.
 *
 * @module
 */
import type { Random } from "../../../random/random.ts";
import type { CastRays } from "../../raycast.ts";
import type { Painter } from "../../shading.ts";

/** The slopes around a sensor. */
export interface Slopes {
  /** Coefficients of cos kθ and sin kθ in the slope s(θ), for k = 1, 2, 3. */
  readonly waves: readonly (readonly [cosine: number, sine: number])[];
}

/** Bound on each coefficient, for k = 1, 2, 3. */
const BOUNDS = [0.03, 0.02, 0.008];

/** Steepest slope that {@link drawSlopes} draws: that of the tangent, with all coefficients at their bounds. */
export const STEEPEST = Math.hypot(
  BOUNDS.reduce((sum, bound) => sum + Math.SQRT2 * bound, 0),
  BOUNDS.reduce((sum, bound, i) => sum + Math.SQRT2 * bound * (i + 1), 0),
);

/** Rays that start nearer to the sensor than this are taken to look outwards from it, metres. */
const NEAR = 3;

/** Draws slopes; one street in five is level. */
export function drawSlopes(random: Random): Slopes {
  const size = random.chance(0.2) ? 0 : 1;
  return {
    waves: BOUNDS.map((bound) => [
      size * random.range(-bound, bound),
      size * random.range(-bound, bound),
    ]),
  };
}

/** The gradient of f in the direction of (x, y), which is the same at every distance. */
export function gradientOf({ waves }: Slopes, x: number, y: number): [number, number] {
  const angle = Math.atan2(y, x);
  let slope = 0, across = 0;
  waves.forEach(([cosine, sine], i) => {
    const k = i + 1, c = Math.cos(k * angle), s = Math.sin(k * angle);
    slope += cosine * c + sine * s;
    across += k * (sine * c - cosine * s);
  });
  const c = Math.cos(angle), s = Math.sin(angle);
  return [slope * c - across * s, slope * s + across * c];
}

/** Height of the ground at (x, y) above that of the level world, metres. */
export function riseAt(slopes: Slopes, x: number, y: number): number {
  const [a, b] = gradientOf(slopes, x, y);
  return a * x + b * y;
}

/** Makes a caster that sees a level world with these slopes. */
export function castAmong(cast: CastRays, slopes: Slopes): CastRays {
  return async (solids, { count, words }) => {
    const level = words.slice();
    const gradients = new Float32Array(2 * count);
    for (let ray = 0; ray < count; ray++) {
      const w = 8 * ray;
      const x = words[w]!, y = words[w + 1]!, dx = words[w + 4]!, dy = words[w + 5]!;
      const [a, b] = Math.hypot(x, y) < NEAR
        ? gradientOf(slopes, dx, dy)
        : gradientOf(slopes, x, y);
      gradients.set([a, b], 2 * ray);
      level[w + 2]! -= a * x + b * y;
      level[w + 6]! -= a * dx + b * dy;
    }
    const hits = await cast(solids, { count, words: level });
    const { surface } = hits;
    for (let ray = 0; ray < count; ray++) {
      const h = 4 * ray;
      const nz = surface[h + 2]!;
      const nx = surface[h]! - gradients[2 * ray]! * nz;
      const ny = surface[h + 1]! - gradients[2 * ray + 1]! * nz;
      const length = Math.hypot(nx, ny, nz) || 1;
      surface.set([nx / length, ny / length, nz / length], h);
    }
    return hits;
  };
}

/** Makes a painter of a street among slopes, whose textures are those of the level world. */
export function paintAmong(painter: Painter, slopes: Slopes): Painter {
  return {
    ...painter,
    surface(point, eye, out, at) {
      const rise = riseAt(slopes, point.x, point.y);
      painter.surface(
        { ...point, z: point.z - rise },
        [eye[0], eye[1], eye[2] - riseAt(slopes, eye[0], eye[1])],
        out,
        at,
      );
    },
  };
}
