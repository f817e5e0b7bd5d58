import assert from "node:assert/strict";
import { frameAt } from "../../../lib/worlds/frame.ts";
import { cameraAt, type CameraOptics } from "../../../lib/scan/mod.ts";
import { eyeOf, takePhotographs } from "../../../lib/worlds/photographs.ts";
import { box } from "../../../lib/worlds/primitives.ts";
import { Random } from "../../../lib/random/random.ts";
import type { CastRays } from "../../../lib/worlds/raycast.ts";
import { castRaysReference } from "../../../lib/worlds/raycast_reference.ts";
import {
  type Daylight,
  daylightPainter,
  drawDaylight,
} from "../../../lib/worlds/streets/daylight.ts";
import { STREET_DOMAINS } from "../../../lib/worlds/streets/domains.ts";
import { carCameras } from "../../../lib/worlds/streets/photographs.ts";
import { StreetBuilder } from "../../../lib/worlds/streets/street.ts";

const cast: CastRays = (solids, rays) => Promise.resolve(castRaysReference(solids, rays));
const LENS: CameraOptics = { width: 40, height: 30, fieldOfView: Math.PI / 2 };
const WHITE = {
  kind: "plain",
  colour: [0.5, 0.5, 0.5],
  second: [0.5, 0.5, 0.5],
  scale: 1,
  emissive: false,
  seed: 1,
} as const;

/** White ground, and a wall 4 m high along y at x = 5..5.2. */
function wallOnGround() {
  const street = new StreetBuilder(frameAt(0, 0, 0, 0));
  street.add("asphalt", WHITE, box(frameAt(0, 0, 0, 0), [0, 0, -0.5], [30, 30, 0.5]));
  street.add("facade", WHITE, box(frameAt(0, 0, 0, 0), [5.1, 0, 2], [0.1, 10, 2]));
  return street.finish();
}

/** Mean green of the pixels that see ground and of those that see the wall, relative to the sky; from (x, 0). */
async function brightness(light: Daylight, x: number, heading: number): Promise<number[]> {
  const camera = cameraAt("a.png", [x, 0, 1.5], heading, 0.1, LENS);
  const street = wallOnGround();
  const painter = daylightPainter(street, light);
  const [picture] = await takePhotographs(cast, street, [camera], new Random(1), () => painter);
  const { parts, photo } = picture!;
  const mean = (part: number) => {
    const seen = [...parts.keys()].filter((pixel) => parts[pixel] === part);
    return seen.reduce((sum, pixel) => sum + photo.pixels[pixel * 3 + 1]!, 0) / seen.length;
  };
  return [mean(0) / mean(255), mean(4) / mean(255)];
}

const LIGHT: Daylight = { ...drawDaylight(new Random(1), false), haze: 0, clouds: 0 };

Deno.test("takePhotographs() darkens what lies in shadow, and shows the sky", async () => {
  // The sun is low in the east (+x): behind the wall for a camera west of it that looks east.
  const sun: Daylight["sun"] = [Math.cos(0.6), 0, Math.sin(0.6)];
  const low = { ...LIGHT, sun, skylight: [0.3, 0.3, 0.3] as const };
  const [ground, wall] = await brightness(low, 1, 0);
  // The camera sees the wall's dark side, and the wall's shadow on the ground in front of it.
  assert.ok(wall! < 0.5 && ground! < 0.5, `${ground} ${wall}`);
  const [lit, bright] = await brightness(low, 9, Math.PI);
  assert.ok(lit! > 1.5 * ground! && bright! > 1.5 * wall!, `${lit} ${bright}`);
});

Deno.test("daylightPainter() hides distant surfaces in haze", () => {
  const street = wallOnGround();
  const out = new Float32Array(6);
  const painter = daylightPainter(street, { ...LIGHT, haze: 0.05, horizon: [0.9, 0.8, 0.7] });
  const point = { primitive: 1, x: 5, y: 0, z: 1, nx: -1, ny: 0, nz: 0, lit: true };
  painter.surface(point, [-295, 0, 1], out, 0);
  painter.surface(point, [4.99, 0, 1], out, 3);
  [0.9, 0.8, 0.7].forEach((value, i) => assert.ok(Math.abs(out[i]! - value) < 1e-3));
  assert.ok(Math.abs(out[3]! - 0.9) > 0.1, "a near surface keeps its colour");
});

Deno.test("drawDaylight() is overcast and hazy in rain", () => {
  const random = new Random(3);
  for (let i = 0; i < 50; i++) {
    const wet = drawDaylight(random, true), dry = drawDaylight(random, false);
    assert.equal(wet.sun, undefined);
    assert.ok(wet.haze > dry.haze);
    if (dry.sun) assert.ok(Math.abs(Math.hypot(...dry.sun) - 1) < 1e-12 && dry.sun[2] > 0);
  }
});

Deno.test("carCameras() stand 1.6 m over the road and look where the domain says", () => {
  for (const domain of Object.values(STREET_DOMAINS)) {
    const cameras = carCameras(domain);
    assert.equal(cameras.length, domain.cameras.length);
    cameras.forEach((camera, i) => {
      const [x, y, z] = eyeOf(camera);
      assert.ok(Math.abs(z + domain.height - 1.6) < 1e-9 && Math.hypot(x, y) < 0.21);
      const m = camera.worldToCamera;
      const off = Math.atan2(m[9]!, m[8]!) - domain.cameras[i]! * Math.PI / 180;
      assert.ok(Math.abs(Math.sin(off)) < 1e-9 && Math.cos(off) > 0);
    });
  }
});
