/**
 * Joint training of a student on source scenes: cross-entropy on labels and distillation from the frozen
 * teacher, L = CE + λ KD (arXiv 2403.11691), AdamW under a one-cycle rate. Gradients of a batch are summed
 * on the GPU scene by scene, so each scene is normalised by its own statistics, as it will be at test time.
 *
 * @module
 */
import { z } from "zod";
import { type Gpu, type GpuBuffer, Program } from "../gpu/mod.ts";
import { type AdamOptions, adamParams, adamStep } from "../graph/ops/optimizer.ts";
import { paddedChannels, Tensor } from "../graph/tensor.ts";
import type { StudentCard } from "../nn/card.ts";
import { initialState } from "../nn/initialise.ts";
import { MINKUNETS } from "../nn/minkunet.ts";
import { Parameters } from "../nn/parameters.ts";
import { writeSafetensors } from "../nn/safetensors.ts";
import { CENTRE, Student } from "../nn/student.ts";
import { pairViews } from "../pairing/mod.ts";
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import { type FeatureMap, Teacher } from "../teacher/mod.ts";
import { Random } from "../worlds/random.ts";
import { augment } from "./augment.ts";
import type { TeacherFile } from "./models.ts";
import { distillationTarget, LossHistory, trainingPlan } from "./plans.ts";
import { oneCycle } from "./schedule.ts";
import { SparseScan } from "./sparse_scan.ts";

const TrainingConfigSchema = z.strictObject({
  /** Id of the student that comes out. */
  id: z.string().min(1),
  backbone: z.enum(Object.keys(MINKUNETS) as [string, ...string[]]),
  /** Number of source scenes. */
  scenes: z.int().min(1).default(240),
  epochs: z.int().min(1).default(10),
  /** Scenes whose gradients make one step. */
  batch: z.int().min(1).default(2),
  /** The largest rate of the cycle. */
  learningRate: z.number().positive().default(4e-3),
  weightDecay: z.number().min(0).default(0.01),
  /** λ, the weight of the distillation loss; 0 trains on labels alone. */
  distillation: z.number().min(0).default(1),
  /** Momentum of the running statistics. */
  momentum: z.number().positive().max(1).default(0.1),
  /** Edge of a voxel in metres. */
  voxelSize: z.number().positive().default(0.1),
  seed: z.int().min(0).default(0),
});

/** Settings of a training run; see the schema for defaults. */
export type TrainingConfig = z.infer<typeof TrainingConfigSchema>;

/**
 * Reads settings from JSON.
 *
 * @throws {RangeError} naming the field that cannot be.
 */
export function parseTrainingConfig(json: string, file: string): TrainingConfig {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new RangeError(`Cannot read ${file}: not JSON (${(error as Error).message})`);
  }
  const parsed = TrainingConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new RangeError(`Cannot read ${file}: field "${issue.path.join(".")}": ${issue.message}`);
}

/** A source scene. */
export interface TrainingScene {
  scan: Scan;
  photos: readonly Photo[];
  cameras: readonly Camera[];
}

/** What training reports while it runs. */
export interface TrainingProgress {
  phase: "scenes" | "train";
  done: number;
  total: number;
  /** Means since the last report. */
  crossEntropy?: number;
  distillation?: number;
}

/** Everything a training run needs. */
export interface TrainingRun {
  gpu: Gpu;
  config: TrainingConfig;
  teacher: TeacherFile;
  /** Scene `index`; its labels are classes, or 255. */
  scene: (index: number) => Promise<TrainingScene>;
  /** What the student's card says of classes and licence. */
  card: Pick<StudentCard, "classes" | "palette" | "asprs" | "licence" | "provenance">;
  onProgress?: (progress: TrainingProgress) => void;
  signal?: AbortSignal;
}

const IGNORE = 255;
const FEATURES: StudentCard["features"] = ["red", "green", "blue", "one"];
const STEPS_PER_REPORT = 20;

interface Source {
  scan: Scan;
  cameras: readonly Camera[];
  maps: FeatureMap[];
}

/** Trains a student and gives its checkpoint: a safetensors file with its card. */
export async function trainStudent(run: TrainingRun): Promise<Uint8Array<ArrayBuffer>> {
  const { gpu, config } = run;
  const card: StudentCard = {
    ...run.card,
    id: config.id,
    backbone: config.backbone,
    voxelSize: config.voxelSize,
    features: FEATURES,
    teacher: { id: run.teacher.card.id, width: run.teacher.card.width },
  };
  const student = new Student(card);
  const random = new Random(config.seed);
  using owned = new DisposableStack();
  const { sources, centre } = await prepareSources(run, student, owned);

  const parameters = owned.use(new Parameters(gpu, student.parameters()));
  parameters.load(initialState(parameters.specs, () => random.uniform()));
  const optimizer = owned.use(new AdamW(gpu, parameters, config.weightDecay));
  const centreBuffer = owned.use(gpu.zeros("teacher mean", paddedChannels(centre.length) * 4));
  gpu.write(centreBuffer, centre);

  const steps = config.epochs * Math.floor(sources.length / config.batch);
  if (steps === 0) {
    throw new RangeError(
      `Cannot train: ${sources.length} scenes are fewer than a batch of ${config.batch}`,
    );
  }
  const order: number[] = [];
  for (let step = 0; step < steps;) {
    const due = Math.min(STEPS_PER_REPORT, steps - step);
    using classHistory = new LossHistory(gpu, due * config.batch);
    using distillationHistory = new LossHistory(gpu, due * config.batch);
    for (const end = step + due; step < end; step++) {
      run.signal?.throwIfAborted();
      for (let i = 0; i < config.batch; i++) {
        if (order.length === 0) order.push(...random.sample(sources.length, sources.length));
        await addGradients(run, student, parameters, sources[order.pop()!]!, random, {
          centre: centreBuffer,
          classHistory,
          distillationHistory,
        });
      }
      optimizer.step(oneCycle(step, steps, config.learningRate));
      // Lets the GPU catch up, so that no more than one step's buffers wait for it.
      await gpu.finished();
    }
    run.onProgress?.({
      phase: "train",
      done: step,
      total: steps,
      crossEntropy: mean(await classHistory.values()),
      distillation: mean(await distillationHistory.values()),
    });
  }
  const tensors = await parameters.stateDict();
  tensors.set(CENTRE, { shape: [1, centre.length], data: centre });
  return writeSafetensors({
    tensors,
    metadata: { card: JSON.stringify(card), training: JSON.stringify(config) },
  });
}

/** Makes all scenes, has the teacher describe them once, and takes the teacher's mean over seen voxels. */
async function prepareSources(
  run: TrainingRun,
  student: Student,
  owned: DisposableStack,
): Promise<{ sources: Source[]; centre: Float32Array<ArrayBuffer> }> {
  const { gpu, config } = run;
  const sources: Source[] = [];
  const sum = new Float64Array(student.teacherWidth);
  let seen = 0;
  await using teacher = await Teacher.load(gpu, run.teacher.card, run.teacher.onnx);
  for (let index = 0; index < config.scenes; index++) {
    run.signal?.throwIfAborted();
    const { scan, photos, cameras } = await run.scene(index);
    const maps = await teacher.describeAll(photos);
    for (const map of maps) owned.use(map);
    sources.push({ scan, cameras, maps });
    using sparse = await SparseScan.build(gpu, student, FEATURES, scan, config.voxelSize);
    using targets = await pairViews(gpu, {
      voxels: sparse.voxels,
      positions: sparse.positions,
      origin: scan.origin,
      cameras,
      maps,
    });
    const values = await gpu.read(targets.values, Float32Array);
    const width = paddedChannels(targets.channels);
    // Rows without a target are zero.
    for (let row = 0; row < targets.rows; row++) {
      for (let c = 0; c < sum.length; c++) sum[c]! += values[row * width + c]!;
    }
    seen += targets.voxelsSeen;
    run.onProgress?.({ phase: "scenes", done: index + 1, total: config.scenes });
  }
  return { sources, centre: Float32Array.from(sum, (value) => value / Math.max(seen, 1)) };
}

/** Forward and backward over one augmented scene; the gradients are added to what is there. */
async function addGradients(
  run: TrainingRun,
  student: Student,
  parameters: Parameters,
  source: Source,
  random: Random,
  losses: { centre: GpuBuffer; classHistory: LossHistory; distillationHistory: LossHistory },
): Promise<void> {
  const { gpu, config } = run;
  const { scan, cameras, maps } = source;
  if (!scan.labels) throw new TypeError(`Cannot train on ${scan.name}: it has no labels`);
  const points = augment({ ...scan, labels: scan.labels }, random);
  using owned = new DisposableStack();
  const sparse = owned.use(
    await SparseScan.build(gpu, student, FEATURES, points, config.voxelSize),
  );
  const targets = owned.use(
    await pairViews(gpu, {
      voxels: sparse.voxels,
      positions: owned.use(gpu.upload("unmoved positions", points.unmoved)),
      origin: scan.origin,
      cameras,
      maps,
    }),
  );
  const labels = owned.use(gpu.upload("labels", Uint32Array.from(points.labels)));
  const plan = owned.use(trainingPlan({ gpu, student, scan: sparse, parameters }, {
    labels: new Tensor("labels", points.labels.length, 1, { binding: labels }),
    ignore: IGNORE,
    target: distillationTarget(targets, losses.centre),
    distillation: config.distillation,
    weight: 1 / config.batch,
    momentum: config.momentum,
    classHistory: losses.classHistory,
    distillationHistory: losses.distillationHistory,
  }));
  plan.submit();
}

/** AdamW over all learned parameters: one launch a step. */
class AdamW implements Disposable {
  readonly #program: Program;
  readonly #owned = new DisposableStack();
  readonly #options: Omit<AdamOptions, "learningRate">;
  readonly #count: number;
  #step = 0;

  constructor(gpu: Gpu, { values, gradients: gradient }: Parameters, weightDecay: number) {
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    this.#count = values.size / 16;
    const first = this.#owned.use(gpu.zeros("first moments", values.size));
    const second = this.#owned.use(gpu.zeros("second moments", values.size));
    this.#program = this.#owned.use(
      new Program(gpu, [
        adamStep({ values, gradient, first, second }, this.#count, 1, {
          ...this.#options,
          learningRate: 0,
        }),
      ], "AdamW"),
    );
  }

  step(learningRate: number): void {
    this.#step++;
    this.#program.setParams(
      0,
      adamParams(this.#count, this.#step, { ...this.#options, learningRate }),
    );
    this.#program.submit();
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
