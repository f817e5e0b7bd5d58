/** Reading photographs and cameras from folders of other programs. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { labelNamesOf } from "../../lib/scan/label_names.ts";
import { readPhotographs, readSceneFolder } from "../../lib/scan/read_folder.ts";

/** Runs a test with a folder of these files. */
async function withFiles(
  files: Record<string, string>,
  body: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("readPhotographs() reads a COLMAP model from its folder without its points", async () => {
  const files = {
    "sparse/0/cameras.txt": "1 SIMPLE_PINHOLE 8 6 10 4 3\n",
    "sparse/0/images.txt": "1 1 0 0 0 0 0 2 1 a.png\n\n2 1 0 0 0 0 0 2 1 b.png\n\n",
    "sparse/0/points3D.txt": "1 0 0 0 0 0 0 0\n",
    "images/a.png": "",
    "images/c.png": "",
  };
  await withFiles(files, async (root) => {
    const { images, cameras } = await readPhotographs(join(root, "images"), join(root, "sparse"));
    assert.deepEqual(images.map(({ name }) => name), ["a.png", "c.png"]);
    assert.deepEqual(cameras.map(({ name }) => name), ["0/cameras.txt", "0/images.txt"]);
  });
});

Deno.test("readPhotographs() finds the photographs and the pose files of ScanNet", async () => {
  const identity = "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1";
  const files = {
    "pose/0.txt": identity,
    "pose/1.txt": "-inf ".repeat(16),
    "pose/2.txt": identity,
    "intrinsic/intrinsic_color.txt": identity,
    "color/0.jpg": "",
    "color/1.jpg": "",
  };
  await withFiles(files, async (root) => {
    const { images, cameras } = await readPhotographs(join(root, "color"), root);
    assert.deepEqual(images.map(({ name }) => name), ["0.jpg", "1.jpg"]);
    assert.deepEqual(cameras.map(({ name }) => name), [
      "intrinsic/intrinsic_color.txt",
      "pose/0.txt",
      "pose/1.txt",
      "pose/2.txt",
    ]);
  });
});

Deno.test("readSceneFolder() finds scan, photographs and cameras, and names what is left out", async () => {
  const files = {
    "scan.ply": "",
    "cameras.json": '{"images": []}',
    "labels.json": "{}",
    "check_room.png": "",
    "images/a.png": "",
    "SOURCE.md": "",
  };
  await withFiles(files, async (root) => {
    const { scan, images, cameras, warnings } = await readSceneFolder(root);
    assert.equal(scan, join(root, "scan.ply"));
    assert.deepEqual(images.map(({ name }) => name), ["check_room.png", "images/a.png"]);
    assert.deepEqual(cameras.map(({ name }) => name), ["cameras.json", "labels.json"]);
    assert.match(warnings[0]!.text, /neither scan nor photograph nor cameras.*SOURCE\.md\.$/);
  });
});

Deno.test("readSceneFolder() takes COLMAP's dense workspace without its depth maps", async () => {
  const files = {
    "fused.ply": "",
    "images/a.png": "",
    "sparse/cameras.bin": "",
    "sparse/images.bin": "",
    "sparse/points3D.bin": "",
    "sparse/rigs.bin": "",
    "sparse/frames.bin": "",
    "stereo/depth_maps/a.png.geometric.bin": "8&6&1&",
    "stereo/normal_maps/a.png.geometric.bin": "8&6&3&",
  };
  await withFiles(files, async (root) => {
    const { scan, images, cameras, warnings } = await readSceneFolder(root);
    assert.equal(scan, join(root, "fused.ply"));
    assert.deepEqual(images.map(({ name }) => name), ["images/a.png"]);
    const model = ["sparse/cameras.bin", "sparse/images.bin"];
    assert.deepEqual(cameras.map(({ name }) => name), model);
    const given = await readPhotographs(join(root, "images"), root);
    assert.deepEqual(given.cameras.map(({ name }) => name), model);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!.text, /: stereo\/depth_maps\/a\.png\.geometric\.bin, [^,]*\.$/);
  });
});

Deno.test("readSceneFolder() finds the sweep of KITTI beside its photographs and calibration", async () => {
  const files = {
    "velodyne/000000.bin": "",
    "image_2/000000.png": "",
    "calib/000000.txt": "P2: 1\n",
    "other/scene.bin": "",
  };
  await withFiles(files, async (root) => {
    const { scan, images, cameras, warnings } = await readSceneFolder(root);
    assert.equal(scan, join(root, "velodyne/000000.bin"));
    assert.deepEqual(images.map(({ name }) => name), ["image_2/000000.png"]);
    assert.deepEqual(cameras.map(({ name }) => name), ["calib/000000.txt"]);
    assert.match(warnings[0]!.text, /neither scan .* left out: other\/scene\.bin\.$/);
  });
  await withFiles({ "scene.bin": "" }, async (root) => {
    await assert.rejects(readSceneFolder(root), /has no scan \(LAS, .* KITTI's 000000\.bin\)/);
  });
});

Deno.test("readSceneFolder() names both of two scans, and photographs without cameras", async () => {
  await withFiles({ "a.ply": "", "b.laz": "" }, async (root) => {
    await assert.rejects(readSceneFolder(root), /2 scans: a\.ply, b\.laz/);
  });
  await withFiles({ "a.ply": "", "images/a.png": "" }, async (root) => {
    const { images, warnings } = await readSceneFolder(root);
    assert.deepEqual(images, []);
    assert.match(warnings[0]!.text, /no file of their cameras: images\/a\.png/);
  });
  await withFiles({ "notes.txt": "" }, async (root) => {
    await assert.rejects(readSceneFolder(root), /has no scan/);
  });
});

Deno.test("readSceneFolder() takes the names of labels from a file beside the scan", async () => {
  const names = { "7": "chair", "0": "in no box" };
  const files = {
    "scan.ply": "",
    "about/labels.json": JSON.stringify({ labels: names, origin: "by hand" }),
    "scan.label": "",
  };
  await withFiles(files, async (root) => {
    const { labelNames, warnings } = await readSceneFolder(root);
    assert.deepEqual(labelNames, { file: "about/labels.json", names });
    assert.match(
      warnings.map(({ text }) => text).join(),
      /left out: scan\.label\. Labels of points/,
    );
  });
  await withFiles({ ...files, "classes.json": '["wall"]' }, async (root) => {
    const { labelNames, warnings } = await readSceneFolder(root);
    assert.equal(labelNames, null);
    assert.match(warnings[0]!.text, /several of them: about\/labels\.json, classes\.json/);
  });
});

Deno.test("readSceneFolder() leaves out what this program wrote, unless there is nothing else", async () => {
  const files = {
    "room.laz": "",
    "room_labelled.las": "",
    "labelled.ply": "",
    "labelled-2.ply": "",
    "report.json": '{"scan": {}, "changedPoints": 0, "phases": {}}',
  };
  await withFiles(files, async (root) => {
    const { scan, warnings } = await readSceneFolder(root);
    assert.equal(scan, join(root, "room.laz"));
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0]!.text,
      /this program wrote .*: labelled-2\.ply, labelled\.ply, room_labelled\.las and 1 more/,
    );
  });
  await withFiles({ "room_labelled.ply": "" }, async (root) => {
    assert.equal((await readSceneFolder(root)).scan, join(root, "room_labelled.ply"));
  });
});

Deno.test("labelNamesOf() reads the lists that data sets have, and nothing else", () => {
  const chair = { "0": "wall", "1": "chair" };
  const same: [string, unknown][] = [
    ["a.json", { labels: chair }],
    ["a.json", { version: 1, class_names: ["wall", "chair"] }],
    ["a.json", { id2label: chair }],
    ["a.json", { categories: [{ id: 0, name: "wall" }, { id: 1, name: "chair" }] }],
    ["labels.json", { "0": { name: "wall", color: [1, 2, 3] }, "1": { name: "chair" } }],
    ["label_map.json", { wall: 0, chair: 1 }],
    ["classes.json", ["wall", "chair"]],
  ];
  for (const [path, json] of same) assert.deepEqual(labelNamesOf(path, json), chair, path);
  const others: [string, unknown][] = [
    ["a.json", ["wall", "chair"]],
    ["a.json", { width: 3, height: 4 }],
    ["labels.json", { images: [], labels: chair }],
    ["labels.json", { labels: [3, 4], classes: {} }],
    ["labels.json", null],
  ];
  for (const [path, json] of others) assert.equal(labelNamesOf(path, json), null, path);
});
