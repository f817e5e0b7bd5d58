/**
 * {@link drawViews} in plain TypeScript and float64: the reference of the kernels `splat_*.wgsl`.
 *
 * @module
 */
import type { Camera, Photo } from "../../scan/mod.ts";
import { resolvePairing } from "../options.ts";
import { localPose, projectReference } from "../projection.ts";
import { meanFocal, visibilityReference } from "../visibility.ts";
import { FILL_REACH, MOST_HALF, MOST_RINGS, rgbOf, type ViewDrawing } from "./draw.ts";

/** A direction or colour. */
type Vector = [number, number, number];

/** The points and cameras of {@link drawViewsReference}. */
export interface HostViewDrawing extends Omit<ViewDrawing, "positions" | "points"> {
  /** f32 [3 * points], metres, minus the origin. */
  positions: Float32Array;
}

/** Draws one picture for each camera. */
export function drawViewsReference(drawing: HostViewDrawing): Photo[] {
  return drawing.cameras.map((camera) => drawView(drawing, camera));
}

function drawView(drawing: HostViewDrawing, camera: Camera): Photo {
  const { positions, origin, colours, background, spacing } = drawing;
  const { width, height } = camera;
  const pose = localPose(camera, origin);
  const projected = Array.from(
    { length: positions.length / 3 },
    (_, i) => projectReference(camera, pose, positions.subarray(3 * i, 3 * i + 3)),
  );
  const visible = visibilityReference(camera, projected, resolvePairing({}, spacing).depth);
  const nearest = new Int32Array(width * height).fill(-1);
  projected.forEach(({ u, v, z }, i) => {
    if (!visible[i]) return;
    const half = Math.min(spacing / 4 * meanFocal(camera) / z, MOST_HALF);
    const [left, right] = reach(u, half, width), [top, bottom] = reach(v, half, height);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const other = nearest[y * width + x]!;
        if (other < 0 || z < projected[other]!.z) nearest[y * width + x] = i;
      }
    }
  });
  const inside = projected.filter((point) => point.inside).length;
  const farthest = Math.floor(FILL_REACH ** 2 * width * height / Math.max(inside, 1));
  const picture = fillHoles(nearest, width, height, farthest, (i) => {
    const word = colours?.[i] ?? 0;
    return colours
      ? [0, 8, 16].map((shift) => (word >> shift & 255) / 255) as Vector
      : [projected[i]!.z, 0, 0];
  });
  const up: Vector = [pose[2]!, pose[6]!, pose[10]!];
  const words = Uint32Array.from(picture, (value, i) => {
    const colour = value === null
      ? background
      : colours
      ? value
      : shade(picture, camera, i % width, Math.floor(i / width), up);
    const byte = (at: number) => Math.floor(255 * Math.min(1, Math.max(0, colour[at]!)) + 0.5);
    return byte(0) | byte(1) << 8 | byte(2) << 16;
  });
  return { name: camera.file, width, height, pixels: rgbOf(words) };
}

/** The first and the last pixel of a square along one axis. */
function reach(at: number, half: number, pixels: number): [number, number] {
  return [
    Math.max(0, Math.floor(at - half + 0.5)),
    Math.min(pixels - 1, Math.floor(at + half + 0.5)),
  ];
}

/** The values of all pixels; null where no point is near enough. */
function fillHoles(
  nearest: Int32Array,
  width: number,
  height: number,
  farthest: number,
  valueOf: (point: number) => Vector,
): (Vector | null)[] {
  const ringOf = (at: number, ring: number) => {
    const found: { value: Vector; weight: number }[] = [];
    for (let dy = -ring; dy <= ring; dy++) {
      for (let dx = -ring; dx <= ring; dx++) {
        const x = at % width + dx, y = Math.floor(at / width) + dy;
        if (Math.max(Math.abs(dx), Math.abs(dy)) !== ring) continue;
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        const point = nearest[y * width + x]!;
        if (point >= 0) found.push({ value: valueOf(point), weight: 1 / (dx * dx + dy * dy) });
      }
    }
    return found;
  };
  return Array.from(nearest, (point, at) => {
    if (point >= 0) return valueOf(point);
    for (let ring = 1; ring <= MOST_RINGS && ring * ring <= farthest; ring++) {
      const first = ringOf(at, ring);
      if (first.length === 0) continue;
      const all = [...first, ...ringOf(at, ring + 1)];
      const sum = all.reduce((sum, { weight }) => sum + weight, 0);
      return [0, 1, 2].map((axis) =>
        all.reduce((total, { value, weight }) => total + weight * value[axis]!, 0) / sum
      ) as Vector;
    }
    return null;
  });
}

/** The shading of a pixel of a depth picture. */
function shade(
  picture: readonly (Vector | null)[],
  { width, height, fx, fy, cx, cy }: Camera,
  x: number,
  y: number,
  up: Vector,
): Vector {
  const surface = (x: number, y: number): Vector | null => {
    const z = x < 0 || y < 0 || x >= width || y >= height ? undefined : picture[y * width + x]?.[0];
    return z === undefined ? null : [(x - cx) / fx * z, (y - cy) / fy * z, z];
  };
  const here = surface(x, y)!;
  const step = (before: Vector | null, after: Vector | null): Vector => {
    const back = before ? Math.abs(before[2] - here[2]) : Infinity;
    if (after && Math.abs(after[2] - here[2]) <= back) return minus(after, here);
    return before ? minus(here, before) : [0, 0, 0];
  };
  const a = step(surface(x - 1, y), surface(x + 1, y));
  const b = step(surface(x, y - 1), surface(x, y + 1));
  const product: Vector = [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const towards = scaled(here, -1 / Math.hypot(...here));
  const length = Math.hypot(...product);
  let normal = length > 0 ? scaled(product, 1 / length) : towards;
  if (dot(normal, towards) < 0) normal = scaled(normal, -1);
  const light = 0.25 + 0.35 * Math.max(dot(normal, up), 0) + 0.35 * dot(normal, towards);
  return [light, light, light];
}

function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function scaled(a: Vector, by: number): Vector {
  return [a[0] * by, a[1] * by, a[2] * by];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
