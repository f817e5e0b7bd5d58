/**
 * The light in a room: its ceiling lamps, daylight from one side, and light from where the camera stands.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import type { Vector3 } from "../frame.ts";
import { type Painter, type SurfacePoint, textureAt } from "../shading.ts";
import type { Room } from "./room.ts";

/** The light of one photograph. */
export interface Light {
  /** Brightness of the light that comes from everywhere. */
  ambient: number;
  /** Brightness of the lamps. */
  lamps: number;
  /** Brightness of a light at the camera. */
  head: number;
  /** RGB gain of lamps and of the rest (white balance). */
  warm: readonly [number, number, number];
  cool: readonly [number, number, number];
  /** Direction (unit) from which more of the ambient light comes: a window. */
  sideX: number;
  sideY: number;
  side: number;
}

/** Draws the light of one photograph. */
export function drawLight(random: Random): Light {
  const tone = (spread: number): [number, number, number] => {
    const t = random.range(-spread, spread);
    return [1 + t, 1 + random.range(-0.02, 0.02), 1 - t];
  };
  const angle = random.range(0, 2 * Math.PI);
  return {
    ambient: random.range(0.3, 0.6),
    lamps: random.range(0.2, 0.7),
    head: random.range(0, 0.2),
    warm: tone(0.15),
    cool: tone(0.08),
    sideX: Math.cos(angle),
    sideY: Math.sin(angle),
    side: random.range(0, 0.3),
  };
}

const texel = new Float64Array(3);

/**
 * Writes the colour (RGB, about 0 to 1 but not clamped) of a point that is seen from `eye` to `out[at]` ..
 * `out[at + 2]`.
 */
export function shade(
  room: Room,
  light: Light,
  point: Readonly<SurfacePoint>,
  eye: Vector3,
  out: Float32Array,
  at: number,
): void {
  const { x: px, y: py, z: pz, nx, ny, nz } = point;
  const material = room.materials[point.primitive]!;
  textureAt(room, material, point, texel);
  if (material.emissive) {
    for (let i = 0; i < 3; i++) out[at + i] = texel[i]!;
    return;
  }
  const toward = light.side * (nx * light.sideX + ny * light.sideY);
  // Less light reaches low places and faces that point down.
  const ambient = light.ambient * (0.8 + 0.2 * nz + toward) * (0.8 + 0.2 * pz / room.height);
  let lamps = 0;
  for (const [lx, ly, lz] of room.lamps) {
    const dx = lx - px, dy = ly - py, dz = lz - pz;
    const square = dx * dx + dy * dy + dz * dz;
    const facing = (dx * nx + dy * ny + dz * nz) / Math.sqrt(square);
    if (facing > 0) lamps += facing / (0.6 + 0.35 * square);
  }
  lamps *= 2 * light.lamps / Math.max(1, room.lamps.length);
  const ex = eye[0] - px, ey = eye[1] - py, ez = eye[2] - pz;
  const head = light.head * Math.abs(ex * nx + ey * ny + ez * nz) /
    Math.sqrt(ex * ex + ey * ey + ez * ez + 1e-9);
  for (let i = 0; i < 3; i++) {
    out[at + i] = texel[i]! * (light.warm[i]! * lamps + light.cool[i]! * (ambient + head));
  }
}

/** Gives the function that draws the light of each photograph of a room. */
export function lampPainter(room: Room): (random: Random) => Painter {
  return (random) => {
    const light = drawLight(random);
    return {
      surface: (point, eye, out, at) => shade(room, light, point, eye, out, at),
    };
  };
}
