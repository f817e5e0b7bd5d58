import assert from "node:assert/strict";
import { Random } from "../../../lib/random/random.ts";
import type { CastRays } from "../../../lib/worlds/raycast.ts";
import { castRaysReference } from "../../../lib/worlds/raycast_reference.ts";
import { STREET_CLASSES } from "../../../lib/worlds/streets/classes.ts";
import { STREET_DOMAINS, type StreetDomain } from "../../../lib/worlds/streets/domains.ts";
import { makeStreet } from "../../../lib/worlds/streets/make_street.ts";
import { scanStreet, type StreetMeasurement } from "../../../lib/worlds/streets/scanners.ts";

const cast: CastRays = (solids, rays) => Promise.resolve(castRaysReference(solids, rays));

const measured = new Map<StreetDomain, Promise<StreetMeasurement>>();

/** A street of a domain; each is scanned once for all tests. */
function scan(domain: StreetDomain): Promise<StreetMeasurement> {
  return measured.getOrInsertComputed(domain, () => scanSeed(domain, 21));
}

function scanSeed(domain: StreetDomain, seed: number): Promise<StreetMeasurement> {
  const street = makeStreet(seed, domain.style, domain.height);
  return scanStreet(cast, street, domain, new Random(seed, 4));
}

/** Range (metres), azimuth and elevation (degrees) of every point. */
function polar({ positions }: StreetMeasurement) {
  return Array.from({ length: positions.length / 3 }, (_, i) => {
    const [x, y, z] = positions.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const range = Math.hypot(x, y, z);
    return {
      range,
      azimuth: Math.atan2(y, x) * 180 / Math.PI,
      elevation: Math.asin(z / range) * 180 / Math.PI,
    };
  });
}

for (const name of ["source", "beams32", "beams16"] as const) {
  Deno.test(`scanStreet() ${name}: rows at the domain's elevations, all around`, async () => {
    const domain = STREET_DOMAINS[name];
    assert.ok(domain.scanner.kind === "spinning");
    const { beams, elevations: [low, high] } = domain.scanner;
    const measured = await scan(domain);
    const rows = new Set<number>(), sectors = new Set<number>();
    for (const { range, azimuth, elevation } of polar(measured)) {
      const row = (elevation - low) / (high - low) * (beams - 1);
      assert.ok(Math.abs(row - Math.round(row)) < 1e-3 * beams, `elevation ${elevation}`);
      assert.ok(range < domain.range + 1.5);
      rows.add(Math.round(row));
      sectors.add(Math.floor(azimuth / 30));
    }
    assert.ok(rows.size > 0.9 * beams, `${rows.size} rows`);
    assert.equal(sectors.size, 12);
    assert.ok(measured.labels.length >= 8000 && measured.labels.length <= 20480);
    assert.equal(measured.positions.length, 3 * measured.labels.length);
  });
}

Deno.test("scanStreet() measures ranges with the noise of the domain", async () => {
  for (const domain of [STREET_DOMAINS.source, STREET_DOMAINS.rain]) {
    const measured = await scan(domain);
    const road = STREET_CLASSES.indexOf("road");
    // A ray of elevation e reaches the road after height / sin(-e) metres.
    const errors = polar(measured).flatMap(({ range, elevation }, i) =>
      measured.labels[i] === road && elevation < -6
        ? [range + domain.height / Math.sin(elevation * Math.PI / 180)]
        : []
    );
    const sigma = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
    assert.ok(errors.length > 500);
    assert.ok(Math.abs(sigma / domain.noise - 1) < 0.25, `${sigma} is not ${domain.noise}`);
  }
});

Deno.test("scanStreet() solid: points lie inside the field of view, without rows", async () => {
  const shots = polar(await scan(STREET_DOMAINS.solid));
  assert.ok(shots.length >= 8000 && shots.length <= 20480);
  const { width, height } = STREET_DOMAINS.solid.scanner;
  for (const { azimuth, elevation } of shots) {
    assert.ok(Math.abs(azimuth) <= width / 2 + 1e-3 && Math.abs(elevation) <= height / 2 + 1e-3);
  }
  const elevations = new Set(shots.map(({ elevation }) => Math.round(elevation * 50)));
  assert.ok(elevations.size > 800, `${elevations.size} elevations`);
});

Deno.test("scanStreet() rain: loses distant points, and sees drops near the sensor", async () => {
  const dry: StreetDomain = { ...STREET_DOMAINS.rain, weather: STREET_DOMAINS.source.weather };
  const [wet, clear] = [await scan(STREET_DOMAINS.rain), await scan(dry)];
  const [near, far] = [clear, wet].map((measured) => {
    const ranges = polar(measured).filter((_, i) => measured.labels[i] !== 255);
    return [8, 25].map((limit) =>
      ranges.filter(({ range }) => limit === 8 ? range < 8 : range > 25).length
    );
  }).reduce<number[][]>((by, counts) => counts.map((count, i) => [...by[i] ?? [], count]), []);
  assert.ok(near![1]! > 0.7 * near![0]!, `near: ${near}`);
  assert.ok(far![1]! < 0.5 * far![0]!, `far: ${far}`);
  const drops = polar(wet).filter((_, i) => wet.labels[i] === 255);
  const share = drops.length / wet.labels.length;
  assert.ok(share > 0.01 && share < 0.06, `${share}`);
  assert.ok(drops.filter(({ range }) => range < 12).length > 0.8 * drops.length);
  assert.ok(!clear.labels.includes(255));
});

Deno.test("scanStreet() source: every class has between 0.3 and 50 % of the points", async () => {
  const seen = new Float64Array(STREET_CLASSES.length);
  let total = 0;
  for (let seed = 0; seed < 4; seed++) {
    const { labels } = await scanSeed(STREET_DOMAINS.source, seed);
    for (const label of labels) seen[label]! += 1;
    total += labels.length;
  }
  STREET_CLASSES.forEach((name, label) => {
    const share = seen[label]! / total;
    assert.ok(share > 0.003 && share < 0.5, `${name}: ${share}`);
  });
});
