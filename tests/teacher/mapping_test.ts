/**
 * Where a pixel lies in a feature map: models whose features are the coordinates of their pixels, taken through
 * resizing, provider, repacking and pairing. The target of a point then has to be the pixel that it projects to.
 */
import assert from "node:assert/strict";
import { pairViews } from "../../lib/pairing/mod.ts";
import type { Camera } from "../../lib/scan/mod.ts";
import { voxelize } from "../../lib/sparse/mod.ts";
import { parseTeacherCard, photoSize, Teacher } from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";
import { ramp } from "./support.ts";

const MODELS = new URL("../../fixtures/models/", import.meta.url);
const PATCH = 8;
const FOCAL = 100;
/** Pixels between the points that are tested. */
const STEP = 7;
/**
 * Pixels. At the border the filter of the resize is cut off, which moves the outermost of a patch's eight pixels by
 * up to 0.5; the rest is rounding. Another convention for pixel centres would be off by half a pixel.
 */
const TOLERANCE = 0.1;

/** Model, first channel that holds a coordinate, and changes to the card. */
const FORMS = {
  map: ["coordinates", 2, {}],
  tokens: ["coordinates_tokens", 2, {}],
  cells: ["../teachers/forms/coordinates_nhwc", 0, {
    outputForm: "cells",
    inputLayout: "NHWC",
    width: 3,
  }],
} as const;

/** Photographs up to 256 pixels wide, so that a byte holds a coordinate. */
const PHOTOS = [[96, 72], [200, 60], [60, 200], [100, 100], [250, 37], [33, 240]] as const;
const SIZINGS = { aspect: 48, pad: 128, stretch: 64 } as const;

for (const [form, [model, first, change]] of Object.entries(FORMS)) {
  for (const [sizing, shortSide] of Object.entries(SIZINGS)) {
    withGpu(`a pixel has its own feature as target: ${form}, ${sizing}`, async (gpu) => {
      const card = parseTeacherCard(
        JSON.stringify({
          ...JSON.parse(Deno.readTextFileSync(new URL("coordinates.json", MODELS))),
          ...(form === "tokens" ? { outputForm: "tokens", prefixTokens: 2 } : {}),
          ...change,
          sizing,
          shortSide,
        }),
        form,
      );
      const onnx = Deno.readFileSync(new URL(`${model}.onnx`, MODELS));
      await using teacher = await Teacher.load(gpu, card, onnx, { provider: "wasm", threads: 1 });
      for (const [width, height] of PHOTOS) {
        using map = await teacher.describe(ramp(width, height));
        const size = photoSize({ width, height }, card);
        assert.deepEqual([map.cols, map.rows], [size.width / PATCH, size.height / PATCH]);
        const camera: Camera = {
          file: "ramp.png",
          width,
          height,
          fx: FOCAL,
          fy: FOCAL,
          cx: (width - 1) / 2,
          cy: (height - 1) / 2,
          worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
        };
        // Between the outermost centres of cells: beyond them the border's feature is taken.
        const margin = (pixels: number, cells: number) => pixels / cells / 2 + 1;
        const pixels: [number, number][] = [];
        for (let u = margin(width, map.cols); u < width - 1 - margin(width, map.cols); u += STEP) {
          for (
            let v = margin(height, map.rows);
            v < height - 1 - margin(height, map.rows);
            v += STEP
          ) {
            pixels.push([u, v]);
          }
        }
        assert.ok(pixels.length > 5);
        const points = Float32Array.from(
          pixels.flatMap(([u, v]) => [(u - camera.cx) / FOCAL, (v - camera.cy) / FOCAL, 1]),
        );
        using positions = gpu.upload("positions", points);
        using voxels = await voxelize(gpu, positions, pixels.length, 0.01);
        using targets = await pairViews(gpu, {
          voxels,
          positions,
          origin: [0, 0, 0],
          cameras: [camera],
          maps: [map],
        });
        assert.equal(targets.voxelsSeen, pixels.length);
        const order = await gpu.read(voxels.order, Uint32Array, pixels.length);
        const stride = Math.ceil(map.channels / 4) * 4;
        const values = await gpu.read(targets.values, Float32Array, pixels.length * stride);
        order.forEach((point, row) => {
          pixels[point]!.forEach((wanted, axis) => {
            const found = 255 * values[row * stride + first + axis]!;
            assert.ok(
              Math.abs(found - wanted) < TOLERANCE,
              `${width} x ${height}: pixel ${
                pixels[point]
              } has coordinate ${found} on axis ${axis}`,
            );
          });
        });
      }
    });
  }
}
