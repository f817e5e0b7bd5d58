/**
 * Records of the kernels of `lib/sparse`: prefix sums, sorting, the coordinate hash, voxels, kernel maps. Each `.wgsl`
 * file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import averageRowsCode from "./average_rows.wgsl" with { type: "text" };
import composeIndicesCode from "./compose_indices.wgsl" with { type: "text" };
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

/** words[i] = start + i * step. Bindings: words. */
export const fillWords = {
  name: "fill_words",
  code: fillWordsCode,
  params: { count: "u32", start: "u32", step: "u32" },
  bindings: ["write"],
} as const satisfies Kernel;

/** Exclusive prefix sums inside blocks of 64 words. Bindings: values, sums of the blocks. */
export const prefixSum = {
  name: "prefix_sum",
  code: prefixSumCode,
  params: { count: "u32", sumsAt: "u32" },
  bindings: ["write", "write"],
} as const satisfies Kernel;

/** Adds the scanned sums of the blocks to their words. Bindings: sums, values. */
export const prefixSumAdd = {
  name: "prefix_sum_add",
  code: prefixSumAddCode,
  params: { count: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** How often each digit occurs in each block. Bindings: keys, counts. */
export const radixCount = {
  name: "radix_count",
  code: radixCountCode,
  params: { count: "u32", blocks: "u32", shift: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** Moves pairs to their sorted places. Bindings: keys, values, places, sorted keys, sorted values. */
export const radixScatter = {
  name: "radix_scatter",
  code: radixScatterCode,
  params: { count: "u32", blocks: "u32", shift: "u32" },
  bindings: ["read", "read", "read", "write", "write"],
} as const satisfies Kernel;

/** Inserts coordinates into a hash table. Bindings: coordinates, slots. */
export const hashInsert = {
  name: "hash_insert",
  code: coordinateHash + hashInsertCode,
  params: { count: "u32", mask: "u32", stride: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** Marks the rows that a table holds. Bindings: slots, marks. */
export const hashMark = {
  name: "hash_mark",
  code: coordinateHash + hashMarkCode,
  params: { mask: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** Renumbers a table by rank. Bindings: coordinates, rank, slots, distinct coordinates. */
export const hashSettle = {
  name: "hash_settle",
  code: coordinateHash + hashSettleCode,
  params: { mask: "u32", stride: "u32" },
  bindings: ["read", "read", "write", "write"],
} as const satisfies Kernel;

/** Looks coordinates up. Bindings: coordinates, the table's coordinates, slots, rows. */
export const hashRows = {
  name: "hash_rows",
  code: coordinateHash + coordinateFind + hashRowsCode,
  params: { count: "u32", mask: "u32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

/** The voxel of each point. Bindings: positions, coordinates, points outside. */
export const voxelCoordinates = {
  name: "voxel_coordinates",
  code: voxelCoordinatesCode,
  params: { count: "u32", perMetre: "f32" },
  bindings: ["read", "write", "write"],
} as const satisfies Kernel;

/** Where each row begins in a sorted list. Bindings: sorted rows, starts. */
export const rowStarts = {
  name: "row_starts",
  code: rowStartsCode,
  params: { count: "u32", rows: "u32" },
  bindings: ["read", "write"],
} as const satisfies Kernel;

/** The mean of the points of each voxel. Bindings: x, order, starts, y. */
export const averageRows = {
  name: "average_rows",
  code: averageRowsCode,
  params: { rows: "u32", columns: "u32" },
  bindings: ["read", "read", "read", "write"],
} as const satisfies Kernel;

/** Follows two lists of indices. Bindings: outer, inner, out. */
export const composeIndices = {
  name: "compose_indices",
  code: composeIndicesCode,
  params: { count: "u32" },
  bindings: ["read", "read", "write"],
} as const satisfies Kernel;

/** The struct of kernel_map.wgsl, which both passes share. */
const kernelMapParams = {
  volume: "u32",
  tiles: "u32",
  rows: "u32",
  size: "u32",
  centre: "i32",
  spacing: "i32",
  mask: "u32",
  stride: "u32",
} as const;

/** Pairs of each offset and tile, counted. Bindings: coordinates, keys, slots, found, counts. */
export const kernelMapCount = {
  name: "kernel_map_count",
  code: coordinateHash + coordinateFind + kernelMapCode + kernelMapCountCode,
  params: kernelMapParams,
  bindings: ["read", "read", "read", "write", "write"],
} as const satisfies Kernel;

/** Pairs of each offset and tile, written. Bindings: coordinates, keys, slots, found, offsets, entries. */
export const kernelMapFill = {
  name: "kernel_map_fill",
  code: coordinateHash + coordinateFind + kernelMapCode + kernelMapFillCode,
  params: kernelMapParams,
  bindings: ["read", "read", "read", "read", "read", "write"],
} as const satisfies Kernel;
