/**
 * Timing for benchmarks: contenders run one after the other, in an order that is reversed after each round, and medians
 * are compared within one run, because machines and their load differ.
 */
import type { Gpu, Launch } from "../../lib/gpu/mod.ts";
import { Program } from "../../lib/gpu/mod.ts";

/** Work that is timed; it can be repeated any number of times. */
export interface Contender {
  readonly name: string;
  /** Floating point operations of one repetition. */
  readonly flop: number;
  run(repetitions: number): Promise<void>;
}

/** Milliseconds that a measurement should take: Deno notices finished work only every 10 ms or so. */
const LONG_ENOUGH = 200;

/** Median rates in GFLOP/s, in the order of the contenders. */
export async function measureRates(
  contenders: readonly Contender[],
  rounds: number,
): Promise<number[]> {
  const entries: { contender: Contender; repetitions: number; times: number[] }[] = [];
  for (const contender of contenders) {
    // The first run compiles.
    await contender.run(1);
    const guess = await timed(() => contender.run(1));
    const repetitions = Math.max(1, Math.ceil(LONG_ENOUGH / guess));
    entries.push({ contender, repetitions, times: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contender, repetitions, times } of entries) {
      times.push(await timed(() => contender.run(repetitions)) / repetitions);
    }
    entries.reverse();
  }
  return contenders.map((contender) => {
    const { times } = entries.find((entry) => entry.contender === contender)!;
    return contender.flop / median(times) / 1e6;
  });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A contender that submits these launches; `owned` frees its program. */
export function launchContender(
  gpu: Gpu,
  owned: DisposableStack,
  name: string,
  flop: number,
  launches: readonly Launch[],
): Contender {
  const program = owned.use(new Program(gpu, launches, name));
  return {
    name,
    flop,
    async run(repetitions) {
      for (let i = 0; i < repetitions; i++) program.submit();
      await gpu.finished();
    },
  };
}

/** `count` arbitrary numbers, none of them denormal. */
export function anyNumbers(count: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => (i * 7919 % 1009) / 1009 - 0.5);
}

/** One line of a table: a label and numbers with one or two decimals. */
export function tableLine(label: string, cells: readonly (number | string)[]): string {
  const text = cells.map((cell) => typeof cell === "string" ? cell : cell.toFixed(2));
  return label.padEnd(34) + text.map((cell) => cell.padStart(10)).join("");
}
