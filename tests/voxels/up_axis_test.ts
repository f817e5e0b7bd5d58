/** Guessing the axis that points up: from cameras, from the scan alone, and where nothing is certain. */
import assert from "node:assert/strict";
import { Random } from "../../lib/random/random.ts";
import {
  type Camera,
  cameraAt,
  METRE,
  metricScan,
  parseCameras,
  readScan,
  type Scan,
  UP_AXES,
  type UpAxis,
  writePly,
} from "../../lib/scan/mod.ts";
import { inverseRigid } from "../../lib/scan/camera/pose.ts";
import { guessUp } from "../../lib/voxels/up_axis.ts";
import { dataPath, hasData } from "../data.ts";

const OPTICS = { width: 40, height: 30, fieldOfView: 1 };
const UNITS = { horizontal: METRE, vertical: METRE };

/** A street of 60 by 30 m: the ground, and on it walls of 6 m along both sides. */
function street(random: Random): number[] {
  return Array.from({ length: 6000 }, (_, p) => {
    const [x, y] = [random.range(-30, 30), random.range(-15, 15)];
    return p % 4 > 0
      ? [x, y, random.normal() * 0.02]
      : [x, p % 8 > 3 ? -15 : 15, random.range(0, 6)];
  }).flat();
}

/** The six faces of a room of 4 by 5 by 2.5 m. */
function room(random: Random): number[] {
  const size = [4, 5, 2.5];
  return Array.from({ length: 3000 }, (_, p) => {
    const point = size.map((length) => random.range(0, length));
    point[p % 3] = Math.floor(p / 3) % 2 * size[p % 3]!;
    return point;
  }).flat();
}

async function scanOf(points: number[]): Promise<Scan> {
  return await readScan(writePly({ positions: Float32Array.from(points) }), "a.ply");
}

/** Rotates a scan with z up so that another axis is up, and says which. */
function turnedBy(scan: Scan, cameras: readonly Camera[], rotation: UpAxis) {
  const frame = { units: UNITS, up: rotation };
  const { scan: arrow } = metricScan(
    { ...scan, positions: Float32Array.of(0, 0, 1), origin: [0, 0, 0] },
    [],
    frame,
  );
  const axis = arrow.positions.findIndex((value) => value !== 0);
  const up = `${arrow.positions[axis]! < 0 ? "-" : ""}${"xyz"[axis]}` as UpAxis;
  const metric = metricScan(scan, cameras, frame);
  return { up, positions: metric.scan.positions, cameras: metric.cameras };
}

Deno.test("guessUp() finds the upward direction of photographs, whatever the axes", async () => {
  const cameras = [0, 1.5, 3].map((yaw) => cameraAt("a.png", [2, 2, 1.5], yaw, -0.3, OPTICS));
  for (const points of [room(new Random(1)), street(new Random(2))]) {
    const scan = await scanOf(points);
    assert.deepEqual(guessUp(scan.positions, cameras), { up: "z", reason: null });
    for (const rotation of UP_AXES) {
      const other = turnedBy(scan, cameras, rotation);
      const guess = guessUp(other.positions, other.cameras);
      assert.equal(guess.up, other.up);
      assert.equal(guess.reason === null, other.up === "z");
    }
  }
});

Deno.test("guessUp() takes photographs from above for what they are", async () => {
  const { positions } = await scanOf(street(new Random(3)));
  const down = -Math.PI / 2 + 0.05;
  for (const yaws of [[0], [0, Math.PI], [0.7, 0.8]]) {
    const cameras = yaws.map((yaw) => cameraAt("a.png", [0, 0, 80], yaw, down, OPTICS));
    assert.deepEqual(guessUp(positions, cameras), { up: "z", reason: null });
  }
});

Deno.test("guessUp() keeps z and says why where photographs lie between the axes", async () => {
  const { positions } = await scanOf(room(new Random(4)));
  const cameras = [cameraAt("a.png", [2, 2, 1], 0.8, -0.8, OPTICS)];
  const { up, reason } = guessUp(positions, cameras);
  assert.equal(up, "z");
  assert.match(reason!, /no axis lies within 37°/);
});

Deno.test("guessUp() finds the land under a street without photographs, and doubts one upside down", async () => {
  const scan = await scanOf(street(new Random(5)));
  for (const rotation of UP_AXES) {
    const other = turnedBy(scan, [], rotation);
    const { up, reason } = guessUp(other.positions, []);
    if (other.up === "-z") assert.match(reason!, /at its top/);
    else assert.equal(up, other.up);
    assert.equal(reason === null, other.up === "z");
  }
});

Deno.test("guessUp() is silent on a room with z up, and doubts z for one that lies on its side", async () => {
  const scan = await scanOf(room(new Random(6)));
  assert.deepEqual(guessUp(scan.positions, []), { up: "z", reason: null });
  for (const rotation of ["x", "y"] as const) {
    const { up, reason } = guessUp(turnedBy(scan, [], rotation).positions, []);
    assert.equal(up, "z");
    assert.match(reason!, /farther along z/);
  }
});

Deno.test("guessUp() has an answer for scans that have no shape", async () => {
  for (const points of [[1, 2, 3], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 5]]) {
    assert.equal(guessUp((await scanOf(points)).positions, []).up, "z");
  }
});

/** The axes that SOURCE.md gives for each sample whose photographs tell them. */
const SAMPLES: Record<string, UpAxis> = {
  apc2016_shelf: "z",
  arc2017_bin: "-y",
  ign_lidarhd_ortho: "z",
  kitti_000008: "z",
  open3d_rgbd: "y",
  openmvs_sceaux: "-z",
  sunrgbd_000017: "z",
  threedmatch_seq01: "y",
};

Deno.test({
  name: "guessUp() finds the axes of real samples",
  ignore: !hasData,
  fn: async () => {
    for (const [name, up] of Object.entries(SAMPLES)) {
      const read = (file: string) => Deno.readFile(dataPath(name, file));
      const scan = await readScan(await read("scan.ply"), name);
      const text = new TextDecoder().decode(await read("cameras.json"));
      assert.equal(guessUp(scan.positions, parseCameras(text, "cameras.json")).up, up, name);
    }
  },
});

Deno.test("guessUp() does not believe photographs that are upright by their inverse poses alone", async () => {
  const scan = await scanOf(street(new Random(3)));
  for (const yaw of [0, 0.7, 1.5, 3]) {
    const cameras = [0, 0.1].map((more) => cameraAt("a.png", [2, 2, 1.5], yaw + more, 0, OPTICS));
    assert.deepEqual(guessUp(scan.positions, cameras), { up: "z", reason: null });
    const guess = guessUp(
      scan.positions,
      cameras.map((camera) => ({ ...camera, worldToCamera: inverseRigid(camera.worldToCamera) })),
    );
    assert.equal(guess.up, "z", `${yaw}: ${guess.reason}`);
  }
});
