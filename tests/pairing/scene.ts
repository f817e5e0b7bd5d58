/**
 * What the pairing tests share: cameras, a simulated room whose visibility is known by ray casting, and a function that
 * computes visibility on the GPU.
 *
 * @module
 */
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import {
  type LocalPose,
  localPose,
  resolvePairing,
  visibilityLaunches,
} from "../../lib/pairing/mod.ts";
import type { PairingOptions, ProjectedPoint } from "../../lib/pairing/mod.ts";
import type { Camera } from "../../lib/scan/mod.ts";

export type Vector = [number, number, number];

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const unit = (a: Vector): Vector => a.map((x) => x / Math.hypot(...a)) as Vector;
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** A camera at `eye` that looks at `target`, z up. */
export function lookAt(eye: Vector, target: Vector, width = 160, height = 120, focal = 95): Camera {
  const forward = unit(minus(target, eye));
  const right = unit(cross(forward, [0, 0, 1]));
  const down = cross(forward, right);
  const row = (axis: Vector) => [...axis, -dot(axis, eye)];
  return {
    file: "made.png",
    width,
    height,
    fx: focal,
    fy: focal,
    cx: (width - 1) / 2,
    cy: (height - 1) / 2,
    worldToCamera: Float64Array.from([...row(right), ...row(down), ...row(forward), 0, 0, 0, 1]),
  };
}

/** Boxes [low, high]: the room itself, a screen wall in it, a cupboard, a table top. */
const BOXES: [Vector, Vector][] = [
  [[-3, -2.5, 0], [3, 2.5, 3]],
  [[-1.5, 0.5, 0], [1, 0.6, 2.2]],
  [[1.2, -0.8, 0], [2, 0, 0.9]],
  [[-2.6, -1.5, 0.7], [-1.2, -0.7, 0.76]],
];

/** Gives the distance from `eye` along a unit direction to the first surface of the room. */
export function castRoom(eye: Vector, direction: Vector): number {
  let nearest = Infinity;
  BOXES.forEach(([low, high], k) => {
    let [enter, leave] = [-Infinity, Infinity];
    for (let axis = 0; axis < 3; axis++) {
      const a = (low[axis]! - eye[axis]!) / direction[axis]!;
      const b = (high[axis]! - eye[axis]!) / direction[axis]!;
      enter = Math.max(enter, Math.min(a, b));
      leave = Math.min(leave, Math.max(a, b));
    }
    if (k === 0) nearest = Math.min(nearest, leave);
    else if (enter <= leave && enter > 1e-6) nearest = Math.min(nearest, enter);
  });
  return nearest;
}

/** Gives the positions of about `count` points, spread evenly over the surfaces of the room. */
export function scanRoom(count: number, seed = 1): Float32Array {
  const random = mulberry32(seed);
  const positions: number[] = [];
  for (const [low, high] of BOXES) {
    for (let axis = 0; axis < 3; axis++) {
      const [a, b] = [0, 1, 2].filter((other) => other !== axis) as [number, number];
      const area = (high[a]! - low[a]!) * (high[b]! - low[b]!);
      for (const side of [low, high]) {
        for (let i = 0; i < count * area / 150; i++) {
          const point = low.map((x, k) => x + random() * (high[k]! - x));
          point[axis] = side[axis]!;
          positions.push(...point);
        }
      }
    }
  }
  return Float32Array.from(positions);
}

/** Cameras in the corners of the room. */
export const ROOM_CAMERAS: Camera[] = [
  lookAt([-2.5, -2, 1.5], [1, 1.5, 0.8]),
  lookAt([2.5, -2, 1.6], [-1.5, 1.5, 0.6]),
  lookAt([0, -2.2, 1.4], [0, 2, 1]),
  lookAt([2.5, 2.2, 1.5], [-1, -1, 0.5]),
];

/** Gives the position of a camera. */
export function eyeOf(camera: Camera): Vector {
  const m = camera.worldToCamera;
  const at = (k: number) => -(m[k]! * m[3]! + m[4 + k]! * m[7]! + m[8 + k]! * m[11]!);
  return [at(0), at(1), at(2)];
}

/** Computes on the GPU, for each view, the pixels of the points and which of them it sees. */
export async function seeOnGpu(
  gpu: Gpu,
  positions: Float32Array,
  cameras: readonly Camera[],
  options: PairingOptions,
  origin: Vector = [0, 0, 0],
): Promise<{ projected: ProjectedPoint[]; seen: boolean[] }[]> {
  using scratch = new DisposableStack();
  const points = positions.length / 3;
  const seeing = visibilityLaunches(gpu, scratch, {
    positions: scratch.use(gpu.upload("positions", positions)),
    points,
    cameras,
    origin,
    options: resolvePairing(options, 0.05),
  });
  gpu.run(seeing.launches, "see");
  const bits = await gpu.read(seeing.seen, Uint32Array, seeing.words * points);
  const views = [];
  for (let view = 0; view < cameras.length; view++) {
    gpu.run([seeing.project(view)]);
    const data = await gpu.read(seeing.projected, Float32Array, 4 * points);
    const projected = Array.from({ length: points }, (_, i) => {
      const [u, v, z, inside] = data.subarray(4 * i, 4 * i + 4) as unknown as number[];
      return { u: u!, v: v!, z: z!, inside: inside === 1 };
    });
    const word = Math.floor(view / 32) * points;
    const seen = projected.map((_, i) => (bits[word + i]! >>> (view % 32) & 1) === 1);
    views.push({ projected, seen });
  }
  return views;
}

/** Gives the pose of a camera for a scan without an origin. */
export function poseOf(camera: Camera): LocalPose {
  return localPose(camera, [0, 0, 0]);
}
