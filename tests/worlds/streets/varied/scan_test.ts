import assert from "node:assert/strict";
import { Random } from "../../../../lib/random/random.ts";
import { frameAt } from "../../../../lib/worlds/frame.ts";
import { plain } from "../../../../lib/worlds/materials.ts";
import { box } from "../../../../lib/worlds/primitives.ts";
import type { CastRays } from "../../../../lib/worlds/raycast.ts";
import { castRaysReference } from "../../../../lib/worlds/raycast_reference.ts";
import { StreetBuilder } from "../../../../lib/worlds/streets/street.ts";
import {
  directionsOf,
  type LidarName,
  LIDARS,
} from "../../../../lib/worlds/streets/varied/lidars.ts";
import {
  drawRig,
  type Rig,
  type RigName,
  RIGS,
} from "../../../../lib/worlds/streets/varied/rig.ts";
import { chanceOfReturn, scanVaried } from "../../../../lib/worlds/streets/varied/scan.ts";
import {
  castAmong,
  drawSlopes,
  gradientOf,
  riseAt,
  type Slopes,
  STEEPEST,
} from "../../../../lib/worlds/streets/varied/slopes.ts";

const cast: CastRays = (solids, rays) => Promise.resolve(castRaysReference(solids, rays));
const LEVEL: Slopes = { waves: [] };
const HEIGHT = 1.8;

/** White ground under the sensor, and a wall all around it 12 m away. */
function yard() {
  const street = new StreetBuilder(frameAt(0, 0, -HEIGHT, 0));
  const white = plain([1, 1, 1]);
  const at = frameAt(0, 0, 0, 0);
  street.add("asphalt", white, box(at, [0, 0, -0.5], [40, 40, 0.5]));
  for (const [x, y] of [[12, 0], [-12, 0], [0, 12], [0, -12]] as const) {
    street.add("facade", white, box(at, [x, y, 5], [x ? 0.2 : 12, y ? 0.2 : 12, 6]));
  }
  return street.finish();
}

function rigOf(name: LidarName): Rig {
  const lidars = [{ name, at: [0, 0, 0], roll: 0 }] as const;
  return { lidars, height: HEIGHT, roof: undefined, lost: 0 };
}

function scanYard(rig: Rig, slopes: Slopes = LEVEL) {
  const growth = { depth: 1, roughness: 1 };
  const scan = { cast: castAmong(cast, slopes), street: yard(), rig, slopes, growth };
  return scanVaried(scan, new Random(3));
}

const elevationsOf = (positions: Float32Array) =>
  Array.from({ length: positions.length / 3 }, (_, p) => {
    const [x, y, z] = positions.subarray(3 * p, 3 * p + 3);
    return Math.atan2(z!, Math.hypot(x!, y!)) * 180 / Math.PI;
  });

Deno.test("LIDARS have the beams that their makers publish", () => {
  const published = [
    ["hdl64", 64, -24.33, 2],
    ["hdl32", 32, -30.67, 10.67],
    ["vlp16", 16, -15, 15],
    ["pandar64", 64, -24.897, 14.882],
    ["os128", 128, -22.5, 22.5],
  ] as const;
  for (const [name, beams, low, high] of published) {
    const { elevations } = LIDARS[name];
    assert.equal(elevations.length, beams, name);
    assert.ok(Math.abs(elevations.at(-1)! - low) < 0.02, `${name}: ${elevations.at(-1)}`);
    assert.ok(Math.abs(elevations[0]! - high) < 0.02, `${name}: ${elevations[0]}`);
    elevations.forEach((value, i) => assert.ok(i === 0 || value < elevations[i - 1]!, name));
  }
  // The HDL-64E's upper block is the denser one, the Pandar64 is densest around the horizon.
  const { elevations: e } = LIDARS.pandar64;
  assert.ok(e[0]! - e[1]! > 3 && e[20]! - e[21]! < 0.2);
});

for (const name of ["hdl64", "hdl32", "vlp16", "pandar64", "os128"] as const) {
  Deno.test(`scanVaried() ${name}: points lie at the elevations of its beams alone, among slopes`, async () => {
    const { positions } = await scanYard(rigOf(name), { waves: [[0.03, -0.02], [0.02, 0.01]] });
    const rows = new Set<number>();
    for (const elevation of elevationsOf(positions)) {
      const beam = LIDARS[name].elevations.findIndex((of) => Math.abs(of - elevation) < 1e-3);
      assert.ok(beam >= 0, `${elevation} degrees`);
      rows.add(beam);
    }
    assert.ok(rows.size > 0.8 * LIDARS[name].elevations.length, `${rows.size} rows`);
  });
}

Deno.test("directionsOf() solid-state lidars look ahead, each in a pattern of its own", () => {
  for (const name of ["lines", "rosette"] as const) {
    const { width: [, wide], height: [, high], shots: [least] } = LIDARS[name];
    const directions = directionsOf(LIDARS[name], new Random(1));
    assert.ok(directions.length / 3 > 0.9 * least);
    const rows = new Set<number>();
    for (let at = 0; at < directions.length; at += 3) {
      const [x, y, z] = directions.subarray(at, at + 3);
      assert.ok(Math.abs(Math.hypot(x!, y!, z!) - 1) < 1e-6);
      assert.ok(Math.abs(Math.atan2(y!, x!)) <= wide * Math.PI / 360 + 1e-6);
      assert.ok(Math.abs(Math.asin(z!)) <= high * Math.PI / 360 + 1e-6);
      rows.add(Math.round(z! * 1e5));
    }
    assert.ok(name === "lines" ? rows.size < 150 : rows.size > 2000, `${name}: ${rows.size} rows`);
  }
});

Deno.test("chanceOfReturn() falls with range, angle and darkness, and is a half at the reach", () => {
  assert.equal(chanceOfReturn(1, 1, 200, 200), 0.5);
  for (let range = 10; range < 100; range += 10) {
    const here = chanceOfReturn(0.2, 0.1, range, 200);
    assert.ok(here > chanceOfReturn(0.2, 0.1, range + 10, 200));
    assert.ok(here > chanceOfReturn(0.2, 0.05, range, 200));
    assert.ok(here > chanceOfReturn(0.1, 0.1, range, 200));
  }
});

Deno.test("scanVaried() loses a share of the shots that grows with the range", async () => {
  const street = new StreetBuilder(frameAt(0, 0, -HEIGHT, 0));
  street.add(
    "asphalt",
    plain([0.3, 0.3, 0.3]),
    box(frameAt(0, 0, 0, 0), [0, 0, -0.5], [90, 90, 0.5]),
  );
  const ground = street.finish();
  const shots: number[] = [];
  const counting: CastRays = async (solids, rays) => {
    const hits = await cast(solids, rays);
    hits.primitive.forEach((solid, ray) => solid >= 0 && shots.push(hits.surface[4 * ray + 3]!));
    return hits;
  };
  const growth = { depth: 1, roughness: 1 };
  const scan = { cast: counting, street: ground, rig: rigOf("hdl64"), slopes: LEVEL, growth };
  const { positions, intensity } = await scanVaried(scan, new Random(5));
  const within = (ranges: readonly number[]) =>
    [[0, 10], [10, 20], [20, 40], [40, 80]].map(([from, to]) =>
      ranges.filter((range) => range >= from! && range < to!).length
    );
  const ranges = Array.from(
    { length: positions.length / 3 },
    (_, p) => Math.hypot(...positions.subarray(3 * p, 3 * p + 3)),
  );
  const seen = within(ranges), all = within(shots);
  const shares = seen.map((count, i) => count / all[i]!);
  shares.forEach((share, i) => assert.ok(i === 0 || share < shares[i - 1]!, `${shares}`));
  assert.ok(shares[0]! > 0.95 && shares[3]! < 0.3, `${shares}`);
  assert.ok(intensity.every((light) => light >= 0 && light <= 1));
});

Deno.test("scanVaried() gives its own car no class, and merges two lidars into one scan", async () => {
  const roof = { ...rigOf("hdl32"), roof: 1.5 };
  const { positions, labels } = await scanYard(roof);
  const own = labels.reduce((sum, label) => sum + Number(label === 255), 0);
  assert.ok(own > 500, `${own} points on the car`);
  labels.forEach((label, p) => {
    if (label !== 255) return;
    assert.ok(Math.hypot(positions[3 * p]!, positions[3 * p + 1]!) < 3.5);
  });
  const random = new Random(9);
  for (const name of Object.keys(RIGS) as RigName[]) {
    const rig = drawRig(random, name);
    assert.equal(rig.lidars.length, RIGS[name].length);
    assert.ok(rig.height >= 1.5 && rig.height <= 2.3);
    assert.ok(rig.roof === undefined || rig.roof < rig.height && rig.roof <= 1.5);
  }
  const both = await scanYard({
    ...rigOf("vlp16"),
    lidars: [...rigOf("vlp16").lidars, { name: "lines", at: [1, 0, -0.4], roll: 0 }],
  });
  const one = await scanYard(rigOf("vlp16"));
  assert.ok(both.labels.length > one.labels.length + 10000);
  assert.deepEqual(both.positions.slice(0, one.positions.length), one.positions);
  assert.equal(both.objects.length, both.labels.length);
});

Deno.test("drawSlopes() never draws steeper slopes than it says, and castAmong() raises points by them", async () => {
  const random = new Random(4);
  let steepest = 0, level = 0;
  for (let i = 0; i < 300; i++) {
    const slopes = drawSlopes(random);
    for (let angle = 0; angle < 6.28; angle += 0.3) {
      steepest = Math.max(
        steepest,
        Math.hypot(...gradientOf(slopes, Math.cos(angle), Math.sin(angle))),
      );
    }
    if (slopes.waves.flat().every((value) => value === 0)) level++;
  }
  assert.ok(STEEPEST < 0.16 && steepest <= STEEPEST && steepest > 0.5 * STEEPEST, `${steepest}`);
  assert.ok(level > 30 && level < 90, `${level} level`);
  const slopes: Slopes = { waves: [[0.03, 0.01], [-0.02, 0], [0, 0.008]] };
  const { positions, labels } = await scanYard(rigOf("hdl64"), slopes);
  let ground = 0;
  labels.forEach((label, p) => {
    if (label !== 0) return;
    const [x, y, z] = positions.subarray(3 * p, 3 * p + 3);
    // Noise along the ray hardly moves a point off the ground.
    assert.ok(Math.abs(z! + HEIGHT - riseAt(slopes, x!, y!)) < 0.05, `${x} ${y} ${z}`);
    ground++;
  });
  assert.ok(ground > 5000, `${ground} points on the ground`);
});
