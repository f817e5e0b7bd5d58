import assert from "node:assert/strict";
import { PUBLISHED } from "../../../lib/datasets/published/mod.ts";
import { DatasetError } from "../../../lib/datasets/mod.ts";
import { assertSees, type Files, floats, greyPng, withFiles } from "./support.ts";

const open = (root: string) => PUBLISHED["semantickitti"]!.open(root);

/** Left colour camera 0.06 m beside the reference camera, which stands 0.27 m before and 0.08 m below the scanner. */
const CALIBRATION = `P0: 7 0 3 0 0 7 1 0 0 0 1 0
P1: 7 0 3 -3.8 0 7 1 0 0 0 1 0
P2: 7 0 3 0.42 0 7 1 0 0 0 1 0
P3: 7 0 3 -3.3 0 7 1 0 0 0 1 0
Tr: 0 -1 0 0 0 0 -1 -0.08 1 0 0 -0.27
`;

/** Labels as SemanticKITTI stores them: an instance in the upper 16 bits. */
function labels(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values, (value) => (7 << 16 | value) >>> 0).buffer);
}

function sequence(name: string, numbers: readonly string[], { photographs = true } = {}): Files {
  const files: Files = { [`sequences/${name}/calib.txt`]: CALIBRATION };
  files[`sequences/${name}/poses.txt`] = numbers.map(() => "1 0 0 0 0 1 0 0 0 0 1 0\n").join("");
  for (const number of numbers) {
    const at = (folder: string, end: string) => `sequences/${name}/${folder}/${number}.${end}`;
    files[at("velodyne", "bin")] = floats(10.27, 1, 2, 0.5, -4, 3, 0, 0, 5, 6, 7, 0.25);
    files[at("labels", "label")] = labels(252, 99, 81);
    if (photographs) files[at("image_2", "png")] = greyPng(8, 4, Number(number));
  }
  return files;
}

Deno.test("SemanticKITTI is read as it is downloaded, with its official splits", async () => {
  const files = {
    ...sequence("00", ["000000", "000001"]),
    ...sequence("09", ["000000"]),
    ...sequence("08", ["000004"]),
    "sequences/11/velodyne/000000.bin": floats(1, 2, 3, 4),
  };
  await withFiles(files, async (root) => {
    const dataset = await open(root);
    assert.deepEqual(
      (["train", "validation", "test"] as const).map((split) =>
        dataset.count("semantickitti", split)
      ),
      [3, 1, 1],
    );
    assert.equal(dataset.classes.length, 19);
    assert.match(dataset.warnings![0]!, /sequences lacks 01, 02, .* more; splits are smaller/);
    const { id, scan, photos, cameras } = await dataset.scene("semantickitti", "test", 0);
    assert.equal(id, "08/000004");
    assert.deepEqual([...scan.positions.slice(3)], [-4, 3, 0, 5, 6, 7]);
    assert.deepEqual([...scan.intensity!], [0.5, 0, 0.25]);
    assert.deepEqual([...scan.labels!], [0, 255, 18], "moving car, outlier, traffic sign");
    assert.deepEqual(photos.map(({ pixels }) => pixels[0]), [4]);
    // 10 m before the cameras, 1 m to the left and 2 - 0.08 … the camera sees x = -y + 0.06, y = -z - 0.08.
    assertSees(cameras[0]!, [10.27, 1, 2], [7 * (-1 + 0.06) / 10 + 3, 7 * (-2 - 0.08) / 10 + 1]);
    const second = await dataset.scene("semantickitti", "train", 1);
    assert.equal(second.id, "09/000000", "the first scenes are spread over the sequences");
  });
});

Deno.test("SemanticKITTI without photographs has scenes without views", async () => {
  await withFiles(sequence("08", ["000000"], { photographs: false }), async (root) => {
    const dataset = await open(root);
    const { photos, cameras } = await dataset.scene("semantickitti", "validation", 0);
    assert.deepEqual([photos.length, cameras.length], [0, 0]);
    assert.match(dataset.warnings![1]!, /without photographs in 08, since .* has no image_2/);
    assert.equal(dataset.count("semantickitti", "train"), 0);
    await assert.rejects(dataset.scene("semantickitti", "train", 0), RangeError);
  });
});

Deno.test("SemanticKITTI: the upper half of a label is its object, counted as evaluate_panoptic.py of semantic-kitti-api does", async () => {
  const stored = [[10, 3], [30, 3], [252, 3], [40, 0], [10, 0xffff], [99, 3], [30, 3]] as const;
  const files = {
    ...sequence("08", ["000000"], { photographs: false }),
    "sequences/08/velodyne/000000.bin": floats(...stored.flatMap((_, i) => [i, 0, 0, 0])),
    "sequences/08/labels/000000.label": new Uint8Array(
      Uint32Array.from(stored, ([label, object]) => (object << 16 | label) >>> 0).buffer,
    ),
  };
  await withFiles(files, async (root) => {
    const dataset = await open(root);
    const { scan, objects } = await dataset.scene("semantickitti", "test", 0);
    assert.deepEqual(
      [...scan.labels!].map((label) => dataset.classes[label]),
      ["car", "person", "car", "road", "car", undefined, "person"],
    );
    assert.deepEqual([...objects!], [1, 2, 1, 0, 3, 0, 2]);
  });
  // With photographs, too.
  await withFiles(sequence("08", ["000000"]), async (root) => {
    const { photos, objects } = await (await open(root)).scene("semantickitti", "test", 0);
    assert.deepEqual([photos.length, [...objects!]], [1, [1, 0, 2]]);
  });
});

Deno.test("SemanticKITTI: sequences of data_odometry_labels.zip without their scans are lacking, as absent ones", async () => {
  const labelsAlone = (name: string) =>
    Object.fromEntries(
      Object.entries(sequence(name, ["000000"])).filter(([path]) => !/velodyne|image_2/.test(path)),
    );
  const files = {
    ...labelsAlone("00"),
    ...labelsAlone("02"),
    ...sequence("08", ["000000"]),
    "sequences/03/velodyne/000000.bin": floats(1, 2, 3, 4),
  };
  await withFiles(files, async (root) => {
    // Deleted scans leave their folder behind.
    await Deno.mkdir(`${root}/sequences/00/velodyne`);
    const dataset = await open(root);
    assert.deepEqual(
      [dataset.count("semantickitti", "train"), dataset.count("semantickitti", "test")],
      [0, 1],
    );
    assert.equal((await dataset.scene("semantickitti", "test", 0)).id, "08/000000");
    const [lacking, ...others] = dataset.warnings!;
    assert.match(lacking!, /lacks 00\/velodyne, 02\/velodyne, 03\/labels and 7 more; splits/);
    assert.deepEqual(others, [], "photographs of sequences that are not used are not missed");
  });
});

Deno.test("SemanticKITTI: the version changes with its files", async () => {
  await withFiles(sequence("08", ["000000"]), async (root) => {
    const before = (await open(root)).version("semantickitti");
    assert.equal((await open(root)).version("semantickitti"), before);
    await Deno.writeFile(`${root}/sequences/08/labels/000000.label`, labels(1, 2));
    const relabelled = (await open(root)).version("semantickitti");
    assert.notEqual(relabelled, before);
    await Deno.remove(`${root}/sequences/08/image_2`, { recursive: true });
    assert.notEqual((await open(root)).version("semantickitti"), relabelled);
  });
});

Deno.test("SemanticKITTI: what is missing or cut is named in one line", async () => {
  const whole = sequence("08", ["000000", "000001"]);
  const at = (name: string) => `sequences/08/${name}`;
  const without = (gone: string) =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !name.startsWith(at(gone))));
  const cases: [Files, RegExp][] = [
    [{ "readme.txt": "" }, /sequences: it should be the folder of SemanticKITTI's sequences/],
    [{ "sequences/12/times.txt": "" }, /it has none of the scenes of the official splits \(00, 01/],
    [without("velodyne"), /none of the scenes of the official splits \(08\/velodyne, 00, 01 and 8/],
    [
      without("labels"),
      /none of the scenes of the official splits \(08\/labels, 00, 01 and 8 more/,
    ],
    [without("labels/000000"), /labels\/000000\.label: it should be the labels of scan 08\/000000/],
    [without("image_2/000000"), /image_2\/000000\.png: it should be a photograph of/],
    [without("calib"), /calib\.txt: it should be the calibration of sequence 08/],
    [{ ...whole, [at("velodyne/000000.bin")]: floats(1, 2, 3) }, /12 bytes are no whole number/],
    [{ ...whole, [at("velodyne/000000.bin")]: floats() }, /it has no points/],
    [
      { ...whole, [at("velodyne/000000.bin")]: floats(1, NaN, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0) },
      /point 0 has the coordinate NaN/,
    ],
    [{ ...whole, [at("labels/000000.label")]: labels(1) }, /3 points, its labels are 1/],
    [{ ...whole, [at("labels/000000.label")]: Uint8Array.of(1) }, /1 bytes are no whole number/],
  ];
  for (const [files, message] of cases) {
    await withFiles(files, async (root) => {
      const read = async () => (await open(root)).scene("semantickitti", "test", 0);
      await assert.rejects(read, (error: Error) => {
        assert.ok(error instanceof DatasetError, `${error}`);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});
