/**
 * The nine indoor pairs of the paper: trained on ScanNet, S3DIS or Matterport3D, tested on each of them.
 *
 * Source: the table of results of arXiv 2403.11691. Which classes it judges each pair by is not public; here a pair is
 * judged by the classes whose names both sets have.
 *
 * @module
 */
import { type ClassRow, MATTERPORT21, S3DIS, SCANNET20 } from "../../classes/mod.ts";
import type { TransferBenchmark, TransferMember } from "./transfer_benchmark.ts";

const SETS: Readonly<Record<string, readonly ClassRow[]>> = {
  scannet: SCANNET20,
  s3dis: S3DIS,
  matterport3d: MATTERPORT21,
};

/** Classes of two names. */
const SAME: readonly (readonly [string, string])[] = [["bookshelf", "bookcase"]];

const NOTES = [
  "The paper does not say by which classes it judges a pair of data sets; here it is by those of which both have the name.",
];

function member(name: string, trained: readonly ClassRow[]): TransferMember {
  const own = new Set(SETS[name]!.map(([row]) => row));
  const other = (row: string) => {
    const pair = SAME.find((names) => names.includes(row));
    return pair?.find((candidate) => candidate !== row);
  };
  const holds = Object.fromEntries(trained.flatMap(([row]) => {
    const renamed = other(row);
    return renamed !== undefined && !own.has(row) && own.has(renamed) ? [[row, [renamed]]] : [];
  }));
  return { name, holds };
}

/** A benchmark for each training set. */
export const PAPER_INDOOR: readonly TransferBenchmark[] = Object.entries(SETS).map((
  [name, rows],
) => ({
  name: `paper-indoor-${name}`,
  rows,
  train: { name, holds: {} },
  tests: Object.keys(SETS).filter((other) => other !== name).map((other) => member(other, rows)),
  notes: NOTES,
}));
