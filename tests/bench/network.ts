/**
 * A network as a whole, MinkUNet34C unless another is named: forward, and forward with the gradient of every parameter, by
 * the scan's own statistics. Multiply-adds are those of the pairs in the kernel maps and of linear layers, and of queries and
 * keys that meet in a patch; those that attention computes again in its backward pass are not counted. Bytes are those of live buffers: parameters, gradients,
 * kernel maps and the plan, and AdamW's moments where there is a gradient.
 */
import type { Gpu, RowPrecision } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { planTensors } from "../../lib/graph/planner.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { AdamW } from "../../lib/nn/adamw.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { Layers } from "../../lib/nn/layers.ts";
import type { AttentionPlace } from "../../lib/nn/network_layers.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { Student } from "../../lib/nn/student.ts";
import { LossHistory } from "../../lib/ttt/plans/loss_history.ts";
import type { PlanContext } from "../../lib/ttt/plans/context.ts";
import { predictionGraph } from "../../lib/ttt/plans/prediction.ts";
import { trainingGraph } from "../../lib/ttt/plans/training.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { Random } from "../../lib/random/random.ts";
import { gemmContender } from "./gemm.ts";
import { type Contender, measureRates, tableLine } from "./measure.ts";
import { roomCloud } from "./room_cloud.ts";

/** The network that is timed where no other is named. */
export const BACKBONE = "MinkUNet34C";
const CLASSES = 20;
const FEATURES = ["red", "green", "blue"] as const;
const SEED = 1;

/** Voxels of the scans; the command line may choose others. */
export const NETWORK_VOXELS: readonly number[] = [10_000, 40_000, 150_000];

/** Scans above this many voxels are timed once. */
const TIMED_ONCE = 20_000;

/** Share of the free memory that a row may take; with more the machine would swap. */
const FREE_SHARE = 0.8;

/**
 * Prints two lines for each scan: the forward pass, and forward and backward.
 *
 * @param measured scans of more voxels are counted and not run.
 */
export async function benchNetwork(
  gpu: Gpu,
  rounds: number,
  sizes: readonly number[],
  backbone: string,
  measured: number,
): Promise<void> {
  using owned = new DisposableStack();
  const network = owned.use(new BenchNetwork(gpu, backbone));
  console.log(tableLine(`${backbone}, bytes in MiB`, [
    "GFLOP",
    "ms",
    "GFLOP/s",
    "of gemm",
    "peak",
    "planned",
    "live",
    "stored",
  ]));
  for (const voxels of sizes) {
    const times = voxels > measured ? 0 : voxels > TIMED_ONCE ? 1 : rounds;
    await benchScan(gpu, network, voxels, times);
  }
}

/** The network with random weights. */
export class BenchNetwork implements Disposable {
  readonly student: Student;
  readonly parameters: Parameters;

  constructor(gpu: Gpu, backbone = BACKBONE) {
    this.student = new Student({
      backbone,
      classes: Array.from({ length: CLASSES }, (_, i) => `class ${i}`),
      features: [...FEATURES],
      teacher: null,
    });
    this.parameters = new Parameters(gpu, this.student.parameters());
    const random = new Random(SEED);
    this.parameters.load(initialState(this.parameters.specs, () => random.uniform()));
  }

  [Symbol.dispose](): void {
    this.parameters.destroy();
  }
}

/** The network on a scan of so many voxels; `owned` frees it. */
export async function networkOnScan(
  gpu: Gpu,
  owned: DisposableStack,
  { student, parameters }: BenchNetwork,
  voxels: number,
) {
  // A point in the middle of each voxel.
  const positions = Float32Array.from(roomCloud(SEED, voxels), (corner) => corner + 0.5);
  const scan = owned.use(
    await SparseScan.build(gpu, student, [...FEATURES], {
      positions,
      origin: [0, 0, 0],
      colors: null,
      intensity: null,
      normals: null,
    }, 1),
  );
  const context = { gpu, student, scan, parameters };
  const labels = new Tensor("labels", voxels, 1, {
    binding: owned.use(
      gpu.upload("labels", Uint32Array.from({ length: voxels }, (_, i) => i % CLASSES)),
    ),
  });
  const history = owned.use(new LossHistory(gpu, 1));
  return {
    context,
    flop: countFlop(context),
    /** The launches of forward and backward pass, by the matrix kernels of the device. */
    training: () =>
      trainingGraph(context, {
        labels,
        ignore: 255,
        weight: 1,
        classHistory: history,
        distillationHistory: history,
      }),
  };
}

/** @param rounds none to count alone. */
async function benchScan(
  gpu: Gpu,
  network: BenchNetwork,
  voxels: number,
  rounds: number,
): Promise<void> {
  using owned = new DisposableStack();
  gpu.ledger.resetPeak();
  const { context, flop, training } = await networkOnScan(gpu, owned, network, voxels);
  const { graph, probabilities } = predictionGraph(context, "batch");
  await benchGraph(gpu, rounds, {
    name: `  ${voxels} voxels, forward`,
    graph,
    kept: [probabilities],
    flop: flop.forward,
  });
  using _moments = new AdamW(gpu, network.parameters, 0);
  await benchGraph(gpu, rounds, {
    name: `  ${voxels} voxels, and backward`,
    graph: training(),
    kept: [],
    flop: flop.forward + flop.backward,
  });
}

interface Row {
  readonly name: string;
  readonly graph: Graph;
  readonly kept: readonly Tensor[];
  readonly flop: number;
}

/** Prints a row, or, where it does not fit, the bytes that it would take. */
async function benchGraph(gpu: Gpu, rounds: number, row: Row): Promise<void> {
  const { name, graph, kept, flop } = row;
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const { bytes, liveBytes } = planTensors(graph.launches, new Set(kept), Infinity, Infinity);
  const needed = gpu.ledger.bytes + bytes;
  const gigaflop = (flop / 1e9).toFixed(1);
  if (rounds === 0) {
    const sizes = [needed, bytes, liveBytes, graph.storedBytes()].map(mebibytes);
    console.log(tableLine(name, [gigaflop, "-", "-", "-", ...sizes]));
    return;
  }
  const refusal = whyNot(gpu, graph, bytes);
  if (refusal) {
    console.log(`${name.padEnd(34)}not run: it takes ${mebibytes(needed)} MiB, and ${refusal}`);
    return;
  }
  using owned = new DisposableStack();
  const plan = owned.use(new Plan(gpu, graph, kept, name));
  const peak = gpu.ledger.peak;
  const network: Contender = {
    name,
    flop,
    async run(repetitions) {
      for (let i = 0; i < repetitions; i++) plan.submit();
      await gpu.finished();
    },
  };
  const [gemm, rate] = await measureRates(
    [gemmContender(gpu, owned, 1024, 1024, 1024), network],
    rounds,
  ) as [number, number];
  console.log(tableLine(name, [
    gigaflop,
    (flop / rate / 1e6).toFixed(0),
    rate,
    rate / gemm,
    ...[peak, plan.bytes, liveBytes, graph.storedBytes()].map(mebibytes),
  ]));
}

/** Why a plan of this many bytes cannot run here; null if it can. */
export function whyNot(gpu: Gpu, graph: Graph, bytes: number): string | null {
  const largest = Math.max(
    ...graph.launches.flatMap(({ bindings }) => bindings.map((tensor) => tensor.bytes)),
  );
  const binding = gpu.limits.maxStorageBufferBindingSize;
  if (largest > binding) {
    return `one tensor of ${largest} bytes passes the adapter's largest binding, ${binding}`;
  }
  // WebGPU does not tell the memory of a hardware adapter; a software adapter has the machine's.
  const free = gpu.isSoftware ? Deno.systemMemoryInfo().available * FREE_SHARE : Infinity;
  return bytes > free ? `${(free / 2 ** 20).toFixed(0)} MiB are free` : null;
}

/** Floating point operations of convolutions and linear layers: two for each multiply-add of a pair. */
function countFlop(
  { gpu, student, scan, parameters }: PlanContext,
): { forward: number; backward: number } {
  const flop = { forward: 0, backward: 0 };
  const count = (x: Tensor, y: Tensor, pairs: number): Tensor => {
    const products = 2 * pairs * x.channels * y.channels;
    flop.forward += products;
    // The gradients of the weights and, where it is wanted, of the input.
    flop.backward += products * (x.requiresGradient ? 2 : 1);
    return y;
  };
  /** Layers that count the operations that they emit. */
  class CountingLayers extends Layers {
    override conv(
      graph: Graph,
      x: Tensor,
      name: string,
      kernelSize: number,
      level: number,
      precision?: RowPrecision,
    ) {
      const { forward } = scan.structure.kernelMap({
        kernelSize,
        stride: 1,
        dilation: 1,
        from: level,
      });
      return count(x, super.conv(graph, x, name, kernelSize, level, precision), forward.pairs);
    }
    override down(graph: Graph, x: Tensor, name: string, level: number, precision?: RowPrecision) {
      const { forward } = scan.structure.kernelMap({
        kernelSize: 2,
        stride: 2,
        dilation: 1,
        from: level,
      });
      return count(x, super.down(graph, x, name, level, precision), forward.pairs);
    }
    override up(graph: Graph, x: Tensor, name: string, level: number, precision?: RowPrecision) {
      const { forward } = scan.structure.kernelMap({
        kernelSize: 2,
        stride: 2,
        dilation: 1,
        from: level,
      });
      return count(x, super.up(graph, x, name, level, precision), forward.pairs);
    }
    override linear(graph: Graph, x: Tensor, name: string) {
      return count(x, super.linear(graph, x, name), x.rows);
    }
    override attention(graph: Graph, qkv: Tensor, name: string, place: AttentionPlace) {
      const y = super.attention(graph, qkv, name, place);
      // A query meets the keys of one patch; scores and values are a product each, and each has two gradients.
      const products = 4 * qkv.rows * Math.min(place.patch, qkv.rows) * y.channels;
      flop.forward += products;
      flop.backward += 2 * products;
      return y;
    }
    override head(graph: Graph, x: Tensor, name: string) {
      return count(x, super.head(graph, x, name), x.rows);
    }
  }
  const layers = new CountingLayers(parameters, scan.structure, {
    statistics: "batch",
    momentum: 0,
    epsilon: student.network.epsilon,
    trainable: () => true,
  });
  const graph = new Graph(gpu.kernels);
  student.classHead(graph, layers, student.backbone(graph, layers, scan.features));
  return flop;
}
