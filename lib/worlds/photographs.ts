/**
 * Cameras in a room and the pictures they take, with the true depth, class and part of every pixel.
 *
 * @module
 */
import type { Camera, Photo } from "../scan/mod.ts";
import type { Random } from "./random.ts";
import { type CastRays, type Rays } from "./raycast.ts";
import type { Room } from "./rooms/room.ts";
import { drawLight, shade } from "./shading.ts";

/** Size of a picture in pixels and its horizontal field of view in radians. */
export const PHOTO_WIDTH = 128;
export const PHOTO_HEIGHT = 96;
export const PHOTO_FIELD_OF_VIEW = 80 * Math.PI / 180;

/** A picture with what only the maker of the world knows. */
export interface Picture {
  camera: Camera;
  photo: Photo;
  /** f32 [height * width]: z in the camera's frame, metres; 0 where nothing was met. */
  depth: Float32Array;
  /** Part of each pixel (0..31), 255 where nothing was met; classes follow from PART_CLASS. */
  parts: Uint8Array;
  /** f32 [height * width]: cosine between the surface and the ray. */
  facing: Float32Array;
}

/** Where a camera stands. */
export function eyeOf(camera: Camera): [number, number, number] {
  const m = camera.worldToCamera;
  const axis = (i: number) => -(m[i]! * m[3]! + m[4 + i]! * m[7]! + m[8 + i]! * m[11]!);
  return [axis(0), axis(1), axis(2)];
}

/** A camera at `eye` that looks along a heading and a pitch (radians, up positive). */
export function cameraAt(
  file: string,
  eye: readonly [number, number, number],
  heading: number,
  pitch: number,
): Camera {
  const ch = Math.cos(heading), sh = Math.sin(heading);
  const cp = Math.cos(pitch), sp = Math.sin(pitch);
  // Rows: right, down, forward.
  const rows = [[sh, -ch, 0], [sp * ch, sp * sh, -cp], [cp * ch, cp * sh, sp]] as const;
  const worldToCamera = new Float64Array(16);
  rows.forEach(([x, y, z], row) => {
    worldToCamera.set([x, y, z, -(x * eye[0] + y * eye[1] + z * eye[2])], row * 4);
  });
  worldToCamera[15] = 1;
  const focal = PHOTO_WIDTH / 2 / Math.tan(PHOTO_FIELD_OF_VIEW / 2);
  return {
    file,
    width: PHOTO_WIDTH,
    height: PHOTO_HEIGHT,
    fx: focal,
    fy: focal,
    cx: (PHOTO_WIDTH - 1) / 2,
    cy: (PHOTO_HEIGHT - 1) / 2,
    worldToCamera,
  };
}

/**
 * Cameras that look across the room in turn, from 1.2 to 1.8 m: each stands on free floor on the far
 * side of the middle and looks over it.
 */
export function placeCameras(room: Room, count: number, random: Random): Camera[] {
  const start = random.range(0, 2 * Math.PI);
  return Array.from({ length: count }, (_, i) => {
    const heading = start + 2 * Math.PI * (i + random.range(-0.35, 0.35)) / count;
    let x = 0, y = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      const back = random.range(0.1, 0.85), turn = heading + random.range(-0.5, 0.5);
      const margin = attempt < 20 ? 0.25 : 0.08;
      x = -Math.cos(turn) * back * room.halfX;
      y = -Math.sin(turn) * back * room.halfY;
      if (room.isFree(x, y, margin)) break;
    }
    const eye = [x, y, random.range(1.2, 1.8)] as const;
    return cameraAt(`view${i}.png`, eye, heading, random.range(-0.45, 0.3));
  });
}

/** One ray a pixel, through the pixels' centres; t along a ray is the depth z. */
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

/** Takes the pictures of a room; each has its own light, exposure and sensor noise. */
export async function takePictures(
  cast: CastRays,
  room: Room,
  cameras: readonly Camera[],
  random: Random,
): Promise<Picture[]> {
  const rays = pixelRays(cameras);
  const hits = await cast(room, rays);
  let first = 0;
  return cameras.map((camera) => {
    const count = camera.width * camera.height;
    const eye = eyeOf(camera);
    const light = drawLight(random);
    const colour = new Float32Array(count * 3);
    const depth = new Float32Array(count);
    const facing = new Float32Array(count);
    const parts = new Uint8Array(count).fill(255);
    let sum = 0;
    for (let pixel = 0; pixel < count; pixel++) {
      const ray = first + pixel;
      const primitive = hits.primitive[ray]!;
      if (primitive < 0) continue;
      const w = ray * 8, h = ray * 4;
      const t = hits.surface[h + 3]!;
      const nx = hits.surface[h]!, ny = hits.surface[h + 1]!, nz = hits.surface[h + 2]!;
      const dx = rays.words[w + 4]!, dy = rays.words[w + 5]!, dz = rays.words[w + 6]!;
      depth[pixel] = t;
      parts[pixel] = room.parts[primitive]!;
      facing[pixel] = Math.abs(nx * dx + ny * dy + nz * dz) /
        Math.sqrt(dx * dx + dy * dy + dz * dz);
      const px = eye[0] + t * dx, py = eye[1] + t * dy, pz = eye[2] + t * dz;
      shade(room, light, primitive, px, py, pz, nx, ny, nz, eye, colour, pixel * 3);
      sum += Math.min(1, colour[pixel * 3 + 1]!);
    }
    first += count;
    const pixels = expose(colour, sum / count, random);
    const photo = { name: camera.file, width: camera.width, height: camera.height, pixels };
    return { camera, photo, depth, parts, facing };
  });
}

/** Exposure to a mean brightness near the middle, sensor noise, eight bits. */
function expose(colour: Float32Array, mean: number, random: Random): Uint8Array {
  const gain = random.range(0.38, 0.58) / Math.max(mean, 0.05);
  const sigma = random.range(0.005, 0.025);
  const pixels = new Uint8Array(colour.length);
  for (let i = 0; i < colour.length; i++) {
    const value = colour[i]! * gain;
    // Linear up to 0.7, then rolling off to 1.
    const rolled = value < 0.7 ? value : 0.7 + 0.3 * (1 - Math.exp((0.7 - value) / 0.3));
    const noisy = rolled + sigma * random.normal();
    pixels[i] = Math.max(0, Math.min(255, Math.round(noisy * 255)));
  }
  return pixels;
}
