/** Cameras and photographs of another size, another orientation, or of kinds that are not decoded. */
import assert from "node:assert/strict";
import { encodePng, readViews } from "../../lib/scan/mod.ts";
import { decodePhoto } from "../../lib/scan/photo/photo.ts";
import { rotatePixels } from "../../lib/scan/photo/exif_orientation.ts";
import { makeJpeg } from "./images.ts";

const POSE = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

const png = (width: number, height: number) =>
  encodePng({ width, height, pixels: new Uint8Array(3 * width * height).fill(90) }) as Uint8Array<
    ArrayBuffer
  >;

function ours(width: number, height: number, more: Record<string, number> = {}) {
  const image = {
    file: "a",
    width,
    height,
    fx: width,
    fy: width,
    cx: (width - 1) / 2,
    cy: (height - 1) / 2,
  };
  const text = JSON.stringify({ images: [{ ...image, ...more, worldToCamera: POSE }] });
  return [{ name: "cameras.json", text }];
}

/** A transforms.json without a size. */
function transforms(more: Record<string, number>) {
  const frames = [{
    file_path: "a",
    transform_matrix: [POSE.slice(0, 4), POSE.slice(4, 8), POSE.slice(8, 12)],
  }];
  return [{ name: "transforms.json", text: JSON.stringify({ ...more, frames }) }];
}

Deno.test("a camera of another size with the same shape is scaled, and that is said", async () => {
  const { cameras, warnings } = await readViews(
    [{ name: "a.png", bytes: png(32, 24) }],
    ours(64, 48),
  );
  const { width, height, fx, cx, cy } = cameras[0]!;
  assert.deepEqual([width, height, fx, cx, cy], [32, 24, 32, 15.5, 11.5]);
  assert.deepEqual(warnings.map(({ code }) => code), ["photograph-size"]);
  await assert.rejects(
    readViews([{ name: "a.png", bytes: png(32, 32) }], ours(64, 48)),
    /a\.png has 32x32 pixels, its camera 64x48/,
  );
});

Deno.test("without a size the principal point tells whether the photograph was scaled", async () => {
  const photo = [{ name: "a.png", bytes: png(32, 24) }];
  for (const [cx, cy] of [[32, 24], [8, 6], [16, 24]] as const) {
    await assert.rejects(readViews(photo, transforms({ fl_x: 30, cx, cy })), /far from the middle/);
  }
  const codes = async (more: Record<string, number>) =>
    (await readViews(photo, transforms(more))).warnings.map(({ code }) => code);
  assert.deepEqual(await codes({ fl_x: 30, cx: 20, cy: 12 }), ["cameras"]);
  assert.deepEqual(await codes({ fl_x: 30, cx: 15, cy: 13 }), []);
  // A field of view holds for any size.
  assert.deepEqual(await codes({ camera_angle_x: 1 }), []);
  assert.deepEqual(await codes({ camera_angle_x: 2.8 }), ["cameras"]);
});

Deno.test("rotatePixels() rotates and mirrors as EXIF says", () => {
  // Two rows of three, by their first channel.
  const pixels = Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((value) => [value, 0, 0]));
  const expected: Record<number, [width: number, values: number[]]> = {
    2: [3, [3, 2, 1, 6, 5, 4]],
    3: [3, [6, 5, 4, 3, 2, 1]],
    4: [3, [4, 5, 6, 1, 2, 3]],
    5: [2, [1, 4, 2, 5, 3, 6]],
    6: [2, [4, 1, 5, 2, 6, 3]],
    7: [2, [6, 3, 5, 2, 4, 1]],
    8: [2, [3, 6, 2, 5, 1, 4]],
  };
  for (const [orientation, [width, values]] of Object.entries(expected)) {
    const out = rotatePixels({ width: 3, height: 2, pixels }, Number(orientation));
    assert.deepEqual([out.width, out.height], [width, 6 / width]);
    assert.deepEqual([...out.pixels].filter((_, i) => i % 3 === 0), values, orientation);
  }
});

Deno.test("a photograph is rotated by its EXIF orientation only where its camera asks for it", async () => {
  const bytes = await makeJpeg(png(24, 32), 6);
  const view = async (width: number, height: number) =>
    await readViews([{ name: "a.jpg", bytes }], ours(width, height));
  const upright = await view(32, 24);
  assert.deepEqual([upright.photos[0]!.width, upright.photos[0]!.height], [32, 24]);
  assert.match(upright.warnings[0]!.text, /rotated.*a\.jpg/);
  const stored = await view(24, 32);
  assert.deepEqual([stored.photos[0]!.width, stored.warnings.length], [24, 0]);
  await assert.rejects(view(40, 24), /EXIF orientation is 6/);
  // Half a circle fits either way, so nobody can know.
  const half = await readViews(
    [{ name: "a.jpg", bytes: await makeJpeg(png(24, 32), 3) }],
    ours(24, 32),
  );
  assert.match(half.warnings[0]!.text, /used as they are stored/);
});

Deno.test("decodePhoto() names JPEG of rare kinds", async () => {
  const jpeg = await makeJpeg(png(16, 16));
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  const rare = (at: number, value: number) => decodePhoto(jpeg.with(at, value), "a.jpg");
  await assert.rejects(rare(frame + 4, 12), /JPEG of 12 bits.*ordinary JPEG/);
  await assert.rejects(rare(frame + 1, 0xc9), /arithmetic coding/);
  await assert.rejects(rare(frame + 1, 0xc3), /lossless/);
});

Deno.test("photographs without a camera are left out with a warning, unless none has one", async () => {
  const bytes = png(8, 6);
  const both = [{ name: "a.png", bytes }, {
    name: "check.png",
    bytes: () => Promise.reject(new Error("read")),
  }];
  const { photos, warnings } = await readViews(both, ours(8, 6));
  assert.equal(photos.length, 1);
  assert.match(warnings[0]!.text, /without a camera in cameras\.json.*check\.png/);
});
