/** cameras.json: what is read, and which field each error names. */
import assert from "node:assert/strict";
import { CameraError, camerasToJson, matchPhotos, parseCameras } from "../../lib/scan/mod.ts";

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const [S, C] = [Math.sin(0.7), Math.cos(0.7)];
const TURNED = [C, 0, S, 1.5, 0, 1, 0, -2, -S, 0, C, 1e5, 0, 0, 0, 1];

function image(more: Record<string, unknown> = {}): Record<string, unknown> {
  const size = { width: 640, height: 480, fx: 525.5, fy: 520, cx: 319.5, cy: -4 };
  return { file: "a.jpg", ...size, worldToCamera: IDENTITY, ...more };
}

const json = (...images: unknown[]) => JSON.stringify({ images });

/** Asserts a CameraError for the second of two images. */
function refuses(more: Record<string, unknown>, field: string, pattern: RegExp) {
  const text = json(image(), image({ file: "b.jpg", ...more }));
  assert.throws(() => parseCameras(text, "cams.json"), (error) => {
    assert(error instanceof CameraError && error instanceof SyntaxError, String(error));
    assert.equal(error.file, "cams.json");
    assert.equal(error.field, `images[1]${field}`);
    assert.match(error.message, /^Cannot read cams\.json: .*; .*[^.]$/);
    assert.match(error.message, pattern);
    return true;
  });
}

Deno.test("parseCameras() reads what camerasToJson() writes", () => {
  const cameras = parseCameras(json(image(), image({ file: "b.png", worldToCamera: TURNED })), "c");
  assert.equal(cameras.length, 2);
  assert.equal(cameras[0]!.cy, -4);
  assert.deepEqual([...cameras[1]!.worldToCamera], TURNED);
  assert.deepEqual(parseCameras(camerasToJson(cameras), "c"), cameras);
});

Deno.test("parseCameras() refuses files without a list of images", () => {
  for (const text of ["", "hello", "[]", "{}", '{"images":[]}', '{"images":{}}', "null"]) {
    assert.throws(() => parseCameras(text, "c"), CameraError, text);
  }
  const text = json(image(), null);
  assert.throws(() => parseCameras(text, "c"), { name: "CameraError", field: "images[1]" });
});

Deno.test("parseCameras() names image and field of a bad number", () => {
  for (const key of ["width", "height"]) {
    for (const bad of [0, -640, 640.5, "640", null, undefined]) {
      refuses({ [key]: bad }, `.${key}`, new RegExp(`${key} is `));
    }
  }
  for (const key of ["fx", "fy"]) {
    for (const bad of [0, -525, "525", null]) refuses({ [key]: bad }, `.${key}`, / is /);
  }
  for (const key of ["cx", "cy"]) refuses({ [key]: undefined }, `.${key}`, / is missing/);
  refuses({ file: "" }, ".file", /file is ""/);
  refuses({ file: 7 }, ".file", /file is 7/);
  const infinite = json(image()).replace("525.5", "1e999");
  assert.throws(() => parseCameras(infinite, "c"), { field: "images[0].fx", message: /Infinity/ });
});

Deno.test("parseCameras() refuses poses that are not rigid", () => {
  const pose = (patch: Record<number, unknown>) => ({
    worldToCamera: TURNED.map((value, i) => patch[i] ?? value),
  });
  refuses(
    { worldToCamera: IDENTITY.slice(1) },
    ".worldToCamera",
    /worldToCamera is a list of 15 .*write the 16 numbers/,
  );
  refuses(pose({ 3: "1" }), ".worldToCamera[3]", /entry 3 is "1"/);
  refuses(pose({ 12: 0.5 }), ".worldToCamera", /last row is 0\.5 0 0 1/);
  refuses(pose({ 15: 2 }), ".worldToCamera", /last row is 0 0 0 2/);
  refuses(pose({ 5: 1.01 }), ".worldToCamera", /not rigid: row 1 has the squared length 1\.0201/);
  refuses(pose({ 1: 0.02 }), ".worldToCamera", /not rigid: rows 0 and 1/);
  refuses(pose({ 5: -1 }), ".worldToCamera", /not rigid: it is a reflection/);
  refuses({ worldToCamera: new Array(16).fill(0).with(15, 1) }, ".worldToCamera", /not rigid/);
  const rounded = { worldToCamera: TURNED.map((value) => Math.round(value * 1e4) / 1e4) };
  assert.equal(parseCameras(json(image(rounded)), "c").length, 1);
});

Deno.test("parseCameras() refuses two images of one file", () => {
  refuses({ file: "a.jpg" }, ".file", /a\.jpg occurs twice/);
});

Deno.test("matchPhotos() finds photographs by their whole names, else by the last part", () => {
  const cameras = parseCameras(json(image({ file: "x/a.jpg" }), image({ file: "y/a.jpg" })), "c");
  assert.deepEqual(matchPhotos(cameras, ["y/a.jpg", "b.jpg", "x/a.jpg"]), [2, 0]);
  const [first] = cameras;
  assert.deepEqual(matchPhotos([first!], ["b.jpg", "a.jpg"]), [1]);
  assert.deepEqual(matchPhotos([first!], ["b.jpg", "z\\a.jpg"]), [1]);
});

Deno.test("matchPhotos() leaves cameras without a photograph out, and names what is ambiguous", () => {
  const cameras = parseCameras(json(image(), image({ file: "b.jpg" })), "c");
  assert.deepEqual(matchPhotos(cameras, ["b.jpg"]), [null, 0]);
  assert.throws(() => matchPhotos(cameras, ["c.jpg"], "cams.json"), {
    name: "CameraError",
    file: "cams.json",
    field: "images[0].file",
    message: /photograph a\.jpg is not among the 1 that were sent, nor .* of the 2 cameras/,
  });
  assert.throws(() => matchPhotos(cameras, ["x/b.jpg", "y/b.jpg", "a.jpg"]), {
    name: "CameraError",
    message: /2 photographs could be b\.jpg: x\/b\.jpg, y\/b\.jpg/,
  });
});

Deno.test("matchPhotos() refuses one photograph for two cameras", () => {
  const cameras = parseCameras(json(image({ file: "x/a.jpg" }), image({ file: "y/a.jpg" })), "c");
  assert.throws(() => matchPhotos(cameras, ["a.jpg"]), {
    name: "CameraError",
    field: "images[1].file",
    message: /a\.jpg would belong to both x\/a\.jpg and y\/a\.jpg/,
  });
});
