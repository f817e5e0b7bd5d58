/**
 * Augmentation of source scenes for training: they are rotated, mirrored, scaled, shifted against the voxel grid, recoloured
 * and thinned. The points are projected into the photographs from where they were before, with the scan's own origin.
 *
 * @module
 */
import type { Random } from "../random/random.ts";
import type { Points } from "../voxels/points.ts";
import { rotationAboutVertical } from "../voxels/rotation.ts";

/** Points with labels. */
export interface LabelledPoints extends Points {
  /** Class of each point, [N]. */
  labels: Int32Array;
}

/** An augmented scene. */
export interface AugmentedPoints extends LabelledPoints {
  /** The same points where the cameras see them, [N][3]. */
  unmoved: Float32Array;
}

/**
 * Draws one augmentation: any rotation about z, mirroring of x (half the time), scale 0.92 to 1.08, a shift of
 * up to one metre, gain 0.8 to 1.2 and offset ±0.1 for each colour, 60 to 100 % of the points. Of half of the scenes it is not
 * told how often pulses came back: of a quarter nothing, as in files that do not say, and of a quarter that all came back
 * once, as files say whose makers dropped the count.
 *
 * @param crop edge of a square about a random point to which the scene is cut first, metres.
 */
export function augment(
  scene: LabelledPoints,
  random: Random,
  crop = Infinity,
): AugmentedPoints {
  const near = crop === Infinity ? null : croppedTo(scene.positions, crop, random);
  const total = near?.length ?? scene.labels.length;
  const picked = random.sample(total, Math.ceil(total * random.range(0.6, 1))).sort();
  const kept = near ? picked.map((at) => near[at]!) : picked;
  const scale = random.range(0.92, 1.08);
  const angle = random.range(0, 2 * Math.PI);
  const mirror = random.chance(0.5) ? -1 : 1;
  // The embedded students were trained with mirroring after the rotation, which is the same as mirroring before a
  // rotation the other way.
  const place = rotationAboutVertical(mirror * angle, mirror, scale);
  const placeNormal = rotationAboutVertical(mirror * angle, mirror, 1);
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
  const intensity = scene.intensity ? new Float32Array(kept.length) : null;
  const normals = scene.normals ? new Float32Array(kept.length * 3) : null;
  const aboveGround = scene.aboveGround && new Float32Array(kept.length);
  const roughness = scene.roughness && new Float32Array(kept.length);
  const multipleReturns = scene.multipleReturns && new Float32Array(kept.length);
  const told = multipleReturns && toldReturns(scene.multipleReturns!, random);
  const labels = new Int32Array(kept.length);
  kept.forEach((from, to) => {
    unmoved.set(scene.positions.subarray(3 * from, 3 * from + 3), 3 * to);
    const [x, y, z] = place(scene.positions, 3 * from);
    positions.set([x + shift[0], y + shift[1], z + shift[2]], 3 * to);
    normals?.set(placeNormal(scene.normals!, 3 * from), 3 * to);
    if (intensity) intensity[to] = scene.intensity![from]!;
    if (aboveGround) aboveGround[to] = scale * scene.aboveGround![from]!;
    if (roughness) roughness[to] = scale * scene.roughness![from]!;
    if (multipleReturns) multipleReturns[to] = told!(from);
    for (let c = 0; colors && c < 3; c++) {
      const value = scene.colors![3 * from + c]! * gain[c]! + offset[c]!;
      colors[3 * to + c] = Math.min(1, Math.max(0, value));
    }
    labels[to] = scene.labels[from]!;
  });
  const origin = place(scene.origin, 0);
  return {
    ...{ positions, origin, unmoved, colors, intensity, normals, labels },
    ...(aboveGround ? { aboveGround } : {}),
    ...(roughness ? { roughness } : {}),
    ...(multipleReturns ? { multipleReturns } : {}),
  };
}

/** Draws what a file tells of how often pulses came back, by point. */
function toldReturns(measured: Float32Array, random: Random): (point: number) => number {
  const draw = random.uniform();
  if (draw < 0.5) return (point) => measured[point]!;
  return () => draw < 0.75 ? 0 : -1;
}

/** Indices of the points in a square about one of them. */
function croppedTo(positions: Float32Array, edge: number, random: Random): Uint32Array {
  const centre = 3 * random.integer(positions.length / 3);
  const within = (p: number, axis: number) =>
    Math.abs(positions[3 * p + axis]! - positions[centre + axis]!) <= edge / 2;
  return Uint32Array.from({ length: positions.length / 3 }, (_, p) => p)
    .filter((p) => within(p, 0) && within(p, 1));
}
