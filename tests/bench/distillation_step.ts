/**
 * A step of TTT-KD on a scan of any number of voxels, ready to be counted or run.
 */
import type { Gpu, KernelSetting, RowPrecision } from "../../lib/gpu/mod.ts";
import type { Graph } from "../../lib/graph/graph.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import type { StudentCard } from "../../lib/nn/card.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { Student } from "../../lib/nn/student.ts";
import { adaptationGraph } from "../../lib/ttt/plans/adaptation.ts";
import { LossHistory } from "../../lib/ttt/plans/loss_history.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { Random } from "../../lib/random/random.ts";
import { roomCloud } from "./room_cloud.ts";

/** What a student is made of. */
export type StepCard = Pick<StudentCard, "backbone" | "classes" | "features" | "teacher">;

const SEED = 1;

/** Targets of so many channels and more are stored in half precision (`lib/pairing/pair_views.ts`). */
const HALF_FROM = 128;

/** A step, and where its losses go. */
export interface DistillationStep {
  readonly graph: Graph;
  readonly history: LossHistory;
}

/** A student of initial weights with its momentum, to take steps with. Owns its buffers. */
export class SteppingStudent implements Disposable {
  readonly #gpu: Gpu;
  readonly #card: StepCard;
  readonly #student: Student;
  readonly #parameters: Parameters;

  constructor(gpu: Gpu, card: StepCard) {
    this.#gpu = gpu;
    this.#card = card;
    this.#student = new Student(card);
    this.#parameters = new Parameters(gpu, this.#student.parameters());
    const random = new Random(SEED);
    this.#parameters.load(initialState(this.#parameters.specs, () => random.uniform()));
  }

  /**
   * A step over a room of `voxels` voxels, each of which has a target; `owned` gets its buffers.
   *
   * @param kernels those of the device by default; steps of others can be counted.
   */
  async step(
    voxels: number,
    owned: DisposableStack,
    kernels: KernelSetting = this.#gpu.kernels,
  ): Promise<DistillationStep> {
    const gpu = this.#gpu;
    const width = this.#card.teacher!.width;
    // A point in the middle of each voxel.
    const positions = Float32Array.from(roomCloud(SEED, voxels), (corner) => corner + 0.5);
    const scan = owned.use(
      await SparseScan.build(gpu, this.#student, this.#card.features, {
        positions,
        origin: [0, 0, 0],
        colors: null,
        intensity: null,
        normals: null,
      }, 1),
    );
    const half = width >= HALF_FROM;
    const words = voxels * Math.ceil(width / 4) * (half ? 2 : 4);
    const bound = (
      label: string,
      rows: number,
      channels: number,
      data: ArrayBufferView,
      precision: RowPrecision = "f32",
    ) =>
      new Tensor(label, rows, channels, { binding: owned.use(gpu.upload(label, data)), precision });
    // Any numbers do: these words are finite as two float16 and as one float32.
    const target = {
      values: bound(
        "targets",
        voxels,
        width,
        new Uint32Array(words).fill(0x3c003f80),
        half ? "f16" : "f32",
      ),
      mask: bound("target mask", voxels, 1, new Float32Array(voxels).fill(1)),
      centre: bound("teacher mean", 1, width, new Float32Array(Math.ceil(width / 4) * 4)),
    };
    const history = owned.use(new LossHistory(gpu, 1));
    const velocity = owned.use(gpu.zeros("velocity", this.#parameters.endOf("backbone")));
    const graph = adaptationGraph(
      { gpu: { kernels }, student: this.#student, scan, parameters: this.#parameters },
      {
        target,
        history,
        velocity,
        sgd: { learningRate: 0.01, momentum: 0.9, weightDecay: 0 },
      },
    );
    return { graph, history };
  }

  [Symbol.dispose](): void {
    this.#parameters.destroy();
  }
}
