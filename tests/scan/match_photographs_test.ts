/** Which photograph a camera means, for the names that programs and systems make. */
import assert from "node:assert/strict";
import { matchPhotos } from "../../lib/scan/mod.ts";

const CASES: [about: string, camera: string, photographs: string[], match: string][] = [
  ["the whole path before its end", "a.png", ["x/a.png", "a.png"], "a.png"],
  [
    "the longest common end",
    "cam1/000.png",
    ["images/cam0/000.png", "images/cam1/000.png"],
    "images/cam1/000.png",
  ],
  [
    "the longest common end without an extension",
    "./train/r_0",
    ["test/r_0.png", "train/r_0.png"],
    "train/r_0.png",
  ],
  ["one folder up", "../images/a.jpg", ["images/a.jpg", "masks/a.png"], "images/a.jpg"],
  [
    "an absolute path of Windows",
    "C:\\data\\images\\a.jpg",
    ["thumbs/a.jpg", "images/a.jpg"],
    "images/a.jpg",
  ],
  ["folders before the extension", "left/a.png", ["right/a.png", "left/a.jpg"], "left/a.jpg"],
  [
    "the extension where folders tell nothing",
    "rgb/a.jpg",
    ["depth/a.png", "color/a.jpg"],
    "color/a.jpg",
  ],
  ["an extension added to a name with dots", "r.0.5", ["r.0.png", "r.0.5.png"], "r.0.5.png"],
  ["an extension added to another", "a.png", ["a.png.jpg"], "a.png.jpg"],
  ["numbers are no extensions", "frame.001", ["frame.002.png", "frame.001.png"], "frame.001.png"],
  ["composed and decomposed letters", "b\u00fcro.png", ["bu\u0308ro.png"], "bu\u0308ro.png"],
  [
    "photographs before the smaller versions of nerfstudio, masks and depths",
    "a.png",
    ["depth/a.png", "images/a.png", "images_2/a.png", "images_4/a.png", "masks/a.png"],
    "images/a.png",
  ],
  ["a smaller version that the camera names", "images_4/a.png", [
    "images/a.png",
    "images_2/a.png",
    "images_4/a.png",
  ], "images_4/a.png"],
  ["capitals last", "IMG_1.JPG", ["img_1.jpg"], "img_1.jpg"],
  ["capitals where only they differ", "a.png", ["A.png", "a.png"], "a.png"],
];

for (const [about, file, photographs, match] of CASES) {
  Deno.test(`matchPhotos() takes ${about}`, () => {
    const [index] = matchPhotos([{ file }], photographs);
    assert.equal(photographs[index!], match);
  });
}

Deno.test("matchPhotos() names both where two photographs are as likely", () => {
  assert.throws(
    () => matchPhotos([{ file: "a.png" }], ["left/a.png", "right/a.png"]),
    /left\/a\.png, right\/a\.png/,
  );
  assert.throws(
    () => matchPhotos([{ file: "a.png" }], ["images_2/a.png", "images_4/a.png"]),
    /images_2\/a\.png, images_4\/a\.png/,
  );
  assert.throws(() => matchPhotos([{ file: "a" }], ["A.png", "A.jpg"]), /A\.png, A\.jpg/);
});

Deno.test("matchPhotos() gives a photograph to the camera that names its folder, where a rig of two was sent in part", () => {
  const cameras = ["left/a.png", "right/a.png", "left/b.png", "right/c.png"].map((file) => ({
    file,
  }));
  // The left camera of c has no pose: its photograph is not that of the right one.
  const photographs = ["images/left/a.png", "images/left/b.png", "images/left/c.png"];
  assert.deepEqual(matchPhotos(cameras, photographs), [0, null, 1, null]);
  assert.deepEqual(matchPhotos(cameras, [...photographs, "images/right/c.png"]), [0, null, 1, 3]);
  assert.throws(() => matchPhotos(cameras, ["a.png"]), /both left\/a\.png and right\/a\.png/);
});
