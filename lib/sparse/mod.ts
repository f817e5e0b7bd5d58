/**
 * Sparse tensors: voxels, coordinates, kernel maps and the pyramid of one scan. Everything runs on the GPU and gives the
 * same bits every time.
 *
 * @module
 */
export { averageRows, averageRowsReference } from "./average_rows.ts";
export {
  type CoordinateIndex,
  coordinateKey,
  type CoordinateTable,
  distinctCoordinates,
  distinctCoordinatesReference,
  EMPTY,
  findRows,
  tableSlots,
} from "./coordinate_hash.ts";
export {
  type KernelMap,
  kernelOffsets,
  type MapLevel,
  type PairList,
  pairListReference,
} from "./kernel_map.ts";
export { MAX_ROWS, TILE_ROWS } from "../../kernels/sparse/pair_list.ts";
export { type KernelMapSpec, type Level, Pyramid } from "./pyramid.ts";
export { prefixSum, prefixSumReference } from "./prefix_sum.ts";
export { type Pairs, sortPairs, sortPairsReference } from "./radix_sort.ts";
export {
  MAX_DEPTH,
  SERIALIZATION_ORDERS,
  serializationCode,
  serializationDepth,
  type SerializationOrder,
} from "./serialization/curve.ts";
export {
  type PaddedPatches,
  padPatches,
  patchRows,
  type PatchRule,
  type PatchTiles,
  patchTiles,
} from "./serialization/patches.ts";
export {
  type ParentRule,
  Serialization,
  type SerializationOptions,
  type SerializedRows,
  type SerializedStage,
  type StageChildren,
} from "./serialization/serialization.ts";
export { voxelize, voxelizeReference, Voxels } from "./voxelize.ts";
export { type WordPlace } from "./words.ts";
