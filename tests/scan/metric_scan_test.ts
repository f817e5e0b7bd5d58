/** Scans and cameras in metres with z up: points fall on the same pixels, lengths are metres, and nothing else changes. */
import assert from "node:assert/strict";
import { Random } from "../../lib/random/random.ts";
import {
  type Camera,
  cameraAt,
  LENGTH_UNITS,
  METRE,
  metricScan,
  readScan,
  type Scan,
  UP_AXES,
  type UpAxis,
  writePly,
} from "../../lib/scan/mod.ts";

const METRIC = { horizontal: METRE, vertical: METRE };
const FEET = { horizontal: LENGTH_UNITS.foot, vertical: LENGTH_UNITS.foot };

/** The direction of the file that each axis names. */
const DIRECTIONS: Record<UpAxis, number[]> = {
  x: [1, 0, 0],
  y: [0, 1, 0],
  z: [0, 0, 1],
  "-x": [-1, 0, 0],
  "-y": [0, -1, 0],
  "-z": [0, 0, -1],
};

async function scanOf(points: number[], normals: number[] | null = null): Promise<Scan> {
  const scan = await readScan(writePly({ positions: Float32Array.from(points) }), "a.ply");
  return { ...scan, normals: normals && Float32Array.from(normals) };
}

function pixelOf(scan: Scan, camera: Camera, point: number): number[] {
  const at = (row: number) =>
    [0, 1, 2].reduce(
      (sum, axis) =>
        sum +
        camera.worldToCamera[4 * row + axis]! *
          (scan.positions[3 * point + axis]! + scan.origin[axis]!),
      camera.worldToCamera[4 * row + 3]!,
    );
  return [at(0) / at(2), at(1) / at(2), at(2)];
}

Deno.test("metricScan() returns a metric scan with z up itself", async () => {
  const scan = await scanOf([1, 2, 3]);
  const cameras = [cameraAt("a.png", [0, 0, 0], 0, 0, { width: 4, height: 3, fieldOfView: 1 })];
  const metric = metricScan(scan, cameras, { units: METRIC, up: "z" });
  assert.equal(metric.scan, scan);
  assert.equal(metric.cameras, cameras);
});

Deno.test("metricScan() makes every axis z by a proper rotation, and feet metres, with the cameras", async () => {
  const random = new Random(1);
  const points = Array.from({ length: 30 }, () => random.range(-3, 3));
  const scan = { ...await scanOf(points), origin: [500, -20, 7] as [number, number, number] };
  const cameras = [0.3, 2, 4].map((yaw) =>
    cameraAt("a.png", [510, -25, 9], yaw, -0.2, { width: 40, height: 30, fieldOfView: 1 })
  );
  for (const up of UP_AXES) {
    const direction = DIRECTIONS[up];
    const { scan: arrow } = metricScan(await scanOf(direction, direction), [], {
      units: METRIC,
      up,
    });
    const head = [...arrow.positions].map((value, axis) => value + arrow.origin[axis]!);
    assert.deepEqual(head, [0, 0, 1], up);
    assert.deepEqual([...arrow.normals!], [0, 0, 1], up);

    const metric = metricScan(scan, cameras, { units: FEET, up });
    cameras.forEach((camera, c) => {
      for (let point = 0; point < scan.count; point++) {
        const before = pixelOf(scan, camera, point);
        const after = pixelOf(metric.scan, metric.cameras[c]!, point);
        // The same pixel, at a depth in metres. A reflection would mirror the picture.
        before[2]! *= 0.3048;
        after.forEach((value, i) =>
          assert.ok(Math.abs(value - before[i]!) < 1e-4 * Math.abs(before[i]!) + 1e-4)
        );
      }
    });
    assert.deepEqual(metric.scan.bytes, scan.bytes);
    assert.deepEqual(scan.origin, [500, -20, 7]);
  }
});

Deno.test("metricScan() scales heights by a unit of their own, and keeps normals across their surface", async () => {
  // A slope of 45° in the file's numbers: x in metres, z in feet.
  const half = Math.SQRT1_2;
  const scan = await scanOf([0, 0, 0, 10, 0, 10], [-half, 0, half, 0, 0, 0]);
  const units = { horizontal: METRE, vertical: LENGTH_UNITS.foot };
  const { scan: metric } = metricScan(scan, [], { units, up: "z" });
  const [x, , z] = [3, 4, 5].map((i) => metric.positions[i]! - metric.positions[i - 3]!);
  assert.ok(Math.abs(z! / x! - 0.3048) < 1e-6);
  const [nx, , nz] = metric.normals!;
  assert.ok(Math.abs(nx! * x! + nz! * z!) < 1e-6);
  assert.ok(Math.abs(Math.hypot(nx!, nz!) - 1) < 1e-6);
  assert.deepEqual([...metric.normals!.subarray(3)], [0, 0, 0]);
  // A camera keeps its rotation, and moves to where it stood.
  const camera = cameraAt("a.png", [4, 5, 10], 1, 0, { width: 4, height: 3, fieldOfView: 1 });
  const [moved] = metricScan(scan, [camera], { units, up: "z" }).cameras;
  assert.deepEqual(moved!.worldToCamera.slice(0, 3), camera.worldToCamera.slice(0, 3));
  const pose = moved!.worldToCamera;
  const height = -(pose[2]! * pose[3]! + pose[6]! * pose[7]! + pose[10]! * pose[11]!);
  assert.ok(Math.abs(height - 3.048) < 1e-9);
});
