/**
 * What the tests of published data sets share: temporary folders, tiny photographs, and the projection of a point.
 *
 * @module
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { type Camera, encodePng } from "../../../lib/scan/mod.ts";

/** Files by path within a folder. */
export type Files = Record<string, Uint8Array | string>;

/** Writes files into a temporary folder for the time of `body`. */
export async function withFiles(
  files: Files,
  body: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(root, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** A photograph of one grey level as PNG. */
export function greyPng(width: number, height: number, level: number): Uint8Array {
  return encodePng({ width, height, pixels: new Uint8Array(3 * width * height).fill(level) });
}

/** float32 rows as bytes, little endian. */
export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** Holds that a camera sees a world point, in the file's coordinates, at a pixel. */
export function assertSees(
  camera: Camera,
  point: readonly [number, number, number],
  pixel: readonly [number, number],
): void {
  const m = camera.worldToCamera;
  const [x, y, z] = [0, 4, 8].map((row) =>
    m[row]! * point[0] + m[row + 1]! * point[1] + m[row + 2]! * point[2] + m[row + 3]!
  ) as [number, number, number];
  assert.ok(z > 0, `the point lies behind ${camera.file}`);
  const seen = [camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy];
  for (const axis of [0, 1]) {
    assert.ok(
      Math.abs(seen[axis]! - pixel[axis]!) < 1e-3,
      `${camera.file} sees it at ${seen}, not at ${pixel}`,
    );
  }
}
