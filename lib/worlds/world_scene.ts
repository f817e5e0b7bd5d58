/**
 * Puts a scene of a world together: its scan with the file of it, and its photographs.
 *
 * @module
 */
import { IGNORE_LABEL } from "../metrics/confusion.ts";
import { type LasReturns, type Scan, writeLas, writePly } from "../scan/mod.ts";
import type { LabelledView } from "./photographs.ts";
import type { SceneRequest, WorldScene } from "./world.ts";

/** What a scanner measured of a scene, with the truth; N is the number of points. */
export interface MeasuredScene {
  /** f32 [N][3], metres. */
  positions: Float32Array;
  /** i32 [N]: true class; 255 where there is none. */
  labels: Int32Array;
  /** i32 [N]: number of the object, from 1; 0 where there is none. */
  objects: Int32Array;
  /** f32 [N][3], 0 to 1; null or left out where the scanner sees no colours. */
  colors?: Float32Array | null;
  /** f32 [N], 0 to 1; left out where the scanner does not measure it. */
  intensity?: Float32Array | null;
  /** Returns of the pulses; where there are some, the file is LAS, otherwise PLY. */
  echoes?: LasReturns;
}

/**
 * Makes the record of a scene.
 *
 * @param views its photographs, with the part that every pixel shows.
 * @param partClass class of each part of the world.
 */
export function worldScene(
  { domain, split, index }: SceneRequest,
  measured: MeasuredScene,
  views: readonly LabelledView[],
  partClass: Uint8Array,
): WorldScene {
  const { positions, labels, objects, colors = null, intensity = null, echoes } = measured;
  const format = echoes ? "las" : "ply";
  const scan: Scan = {
    name: `${domain}-${split}-${index}.${format}`,
    format,
    count: labels.length,
    origin: [0, 0, 0],
    positions,
    colors,
    intensity,
    normals: null,
    labels,
    bytes: new Uint8Array(0),
    warnings: [],
  };
  scan.bytes = echoes ? writeLas(scan, echoes) : writePly({ positions, colors, intensity, labels });
  return {
    id: `${domain}/${split}/${index}`,
    scan,
    objects,
    photos: views.map(({ photo }) => photo),
    cameras: views.map(({ camera }) => camera),
    photoClasses: views.map(({ parts }) => parts.map((part) => partClass[part] ?? IGNORE_LABEL)),
  };
}
