/** A data set of small scenes, and a teacher for them that needs no model. */
import type { Dataset } from "../../lib/datasets/dataset.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { FeatureMap, type FeatureTeacher } from "../../lib/teacher/mod.ts";
import { boxPoints } from "./small_scan.ts";

/** A camera in front of the box that looks along y. */
const CAMERA = {
  file: "front.png",
  width: 16,
  height: 16,
  fx: 8,
  fy: 8,
  cx: 7.5,
  cy: 7.5,
  worldToCamera: Float64Array.from([1, 0, 0, 0, 0, 0, -1, 1, 0, 1, 0, 6, 0, 0, 0, 1]),
};

/** Boxes whose sides are the classes: four scenes to train on, two to validate. */
export const BOXES: Dataset = {
  name: "boxes",
  classes: ["left", "back", "floor"],
  palette: [[0, 0, 0], [1, 1, 1], [2, 2, 2]],
  asprs: [6, 6, 2],
  ignoreLabel: 255,
  domains: [{ name: "source", about: "boxes", isSource: true }],
  count: (_, split) => split === "train" ? 4 : split === "validation" ? 2 : 0,
  scene(_domain, split, index) {
    const { positions, colors } = boxPoints(index + (split === "train" ? 0 : 10), 300);
    const labels = Int32Array.from(
      { length: 300 },
      (_, p) => [-2, 3, 0].findIndex((at, axis) => positions[3 * p + axis] === at),
    );
    return Promise.resolve({
      id: `source/${split}/${index}`,
      scan: {
        name: "box",
        format: "ply" as const,
        count: 300,
        origin: [0, 0, 0] as [number, number, number],
        positions,
        colors,
        intensity: null,
        normals: null,
        labels,
        bytes: new Uint8Array(),
        warnings: [],
      },
      photos: [{ name: "front.png", width: 16, height: 16, pixels: new Uint8Array(16 * 16 * 3) }],
      cameras: [CAMERA],
    });
  },
  version: () => "1",
};

/** Makes a teacher whose feature of each of the 16 patches of a photograph is its place: [column, row, 1]. */
export function placeTeacher(gpu: Gpu): FeatureTeacher {
  return {
    card: {
      id: "places",
      file: "none.onnx",
      width: 3,
      inputName: "image",
      outputName: "features",
      outputForm: "map",
      prefixTokens: 0,
      patch: 4,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      shortSide: 16,
      licence: "none",
      provenance: "made for tests",
    },
    describeAll: (photos) =>
      Promise.resolve(photos.map(() => {
        const cells = Array.from({ length: 16 }, (_, i) => [i % 4, i >> 2, 1, 0]).flat();
        return new FeatureMap(4, 4, 3, gpu.upload("places", Float32Array.from(cells)));
      })),
    destroy: () => Promise.resolve(),
  };
}
