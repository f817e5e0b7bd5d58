/**
 * The light outdoors: the sun and the shadows it casts, or an overcast sky; and haze that grows with distance.
 *
 * @module
 */
import type { Vector3 } from "../frame.ts";
import { type Colour, hsv, type Material } from "../materials.ts";
import type { Random } from "../../random/random.ts";
import { type Painter, textureAt } from "../shading.ts";
import type { Solids } from "../solids.ts";

/** The light over one street. */
export interface Daylight {
  /** Direction (unit) towards the sun; undefined under an overcast sky. */
  sun: Vector3 | undefined;
  /** RGB of the sun's light and of the sky's. */
  sunlight: Colour;
  skylight: Colour;
  /** RGB of the sky at the horizon and overhead. */
  horizon: Colour;
  zenith: Colour;
  /** How dense the clouds are, 0 to 1. */
  clouds: number;
  /** Where the clouds are: an offset of their pattern. */
  drift: number;
  /** Haze, 1/m. */
  haze: number;
}

/** Draws the light over a street; rain brings an overcast sky and haze. */
export function drawDaylight(random: Random, wet: boolean): Daylight {
  const overcast = random.chance(0.3) || wet;
  const azimuth = random.range(0, 2 * Math.PI), elevation = random.range(0.35, 1.1);
  const low = Math.cos(elevation);
  const warmth = random.range(0, 0.18);
  const tone = random.range(0.55, 0.62);
  const grey = random.range(0.7, 0.95);
  const skylight = random.range(0.38, 0.56);
  return {
    sun: overcast
      ? undefined
      : [Math.cos(azimuth) * low, Math.sin(azimuth) * low, Math.sin(elevation)],
    sunlight: [1.05, 1.05 - warmth * 0.5, 1.05 - warmth],
    skylight: overcast ? [0.85, 0.87, 0.9] : [skylight * 0.9, skylight * 0.97, skylight * 1.1],
    horizon: overcast ? [grey, grey, grey] : hsv(tone, random.range(0.05, 0.2), 0.98),
    zenith: overcast
      ? [grey * 0.85, grey * 0.87, grey * 0.9]
      : hsv(tone, random.range(0.4, 0.65), 0.85),
    clouds: overcast ? 0 : random.range(0, 0.8),
    drift: random.range(0, 50),
    haze: wet ? random.range(0.012, 0.025) : random.range(0.001, 0.007),
  };
}

const texel = new Float64Array(3);
const above = new Float32Array(3);

/** Solids with the material of each. */
export interface OutdoorSolids extends Solids {
  readonly materials: readonly Material[];
}

/** Makes a painter of a street in one light, which all photographs of it share. */
export function daylightPainter(street: OutdoorSolids, light: Daylight): Painter {
  const { sun, sunlight, skylight, haze } = light;
  return {
    ...(sun ? { sun } : {}),
    surface(point, eye, out, at) {
      const { x: px, y: py, z: pz, nx, ny, nz } = point;
      const material = street.materials[point.primitive]!;
      textureAt(street, material, point, texel);
      const direct = sun && point.lit ? Math.max(0, nx * sun[0] + ny * sun[1] + nz * sun[2]) : 0;
      const open = 0.65 + 0.35 * nz;
      for (let i = 0; i < 3; i++) {
        out[at + i] = texel[i]! * (skylight[i]! * open + sunlight[i]! * direct);
      }
      const dx = px - eye[0], dy = py - eye[1], dz = pz - eye[2];
      const distance = Math.hypot(dx, dy, dz);
      const shine = material.kind === "glass" ? 0.45 : material.kind === "paint" ? 0.12 : 0;
      if (shine > 0) {
        // The surface mirrors the sky; where it would mirror the street, the reflection is darker.
        const into = 2 * (dx * nx + dy * ny + dz * nz);
        const up = (dz - into * nz) / distance;
        skyColour(light, (dx - into * nx) / distance, (dy - into * ny) / distance, up, above, 0);
        const part = up > 0.05 ? shine : shine * 0.3;
        for (let i = 0; i < 3; i++) out[at + i] = out[at + i]! * (1 - part) + above[i]! * part;
      }
      const fog = 1 - Math.exp(-haze * distance);
      for (let i = 0; i < 3; i++) {
        out[at + i] = out[at + i]! * (1 - fog) + light.horizon[i]! * fog;
      }
    },
    sky(dx, dy, dz, out, at) {
      const length = Math.hypot(dx, dy, dz);
      skyColour(light, dx / length, dy / length, dz / length, out, at);
    },
  };
}

/** Writes the colour of the sky in a direction (unit): a gradient, with clouds in a plane overhead. */
function skyColour(
  light: Daylight,
  dx: number,
  dy: number,
  dz: number,
  out: Float32Array,
  at: number,
): void {
  const up = Math.sqrt(Math.max(0, Math.min(1, dz)));
  const u = dx / (dz + 0.15) * 1.3 + light.drift, v = dy / (dz + 0.15) * 1.3;
  const waves = Math.sin(1.7 * u + Math.sin(2.3 * v)) +
    Math.sin(2.9 * v + 1.3 * Math.sin(3.1 * u)) +
    0.6 * Math.sin(7.1 * u + 5.3 * v + Math.sin(6.7 * v));
  const cloud = dz > 0 ? light.clouds * Math.max(0, Math.min(1, waves * 0.5)) : 0;
  for (let i = 0; i < 3; i++) {
    const clear = light.horizon[i]! * (1 - up) + light.zenith[i]! * up;
    out[at + i] = clear * (1 - cloud) + 0.97 * cloud;
  }
}
