/**
 * Benchmarks that train on one published data set and test on others, by name.
 *
 * @module
 */
import { PAPER_INDOOR } from "./indoor.ts";
import { PAPER_OUTDOOR } from "./outdoor.ts";
import type { TransferBenchmark } from "./transfer_benchmark.ts";

export { openTransfer } from "./transfer_benchmark.ts";

/** The benchmarks by the name that `--benchmark` takes. */
export const TRANSFERS: Readonly<Record<string, TransferBenchmark>> = Object.fromEntries(
  [...PAPER_INDOOR, ...PAPER_OUTDOOR].map((benchmark) => [benchmark.name, benchmark]),
);

/** Names that stand for several benchmarks, one for each training set. */
export const TRANSFER_GROUPS: Readonly<Record<string, readonly string[]>> = {
  "paper-indoor": PAPER_INDOOR.map(({ name }) => name),
  "paper-outdoor": PAPER_OUTDOOR.map(({ name }) => name),
};
