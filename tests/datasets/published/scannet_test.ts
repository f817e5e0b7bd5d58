import assert from "node:assert/strict";
import { DatasetError } from "../../../lib/datasets/mod.ts";
import { PUBLISHED } from "../../../lib/datasets/published/mod.ts";
import { assertSees, type Files, greyPng, withFiles } from "./support.ts";

const scannet = PUBLISHED["scannet"]!;

const VERTICES = ["0 0 0", "1 0 0", "0 2 0", "0 0 3"];

/** A mesh as ScanNet stores it, in ASCII: vertices with colours, and labels where they are given, and one face. */
function mesh(labels?: readonly number[], colour = "51 102 204 255"): string {
  return [
    "ply",
    "format ascii 1.0",
    `element vertex ${VERTICES.length}`,
    ...["x", "y", "z"].map((name) => `property float ${name}`),
    ...["red", "green", "blue", "alpha"].map((name) => `property uchar ${name}`),
    ...(labels ? ["property ushort label"] : []),
    "element face 1",
    "property list uchar int vertex_indices",
    "end_header",
    ...VERTICES.map((at, i) => `${at} ${colour}${labels ? ` ${labels[i]}` : ""}`),
    "3 0 1 2\n",
  ].join("\n");
}

const INTRINSICS = "7 0 3 0\n0 7 1 0\n0 0 1 0\n0 0 0 1\n";
/** From a camera at (0, -4, 1) that looks along y to the world. */
const POSE = "1 0 0 0\n0 0 1 -4\n0 -1 0 1\n0 0 0 1\n";
const LOST = "-inf -inf -inf -inf\n".repeat(4);

function scene(name: string): Files {
  const at = (file: string) => `scans/${name}/${file}`;
  return {
    [at(`${name}_vh_clean_2.ply`)]: mesh(),
    [at(`${name}_vh_clean_2.labels.ply`)]: mesh([1, 39, 13, 0], "1 2 3 255"),
    [at("intrinsic/intrinsic_color.txt")]: INTRINSICS,
    [at("color/0.jpg")]: greyPng(8, 4, 10),
    [at("color/2.jpg")]: greyPng(8, 4, 12),
    [at("color/10.jpg")]: greyPng(8, 4, 20),
    [at("pose/0.txt")]: POSE,
    [at("pose/2.txt")]: LOST,
    [at("pose/10.txt")]: POSE.replace("-4", "-5"),
  };
}

const LISTS: Files = {
  "scannetv2_train.txt": "scene0000_00\nscene0000_01\n",
  "scannetv2_val.txt": "scene0011_00\n",
};

Deno.test("ScanNet is read as it is downloaded, with its official split", async () => {
  const files = { ...LISTS, ...scene("scene0000_00"), ...scene("scene0011_00") };
  await withFiles(files, async (root) => {
    const dataset = await scannet.open(root);
    assert.deepEqual(
      (["train", "validation", "test"] as const).map((split) => dataset.count("scannet", split)),
      [1, 1, 1],
    );
    assert.deepEqual([dataset.classes.length, dataset.classes[19]], [20, "other furniture"]);
    assert.match(dataset.warnings![0]!, /scans lacks scene0000_01; /);
    const { id, scan, photos, cameras } = await dataset.scene("scannet", "test", 0);
    assert.equal(id, "scene0011_00");
    assert.deepEqual([...scan.positions], [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
    // The colours of the labelled mesh are those of the classes.
    assert.deepEqual([...scan.colors!.subarray(0, 3)], [...Float32Array.of(0.2, 0.4, 0.8)]);
    // NYU40: wall, other furniture, blinds (which is no class), unlabelled.
    assert.deepEqual([...scan.labels!], [0, 19, 255, 255]);
    assert.deepEqual(photos.map(({ pixels }) => pixels[0]), [10, 20], "tracking was lost in 2");
    assertSees(cameras[0]!, [1, 0, 0], [7 * 1 / 4 + 3, 7 * 1 / 4 + 1]);
    assertSees(cameras[1]!, [1, 0, 0], [7 * 1 / 5 + 3, 7 * 1 / 5 + 1]);
  });
});

Deno.test("ScanNet: a scene of which the script has fetched the recording alone counts as lacking", async () => {
  const files = { ...LISTS, ...scene("scene0000_00"), ...scene("scene0011_00") };
  files["scans/scene0000_01/scene0000_01.sens"] = sens([[POSE, 1]]);
  await withFiles(files, async (root) => {
    const dataset = await scannet.open(root);
    assert.equal(dataset.count("scannet", "train"), 1);
    assert.deepEqual(dataset.warnings!.map((text) => text.replace(root, "ROOT")), [
      "ROOT/scans lacks scene0000_01/scene0000_01_vh_clean_2.ply; " +
      "splits are smaller than the official ones without them.",
    ]);
  });
});

Deno.test("ScanNet: photographs are taken at even distances of time", async () => {
  const files = { ...LISTS, ...scene("scene0011_00") };
  for (let frame = 0; frame < 60; frame++) {
    files[`scans/scene0011_00/color/${frame}.jpg`] = greyPng(8, 4, frame);
    files[`scans/scene0011_00/pose/${frame}.txt`] = POSE;
  }
  await withFiles(files, async (root) => {
    const { photos } = await (await scannet.open(root)).scene("scannet", "validation", 0);
    assert.deepEqual(
      photos.map(({ pixels }) => pixels[0]),
      Array.from({ length: 20 }, (_, i) => 3 * i),
    );
  });
});

/** A recording as ScanNet stores it; its colour pictures are PNG, its depth pictures of two bytes. */
function sens(
  frames: readonly (readonly [pose: string, level: number])[],
  version = 4,
): Uint8Array {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const add = (array: { buffer: ArrayBuffer }) => parts.push(new Uint8Array(array.buffer));
  const matrix = (text: string) =>
    add(Float32Array.from(text.trim().split(/\s+/), (word) => word === "-inf" ? -Infinity : +word));
  const identity = "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1";
  add(Uint32Array.of(version));
  add(BigUint64Array.of(3n));
  add(Uint8Array.from("abc", (letter) => letter.charCodeAt(0)));
  for (const text of [INTRINSICS, identity, identity, identity]) matrix(text);
  add(Int32Array.of(2, 1, 8, 4, 8, 4));
  add(Float32Array.of(1000));
  add(BigUint64Array.of(BigInt(frames.length)));
  for (const [pose, level] of frames) {
    const picture = new Uint8Array(greyPng(8, 4, level));
    matrix(pose);
    add(BigUint64Array.of(5n, 6n, BigInt(picture.length), 2n));
    add(picture);
    add(Uint8Array.of(0, 0));
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) bytes.set(part, (at += part.length) - part.length);
  return bytes;
}

/** A scene with a recording instead of exported photographs. */
function recorded(recording: Uint8Array): Files {
  const files = Object.entries({ ...LISTS, ...scene("scene0011_00") });
  return {
    ...Object.fromEntries(files.filter(([name]) => !/color|pose|intrinsic/.test(name))),
    "scans/scene0011_00/scene0011_00.sens": recording,
  };
}

Deno.test("ScanNet: photographs come out of the recording where none are exported", async () => {
  const recording = sens([[POSE, 1], [LOST, 2], [POSE.replace("-4", "-5"), 3]]);
  await withFiles(recorded(recording), async (root) => {
    const { photos, cameras } = await (await scannet.open(root)).scene("scannet", "test", 0);
    assert.deepEqual(photos.map(({ pixels }) => pixels[0]), [1, 3], "tracking was lost in 2");
    assertSees(cameras[0]!, [1, 0, 0], [7 * 1 / 4 + 3, 7 * 1 / 4 + 1]);
    assertSees(cameras[1]!, [1, 0, 0], [7 * 1 / 5 + 3, 7 * 1 / 5 + 1]);
  });
});

Deno.test("ScanNet: an export of SensReader that is unfinished is left for the recording", async () => {
  const recording = { "scans/scene0011_00/scene0011_00.sens": sens([[POSE, 1], [POSE, 3]]) };
  const whole = { ...LISTS, ...scene("scene0011_00") };
  const levelsOf = async (files: Files) => {
    let levels: (number | undefined)[] = [];
    await withFiles(files, async (root) => {
      const { photos } = await (await scannet.open(root)).scene("scannet", "test", 0);
      levels = photos.map(({ pixels }) => pixels[0]);
    });
    return levels;
  };
  assert.deepEqual(await levelsOf({ ...whole, ...recording }), [10, 20], "it is finished");
  // No --export_intrinsics, no --export_poses, poses cut short, colour cut short at its start.
  for (const gone of [/intrinsic/, /pose/, /pose\/10/, /color\/\d/]) {
    const left = Object.fromEntries(Object.entries(whole).filter(([name]) => !gone.test(name)));
    const files = { ...left, "scans/scene0011_00/color/.part": "" };
    assert.deepEqual(await levelsOf({ ...files, ...recording }), [1, 3], `${gone}`);
    await assert.rejects(levelsOf(files), DatasetError);
  }
});

Deno.test("ScanNet: a recording that is cut off or of another kind is refused in one line", async () => {
  const whole = sens([[POSE, 1], [POSE, 2]]);
  const raw = whole.slice();
  raw[12 + 3 + 4 * 64] = 0;
  const cases: [Uint8Array, RegExp][] = [
    [whole.slice(0, 9), /sens: it ends within its header/],
    [whole.slice(0, 200), /it ends within its header/],
    [whole.slice(0, -1), /it ends within frame 1 of 2/],
    [whole.slice(0, -120), /it ends within frame 1 of 2/],
    [sens([], 3), /its version is 3, not 4/],
    [raw, /its colour pictures are neither JPEG nor PNG \(code 0\)/],
  ];
  for (const [recording, message] of cases) {
    await withFiles(recorded(recording), async (root) => {
      const dataset = await scannet.open(root);
      await assert.rejects(dataset.scene("scannet", "test", 0), (error: Error) => {
        assert.ok(error instanceof DatasetError, `${error}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

Deno.test("ScanNet: a scene of which all poses are lost has no views, and says so", async () => {
  await withFiles(recorded(sens([[LOST, 1]])), async (root) => {
    const { scan, photos } = await (await scannet.open(root)).scene("scannet", "test", 0);
    assert.equal(photos.length, 0);
    assert.match(scan.warnings[0]!.text, /the poses of all photographs are unknown/);
  });
});

Deno.test("ScanNet without photographs has scenes without views, and says so", async () => {
  const files = Object.fromEntries(
    Object.entries({ ...LISTS, ...scene("scene0011_00") }).filter(([name]) =>
      !/color|pose|intrinsic/.test(name)
    ),
  );
  await withFiles(files, async (root) => {
    const { scan, photos } = await (await scannet.open(root)).scene("scannet", "test", 0);
    assert.equal(photos.length, 0);
    assert.match(
      scan.warnings[0]!.text,
      /has neither color nor scene0011_00\.sens; add one of them/,
    );
  });
});

Deno.test("ScanNet: what is missing or does not fit is named in one line", async () => {
  const whole = { ...LISTS, ...scene("scene0011_00") };
  const at = (file: string) => `scans/scene0011_00/${file}`;
  const without = (gone: string) =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !name.startsWith(gone)));
  const labels = at("scene0011_00_vh_clean_2.labels.ply");
  const cases: [Files, RegExp][] = [
    [without("scans"), /scans: it should be the folder of ScanNet's scenes/],
    [without("scannetv2_val"), /scannetv2_val\.txt: it should be ScanNet's official list/],
    [{ ...whole, "scannetv2_val.txt": "\n" }, /it lists no scene/],
    [{ ...whole, "scannetv2_val.txt": "scene11" }, /'scene11' is no scene/],
    [
      { ...LISTS, "scans/scene0900_00/a.txt": "" },
      /scans: it has none of the scenes of the official splits \(scene0000_00, /,
    ],
    [
      without(at("scene0011_00_vh_clean_2.ply")),
      /none of the scenes of .* scene0011_00\/scene0011_00_vh_clean_2\.ply\); add one/,
    ],
    [without(labels), /none of .* scene0011_00\/scene0011_00_vh_clean_2\.labels\.ply\); add one/],
    [{ ...whole, [labels]: mesh() }, /no property label/],
    [
      {
        ...whole,
        [labels]: mesh([1, 2, 3, 4]).replace("vertex 4", "vertex 3").replace("0 0 3", ""),
      },
      /it has 3 vertices, those of scene0011_00_vh_clean_2\.ply are 4/,
    ],
    [without(at("pose/10")), /pose\/10\.txt: it should be the pose of photograph 10/],
    [
      { ...without(at("color")), [at("color/.part")]: "" },
      /find photographs like 0\.jpg in .*color; export them again, or add scene0011_00\.sens/,
    ],
    [without(at("intrinsic")), /intrinsic_color\.txt: it should be the intrinsics/],
  ];
  for (const [files, message] of cases) {
    await withFiles(files, async (root) => {
      const read = async () => (await scannet.open(root)).scene("scannet", "test", 0);
      await assert.rejects(read, (error: Error) => {
        assert.ok(error instanceof DatasetError, `${error}`);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});
