/** Photographs inside E57 files: what they show at a pixel, a view shows where its camera says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { concat } from "@std/bytes/concat";
import { bareScan, withEmbedded } from "../../lib/cli/scan_files.ts";
import {
  type ByteSource,
  e57Photographs,
  encodePng,
  readScan,
  readViews,
  writePly,
} from "../../lib/scan/mod.ts";
import { withFolder } from "../commands/support.ts";
import { fakeApp, formRequest } from "../routes/support.ts";
import { type E57Recipe, floats, makeE57, withChecksums } from "./e57_files.ts";

type Vector = readonly [number, number, number];

const POINTS: Vector[] = [];
for (const x of [-7, 1, 6]) {
  for (const y of [-8, 2, 9]) for (const z of [-3, 2, 7]) POINTS.push([x, y, z]);
}
const PART = {
  columns: (["cartesianX", "cartesianY", "cartesianZ"] as const).map((name, axis) =>
    floats(name, "double", POINTS.map((point) => point[axis]!))
  ),
};

/** Where the cameras stand, and how they are rotated: w, x, y, z. */
const AT: Vector = [0.5, -1, 1.5];
const ROTATION = [0.8, 0.36, -0.48, 0];

/** A point in the coordinates of a camera, by the conjugate of its quaternion. */
function toCamera([px, py, pz]: Vector): Vector {
  const [w, x, y, z] = ROTATION as [number, number, number, number];
  const [a, b, c] = [px - AT[0], py - AT[1], pz - AT[2]];
  const [tx, ty, tz] = [2 * (-y * c + z * b), 2 * (-z * a + x * c), 2 * (-x * b + y * a)];
  return [a + w * tx - y * tz + z * ty, b + w * ty - z * tx + x * tz, c + w * tz - x * ty + y * tx];
}

/** Width, height, and where a point of the camera is shown, counted from corners; as libe57.org writes it. */
const PINHOLE = {
  size: [160, 120] as const,
  xml: `<focalLength type="Float">0.02</focalLength><pixelWidth type="Float">0.0002</pixelWidth>` +
    `<pixelHeight type="Float">0.00025</pixelHeight><principalPointX type="Float">83</principalPointX>` +
    `<principalPointY type="Float">58</principalPointY>`,
  name: "pinholeRepresentation",
  project: ([x, y, z]: Vector) =>
    z < 0 ? [83 - x / z * 0.02 / 0.0002, 58 + y / z * 0.02 / 0.00025] as const : null,
};
const PANORAMA = {
  size: [480, 240] as const,
  // What files say here is often wrong.
  xml: `<pixelWidth type="Float">5e-6</pixelWidth><pixelHeight type="Float">5e-6</pixelHeight>`,
  name: "sphericalRepresentation",
  project: ([x, y, z]: Vector) =>
    [
      240 - Math.atan2(y, x) / (2 * Math.PI / 480),
      120 - Math.asin(z / Math.hypot(x, y, z)) / (Math.PI / 240),
    ] as const,
};
type Kind = typeof PINHOLE | typeof PANORAMA;

/** A picture in which each point is a blot of a grey of its own. */
function pictureOf({ size: [width, height], project }: Kind): Uint8Array {
  const pixels = new Uint8Array(3 * width * height);
  for (const [index, point] of POINTS.entries()) {
    const at = project(toCamera(point));
    if (!at) continue;
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const [column, row] = [Math.round(at[0] - 0.5) + dx, Math.round(at[1] - 0.5) + dy];
        if (column < 0 || row < 0 || column >= width || row >= height) continue;
        pixels.fill(60 + 7 * index, 3 * (row * width + column), 3 * (row * width + column) + 3);
      }
    }
  }
  return encodePng({ width, height, pixels });
}

function xmlOf({ size, xml, name }: Kind, offset: number, bytes: number, pose = POSE): string {
  return `<vectorChild type="Structure"><name type="String"><![CDATA[north / east]]></name>${pose}` +
    `<${name} type="Structure"><pngImage type="Blob" fileOffset="${offset}" length="${bytes}"/>` +
    `<imageWidth type="Integer">${size[0]}</imageWidth><imageHeight type="Integer">${
      size[1]
    }</imageHeight>${xml}</${name}></vectorChild>`;
}

const POSE = `<pose type="Structure"><rotation type="Structure">${
  ["w", "x", "y", "z"].map((axis, i) => `<${axis} type="Float">${ROTATION[i]}</${axis}>`).join("")
}</rotation><translation type="Structure">${
  ["x", "y", "z"].map((axis, i) => `<${axis} type="Float">${AT[i]}</${axis}>`).join("")
}</translation></pose>`;

const BLOBS = [pictureOf(PINHOLE), pictureOf(PANORAMA)];
const RECIPE: E57Recipe = {
  blobs: BLOBS,
  more: ([first, second]) =>
    `<images2D type="Vector">${xmlOf(PINHOLE, first!, BLOBS[0]!.length)}${
      xmlOf(PANORAMA, second!, BLOBS[1]!.length)
    }<vectorChild type="Structure"><cylindricalRepresentation type="Structure"/></vectorChild></images2D>`,
};
const FILE = makeE57([PART], RECIPE);

function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (from, to) => Promise.resolve(bytes.slice(from, to)) };
}

Deno.test("photographs inside E57 show the points where their cameras say", async () => {
  const source = sourceOf(FILE);
  const found = (await e57Photographs(source, "x.e57"))!;
  assert.deepEqual(found.photographs.map(({ name }) => name), [
    "1-north_east.png",
    "2-north_east.png",
  ]);
  const images = await Promise.all(
    found.photographs.map(async ({ name, chunks }) => ({
      name,
      bytes: concat(await Array.fromAsync(chunks(source))),
    })),
  );
  assert.deepEqual(images.map(({ bytes }) => bytes), BLOBS);
  const { photos, cameras, warnings } = await readViews(images, [found.cameras]);
  assert.deepEqual(warnings, []);
  const seen = cameras.map(({ worldToCamera: pose, fx, fy, cx, cy, width, height }, view) => {
    let count = 0;
    for (const [index, [x, y, z]] of POINTS.entries()) {
      const row = (r: number) => pose[r]! * x + pose[r + 1]! * y + pose[r + 2]! * z + pose[r + 3]!;
      const depth = row(8);
      const [column, line] = [fx * row(0) / depth + cx, fy * row(4) / depth + cy];
      const isInside = depth > 0 && column >= 1 && line >= 1 && column < width - 2 &&
        line < height - 2;
      if (!isInside) continue;
      const at = 3 * (Math.round(line) * width + Math.round(column));
      assert.ok(
        Math.abs(photos[view]!.pixels[at]! - (60 + 7 * index)) <= 2,
        `${cameras[view]!.file}, point ${index}`,
      );
      count++;
    }
    return count;
  });
  assert.ok(seen[0]! >= 3, `${seen}`);
  assert.ok(seen.slice(1).reduce((sum, count) => sum + count) >= 20, `${seen}`);
});

Deno.test("photographs inside E57 that cannot be placed are named, and damage too", async () => {
  const { warnings } = await readScan(FILE, "x.e57");
  assert.match(
    warnings.find(({ code }) => code === "e57-images")!.text,
    /Of the 3 photographs .* 1 cannot be used: some are cylindrical/,
  );
  const few = (await e57Photographs(sourceOf(FILE), "x.e57", 1))!;
  assert.equal(few.photographs.length, 1);
  assert.match(few.warnings[0]!.text, /Of the 2 photographs in the E57 file, 1 were used/);
  assert.equal(await e57Photographs(sourceOf(makeE57([PART])), "x.e57"), null);
  // Twice the same section: together they are larger than the file.
  const [, panorama] = BLOBS;
  const large = makeE57([PART], {
    blobs: [panorama!],
    more: ([at]) => `<images2D type="Vector">${xmlOf(PANORAMA, at!, 10_000_000)}</images2D>`,
  });
  assert.equal(await e57Photographs(sourceOf(large), "x.e57"), null);
  const cut = makeE57([PART], {
    blobs: [panorama!],
    more: ([at]) =>
      `<images2D type="Vector">${xmlOf(PANORAMA, at!, panorama!.length + 3000)}</images2D>`,
  });
  const { photographs } = (await e57Photographs(sourceOf(cut), "x.e57"))!;
  await assert.rejects(
    Array.fromAsync(photographs[0]!.chunks(sourceOf(cut))),
    /photograph north \/ east should have \d+ bytes at byte \d+/,
  );
  const damaged = FILE.slice();
  const at = new TextDecoder("latin1").decode(damaged).indexOf("<focalLength");
  damaged.fill(0x20, at, at + 12);
  assert.equal(await e57Photographs(sourceOf(withChecksums(damaged)), "x.e57"), null);
});

Deno.test("the command line uses the photographs inside E57, whatever the file is called", () =>
  withFolder(async (folder) => {
    const path = join(folder, "hall.scan");
    await Deno.writeFile(path, FILE);
    const files = await withEmbedded(bareScan(path));
    assert.equal(files.images.length, 2);
    const { cameras } = await readViews(files.images, files.cameras);
    assert.equal(cameras.length, 7);
    const beside = { ...bareScan(path), cameras: files.cameras };
    assert.equal(await withEmbedded(beside), beside, "cameras beside the scan come first");
    await Deno.writeFile(path, writePly({ positions: new Float32Array(3) }));
    assert.equal((await withEmbedded(bareScan(path))).cameras.length, 0);
  }));

Deno.test("POST /v1/segment uses the photographs inside E57, unless others came", async () => {
  const { app, engine } = fakeApp();
  const post = async (body: RequestInit) => {
    const response = await app.request("/v1/segment", { method: "POST", ...body });
    assert.equal(response.status, 200, await response.text());
    return engine.requests.at(-1)!;
  };
  const request = await post({ body: FILE });
  assert.deepEqual(request.cameras[0]!.file, "1-north_east.png");
  assert.equal(request.cameras.length, 7);
  assert.equal(request.options.method, "ttt-kd-fusion");
  const cameras = {
    images: [{
      ...{ file: "a.png", width: 160, height: 120, fx: 100, fy: 100, cx: 80, cy: 60 },
      worldToCamera: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    }],
  };
  const form = formRequest({
    scan: FILE,
    images: { "a.png": new Uint8Array(BLOBS[0]!) },
    cameras: { "cameras.json": JSON.stringify(cameras) },
  });
  const own = await post({ body: form.body!, headers: form.headers! });
  assert.deepEqual(own.cameras.map(({ file }) => file), ["a.png"]);
});
