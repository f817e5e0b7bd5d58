import assert from "node:assert/strict";
import type { FeatureName } from "../../lib/nn/features.ts";
import { type Camera, type Scan, ScanError, writeLas } from "../../lib/scan/mod.ts";
import { inputWarnings, requireInputs, studentPoints } from "../../lib/voxels/points.ts";

/** A level square of 49 points, a metre above zero in the coordinates of a map. */
const SCAN: Scan = {
  name: "square.ply",
  format: "ply",
  count: 49,
  origin: [500, 200, 1],
  positions: Float32Array.from(
    { length: 147 },
    (_, i) => [Math.floor(i / 21) / 10, Math.floor(i / 3) % 7 / 10, 0][i % 3]!,
  ),
  colors: null,
  intensity: Float32Array.from({ length: 49 }, (_, p) => p / 48),
  normals: null,
  labels: new Int32Array(49),
  bytes: new Uint8Array(9),
  warnings: [],
};

/** A camera that looks down, at a place in the map's coordinates. */
function camera(x: number, y: number, z: number): Camera {
  const worldToCamera = Float64Array.of(1, 0, 0, -x, 0, -1, 0, y, 0, 0, -1, z, 0, 0, 0, 1);
  return { file: "a.png", width: 2, height: 2, fx: 1, fy: 1, cx: 0, cy: 0, worldToCamera };
}

const NORMALS: FeatureName[] = ["normal_x", "normal_y", "normal_z"];

Deno.test("studentPoints() gives what the student reads, and no labels", () => {
  const plain = studentPoints(SCAN, ["red", "height"], 0.2, []);
  const { positions, origin } = SCAN;
  assert.deepEqual(plain, { positions, origin, colors: null, intensity: null, normals: null });
  assert.equal(studentPoints(SCAN, ["intensity"], 0.2, []).intensity, SCAN.intensity);
});

Deno.test("studentPoints() measures heights above the ground for students that read them", () => {
  const { aboveGround } = studentPoints(SCAN, ["above_ground"], 0.2, []);
  assert.deepEqual(aboveGround, new Float32Array(49));
});

Deno.test("studentPoints() measures roughness, and reads of a LAS file how often pulses came back", () => {
  const features: FeatureName[] = ["roughness", "multiple_returns"];
  const plain = studentPoints(SCAN, features, 0.2, []);
  assert.deepEqual(plain.roughness, new Float32Array(49));
  assert.deepEqual(plain.multipleReturns, new Float32Array(49), "a PLY does not tell");
  const number = Uint8Array.from({ length: 49 }, (_, p) => p % 3);
  const of = number.map((value) => [0, 1, 4][value]!);
  const las: Scan = { ...SCAN, format: "las", bytes: writeLas(SCAN, { number, of }) };
  assert.deepEqual(
    studentPoints(las, features, 0.2, []).multipleReturns,
    Float32Array.from(number, (value) => [0, -1, 1][value]!),
  );
});

Deno.test("studentPoints() keeps the scan's own normals", () => {
  const normals = SCAN.positions.map((_, i) => i % 3 === 0 ? 1 : 0);
  assert.equal(studentPoints({ ...SCAN, normals }, NORMALS, 0.2, []).normals, normals);
});

Deno.test("studentPoints() estimates normals that point to the nearest camera", () => {
  const above = studentPoints(SCAN, NORMALS, 0.2, [camera(500, 200, 3), camera(500, 200, -7)]);
  const below = studentPoints(SCAN, NORMALS, 0.2, [camera(500, 200, 9), camera(500, 200, 0)]);
  for (let i = 0; i < SCAN.positions.length; i++) {
    assert.ok(Math.abs(above.normals![i]! - (i % 3 === 2 ? 1 : 0)) < 1e-6);
    assert.ok(Math.abs(below.normals![i]! + (i % 3 === 2 ? 1 : 0)) < 1e-6);
  }
});

Deno.test("requireInputs() names the input that a scan lacks, and what to do", () => {
  const student = (...features: FeatureName[]) => ({ id: "street", features });
  const refuses = (scan: Scan, features: FeatureName[], field: string, message: RegExp) =>
    assert.throws(() => requireInputs(scan, student(...features)), (error) => {
      assert.ok(error instanceof ScanError);
      assert.equal(error.file, "square.ply");
      assert.equal(error.field, field);
      assert.match(error.message, /^Cannot feed student street with square\.ply: .*; .*[^.]$/);
      assert.match(error.message, message);
      return true;
    });
  refuses({ ...SCAN, intensity: null }, ["one", "intensity"], "intensity", /send a scan with int/);
  const far = { ...SCAN, origin: [0, 6_862_000, 0] as Scan["origin"] };
  refuses(far, ["intensity", "y"], "y", /6862000 m from its zero/);
  for (const scan of [SCAN, { ...far, colors: null }, { ...SCAN, normals: null }]) {
    requireInputs(scan, student("red", "intensity", "x_centred", "height", ...NORMALS));
  }
  requireInputs(SCAN, student("x", "y", "z", "intensity"));
});

Deno.test("inputWarnings() warns of a scan without colours where the student reads them", () => {
  const codes = (scan: Scan, ...features: FeatureName[]) =>
    inputWarnings(scan, { id: "rooms", features }).map(({ code, field }) => [code, field]);
  const grey = { ...SCAN, colors: null };
  assert.deepEqual(codes(grey, "one", "green_signed"), [["no-colours", "scan"]]);
  assert.deepEqual(codes(grey, "red", "green", "blue"), [["no-colours", "scan"]]);
  assert.deepEqual(codes(grey, "one", "intensity", "height"), []);
  assert.deepEqual(codes({ ...SCAN, colors: new Float32Array(SCAN.count * 3) }, "red"), []);
});
