/** The frame of a request: options before files before guesses, and a word about whatever is doubtful. */
import assert from "node:assert/strict";
import { Random } from "../../lib/random/random.ts";
import {
  type CoordinateUnits,
  LENGTH_UNITS,
  METRE,
  readScan,
  type Scan,
  writePly,
} from "../../lib/scan/mod.ts";
import { metricRequest, samplingWarnings } from "../../lib/segment/metric_request.ts";
import { segmentOptions } from "../../lib/segment/options.ts";

/** Points of a box of these sides, on its walls. */
async function box(
  sides: readonly number[],
  { origin = [0, 0, 0] as [number, number, number], count = 3000, units }: {
    origin?: [number, number, number];
    count?: number;
    units?: CoordinateUnits;
  } = {},
): Promise<Scan> {
  const random = new Random(1);
  const positions = Float32Array.from(
    Array.from({ length: count }, (_, p) => {
      const point = sides.map((side) => random.range(0, side));
      point[p % 3] = p % 2 * sides[p % 3]!;
      return point;
    }).flat(),
  );
  return {
    ...await readScan(writePly({ positions, origin }), "box.ply"),
    ...(units ? { units } : {}),
  };
}

function metricOf(scan: Scan, options: Record<string, unknown> = {}) {
  return metricRequest({ scan, photos: [], cameras: [], options: segmentOptions(options, false) });
}

/** Codes of all warnings for voxels of 5 cm. */
function codesOf(scan: Scan, options: Record<string, unknown> = {}): string[] {
  const metric = metricOf(scan, options);
  return [...metric.warnings, ...samplingWarnings(metric, 0.05)].map(({ code }) => code);
}

const FEET = { horizontal: LENGTH_UNITS.foot, vertical: LENGTH_UNITS.foot };
const DEGREES = { horizontal: "degree", vertical: METRE } as const;

Deno.test("metricRequest() leaves a room in metres alone, without a word", async () => {
  const scan = await box([4, 5, 2.5], { origin: [500_000, 5_400_000, 100] });
  const { request, warnings } = metricOf(scan);
  assert.equal(request.scan, scan);
  assert.deepEqual(warnings, []);
  assert.deepEqual(codesOf(scan), []);
  const metric = { ...scan, units: { horizontal: METRE, vertical: METRE } };
  assert.equal(metricOf(metric).request.scan, metric);
});

Deno.test("metricRequest() scales what the file says, and says so", async () => {
  const scan = await box([13, 16, 8], { units: FEET });
  const { request, frame, warnings } = metricOf(scan);
  assert.equal(frame.units.horizontal.name, "foot");
  const [low, high] = [Math.min(...request.scan.positions), Math.max(...request.scan.positions)];
  assert.ok(Math.abs(high - low - 16 * 0.3048) < 1);
  assert.deepEqual(warnings.map(({ code, field }) => [code, field]), [["unit", "unit"]]);
  assert.match(warnings[0]!.text, /box\.ply is in units of one foot: it was scaled to metres/);
});

Deno.test("metricRequest() puts the option before the file, and says where they differ", async () => {
  const scan = await box([13, 16, 8], { units: FEET });
  const metric = metricOf(scan, { unit: "metre" });
  assert.equal(metric.request.scan, scan);
  assert.match(metric.warnings[0]!.text, /unit metre was set/);
  assert.deepEqual(metricOf(scan, { unit: "foot" }).warnings, []);
  const small = await box([400, 500, 250]);
  const { positions } = metricOf(small, { unit: "centimetre" }).request.scan;
  assert.ok(Math.max(...positions.map(Math.abs)) <= 5);
});

Deno.test("metricRequest() refuses degrees, unless the option says otherwise", async () => {
  const scan = await box([0.004, 0.005, 25], { units: DEGREES });
  assert.throws(() => metricOf(scan), {
    name: "ScanError",
    field: "unit",
    message: /degrees.*project/,
  });
  assert.deepEqual(metricOf(scan, { unit: "metre" }).warnings[0]!.code, "degrees");
});

Deno.test("metricRequest() takes the axis of the option, z for LAS, and doubts another shape", async () => {
  const lying = await box([4, 2.5, 5]);
  assert.deepEqual(codesOf(lying), ["axes"]);
  const { frame, request, warnings } = metricOf(lying, { up: "y" });
  assert.equal(frame.up, "y");
  assert.deepEqual(warnings, []);
  const heights = request.scan.positions.filter((_, i) => i % 3 === 2);
  assert.ok(Math.max(...heights) - Math.min(...heights) <= 2.5);
  assert.deepEqual(codesOf({ ...lying, format: "las" }), []);
});

Deno.test("metricRequest() doubts scans without a unit that would be very large, very small, or in degrees", async () => {
  assert.deepEqual(codesOf(await box([4000, 5000, 2500])), ["unit", "spacing"]);
  assert.deepEqual(codesOf(await box([0.004, 0.005, 0.0025])), ["unit"]);
  assert.ok(codesOf(await box([0.004, 0.005, 25], { origin: [7.5, 47, 400] })).includes("degrees"));
  assert.ok(!codesOf(await box([4000, 5000, 2500]), { unit: "millimetre" }).includes("unit"));
});

Deno.test("samplingWarnings() tells steps of coordinates and lonely points from scans that are fine", async () => {
  const far = await box([4, 5, 2.5], { origin: [500_000, 5_400_000, 100] });
  const rounded: Scan = {
    ...far,
    positions: far.positions.map((value, i) =>
      Math.fround(value + far.origin[i % 3]!) - far.origin[i % 3]!
    ),
  };
  const metric = metricOf(rounded);
  const warning = samplingWarnings(metric, 0.05).find(({ code }) => code === "coordinate-step");
  assert.match(warning!.text, /steps of 0\.5 m/);
  assert.ok(!codesOf(far).includes("coordinate-step"));
  // Planes of a drawing have few values along an axis, and are no steps.
  const planes = {
    ...far,
    positions: far.positions.map((v, i) => i % 3 === 2 ? Math.round(v / 2.5) * 2.5 : v),
  };
  assert.ok(!codesOf(planes).includes("coordinate-step"));
  assert.deepEqual(codesOf(await box([40, 50, 25], { count: 300 })), ["spacing"]);
});

Deno.test("metricRequest() takes the metres of one unit, for models of structure from motion", async () => {
  const model = await box([3, 2.5, 1.5]);
  const { request, frame, warnings } = metricOf(model, { unit: 2 });
  assert.equal(frame.units.horizontal.name, "2 m");
  assert.equal(Math.max(...request.scan.positions), 6);
  assert.deepEqual(warnings, []);
  assert.equal(metricOf(model, { unit: 0.3048 }).frame.units.vertical.name, "foot");
});

Deno.test("metricRequest() says that COLMAP's models have no scale, unless somebody states the unit", async () => {
  const model = await box([3, 2.5, 1.5]);
  const unscaled = (scan: Scan, given: Record<string, unknown> = {}) => {
    const options = segmentOptions(given, false);
    return metricRequest({ scan, photos: [], cameras: [], isUnscaled: true, options }).warnings;
  };
  const [warning, second] = unscaled(model);
  assert.deepEqual([warning!.code, warning!.field, second], ["unit", "unit", undefined]);
  assert.match(warning!.text, /no scale unless it was given one.* is 3 m long.*such as 0\.37/);
  for (const unit of ["metre", "foot", 0.37]) assert.deepEqual(unscaled(model, { unit }), []);
  const stated = { ...model, units: { horizontal: METRE, vertical: METRE } };
  assert.deepEqual(unscaled(stated), []);
  assert.deepEqual(unscaled({ ...model, converted: "e57 to ply" }), [], "E57 is in metres");
});
