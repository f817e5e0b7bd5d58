import assert from "node:assert/strict";
import { openDataset } from "../../../lib/datasets/mod.ts";
import { aerialDataset } from "../../../lib/datasets/aerial.ts";
import { Random } from "../../../lib/random/random.ts";
import { readScan } from "../../../lib/scan/mod.ts";
import {
  AERIAL_ASPRS,
  AERIAL_CLASSES,
  AERIAL_PALETTE,
  AERIAL_PARTS,
  COVERS,
  PART_CLASS,
  vegetationOf,
} from "../../../lib/worlds/aerial/classes.ts";
import {
  AERIAL_DOMAINS,
  type AerialDomain,
  type AerialDomainName,
  type AirborneLidar,
  domainOfScene,
  sceneSeed,
} from "../../../lib/worlds/aerial/domains.ts";
import { makeTile } from "../../../lib/worlds/aerial/make_tile.ts";
import { type AerialMeasurement, scanTile } from "../../../lib/worlds/aerial/scanners.ts";
import { drawHills, Ground, HALF, overGround } from "../../../lib/worlds/aerial/terrain.ts";
import { gridCaster } from "../../../lib/worlds/grid_caster.ts";
import { withGpu } from "../../gpu.ts";

const NAMES = Object.keys(AERIAL_DOMAINS) as AerialDomainName[];

/** Tiles that hold everything between them: a field below a power line with a bridge, and homes. */
const SEEDS = [26, 4];
/** A tile of forest. */
const FOREST = 12;

/** Surveys a tile by a domain's sensor. */
async function survey(domain: AerialDomain, seed: number): Promise<AerialMeasurement> {
  const tile = makeTile(seed, domain.style, domain);
  return await scanTile(overGround(gridCaster(), tile.ground), tile, domain, new Random(seed, 4));
}

/** A domain with two pulses a square metre, so that tests are quick. */
function thin(name: AerialDomainName): AerialDomain {
  const domain: AerialDomain = AERIAL_DOMAINS[name];
  return { ...domain, sensor: { ...domain.sensor, density: [2, 2] } };
}

Deno.test("AERIAL_PARTS cover the classes but noise, which lies on nothing", () => {
  for (const list of [AERIAL_ASPRS, AERIAL_PALETTE.map(String)]) {
    assert.equal(new Set<unknown>(list).size, AERIAL_CLASSES.length);
  }
  assert.deepEqual(
    [...new Set(PART_CLASS)].sort((a, b) => a - b),
    AERIAL_CLASSES.map((_, i) => i).slice(0, -1),
  );
  assert.deepEqual(AERIAL_PARTS.slice(0, COVERS.length).map(([name]) => name), [...COVERS]);
  assert.deepEqual(
    [-1, 0.19, 0.2, 0.49, 0.5, 1.49, 1.5, 30].map((height) => AERIAL_ASPRS[vegetationOf(height)]),
    [2, 2, 3, 3, 4, 4, 5, 5],
  );
});

Deno.test("makeTile() gives the same tile for the same seed and another for the next", () => {
  const domain = AERIAL_DOMAINS.source;
  const one = makeTile(7, "A", domain);
  assert.deepEqual(makeTile(7, "A", domain).primitives, one.primitives);
  assert.notDeepEqual(makeTile(8, "A", domain).primitives, one.primitives);
  assert.ok(one.primitives.every(Number.isFinite));
  assert.equal(one.materials.length, one.count);
});

Deno.test("makeTile() takes nothing of town B for styles A and teacher", () => {
  const towns = (style: "A" | "B" | "teacher") =>
    [...makeTile(11, style, AERIAL_DOMAINS.source).towns].sort().join("");
  assert.deepEqual([towns("A"), towns("B"), towns("teacher")], ["A", "B", "AC"]);
  const own: Partial<Record<AerialDomainName, string>> = { town: "B", varied: "teacher" };
  for (const name of NAMES) assert.equal(AERIAL_DOMAINS[name].style, own[name] ?? "A");
});

Deno.test("drawHills() stays within what its slope allows, and is as steep", () => {
  for (let seed = 0; seed < 40; seed++) {
    const slope = seed % 2 === 0 ? 0.3 : 0.8;
    const hills = drawHills(new Random(seed, 1), slope);
    let most = 0, rise = 0, places = 0;
    for (let x = -50; x <= 50; x += 10) {
      for (let y = -50; y <= 50; y += 10) {
        most = Math.max(most, Math.abs(hills(x, y)));
        rise += Math.hypot(hills(x + 1, y) - hills(x - 1, y), hills(x, y + 1) - hills(x, y - 1)) /
          2;
        places++;
      }
    }
    assert.ok(most < 71 * slope + 14 * (0.1 + slope), `seed ${seed}: ${most} m`);
    const mean = rise / places;
    assert.ok(mean > 0.85 * slope && mean < 1.35 * slope, `seed ${seed}: ${mean} for ${slope}`);
  }
});

Deno.test("overGround() meets a slope where it is, unless something stands above it", async () => {
  // Rises by a half to the east, and is gravel to the north.
  const ground = new Ground((x) => x / 2, (_x, y) => y > 0 ? 3 : 0);
  const words = new Float32Array(4 * 8);
  words.set([0, 5, 50, 0, 0, 0, -2, 0], 0); // straight down, in steps of two metres
  words.set([0, -5, 50, 0, 0.6, 0, -0.8, 0], 8);
  words.set([0, 5, 50, 0, 0, 0, 1, 0], 16); // up
  words.set([10, 5, 50, 0, 0, 0, -1, 0], 24); // onto a solid 10 m above the ground
  const cast = overGround(({ count: _ }, { count }) =>
    Promise.resolve({
      surface: Float32Array.from({ length: count * 4 }, (_, i) => i === 15 ? 35 : -1),
      primitive: Int32Array.from({ length: count }, (_, i) => i === 3 ? 9 : -1),
    }), ground);
  const hits = await cast({ primitives: new Float32Array(0), count: 0 }, { count: 4, words });
  assert.deepEqual([...hits.primitive], [3, 0, -1, 9]);
  const near = (got: number, wanted: number) => assert.ok(Math.abs(got - wanted) < 0.01, `${got}`);
  near(hits.surface[3]!, 25);
  near(hits.surface[0]!, -1 / Math.sqrt(5));
  near(hits.surface[2]!, 2 / Math.sqrt(5));
  // 50 - 0.8 t = 0.3 t
  near(hits.surface[7]!, 50 / 1.1);
  assert.equal(hits.surface[15], 35);
});

Deno.test("scanTile() finds every class, the same twice, within the tile", async () => {
  const seen = new Set<number>();
  for (const seed of SEEDS) {
    const { positions, labels, returnNumber, returns } = await survey(thin("source"), seed);
    for (const label of labels) seen.add(label);
    positions.forEach((value, i) => {
      assert.ok(i % 3 === 2 ? Math.abs(value) < 150 : Math.abs(value) <= HALF);
    });
    assert.ok(returns.every((of, i) => returnNumber[i]! >= 1 && returnNumber[i]! <= of && of <= 5));
    assert.ok(returns.some((of) => of > 1));
  }
  const missing = AERIAL_CLASSES.filter((_, label) => !seen.has(label));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    await survey(thin("source"), SEEDS[0]!),
    await survey(thin("source"), SEEDS[0]!),
  );
});

Deno.test("the domains differ in what they say", async () => {
  const counted = async (name: AerialDomainName, row: AerialDomain = AERIAL_DOMAINS[name]) => {
    const { labels, returns } = await survey(row, FOREST);
    const share = (wanted: number) =>
      labels.filter((label) => label === wanted).length / labels.length;
    return {
      points: labels.length,
      ground: share(0),
      noise: share(AERIAL_CLASSES.indexOf("noise")),
      most: Math.max(...returns),
    };
  };
  const source = await counted("source", thin("source"));
  const sparse = await counted("sparse");
  assert.ok(sparse.points < 0.6 * source.points, `${sparse.points} of ${source.points} points`);
  const bare = await counted("leafless", thin("leafless"));
  assert.ok(
    bare.ground > 1.15 * source.ground,
    `${bare.ground} and ${source.ground} on the ground`,
  );
  const photon = await counted("photon", thin("photon"));
  assert.equal(photon.most, 1);
  assert.ok(photon.noise > 0.01 && source.noise < 0.002, `${photon.noise}, ${source.noise}`);
  const rise = (name: AerialDomainName) => {
    const { low, high } = makeTile(FOREST, "A", AERIAL_DOMAINS[name]).ground;
    return high - low;
  };
  assert.ok(rise("steep") > 1.3 * rise("source"));
  const { sensor: dense } = AERIAL_DOMAINS.dense;
  assert.ok(dense.density[0] > AERIAL_DOMAINS.source.sensor.density[1]);
});

Deno.test("a meadow is ground, woods are trees, and wide roofs are wide", async () => {
  const shares = async (name: AerialDomainName) => {
    const { labels } = await survey({ ...thin(name), slope: [0, 0] }, 1);
    return AERIAL_CLASSES.map((_, wanted) =>
      labels.filter((label) => label === wanted).length / labels.length
    );
  };
  const [high, building] = [
    AERIAL_CLASSES.indexOf("high vegetation"),
    AERIAL_CLASSES.indexOf("building"),
  ];
  const meadow = (await shares("meadow"))[0]!;
  assert.ok(meadow > 0.85, `${meadow} of the meadow is ground`);
  const woods = (await shares("woods"))[high]!;
  assert.ok(woods > 0.5, `${woods} of the woods are trees`);
  const roofs = (await shares("wide"))[building]!;
  assert.ok(roofs > 0.2, `${roofs} lies on roofs`);
});

Deno.test("domainOfScene() draws sensors, seasons and slopes of the other domains for varied, the same for a seed", () => {
  assert.equal(domainOfScene("steep", 5), AERIAL_DOMAINS.steep);
  const drawn = Array.from({ length: 60 }, (_, seed) => domainOfScene("varied", seed));
  assert.deepEqual(drawn[7], domainOfScene("varied", 7));
  assert.equal(new Set(drawn.map(({ leaves }) => leaves)).size, 2);
  assert.equal(new Set(drawn.map(({ slope }) => slope[1])).size, 2);
  const measures = (of: (sensor: AirborneLidar) => unknown) =>
    new Set(drawn.map(({ sensor }) => `${of(sensor)}`)).size;
  // Each by itself: those of the source, sparse and dense, and of single photons.
  assert.deepEqual(
    [measures((s) => s.footprint), measures((s) => s.noise), measures((s) => s.returns)],
    [3, 2, 2],
  );
  assert.ok(measures((s) => [s.footprint, s.noise, s.returns, s.outliers]) > 8);
});

withGpu(
  "aerialDataset() gives a LAS file with returns, and pictures that see its points",
  async (gpu) => {
    const dataset = await openDataset("aerial", gpu);
    assert.deepEqual(dataset.domains.map(({ name }) => name), NAMES);
    assert.deepEqual(dataset.domains.filter(({ isSource }) => isSource).map(({ name }) => name), [
      "source",
    ]);
    const { scan, cameras, photos, photoClasses, objects } = await aerialDataset()
      .scene("sparse", "validation", 4);
    const read = await readScan(scan.bytes, scan.name);
    assert.deepEqual(read.labels, scan.labels);
    assert.equal(objects!.length, scan.count);
    read.positions.forEach((value, i) => {
      assert.ok(Math.abs(value + read.origin[i % 3]! - scan.positions[i]!) < 2e-3);
    });
    // Straight down, the picture shows the highest of what is at a place.
    let right = 0, seen = 0;
    const { worldToCamera: m, fx, fy, cx, cy, width, height } = cameras[0]!;
    assert.equal(photos[0]!.pixels.length, 3 * width * height);
    for (let point = 0; point < scan.count; point++) {
      const [x, y, up] = scan.positions.subarray(3 * point, 3 * point + 3);
      const at = (row: number) => m[row]! * x! + m[row + 1]! * y! + m[row + 2]! * up! + m[row + 3]!;
      const [column, row] = [
        Math.round(fx * at(0) / at(8) + cx),
        Math.round(fy * at(4) / at(8) + cy),
      ];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      seen++;
      if (photoClasses![0]![row * width + column] === scan.labels![point]) right++;
    }
    assert.ok(seen > 0.2 * scan.count && right > 0.8 * seen, `${right} of ${seen}`);
  },
);

// Numbers are part of the seeds: another number would give other scenes under the same name.
Deno.test("AERIAL_DOMAINS keep their numbers", () => {
  assert.deepEqual(Object.values(AERIAL_DOMAINS).map(({ number }) => number), [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
  ]);
  assert.notEqual(sceneSeed("steep", "train", 1), sceneSeed("town", "train", 1));
});
