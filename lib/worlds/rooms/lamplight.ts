/**
 * The light in a room: its ceiling lamps, daylight from one side, and light from where the camera stands.
 *
 * @module
 */
import type { Random } from "../../random/random.ts";
import { type Painter, textureAt } from "../shading.ts";
import type { Room } from "./room.ts";

/** The light of one picture. */
export interface Light {
  /** Brightness of light from everywhere, and of the lamps. */
  ambient: number;
  lamps: number;
  /** Light that comes from where the camera stands. */
  head: number;
  /** RGB gain of lamps and of the rest (white balance). */
  warm: readonly [number, number, number];
  cool: readonly [number, number, number];
  /** Direction (unit) from which more of the ambient light comes: a window. */
  sideX: number;
  sideY: number;
  side: number;
}

/** Draws the light of one picture. */
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
 * Colour (RGB, about 0..1 but not clamped) of a point on a primitive, written to out[at..at+2].
 *
 * @param eye where it is seen from.
 */
export function shade(
  room: Room,
  light: Light,
  primitive: number,
  px: number,
  py: number,
  pz: number,
  nx: number,
  ny: number,
  nz: number,
  eye: readonly [number, number, number],
  out: Float32Array,
  at: number,
): void {
  const material = room.materials[primitive]!;
  textureAt(room, primitive, material, px, py, pz, nx, ny, nz, texel);
  if (material.emissive) {
    for (let i = 0; i < 3; i++) out[at + i] = texel[i]!;
    return;
  }
  const toward = light.side * (nx * light.sideX + ny * light.sideY);
  // Less light reaches low places and faces that look down.
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

/** Draws the light of a picture of a room. */
export function lampPainter(room: Room): (random: Random) => Painter {
  return (random) => {
    const light = drawLight(random);
    return {
      surface: (primitive, px, py, pz, nx, ny, nz, eye, out, at) =>
        shade(room, light, primitive, px, py, pz, nx, ny, nz, eye, out, at),
    };
  };
}
