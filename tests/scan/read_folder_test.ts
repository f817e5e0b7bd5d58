/** Reading photographs and cameras from folders of other programs. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
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
    assert.match(warnings[0]!.text, /neither scan nor photograph nor cameras.*SOURCE\.md/);
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
