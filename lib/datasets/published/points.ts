/**
 * Points of a published data set as a scan.
 *
 * @module
 */
import type { Scan } from "../../scan/mod.ts";
import { DatasetError } from "../scene_folder.ts";

/** Points with their classes, as a loader reads them. N is the number of points. */
export interface PointsWithClasses {
  /** Path of their file, for messages and as the name of the scan. */
  readonly path: string;
  /** [N][3] metres, z up. */
  readonly positions: Float32Array;
  /** Subtracted from every position already; zero by default. */
  readonly origin?: Scan["origin"];
  /** [N][3] red, green, blue from 0 to 1. */
  readonly colors?: Float32Array;
  /** [N] from 0 to 1. */
  readonly intensity?: Float32Array;
  /** [N] class or ignore label. */
  readonly labels: Int32Array;
}

/**
 * Makes a scan of labelled points. It has no file of its own (`bytes` is empty).
 *
 * @throws {DatasetError} where there is no point, a point is not finite, or there are more or fewer labels than points
 */
export function pointScan({ path, positions, labels, ...rest }: PointsWithClasses): Scan {
  const count = positions.length / 3;
  if (count === 0) throw new DatasetError(`Cannot use ${path}: it has no points; fetch it again`);
  if (labels.length !== count) {
    throw new DatasetError(
      `Cannot use ${path}: it has ${count} points, its labels are ${labels.length}; fetch both again`,
    );
  }
  const bad = positions.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DatasetError(
      `Cannot use ${path}: point ${Math.floor(bad / 3)} has the coordinate ${
        positions[bad]
      }; fetch it again`,
    );
  }
  return {
    name: path,
    format: "ply",
    count,
    origin: rest.origin ?? [0, 0, 0],
    positions,
    colors: rest.colors ?? null,
    intensity: rest.intensity ?? null,
    normals: null,
    labels,
    bytes: new Uint8Array(0),
    warnings: [],
  };
}

/**
 * Splits a file of float32 rows, little endian: x, y, z, and further columns.
 *
 * @param columns number of columns, 3 or more
 * @returns positions [N][3], and the fourth column [N] as it is
 * @throws {DatasetError} where the file does not consist of whole rows
 */
export function floatRows(
  bytes: Uint8Array,
  path: string,
  columns: number,
): { positions: Float32Array; fourth: Float32Array } {
  const rowBytes = 4 * columns;
  if (bytes.length % rowBytes !== 0) {
    throw new DatasetError(
      `Cannot read ${path}: ${bytes.length} bytes are no whole number of points of ${rowBytes} bytes; fetch it again`,
    );
  }
  const count = bytes.length / rowBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const positions = new Float32Array(3 * count);
  const fourth = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) {
      positions[3 * i + axis] = view.getFloat32(i * rowBytes + 4 * axis, true);
    }
    fourth[i] = view.getFloat32(i * rowBytes + 12, true);
  }
  return { positions, fourth };
}
