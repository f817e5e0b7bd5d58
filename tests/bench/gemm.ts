/**
 * Our dense GEMM (the linear layer) against jax-js's WebGPU matmul. Ours reads its weights packed, as they are stored on
 * the GPU anyway; jax-js reads both matrices row-major, on a device of its own.
 */
import * as jax from "@jax-js/jax";
import { type Gpu, WINDOW_BYTES } from "../../lib/gpu/mod.ts";
import { linearForward } from "../../lib/graph/ops/linear.ts";
import { anyNumbers, type Contender, launchContender, measureRates, tableLine } from "./measure.ts";

/** Rows x columns x summed channels. */
const SHAPES = [[4096, 96, 2592], [1024, 1024, 1024], [3072, 768, 768]] as const;

/** The dense GEMM that other kernels are compared with, rows x cin times cin x cout. */
export function gemmContender(
  gpu: Gpu,
  owned: DisposableStack,
  rows: number,
  cout: number,
  cin: number,
): Contender {
  const x = owned.use(gpu.upload("x", anyNumbers(rows * cin)));
  const weight = owned.use(gpu.upload("weight", anyNumbers(cin * cout), WINDOW_BYTES));
  const y = owned.use(gpu.buffer("y", rows * cout * 4));
  const launches = linearForward({ kernels: gpu.kernels, rows, cin, cout, x, weight, y });
  return launchContender(gpu, owned, "gemm", 2 * rows * cin * cout, launches);
}

function jaxContender(rows: number, columns: number, summed: number): Contender & Disposable {
  const a = jax.numpy.array(anyNumbers(rows * summed)).reshape([rows, summed]);
  const b = jax.numpy.array(anyNumbers(summed * columns)).reshape([summed, columns]);
  return {
    name: "jax-js",
    flop: 2 * rows * columns * summed,
    async run(repetitions) {
      for (let i = 0; i < repetitions; i++) {
        const product = jax.numpy.matmul(a.ref, b.ref);
        if (i === repetitions - 1) await product.blockUntilReady();
        product.dispose();
      }
    },
    [Symbol.dispose]() {
      a.dispose();
      b.dispose();
    },
  };
}

/** Prints one line for each shape. */
export async function benchGemm(gpu: Gpu, rounds: number): Promise<void> {
  const devices = await jax.init("webgpu");
  if (!devices.includes("webgpu")) {
    throw new Error("Cannot compare: jax-js found no WebGPU adapter");
  }
  jax.defaultDevice("webgpu");
  console.log(tableLine("dense GEMM, GFLOP/s", ["ours", "jax-js", "ratio"]));
  for (const [rows, columns, summed] of SHAPES) {
    using owned = new DisposableStack();
    const theirs = owned.use(jaxContender(rows, columns, summed));
    const contenders = [gemmContender(gpu, owned, rows, columns, summed), theirs];
    const [ours, jaxRate] = await measureRates(contenders, rounds) as [number, number];
    console.log(tableLine(`  ${rows} x ${columns} x ${summed}`, [ours, jaxRate, ours / jaxRate]));
  }
}
