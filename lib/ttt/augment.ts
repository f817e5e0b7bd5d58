/**
 * Random views of a source scene for training: turned, mirrored, scaled, shifted against the voxel grid,
 * recoloured, thinned. Projection into the photographs uses the points where they were.
 *
 * @module
 */
import type { Random } from "../worlds/random.ts";

/** Points with labels. */
export interface LabelledPoints {
  /** [N][3], metres. */
  positions: Float32Array;
  /** [N][3], 0 to 1. */
  colors: Float32Array | null;
  /** [N]. */
  labels: Int32Array;
}

/** An augmented scene. */
export interface AugmentedPoints extends LabelledPoints {
  /** [N][3]: the same points where the cameras see them. */
  unmoved: Float32Array;
}

/**
 * Draws one augmentation: any turn about z, mirroring of x (half the time), scale 0.92 to 1.08, a shift of
 * up to one metre, gain 0.8 to 1.2 and offset ±0.1 for each colour, 60 to 100 % of the points.
 */
export function augment(scene: LabelledPoints, random: Random): AugmentedPoints {
  const total = scene.labels.length;
  const kept = random.sample(total, Math.ceil(total * random.range(0.6, 1))).sort();
  const scale = random.range(0.92, 1.08);
  const angle = random.range(0, 2 * Math.PI);
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const mirror = random.chance(0.5) ? -1 : 1;
  const shift = [random.uniform(), random.uniform(), random.uniform()] as const;
  const gain = [random.range(0.8, 1.2), random.range(0.8, 1.2), random.range(0.8, 1.2)] as const;
  const offset = [
    random.range(-0.1, 0.1),
    random.range(-0.1, 0.1),
    random.range(-0.1, 0.1),
  ] as const;

  const positions = new Float32Array(kept.length * 3);
  const unmoved = new Float32Array(kept.length * 3);
  const colors = scene.colors ? new Float32Array(kept.length * 3) : null;
  const labels = new Int32Array(kept.length);
  kept.forEach((from, to) => {
    const [x, y, z] = scene.positions.subarray(3 * from, 3 * from + 3) as unknown as [
      number,
      number,
      number,
    ];
    unmoved.set([x, y, z], 3 * to);
    positions.set([
      mirror * (cos * x - sin * y) + shift[0],
      sin * x + cos * y + shift[1],
      scale * z + shift[2],
    ], 3 * to);
    for (let c = 0; colors && c < 3; c++) {
      const value = scene.colors![3 * from + c]! * gain[c]! + offset[c]!;
      colors[3 * to + c] = Math.min(1, Math.max(0, value));
    }
    labels[to] = scene.labels[from]!;
  });
  return { positions, unmoved, colors, labels };
}
