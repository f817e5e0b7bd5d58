/**
 * Kernel records of `lib/sparse`: prefix sums, sorting, the coordinate hash, voxels, kernel maps.
 * Each `.wgsl` file says what its bindings hold and how it is launched.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import averageRowsCode from "./average_rows.wgsl" with { type: "text" };
import coordinateFind from "./coordinate_find.wgsl" with { type: "text" };
import coordinateHash from "./coordinate_hash.wgsl" with { type: "text" };
import fillWordsCode from "./fill_words.wgsl" with { type: "text" };
import hashInsertCode from "./hash_insert.wgsl" with { type: "text" };
import hashMarkCode from "./hash_mark.wgsl" with { type: "text" };
import hashRowsCode from "./hash_rows.wgsl" with { type: "text" };
import hashSettleCode from "./hash_settle.wgsl" with { type: "text" };
import kernelMapCode from "./kernel_map.wgsl" with { type: "text" };
import kernelMapCountCode from "./kernel_map_count.wgsl" with { type: "text" };
import kernelMapFillCode from "./kernel_map_fill.wgsl" with { type: "text" };
import prefixSumCode from "./prefix_sum.wgsl" with { type: "text" };
import prefixSumAddCode from "./prefix_sum_add.wgsl" with { type: "text" };
import radixCountCode from "./radix_count.wgsl" with { type: "text" };
import radixScatterCode from "./radix_scatter.wgsl" with { type: "text" };
import rowStartsCode from "./row_starts.wgsl" with { type: "text" };
import voxelCoordinatesCode from "./voxel_coordinates.wgsl" with { type: "text" };

export const fillWords: Kernel = {
  name: "fill_words",
  code: fillWordsCode,
  bindings: ["write"],
};

export const prefixSum: Kernel = {
  name: "prefix_sum",
  code: prefixSumCode,
  bindings: ["write", "write"],
};

export const prefixSumAdd: Kernel = {
  name: "prefix_sum_add",
  code: prefixSumAddCode,
  bindings: ["read", "write"],
};

export const radixCount: Kernel = {
  name: "radix_count",
  code: radixCountCode,
  bindings: ["read", "write"],
};

export const radixScatter: Kernel = {
  name: "radix_scatter",
  code: radixScatterCode,
  bindings: ["read", "read", "read", "write", "write"],
};

export const hashInsert: Kernel = {
  name: "hash_insert",
  code: coordinateHash + hashInsertCode,
  bindings: ["read", "write"],
};

export const hashMark: Kernel = {
  name: "hash_mark",
  code: coordinateHash + hashMarkCode,
  bindings: ["read", "write"],
};

export const hashSettle: Kernel = {
  name: "hash_settle",
  code: coordinateHash + hashSettleCode,
  bindings: ["read", "read", "write", "write"],
};

export const hashRows: Kernel = {
  name: "hash_rows",
  code: coordinateHash + coordinateFind + hashRowsCode,
  bindings: ["read", "read", "read", "write"],
};

export const voxelCoordinates: Kernel = {
  name: "voxel_coordinates",
  code: voxelCoordinatesCode,
  bindings: ["read", "write", "write"],
};

export const rowStarts: Kernel = {
  name: "row_starts",
  code: rowStartsCode,
  bindings: ["read", "write"],
};

export const averageRows: Kernel = {
  name: "average_rows",
  code: averageRowsCode,
  bindings: ["read", "read", "read", "write"],
};

export const kernelMapCount: Kernel = {
  name: "kernel_map_count",
  code: coordinateHash + coordinateFind + kernelMapCode + kernelMapCountCode,
  bindings: ["read", "read", "read", "write", "write"],
};

export const kernelMapFill: Kernel = {
  name: "kernel_map_fill",
  code: coordinateHash + coordinateFind + kernelMapCode + kernelMapFillCode,
  bindings: ["read", "read", "read", "read", "read", "write"],
};
