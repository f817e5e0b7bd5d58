/** Pictures of points, compared with the reference and with geometry worked out by hand. */
import assert from "node:assert/strict";
import type { Gpu } from "../../../lib/gpu/mod.ts";
import {
  drawViews,
  drawViewsReference,
  type HostViewDrawing,
} from "../../../lib/pairing/virtual/mod.ts";
import { cameraAt, type Photo } from "../../../lib/scan/mod.ts";
import { withGpu } from "../../gpu.ts";
import { mulberry32 } from "../../../lib/random/mulberry32.ts";
import { lookAt, scanRoom, type Vector } from "../scene.ts";

/** A camera of 40 x 30 pixels at the origin that looks along x. */
const AHEAD = cameraAt("ahead.png", [0, 0, 0], 0, 0, {
  width: 40,
  height: 30,
  fieldOfView: Math.PI / 2,
});

async function drawOnGpu(gpu: Gpu, drawing: HostViewDrawing): Promise<Photo[]> {
  using positions = gpu.upload("positions", drawing.positions);
  return await drawViews(gpu, { ...drawing, positions, points: drawing.positions.length / 3 });
}

function randomColours(points: number): Uint32Array {
  const random = mulberry32(5);
  return Uint32Array.from({ length: points }, () => Math.floor(random() * 2 ** 24));
}

/** A wall at x = `distance`, points `step` apart, a quarter of a step off the middle. */
function wall(distance: number, half: number, step: number): number[] {
  const positions: number[] = [];
  for (let y = -half; y <= half; y += step) {
    for (let z = -half; z <= half; z += step) positions.push(distance, y + step / 4, z + step / 4);
  }
  return positions;
}

const pixel = ({ width, pixels }: Photo, x: number, y: number) => [
  ...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

const room = scanRoom(4000);
for (const colours of [randomColours(room.length / 3), null]) {
  const what = colours ? "colours" : "shapes";
  withGpu(`drawViews() agrees with its reference: ${what}`, async (gpu) => {
    const drawing: HostViewDrawing = {
      positions: room,
      origin: [10, 20, 30],
      cameras: [[-2.5, -2, 1.5], [2.5, 2.2, 1.5]].map((eye) =>
        lookAt(eye.map((x, i) => x + [10, 20, 30][i]!) as Vector, [10, 20, 31], 64, 48, 40)
      ),
      colours,
      background: [0.2, 0.4, 0.6],
      spacing: 0.2,
    };
    const drawn = await drawOnGpu(gpu, drawing);
    assert.deepEqual(await drawOnGpu(gpu, drawing), drawn);
    drawViewsReference(drawing).forEach((expected, view) => {
      const actual = drawn[view]!;
      assert.deepEqual([actual.name, actual.width, actual.height], ["made.png", 64, 48]);
      // On borders of pixels and at equal depths float32 may decide differently.
      const differing = expected.pixels.filter((value, i) =>
        Math.abs(value - actual.pixels[i]!) > 1
      );
      assert.ok(
        differing.length <= 0.01 * expected.pixels.length,
        `${differing.length} of ${expected.pixels.length} bytes differ`,
      );
      assert.ok(new Set(expected.pixels).size > 20, "the picture is empty: nothing is tested");
    });
  });
}

withGpu(
  "drawViews() draws the nearer of two points, the first of equally near ones",
  async (gpu) => {
    const [red, green, blue] = [0xff, 0xff00, 0xff0000];
    const at = (x: number) => [x, 0.05 * x, 0.05 * x];
    const draw = async (positions: number[], colours: number[]) => {
      const [photo] = await drawOnGpu(gpu, {
        positions: Float32Array.from(positions),
        origin: [0, 0, 0],
        cameras: [AHEAD],
        colours: Uint32Array.from(colours),
        background: [0, 0, 0],
        spacing: 0.01,
      });
      return pixel(photo!, 19, 14);
    };
    assert.deepEqual(await draw([...at(3), ...at(2)], [red, green]), [0, 255, 0]);
    assert.deepEqual(await draw([...at(2), ...at(3)], [red, green]), [255, 0, 0]);
    assert.deepEqual(await draw([...at(2), ...at(2)], [blue, green]), [0, 0, 255]);
  },
);

withGpu("drawViews() fills the holes of a wall and leaves wide gaps open", async (gpu) => {
  // Points 3 pixels apart, with others behind the middle of the wall; there is nothing far to the right and below.
  const positions = wall(2, 0.9, 0.15).filter((_, i, all) =>
    all[i - i % 3 + 1]! > -0.3 && all[i - i % 3 + 2]! > -0.3
  );
  const behind = wall(4, 0.6, 0.4).filter((_, i, all) =>
    all[i - i % 3 + 1]! > 0 && all[i - i % 3 + 2]! > 0
  );
  const colours = [...positions.map(() => 0xff00), ...behind.map(() => 0xff)]
    .filter((_, i) => i % 3 === 0);
  const [photo] = await drawOnGpu(gpu, {
    positions: Float32Array.from([...positions, ...behind]),
    origin: [0, 0, 0],
    cameras: [cameraAt("wide.png", [0, 0, 0], 0, 0, {
      width: 80,
      height: 60,
      fieldOfView: Math.PI / 2,
    })],
    colours: Uint32Array.from(colours),
    background: [0, 0, 1],
    spacing: 0.1,
  });
  // Left is +y, up is +z.
  for (let x = 30; x < 37; x++) {
    for (let y = 20; y < 27; y++) assert.deepEqual(pixel(photo!, x, y), [0, 255, 0], `${x} ${y}`);
  }
  assert.deepEqual(pixel(photo!, 79, 59), [0, 0, 255]);
});

withGpu("drawViews() shades shapes with light from above", async (gpu) => {
  const floor: number[] = [];
  for (let x = 1; x < 6; x += 0.1) for (let y = -3; y < 3; y += 0.1) floor.push(x, y, -1);
  const [photo] = await drawOnGpu(gpu, {
    positions: Float32Array.from([...floor, ...wall(6, 3, 0.1)]),
    origin: [0, 0, 0],
    cameras: [AHEAD],
    colours: null,
    background: [0, 0, 0],
    spacing: 0.1,
  });
  // The wall faces the camera; the floor is lit from above and seen at some 30 degrees.
  const facing = Math.round(255 * 0.6), lit = pixel(photo!, 20, 26)[0]!;
  assert.ok(Math.abs(pixel(photo!, 20, 14)[0]! - facing) <= 2);
  assert.ok(lit > 255 * 0.68 && lit < 255 * 0.85, `the floor is ${lit}`);
});
