/**
 * NYU40 ids, by which ScanNet and Matterport3D say what a point is.
 *
 * Source: ScanNet's `BenchmarkScripts/3d_evaluation/evaluate_semantic_label.py`.
 *
 * @module
 */
import { IGNORE_LABEL } from "../../metrics/confusion.ts";

/** NYU40 ids of ScanNet's 20 classes, in their order. */
export const SCANNET_NYU40: readonly number[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ...[14, 16, 24, 28, 33, 34, 36, 39],
];

/** NYU40 ids of Matterport3D's 21 classes, in their order. */
export const MATTERPORT_NYU40: readonly number[] = [...SCANNET_NYU40, 22];

/**
 * Maps NYU40 ids to classes.
 *
 * @param ids the id of every class
 * @returns a function from an id to its class, or to the ignore label
 */
export function classOfNyu40(ids: readonly number[]): (id: number) => number {
  const classes = new Map(ids.map((id, index) => [id, index]));
  return (id) => classes.get(id) ?? IGNORE_LABEL;
}
