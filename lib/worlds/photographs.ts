/**
 * Cameras in a world and the photographs they take, with the true depth and part of every pixel.
 *
 * @module
 */
import type { Camera, Photo } from "../scan/mod.ts";
import type { Random } from "../random/random.ts";
import type { Vector3 } from "./frame.ts";
import type { CastRays, Hits, Rays } from "./raycast.ts";
import { meet, type Painter, surfacePoint } from "./shading.ts";
import type { Solids } from "./solids.ts";

/** What photographs are taken of. */
export interface Scenery extends Solids {
  /** Part of each primitive, u8 [count]. */
  readonly parts: Uint8Array;
  /** Object that each primitive belongs to, u16 [count], from 1; 0 where it belongs to none. */
  readonly objects: Uint16Array;
}

/** A photograph with its camera, and with the truth about every pixel that only the maker of the world knows. */
export interface LabelledView {
  /** Where it was taken from. */
  camera: Camera;
  /** The photograph. */
  photo: Photo;
  /** f32 [height * width]: z in the camera's frame, metres; 0 where the ray meets nothing. */
  depth: Float32Array;
  /** u8 [height * width]: part of each pixel, 255 where the ray meets nothing. */
  parts: Uint8Array;
  /** u16 [height * width]: object of each pixel, 0 where there is none. */
  objects: Uint16Array;
  /** f32 [height * width]: cosine of the angle between the surface's normal and the ray. */
  facing: Float32Array;
}

/**
 * Columns of a sharp photograph for each one that photographs of the worlds have otherwise: 528 rows in place of 96, so that a
 * network that has learned from real photographs need not be shown enlarged ones.
 */
export const SHARPNESS = 5.5;

/**
 * The same camera with more pixels.
 *
 * @param times pixels in place of one, along either side.
 */
export function sharper(camera: Camera, times: number): Camera {
  // The middle of a pixel has whole coordinates.
  const moved = (centre: number) => (centre + 0.5) * times - 0.5;
  const [width, height] = [times * camera.width, times * camera.height];
  const [fx, fy] = [times * camera.fx, times * camera.fy];
  return { ...camera, width, height, fx, fy, cx: moved(camera.cx), cy: moved(camera.cy) };
}

/** Gives the place of a camera in the world, metres. */
export function eyeOf(camera: Camera): [number, number, number] {
  const m = camera.worldToCamera;
  const axis = (i: number) => -(m[i]! * m[3]! + m[4 + i]! * m[7]! + m[8 + i]! * m[11]!);
  return [axis(0), axis(1), axis(2)];
}

/** One ray for each pixel, through its centre; t along a ray is the depth z. */
function pixelRays(cameras: readonly Camera[]): Rays {
  const total = cameras.reduce((sum, camera) => sum + camera.width * camera.height, 0);
  const words = new Float32Array(total * 8);
  let at = 0;
  for (const camera of cameras) {
    const m = camera.worldToCamera;
    const eye = eyeOf(camera);
    for (let v = 0; v < camera.height; v++) {
      const b = (v - camera.cy) / camera.fy;
      for (let u = 0; u < camera.width; u++, at += 8) {
        const a = (u - camera.cx) / camera.fx;
        words.set(eye, at);
        for (let i = 0; i < 3; i++) words[at + 4 + i] = a * m[i]! + b * m[4 + i]! + m[8 + i]!;
      }
    }
  }
  return { count: total, words };
}

/**
 * Takes photographs, each with its own exposure and sensor noise.
 *
 * @param paint draws the light of each photograph.
 */
export async function takePhotographs(
  cast: CastRays,
  scenery: Scenery,
  cameras: readonly Camera[],
  random: Random,
  paint: (random: Random) => Painter,
): Promise<LabelledView[]> {
  const rays = pixelRays(cameras);
  const hits = await cast(scenery, rays);
  const views: LabelledView[] = [];
  const point = surfacePoint();
  let first = 0;
  for (const camera of cameras) {
    const count = camera.width * camera.height;
    const eye = eyeOf(camera);
    const painter = paint(random);
    const shadowed = painter.sun &&
      await castShadows(cast, scenery, { rays, hits, first, count }, painter.sun);
    const colour = new Float32Array(count * 3);
    const depth = new Float32Array(count);
    const facing = new Float32Array(count);
    const parts = new Uint8Array(count).fill(255);
    const objects = new Uint16Array(count);
    let sum = 0;
    for (let pixel = 0; pixel < count; pixel++) {
      const ray = first + pixel;
      const w = ray * 8;
      const dx = rays.words[w + 4]!, dy = rays.words[w + 5]!, dz = rays.words[w + 6]!;
      if (hits.primitive[ray]! < 0) {
        painter.sky?.(dx, dy, dz, colour, pixel * 3);
        sum += Math.min(1, colour[pixel * 3 + 1]!);
        continue;
      }
      meet(point, eye, rays, hits, ray);
      point.lit = shadowed?.[pixel] !== 1;
      depth[pixel] = hits.surface[ray * 4 + 3]!;
      parts[pixel] = scenery.parts[point.primitive]!;
      objects[pixel] = scenery.objects[point.primitive]!;
      facing[pixel] = Math.abs(point.nx * dx + point.ny * dy + point.nz * dz) /
        Math.sqrt(dx * dx + dy * dy + dz * dz);
      painter.surface(point, eye, colour, pixel * 3);
      sum += Math.min(1, colour[pixel * 3 + 1]!);
    }
    first += count;
    const pixels = expose(colour, sum / count, random);
    const photo = { name: camera.file, width: camera.width, height: camera.height, pixels };
    views.push({ camera, photo, depth, parts, objects, facing });
  }
  return views;
}

/** Finds the hits of `count` rays from `first` on that lie in shadow: 1 in shadow, 0 in the sun, u8 [count]. */
async function castShadows(
  cast: CastRays,
  scenery: Scenery,
  { rays, hits, first, count }: { rays: Rays; hits: Hits; first: number; count: number },
  sun: Vector3,
): Promise<Uint8Array> {
  const words = new Float32Array(count * 8);
  for (let pixel = 0; pixel < count; pixel++) {
    const w = (first + pixel) * 8, h = (first + pixel) * 4;
    if (hits.primitive[first + pixel]! < 0) continue;
    // From a little above the surface, so that it does not shade itself.
    for (let i = 0; i < 3; i++) {
      words[pixel * 8 + i] = rays.words[w + i]! + hits.surface[h + 3]! * rays.words[w + 4 + i]! +
        0.01 * hits.surface[h + i]!;
      words[pixel * 8 + 4 + i] = sun[i]!;
    }
  }
  const { primitive } = await cast(scenery, { count, words });
  return Uint8Array.from(primitive, (found) => found < 0 ? 0 : 1);
}

/** Exposes a picture to a mean brightness near one half, adds sensor noise, and rounds to eight bits. */
function expose(colour: Float32Array, mean: number, random: Random): Uint8Array {
  const gain = random.range(0.38, 0.58) / Math.max(mean, 0.05);
  const sigma = random.range(0.005, 0.025);
  const pixels = new Uint8Array(colour.length);
  for (let i = 0; i < colour.length; i++) {
    const value = colour[i]! * gain;
    // Linear up to 0.7; above, it saturates towards 1.
    const rolled = value < 0.7 ? value : 0.7 + 0.3 * (1 - Math.exp((0.7 - value) / 0.3));
    const noisy = rolled + sigma * random.normal();
    pixels[i] = Math.max(0, Math.min(255, Math.round(noisy * 255)));
  }
  return pixels;
}
