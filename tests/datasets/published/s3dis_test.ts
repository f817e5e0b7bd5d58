import assert from "node:assert/strict";
import { DatasetError } from "../../../lib/datasets/mod.ts";
import { PUBLISHED } from "../../../lib/datasets/published/mod.ts";
import { assertSees, type Files, greyPng, withFiles } from "./support.ts";

const s3dis = PUBLISHED["s3dis"]!;

const REGISTERED = "Stanford3dDataset_v1.2";
const ALIGNED = "Stanford3dDataset_v1.2_Aligned_Version";

function room(area: string, name: string, version = REGISTERED): Files {
  const at = (file: string) => `${version}/${area}/${name}/${file}`;
  return {
    [`${version}/${area}/${area}_alignmentAngle.txt`]: `${name} 90\n`,
    [`${version}/${area}/.DS_Store`]: "\0",
    [at(`${name}.txt`)]: "1 2 0.5 255 0 51\n",
    [at("Annotations/.DS_Store")]: "\0",
    [at("Annotations/chair_1.txt")]: "1.000 2.000 0.500 255 0 51\n1.5 2.5 0.75 0 255 102\r\n",
    [at("Annotations/chair_10.txt")]: "4 5 6 1 2 3",
    // As in Area_5/hallway_6 of the published files: a blank that has lost a bit.
    [at("Annotations/ceiling_1.txt")]: "7 8 3 185\u0000187 190\n",
    [at("Annotations/stairs_1.txt")]: "7 8 1 0 0 0\n",
  };
}

const LOCATION = [1, 2, 1];
/** From the world to a camera at `LOCATION` that looks along x. */
const MATRIX = [[0, -1, 0, 2], [0, 0, -1, 1], [1, 0, 0, -1]];

function photograph(folder: string, name: string, level: number, matrix = MATRIX): Files {
  const at = (kind: string, end: string) =>
    `${folder}/data/${kind}/camera_0a1b_${name}_frame_${level}_domain_${kind}.${end}`;
  const pose = {
    camera_k_matrix: [[7, 0, 4], [0, 7, 2], [0, 0, 1]],
    camera_rt_matrix: matrix,
    camera_location: LOCATION,
    room: name,
    frame_num: level,
  };
  return { [at("rgb", "png")]: greyPng(8, 4, level), [at("pose", "json")]: JSON.stringify(pose) };
}

const SPLITS = ["train", "validation", "test"] as const;

Deno.test("S3DIS is read as it is downloaded, with the photographs of 2D-3D-S", async () => {
  const files = {
    ...room("Area_1", "office_1"),
    ...room("Area_6", "office_10"),
    ...room("Area_6", "office_2"),
    ...room("Area_5", "office_1"),
    // Only in the registered version are photographs in the frame of the rooms.
    ...room("Area_3", "office_1", ALIGNED),
    ...photograph("area_1", "office_1", 2),
    ...photograph("area_1", "office_1", 10),
    ...photograph("area_1", "office_10", 3),
    ...photograph("area_5b", "office_1", 4),
  };
  await withFiles(files, async (root) => {
    const dataset = await s3dis.open(root);
    assert.deepEqual(SPLITS.map((split) => dataset.count("s3dis", split)), [3, 0, 1]);
    assert.deepEqual([dataset.classes.length, dataset.classes[12]], [13, "clutter"]);
    assert.match(dataset.warnings!.join(), /v1\.2 lacks Area_2, Area_3, Area_4; splits/);
    const { id, scan, objects, photos, cameras } = await dataset.scene("s3dis", "train", 0);
    // Two chairs; ceiling and stairs, which are clutter, are no objects.
    assert.deepEqual(objects, Int32Array.of(0, 2, 2, 3, 0));
    assert.equal(id, "Area_1/office_1");
    const rows = Array.from({ length: scan.count }, (_, i) => [
      ...scan.positions.subarray(3 * i, 3 * i + 3),
      ...scan.colors!.subarray(3 * i, 3 * i + 3).map((value) => Math.round(255 * value)),
      scan.labels![i],
    ]);
    assert.deepEqual(rows, [
      [7, 8, 3, 185, 187, 190, 0],
      [1, 2, 0.5, 255, 0, 51, 8],
      [1.5, 2.5, 0.75, 0, 255, 102, 8],
      [4, 5, 6, 1, 2, 3, 8],
      [7, 8, 1, 0, 0, 0, 12],
    ]);
    assert.deepEqual(scan.warnings, []);
    assert.deepEqual(photos.map(({ pixels }) => pixels[0]), [2, 10]);
    // 10 m ahead of the camera, 1 m to its left and 2 m above; the centre of the first pixel is (0, 0).
    assertSees(cameras[0]!, [11, 3, 3], [3.5 - 0.7, 1.5 - 1.4]);
    assert.equal((await dataset.scene("s3dis", "train", 1)).id, "Area_6/office_2");
    const second = await dataset.scene("s3dis", "train", 2);
    assert.deepEqual([second.id, second.photos.length], ["Area_6/office_10", 0]);
    assert.deepEqual(second.objects, objects, "objects need no photographs");
  });
});

Deno.test("S3DIS v1.2: digits and blanks of the published files that have lost a bit are read", async () => {
  const at = (file: string) => `${REGISTERED}/Area_5/office_19/Annotations/${file}`;
  const files = {
    // Line 323474 of this file as it is published, with the line before it.
    [at("ceiling_1.txt")]: "-22.011 7.151 3.010 104.000000 103.000000 103.000000\n" +
      "-22.011 7.151 3.010 104.000000 103.000000 103.0\u00100000\n",
    [at("wall_1.txt")]: "-9.1\u00160 1.5 2 185\u0000187 182\r\n\t1 2 3 4 5 6\n",
  };
  await withFiles(files, async (root) => {
    const { scan } = await (await s3dis.open(root)).scene("s3dis", "test", 0);
    assert.deepEqual(
      scan.positions,
      Float32Array.of(
        ...[-22.011, 7.151, 3.01],
        ...[-22.011, 7.151, 3.01],
        ...[-9.16, 1.5, 2],
        ...[1, 2, 3],
      ),
    );
    assert.deepEqual(
      [...scan.colors!].map((value) => Math.round(255 * value)),
      [104, 103, 103, 104, 103, 103, 185, 187, 182, 4, 5, 6],
    );
  });
});

Deno.test("S3DIS: poses of area_5b are moved into the frame of Area_5", async () => {
  const files = { ...room("Area_5", "office_1"), ...photograph("area_5b", "office_1", 4) };
  await withFiles(files, async (root) => {
    const { cameras } = await (await s3dis.open(root)).scene("s3dis", "test", 0);
    // (11, 3, 3) in the frame of area_5b: Pointcept moves that frame by x' = y - 4.09703582, y' = 6.22617759 - x.
    assertSees(cameras[0]!, [3 - 4.09703582, 6.22617759 - 11, 3], [3.5 - 0.7, 1.5 - 1.4]);
  });
});

Deno.test("S3DIS: the aligned version is read without photographs, and says so", async () => {
  const files = {
    ...room("Area_5", "office_1", ALIGNED),
    ...photograph("area_5a", "office_1", 4),
  };
  await withFiles(files, async (root) => {
    const dataset = await s3dis.open(root);
    const { scan, photos } = await dataset.scene("s3dis", "test", 0);
    assert.deepEqual([scan.count, photos.length], [5, 0]);
    assert.match(dataset.warnings!.join(), /without photographs: it is not public how the rooms/);
    assert.match(dataset.domains[0]!.about, /without photographs/);
    assert.match(scan.warnings[0]!.text, /office_1 is used without .*, since it is not public how/);
  });
});

Deno.test("S3DIS: folders of 2D-3D-S that lack are named, Area 5 having two, and rooms without photographs", async () => {
  const rooms = {
    ...room("Area_1", "office_1"),
    ...room("Area_5", "office_1"),
    ...room("Area_5", "office_40"),
    ...photograph("area_1", "office_1", 2),
  };
  const warningsOf = async (files: Files) => {
    const found: string[] = [];
    await withFiles({ ...rooms, ...files }, async (root) => {
      const dataset = await s3dis.open(root);
      found.push(dataset.warnings!.slice(1).join("|").replaceAll(root, "ROOT"));
      for (const index of [0, 1]) {
        const { scan, photos } = await dataset.scene("s3dis", "test", index);
        const texts = scan.warnings.map(({ code, text }) => `${code} ${text}`);
        found.push([photos.length, ...texts].join(" ").replaceAll(root, "ROOT"));
      }
    });
    return found;
  };
  const first = photograph("area_5a", "office_1", 3);
  const second = photograph("area_5b", "office_40", 4);
  assert.deepEqual(await warningsOf({ ...first, ...second }), ["", "1", "1"]);
  assert.deepEqual(await warningsOf(first), [
    "ROOT lacks area_5b of 2D-3D-S; rooms whose photographs lie there are used without them. " +
    "Add what is missing.",
    "1",
    "0 left-out Area_5/office_40 is used without photographs, since ROOT has none of it and lacks " +
    "area_5b of 2D-3D-S.",
  ]);
  assert.match(String(await warningsOf({})), /^ROOT lacks area_5a, area_5b of 2D-3D-S; rooms/);
  assert.deepEqual(
    (await warningsOf({ ...first, ...photograph("area_5b", "office_2", 4) }))[2],
    "0 left-out Area_5/office_40 is used without photographs, since 2D-3D-S has none of it in ROOT.",
  );
});

Deno.test("S3DIS: what is missing or malformed is named in one line", async () => {
  const whole = { ...room("Area_5", "office_1"), ...photograph("area_5a", "office_1", 4) };
  const at = (file: string) => `${REGISTERED}/Area_5/office_1/Annotations/${file}`;
  const [pose] = Object.keys(whole).filter((name) => name.endsWith("json"));
  const without = (gone: string) =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !name.startsWith(gone)));
  const transposed = MATRIX.map((row, i) => [...[0, 1, 2].map((j) => MATRIX[j]![i]!), row[3]!]);
  const cases: [Files, RegExp][] = [
    [{ "readme.txt": "" }, /Aligned_Version: it should be the folder of Area_1 to Area_6/],
    [{ [`${REGISTERED}/a.txt`]: "" }, /none of the scenes of the official splits \(Area_1/],
    [
      { [`${REGISTERED}/Area_5/office_1/office_1.txt`]: "" },
      /Annotations: it should be the labelled objects of Area_5\/office_1/,
    ],
    [
      { ...without("area_5a"), "area_5a/a.txt": "" },
      /rgb: it should be the photographs of area_5a/,
    ],
    [without(pose!), /pose\.json: it should be the pose of a photograph/],
    [{ ...whole, [pose!]: "{}" }, /pose\.json: .*camera_k_matrix/],
    [
      { ...whole, ...photograph("area_5a", "office_1", 4, transposed) },
      /does not bring camera_location to zero/,
    ],
    [
      {
        ...whole,
        ...photograph("area_5a", "office_1", 4, MATRIX.map((row) => row.map((x) => 2 * x))),
      },
      /camera_rt_matrix: the pose is not rigid/,
    ],
    [
      { ...whole, [at("chair_1.txt")]: "1 2 3 4 5 6\n1 2 3 4 5\n" },
      /chair_1\.txt: line 2 is not x y z r g b; correct that line, or fetch the file again/,
    ],
    [{ ...whole, [at("chair_1.txt")]: "1 2 NaN 4 5 6\n" }, /chair_1\.txt: line 1 is not x/],
    // With the bit that it has lost, the character is an exclamation mark.
    [{ ...whole, [at("chair_1.txt")]: "1.5 2\u0001 3 4 5 6\n" }, /line 1 is not x/],
  ];
  for (const [files, message] of cases) {
    await withFiles(files, async (root) => {
      const read = async () => (await s3dis.open(root)).scene("s3dis", "test", 0);
      await assert.rejects(read, (error: Error) => {
        assert.ok(error instanceof DatasetError, `${error}`);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});

Deno.test("S3DIS: a file that is named like no object is left out, and named", async () => {
  const name = `${REGISTERED}/Area_5/office_1/Annotations/wall_3 (1).txt`;
  await withFiles({ ...room("Area_5", "office_1"), [name]: "1 2 3 4 5 6\n" }, async (root) => {
    const { scan } = await (await s3dis.open(root)).scene("s3dis", "test", 0);
    assert.equal(scan.count, 5);
    assert.match(scan.warnings[0]!.text, /left out of Area_5\/office_1: wall_3 \(1\)\.txt/);
  });
});
