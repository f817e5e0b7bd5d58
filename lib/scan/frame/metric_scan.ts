/**
 * Brings a scan and its cameras into the frame that the networks know: metres, with z up.
 *
 * @module
 */
import type { Camera } from "../camera/camera.ts";
import { isMetric, type LengthUnit, METRE } from "../crs/units.ts";
import { chooseOrigin, toLocal } from "../origin.ts";
import type { Scan } from "../scan.ts";
import { rotationToZ, type UpAxis } from "./up.ts";

/** Units and axes of a scan's coordinates. */
export interface ScanFrame {
  /** Units along x and y, and along z. */
  units: { horizontal: LengthUnit; vertical: LengthUnit };
  /** The axis that points up. */
  up: UpAxis;
}

/**
 * Scales and rotates a scan with its cameras to metres with z up. Where they are so already, both are returned as they
 * are. The scan's file stays in its own frame: an answer that is written from it has the client's coordinates.
 *
 * Heights may have another unit than x and y; the rotations of cameras are taken to be right all the same, since they
 * belong to the world and not to its numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { LENGTH_UNITS, metricScan, readScan, writePly } from "../mod.ts";
 *
 * const file = writePly({ positions: Float32Array.of(1, 20, 3) });
 * const scan = await readScan(file, "room.ply");
 * const unit = LENGTH_UNITS.centimetre;
 * const { scan: metric } = metricScan(scan, [], {
 *   units: { horizontal: unit, vertical: unit },
 *   up: "y",
 * });
 * const [x, y, z] = metric.positions.map((value, axis) => value + metric.origin[axis]!);
 * assert.deepEqual([x, y, z].map((value) => value!.toFixed(3)), ["0.010", "-0.030", "0.200"]);
 * ```
 */
export function metricScan(
  scan: Scan,
  cameras: readonly Camera[],
  { units, up }: ScanFrame,
): { scan: Scan; cameras: readonly Camera[] } {
  if (isMetric(units) && up === "z") return { scan, cameras };
  const rows = rotationToZ(up);
  const scales = [units.horizontal.metres, units.horizontal.metres, units.vertical.metres] as const;
  const place = (values: ArrayLike<number>, at: number, row: number) => {
    const [axis, sign] = rows[row]!;
    // Adding 0 undoes -0.
    return sign * scales[axis] * values[at + axis]! + 0;
  };
  const { positions, origin, normals } = scan;
  const places = new Float64Array(positions.length);
  for (let i = 0; i < places.length; i++) {
    places[i] = place(positions, i - i % 3, i % 3) + place(origin, 0, i % 3);
  }
  // A round origin in metres: voxels then lie as in the same scan from a file in metres.
  const metricOrigin = chooseOrigin(places);
  return {
    scan: {
      ...scan,
      units: { horizontal: METRE, vertical: METRE },
      origin: metricOrigin,
      positions: toLocal(places, metricOrigin),
      normals: normals && metricNormals(normals, rows, scales),
    },
    cameras: cameras.map((camera) => {
      const pose = camera.worldToCamera;
      const centre = [0, 1, 2].map((axis) =>
        -(pose[axis]! * pose[3]! + pose[4 + axis]! * pose[7]! + pose[8 + axis]! * pose[11]!)
      );
      const worldToCamera = pose.slice();
      for (let row = 0; row < 3; row++) {
        let shift = 0;
        for (let column = 0; column < 3; column++) {
          const [axis, sign] = rows[column]!;
          const entry = sign * pose[4 * row + axis]! + 0;
          worldToCamera[4 * row + column] = entry;
          shift -= entry * place(centre, 0, column);
        }
        worldToCamera[4 * row + 3] = shift + 0;
      }
      return { ...camera, worldToCamera };
    }),
  };
}

/** Normals of a surface scale by the inverse; they keep their length, which is 1, or 0 where a point has none. */
function metricNormals(
  normals: Float32Array,
  rows: ReturnType<typeof rotationToZ>,
  scales: readonly [number, number, number],
): Float32Array {
  const out = new Float32Array(normals.length);
  for (let i = 0; i < normals.length; i += 3) {
    const normal = rows.map(([axis, sign]) => sign * normals[i + axis]! / scales[axis]);
    const length = Math.hypot(...normal);
    if (length > 0) out.set(normal.map((value) => value / length + 0), i);
  }
  return out;
}
