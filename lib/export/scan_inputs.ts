/**
 * The inputs of an exported network for one scan: features of its voxels and the tables that the network reads, as arrays of
 * NumPy in one archive. Computed on the CPU; voxels and features are those of the engine.
 *
 * @module
 */
import { zipSync } from "fflate";
import type { StudentCard } from "../nn/card.ts";
import type { Network } from "../nn/network.ts";
import type { Warning } from "../scan/mod.ts";
import { metricRequest, samplingWarnings } from "../segment/metric_request.ts";
import type { SegmentRequest } from "../segment/segmenter.ts";
import { encodeNpy } from "../serving/files/npy.ts";
import { averageRowsReference, voxelizeReference } from "../sparse/mod.ts";
import { pointFeatures } from "../voxels/input_features.ts";
import { requireInputs, studentPoints } from "../voxels/points.ts";
import { FEATURES_NAME } from "./onnx_student.ts";
import { ScanTables, tableName, type TableRequest } from "./scan_tables.ts";

/** Name of the array that says in which voxel each point lies. It is no input: it brings voxels back to points. */
export const POINT_VOXEL = "point_voxel";

/** An array of an archive. */
export interface ScanArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** The inputs of a network for one scan. */
export interface ScanInputs {
  /** Arrays by name: the inputs, and {@link POINT_VOXEL}. */
  readonly arrays: ReadonlyMap<string, ScanArray>;
  /** Voxels of the scan. */
  readonly voxels: number;
  /** What is doubtful about the scan. */
  readonly warnings: readonly Warning[];
}

/**
 * Makes the inputs.
 *
 * @param wanted the tables that the exported network reads.
 * @throws {ScanError} where the scan lacks an input of the student, or is in degrees.
 * @throws {RangeError} where its voxels reach farther than a point transformer knows.
 */
export function scanInputs(
  request: SegmentRequest,
  card: StudentCard,
  network: Pick<Network, "depth" | "serialization">,
  wanted: readonly TableRequest[],
): ScanInputs {
  const metric = metricRequest(request);
  const { scan } = metric.request;
  requireInputs(scan, card);
  const { features, voxelSize } = card;
  const points = studentPoints(scan, features, voxelSize, []);
  const { coords, pointRow, order, starts } = voxelizeReference(points.positions, voxelSize);
  const width = Math.ceil(features.length / 4) * 4;
  const padded = averageRowsReference(pointFeatures(points, features), order, starts, width);
  const voxels = coords.length / 4;
  const data = Float32Array.from(
    { length: voxels * features.length },
    (_, i) => padded[Math.floor(i / features.length) * width + i % features.length]!,
  );
  const arrays = new Map<string, ScanArray>([
    [FEATURES_NAME, { shape: [voxels, features.length], data }],
  ]);
  const tables = new ScanTables(network, coords);
  for (const table of wanted) {
    const { shape, rows } = tables.table(table);
    arrays.set(tableName(table), { shape, data: rows });
  }
  const voxelOfPoint = BigInt64Array.from(pointRow, BigInt);
  arrays.set(POINT_VOXEL, { shape: [voxelOfPoint.length], data: voxelOfPoint });
  const warnings = [...scan.warnings, ...metric.warnings, ...samplingWarnings(metric, voxelSize)];
  return { arrays, voxels, warnings };
}

/** Packs arrays into an archive that `numpy.load` reads. */
export function encodeNpz(arrays: ReadonlyMap<string, ScanArray>): Uint8Array {
  const files = [...arrays].map(([name, { shape, data }]) => [
    `${name}.npy`,
    encodeNpy(data, shape),
  ]);
  return zipSync(Object.fromEntries(files));
}
