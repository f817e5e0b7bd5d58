/**
 * Real and unusual files of other programs, from the folder that TTTKD_DATA names. They are not part of the repository:
 * where the folder is missing, the tests are skipped and a line says so.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse } from "@loaders.gl/core";
import { LAZRsLoader } from "@loaders.gl/las";
import {
  decodePhoto,
  matchPhotos,
  parseCameras,
  readScan,
  type Scan,
  ScanError,
  writeScan,
} from "../../lib/scan/mod.ts";
import { compareLas, comparePly } from "./compare_loaders.ts";
import { worldPositions } from "./files.ts";

const FOLDER = Deno.env.get("TTTKD_DATA") ?? "../shared/data";
const there = existsSync(FOLDER);
if (!there) {
  console.log(`SKIPPED: tests on real files, since there is no ${FOLDER} (set TTTKD_DATA)`);
}

interface Odd {
  file: string;
  points: number | null;
  expect: string;
}

interface Real {
  file: string;
  points: number;
  min: number[];
  max: number[];
  classes: Record<string, number>;
  rgb: string | null;
}

/** Valid files of kinds that are not supported, with what the error says. */
const NOT_DECODED: Record<string, RegExp> = {
  "simple-laszip-compressor-version-1.2r0.laz": /compressor 1/,
  "pdrf5-1.3.laz": /point formats 4 and 5/,
  "pdrf7-v4-1.4.laz": /version 4/,
  "pdrf10-1.5.las": /version 1\.5/,
  "pdrf10-1.5.laz": /version 1\.5/,
  "point-version-1-point-wise.laz": /compressor 1/,
};
/** Files whose header counts more points than there are. */
const TRUNCATED = [
  "garbage_nVariableLength.las",
  "made_las_count_4g.las",
  "made_ply_last_point_cut.ply",
  "1.2-no-points.las",
];

const load = (path: string) => new Uint8Array(readFileSync(`${FOLDER}/${path}`));
const json = (path: string) => JSON.parse(readFileSync(`${FOLDER}/${path}`, "utf8"));

/** Labels a scan and asserts that the answer reads as before except for the labels. */
async function roundTrip(scan: Scan): Promise<void> {
  const labels = Uint8Array.from({ length: scan.count }, (_, i) => i % 7 + 2);
  const confidence = Float32Array.from({ length: scan.count }, (_, i) => (i % 100) / 100);
  const answer = writeScan(scan, { labels, confidence, extraBytes: true });
  const back = await readScan(answer, scan.name);
  assert.deepEqual(back.origin, scan.origin);
  assert(sameBytes(back.positions, scan.positions));
  assert(sameBytes(back.colors, scan.colors));
  assert(sameBytes(back.intensity, scan.intensity));
  assert(back.labels!.every((label, i) => label === labels[i]));
}

function sameBytes(a: Float32Array | null, b: Float32Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

Deno.test({
  name: "readScan() reads or refuses every unusual file as expected",
  ignore: !there,
  fn: async () => {
    const files: Odd[] = json("odd/expected.json");
    for (const { file, points, expect } of files) {
      const mustRefuse = points === null || points === 0 || TRUNCATED.includes(file) ||
        file in NOT_DECODED;
      try {
        const scan = await readScan(load(`odd/${file}`), file);
        assert(!mustRefuse, `${file} was read: ${expect}`);
        // GeoCue withheld most of the points of one, which lie in an overlap.
        assert.equal(scan.count + (scan.leftOut?.length ?? 0), points, file);
        assert(scan.positions.every(Number.isFinite), file);
      } catch (error) {
        if (!(error instanceof ScanError)) throw error;
        assert(mustRefuse, `${error.message} (${expect})`);
        assert.match(error.message, NOT_DECODED[file] ?? /./);
      }
    }
  },
});

Deno.test({
  name: "readScan() reads flag bits, colours and digits of unusual files correctly",
  ignore: !there,
  fn: async () => {
    const read = (file: string) => readScan(load(`odd/${file}`), file);
    assert.equal((await read("synthetic_test.las")).labels, null, "a flag is no class");
    assert.equal((await read("simple1_1.las")).colors, null);
    assert.deepEqual(
      [...(await read("text_extradim.ply")).colors!],
      [63, 200, 64].map((v) => Math.fround(v / 255)),
    );
    assert.deepEqual(
      [...(await read("made_ply_faces_first.ply")).positions],
      [0, 0, 0, 1, 0, 0, 0, 1, 0],
    );
    const las = await read("test_pdalfail_0643_6319_LA93_IGN69.laz");
    assert(las.labels!.every((label) => label === 65));
    const wrongBox = await read("simple1_3.las");
    assert(
      Math.abs(Math.max(...worldPositions(wrongBox).filter((_, i) => i % 3 === 0)) + 234935.841) <
        1e-3,
    );
  },
});

Deno.test({
  name: "readScan() reads every file of las/ with the right bounding box, classes and colours",
  ignore: !there,
  fn: async () => {
    const files: Real[] = json("las/las.json");
    for (const { file, points, min, max, classes, rgb } of files) {
      const scan = await readScan(load(`las/${file}`), file);
      assert.equal(scan.count, points, file);
      const box = { min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] };
      for (let i = 0; i < 3 * points; i++) {
        const world = scan.positions[i]! + scan.origin[i % 3]!;
        if (world < box.min[i % 3]!) box.min[i % 3] = world;
        if (world > box.max[i % 3]!) box.max[i % 3] = world;
      }
      for (let axis = 0; axis < 3; axis++) {
        assert(Math.abs(box.min[axis]! - min[axis]!) < 2e-3, `${file} ${box.min} ${min}`);
        assert(Math.abs(box.max[axis]! - max[axis]!) < 2e-3, `${file} ${box.max} ${max}`);
      }
      const found: Record<string, number> = {};
      for (const label of scan.labels ?? new Int32Array(points)) {
        found[label] = (found[label] ?? 0) + 1;
      }
      assert.deepEqual(found, classes, file);
      assert.equal(scan.colors !== null, rgb !== null, file);
      if (scan.colors) assert(scan.colors.some((value) => value > 0.5), `${file} is too dark`);
    }
  },
});

Deno.test({
  name: "writeScan() changes nothing but the labels of every file",
  ignore: !there,
  fn: async () => {
    let answered = 0;
    for (const folder of ["odd", "las"]) {
      for (const file of readdirSync(`${FOLDER}/${folder}`)) {
        if (!/\.(las|ply)$/.test(file)) continue;
        const scan = await readScan(load(`${folder}/${file}`), file).catch(() => null);
        if (scan === null) continue;
        await roundTrip(scan);
        answered++;
      }
    }
    assert(answered >= 30, `only ${answered}`);
  },
});

Deno.test({
  name: "readScan() unpacks LAZ to LAS in which loaders.gl finds the same points",
  ignore: !there,
  fn: async () => {
    const file = "test_data_77050_627755_LA93_IGN69.laz";
    const scan = await readScan(load(`las/${file}`), file);
    assert.equal(scan.converted, "laz to las");
    const own = (bytes: Uint8Array) =>
      parse(bytes.slice().buffer, LAZRsLoader, {
        core: { worker: false },
        las: { fp64: true, colorDepth: 16 },
      });
    const [las, laz] = [await own(scan.bytes), await own(load(`las/${file}`))];
    for (const name of Object.keys(laz.attributes)) {
      assert.deepEqual(las.attributes[name]!.value, laz.attributes[name]!.value, name);
    }
  },
});

Deno.test({
  name: "our loaders agree with those of loaders.gl on every file that both read",
  ignore: !there,
  fn: async () => {
    let compared = 0;
    for (
      const [folder, file] of ["odd", "las"].flatMap((folder) =>
        readdirSync(`${FOLDER}/${folder}`).map((file) => [folder, file] as const)
      )
    ) {
      // The largest files take long and test nothing more.
      const bytes = load(`${folder}/${file}`);
      if (bytes.length > 1e6) continue;
      if (/\.la[sz]$/.test(file)) compared += await compareLas(bytes, file);
      if (/\.ply$/.test(file)) compared += await comparePly(bytes, file);
    }
    assert(compared >= 35, `only ${compared}`);
  },
});

Deno.test({
  name: "readScan() takes that of two counts which the chunks of LAZ have",
  ignore: !there,
  fn: async () => {
    const old = load("odd/laszip-generated.laz");
    const [from, more] = [new DataView(old.buffer, old.byteOffset).getUint16(94, true), 148];
    // The same file with the longer header of LAS 1.4.
    const bytes = new Uint8Array(old.length + more);
    bytes.set(old.subarray(0, from));
    bytes.set(old.subarray(from), from + more);
    const view = new DataView(bytes.buffer);
    bytes[25] = 4;
    view.setUint16(94, from + more, true);
    const points = view.getUint32(96, true) + more;
    view.setUint32(96, points, true);
    view.setBigInt64(points, view.getBigInt64(points, true) + BigInt(more), true);
    for (const [count, legacy] of [[1065, 1064], [1066, 1065], [0, 1065], [1065, 1065]] as const) {
      view.setBigUint64(247, BigInt(count), true);
      view.setUint32(107, legacy, true);
      const scan = await readScan(bytes, "x.laz");
      assert.equal(scan.count, 1065);
      const doubts = scan.warnings.filter(({ code }) => code === "points");
      assert.equal(doubts.length, count === legacy ? 0 : 1);
      assert.equal(
        (await readScan(scan.bytes, "x.las")).warnings.length,
        scan.warnings.length - doubts.length,
      );
    }
    view.setBigUint64(247, 1063n, true);
    view.setUint32(107, 1064, true);
    await assert.rejects(readScan(bytes, "x.laz"), /go on after the 1063/);
  },
});

Deno.test({
  name: "readScan() holds the count of LAZ against what its chunks hold",
  ignore: !there,
  fn: async () => {
    for (const [file, count] of [["laszip-generated.laz", 1065]] as const) {
      for (
        const [wrong, pattern] of [[-1, /go on after/], [-9, /go on after/], [
          1,
          /end, after/,
        ]] as const
      ) {
        const bytes = load(`odd/${file}`).slice();
        new DataView(bytes.buffer).setUint32(107, count + wrong, true);
        await assert.rejects(readScan(bytes, file), (error) => {
          assert(error instanceof ScanError);
          assert.match(error.message, pattern);
          assert.match(error.message, new RegExp(`${count + Math.min(0, wrong)}`));
          return true;
        }, `${file} ${wrong}`);
      }
    }
  },
});

Deno.test({
  name: "readScan() still reads LAZ after files on which the decoder fails",
  ignore: !there,
  fn: async () => {
    const good = load("odd/laszip-generated.laz");
    const bad = load("odd/pdrf5-1.3.laz");
    const broken = good.slice();
    broken.fill(0x5a, 12000, 15000);
    for (let i = 0; i < 5; i++) {
      await assert.rejects(readScan(bad, "bad.laz"), ScanError);
      await readScan(broken, "broken.laz").catch((error) => assert(error instanceof ScanError));
      assert.equal((await readScan(good, "good.laz")).count, 1065);
    }
    for (let length = 0; length < good.length; length += 997) {
      await assert.rejects(readScan(good.subarray(0, length), "cut.laz"), ScanError);
    }
  },
});

Deno.test({
  name: "scan, cameras and photographs of every sample are read",
  ignore: !there,
  fn: async () => {
    let samples = 0;
    for (const { name, points } of json("manifest.json") as { name: string; points: number }[]) {
      if (!existsSync(`${FOLDER}/${name}/cameras.json`)) continue;
      const scan = await readScan(load(`${name}/scan.ply`), name);
      assert.equal(scan.count, points, name);
      await roundTrip(scan);
      const cameras = parseCameras(readFileSync(`${FOLDER}/${name}/cameras.json`, "utf8"), name);
      const photos = readdirSync(`${FOLDER}/${name}/images`);
      const [first] = matchPhotos(cameras, photos, name);
      const path = `${name}/images/${photos[first!]!}`;
      const photo = await decodePhoto(load(path), path);
      const { width, height } = cameras[0]!;
      assert.deepEqual([photo.width, photo.height], [width, height], path);
      samples++;
    }
    assert(samples >= 10, `only ${samples}`);
  },
});
