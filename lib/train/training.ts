/**
 * Training of a student on labelled scenes: on labels alone, jointly with distillation from the frozen
 * teacher, L = CE + λ KD (arXiv 2403.11691), or jointly with masked reconstruction, which TTT-MAE adapts by;
 * AdamW under a one-cycle rate. Gradients of a batch are summed on the GPU scene by scene, so each scene is
 * normalised by its own statistics, as it will be at test time. Running statistics are measured at the end.
 *
 * A student that came without ρ_2D, imported from somebody else's checkpoint, can be given one: the heads that
 * know the teacher are trained alone, on what the frozen backbone says with its own running statistics.
 *
 * @module
 */
import type { Dataset, DatasetScene } from "../datasets/dataset.ts";
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import { paddedChannels, Tensor } from "../graph/tensor.ts";
import { AdamW } from "../nn/adamw.ts";
import type { StudentCard } from "../nn/card.ts";
import { initialState } from "../nn/initialise.ts";
import { Parameters, type ParameterSpec } from "../nn/parameters.ts";
import { type NamedTensor, writeSafetensors } from "../nn/safetensors.ts";
import { CENTRE, Student } from "../nn/student.ts";
import { pairViews } from "../pairing/mod.ts";
import type { Camera } from "../scan/mod.ts";
import type { FeatureMap, FeatureTeacher } from "../teacher/mod.ts";
import { Random } from "../random/random.ts";
import { augment, type LabelledPoints } from "./augment.ts";
import { headsPlan } from "./heads.ts";
import { CELLS, MASK, Masker } from "../ttt/masking.ts";
import type { StudentFile } from "../models/students.ts";
import { distillationTarget } from "../ttt/plans/distillation_target.ts";
import { LossHistory } from "../ttt/plans/loss_history.ts";
import { PredictionPlan } from "../ttt/plans/prediction.ts";
import { trainingPlan } from "../ttt/plans/training.ts";
import { reconstructionPlan } from "../ttt/plans/reconstruction.ts";
import { requireInputs, studentPoints } from "../voxels/points.ts";
import { oneCycle } from "./schedule.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import { PopulationStatistics } from "../ttt/population_statistics.ts";
import type { TrainingConfig } from "./training_config.ts";

/** The parts of a training run, and what to call them on a display. */
export const TRAINING_PHASES = {
  scenes: "making scenes",
  train: "training",
  statistics: "measuring statistics",
};

/** What training reports while it runs. */
export interface TrainingProgress {
  phase: keyof typeof TRAINING_PHASES;
  done: number;
  total: number;
  /** Means since the last report. */
  crossEntropy?: number;
  distillation?: number;
  reconstruction?: number;
}

/** Everything a training run needs. */
export interface TrainingRun {
  gpu: Gpu;
  config: TrainingConfig;
  dataset: Dataset;
  /** Describes the photographs, where the objective asks for it. */
  teacher: FeatureTeacher | null;
  /** Weights to start from; fresh ones by default. */
  from?: StudentFile;
  /** Trains new heads for the teacher on `from` (ρ_2D and the probe) and leaves all else as it is. */
  headsOnly?: boolean;
  licence: string;
  onProgress?: (progress: TrainingProgress) => void;
  signal?: AbortSignal;
}

const STEPS_PER_REPORT = 20;
/** Held-out source scenes that say how low the distillation loss gets where nothing is shifted. */
const LEVEL_SCENES = 8;
/** Streams of random numbers, so that what one of them draws does not move the other. */
const WEIGHTS_STREAM = 10;
const SCENES_STREAM = 11;
const MASKS_STREAM = 12;

interface Source {
  points: LabelledPoints;
  cameras: readonly Camera[];
  maps: FeatureMap[];
}

/**
 * Trains a student and gives its checkpoint: a safetensors file with its card.
 *
 * @throws {RangeError} on settings that the data set cannot fulfil.
 * @throws {TypeError} where a scene has no labels, or the objective needs a teacher and there is none.
 * @throws {RangeError} where heads alone are to be trained and the settings do not fit the student they are for.
 */
export async function trainStudent(run: TrainingRun): Promise<Uint8Array<ArrayBuffer>> {
  const { gpu, config, dataset } = run;
  const teacher = config.objective === "joint" ? run.teacher : null;
  if (config.objective === "joint" && !teacher) {
    throw new TypeError("Cannot train jointly: there is no teacher");
  }
  const available = dataset.count(config.domain, "train");
  if (config.scenes > available) {
    throw new RangeError(
      `Cannot train on ${config.scenes} scenes: ${dataset.name} has ${available} in split train of ` +
        `domain ${config.domain}`,
    );
  }
  const card = cardOf(run, teacher);
  const student = new Student(card);
  using owned = new DisposableStack();
  const { sources, centre } = await prepareSources(run, teacher, student, owned);

  const parameters = owned.use(new Parameters(gpu, student.parameters()));
  parameters.load(firstWeights(run, parameters.specs));
  const optimizer = owned.use(
    run.headsOnly
      ? new AdamW(gpu, parameters, config.weightDecay, ["distillation", "probe"])
      : new AdamW(gpu, parameters, config.weightDecay),
  );
  const centreBuffer = centre &&
    owned.use(gpu.zeros("teacher mean", paddedChannels(centre.length) * 4));
  if (centre && centreBuffer) gpu.write(centreBuffer, centre);

  const steps = config.epochs * Math.floor(sources.length / config.batch);
  if (steps === 0) {
    throw new RangeError(
      `Cannot train: ${sources.length} scenes are fewer than a batch of ${config.batch}`,
    );
  }
  const random = new Random(config.seed, SCENES_STREAM);
  const masks = new Random(config.seed, MASKS_STREAM);
  const order: number[] = [];
  for (let step = 0; step < steps;) {
    const due = Math.min(STEPS_PER_REPORT, steps - step);
    using classHistory = new LossHistory(gpu, due * config.batch);
    using distillationHistory = new LossHistory(gpu, due * config.batch);
    using reconstructionHistory = new LossHistory(gpu, due * config.batch);
    for (const end = step + due; step < end; step++) {
      run.signal?.throwIfAborted();
      for (let i = 0; i < config.batch; i++) {
        if (order.length === 0) order.push(...random.sample(sources.length, sources.length));
        await addGradients(run, student, parameters, sources[order.pop()!]!, random, {
          centre: centreBuffer,
          classHistory,
          distillationHistory,
          reconstruction: config.objective === "mae"
            ? { masks, history: reconstructionHistory }
            : null,
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
      ...(centre ? { distillation: mean(await distillationHistory.values()) } : {}),
      ...(config.objective === "mae"
        ? { reconstruction: mean(await reconstructionHistory.values()) }
        : {}),
    });
  }
  if (card.teacher && teacher && centreBuffer) {
    const sourceKdLoss = await measureSourceKdLoss(run, teacher, student, parameters, centreBuffer);
    if (sourceKdLoss !== null) card.teacher = { ...card.teacher, sourceKdLoss };
  }
  const tensors = await parameters.stateDict();
  if (!run.headsOnly) {
    for (const [name, tensor] of await measureStatistics(run, student, parameters, sources)) {
      tensors.set(name, tensor);
    }
  }
  if (centre) tensors.set(CENTRE, { shape: [1, centre.length], data: centre });
  return writeSafetensors({
    tensors,
    metadata: { card: JSON.stringify(card), training: JSON.stringify(config) },
  });
}

/** The card of the student that comes out. */
function cardOf(run: TrainingRun, teacher: FeatureTeacher | null): StudentCard {
  const { config, dataset, licence } = run;
  const known = teacher && { id: teacher.card.id, width: teacher.card.width };
  const scenes = `on ${config.scenes} scenes of ${dataset.name}, domain ${config.domain}, ` +
    `split train, seed ${config.seed}`;
  if (run.headsOnly) {
    const { card } = headsFor(run);
    const provenance = `${card.provenance}; heads for the teacher by ttt-kd train --heads-only, ` +
      `${scenes}, from ${card.id}`;
    return { ...card, id: config.id, teacher: known, licence, provenance };
  }
  return {
    id: config.id,
    backbone: config.backbone,
    classes: [...dataset.classes],
    palette: dataset.palette.map(([red, green, blue]) => [red, green, blue]),
    asprs: [...dataset.asprs],
    voxelSize: config.voxelSize,
    features: config.features,
    teacher: known,
    ...(config.objective === "mae" ? { reconstruction: CELLS } : {}),
    licence,
    provenance: `ttt-kd train, ${config.objective}, ${scenes}${
      run.from ? `, from ${run.from.card.id}` : ""
    }`,
  };
}

/** The student that heads alone are trained for, once it is known to fit the settings. */
function headsFor({ config, dataset, from }: TrainingRun): StudentFile {
  if (!from) throw new TypeError("Cannot train heads alone: there is no student to train them for");
  const fail = (what: string): never => {
    throw new RangeError(`Cannot train heads alone for ${from.card.id}: ${what}`);
  };
  if (config.objective !== "joint") {
    fail(`objective ${config.objective} teaches none; leave the objective out`);
  }
  for (const key of ["backbone", "features", "voxelSize"] as const) {
    if (`${config[key]}` !== `${from.card[key]}`) {
      fail(`its ${key} is ${from.card[key]}, not ${config[key]}; leave it out of the settings`);
    }
  }
  if (from.card.classes.join("\n") !== dataset.classes.join("\n")) {
    fail(
      `its classes are ${from.card.classes.join(", ")}, those of ${dataset.name} are ` +
        `${dataset.classes.join(", ")}; name them alike in the data set`,
    );
  }
  return from;
}

/** What training starts from. */
function firstWeights(
  run: TrainingRun,
  specs: readonly ParameterSpec[],
): ReadonlyMap<string, NamedTensor> {
  const { config, from, headsOnly } = run;
  if (from && !headsOnly) return from.tensors;
  const weights = new Random(config.seed, WEIGHTS_STREAM);
  const state = initialState(specs, () => weights.uniform());
  if (!from) return state;
  for (const { name, part } of specs) {
    const tensor = from.tensors.get(name);
    if (tensor && part !== "distillation" && part !== "probe") state.set(name, tensor);
  }
  return state;
}

/** The norm layers' statistics over the training scenes as they are, with the final weights. */
async function measureStatistics(
  { gpu, config, onProgress, signal }: TrainingRun,
  student: Student,
  parameters: Parameters,
  sources: readonly Source[],
): Promise<Map<string, NamedTensor>> {
  const statistics = new PopulationStatistics();
  for (const [index, { points }] of sources.entries()) {
    signal?.throwIfAborted();
    using sparse = await SparseScan.build(gpu, student, config.features, points, config.voxelSize);
    await statistics.add({ gpu, student, scan: sparse, parameters });
    onProgress?.({ phase: "statistics", done: index + 1, total: sources.length });
  }
  return statistics.tensors();
}

/** A scene's points and maps; the caller owns the maps. */
async function describe(
  { config }: TrainingRun,
  teacher: FeatureTeacher | null,
  scene: DatasetScene,
): Promise<Source> {
  const { scan, cameras, photos } = scene;
  const { labels } = scan;
  if (!labels) throw new TypeError(`Cannot train on ${scene.id}: it has no labels`);
  requireInputs(scan, config);
  const points = studentPoints(scan, config.features, config.voxelSize, cameras);
  const maps = teacher ? await teacher.describeAll(photos) : [];
  return { points: { ...points, labels }, cameras, maps };
}

/** Makes all scenes, has the teacher describe them once, and takes the teacher's mean over seen voxels. */
async function prepareSources(
  run: TrainingRun,
  teacher: FeatureTeacher | null,
  student: Student,
  owned: DisposableStack,
): Promise<{ sources: Source[]; centre: Float32Array<ArrayBuffer> | null }> {
  const { gpu, config, dataset } = run;
  const sources: Source[] = [];
  const sum = new Float64Array(student.teacherWidth ?? 0);
  let seen = 0;
  for (let index = 0; index < config.scenes; index++) {
    run.signal?.throwIfAborted();
    const scene = await dataset.scene(config.domain, "train", index);
    const source = await describe(run, teacher, scene);
    for (const map of source.maps) owned.use(map);
    sources.push(source);
    if (teacher) {
      const { points, cameras, maps } = source;
      using sparse = await SparseScan.build(
        gpu,
        student,
        config.features,
        points,
        config.voxelSize,
      );
      const { voxels, positions } = sparse;
      using targets = await pairViews(gpu, {
        voxels,
        positions,
        origin: points.origin,
        cameras,
        maps,
        options: { precision: "float32" },
      });
      const values = await gpu.read(targets.values, Float32Array);
      const width = paddedChannels(targets.channels);
      // Rows without a target are zero.
      for (let row = 0; row < targets.rows; row++) {
        for (let c = 0; c < sum.length; c++) sum[c]! += values[row * width + c]!;
      }
      seen += targets.voxelsSeen;
    }
    run.onProgress?.({ phase: "scenes", done: index + 1, total: config.scenes });
  }
  return {
    sources,
    centre: teacher && Float32Array.from(sum, (value) => value / Math.max(seen, 1)),
  };
}

/** Forward and backward over one augmented scene; the gradients are added to what is there. */
async function addGradients(
  run: TrainingRun,
  student: Student,
  parameters: Parameters,
  source: Source,
  random: Random,
  losses: {
    centre: GpuBuffer | null;
    classHistory: LossHistory;
    distillationHistory: LossHistory;
    reconstruction: { masks: Random; history: LossHistory } | null;
  },
): Promise<void> {
  const { gpu, config } = run;
  const { cameras, maps } = source;
  const points = augment(source.points, random);
  using owned = new DisposableStack();
  const sparse = owned.use(
    await SparseScan.build(gpu, student, config.features, points, config.voxelSize),
  );
  const { centre, classHistory, distillationHistory, reconstruction } = losses;
  const distillation = centre && {
    target: distillationTarget(
      owned.use(
        await pairViews(gpu, {
          voxels: sparse.voxels,
          positions: owned.use(gpu.upload("unmoved positions", points.unmoved)),
          origin: source.points.origin,
          cameras,
          maps,
        }),
      ),
      centre,
    ),
    weight: config.distillation,
  };
  const labels = owned.use(gpu.upload("labels", Uint32Array.from(points.labels)));
  const context = { gpu, student, scan: sparse, parameters };
  const taught = {
    labels: new Tensor("labels", points.labels.length, 1, { binding: labels }),
    ignore: run.dataset.ignoreLabel,
    weight: 1 / config.batch,
    classHistory,
    distillationHistory,
  };
  const plan = owned.use(
    distillation && run.headsOnly
      ? headsPlan(context, { ...taught, distillation })
      : trainingPlan(context, { ...taught, ...(distillation ? { distillation } : {}) }),
  );
  plan.submit();
  if (!reconstruction) return;
  const masker = await Masker.of({ ...context, points, features: config.features });
  const masked = owned.use(await masker.draw(MASK, reconstruction.masks));
  owned.use(reconstructionPlan(context, masked, {
    statistics: "batch",
    trainable: () => true,
    weight: config.reconstruction / config.batch,
    history: reconstruction.history,
  })).submit();
}

/**
 * Mean distillation loss on held-out scenes of the same domain, by the statistics that the head was trained
 * with: the scenes' own, or the running ones under a frozen backbone.
 */
async function measureSourceKdLoss(
  run: TrainingRun,
  teacher: FeatureTeacher,
  student: Student,
  parameters: Parameters,
  centre: GpuBuffer,
): Promise<number | null> {
  const { gpu, config, dataset } = run;
  const losses: number[] = [];
  const count = Math.min(LEVEL_SCENES, dataset.count(config.domain, "validation"));
  for (let index = 0; index < count; index++) {
    using owned = new DisposableStack();
    const scene = await dataset.scene(config.domain, "validation", index);
    const { points, cameras, maps } = await describe(run, teacher, scene);
    for (const map of maps) owned.use(map);
    const sparse = owned.use(
      await SparseScan.build(gpu, student, config.features, points, config.voxelSize),
    );
    const { voxels, positions } = sparse;
    const targets = owned.use(
      await pairViews(gpu, { voxels, positions, origin: points.origin, cameras, maps }),
    );
    const history = owned.use(new LossHistory(gpu, 1));
    const target = distillationTarget(targets, centre);
    const context = { gpu, student, scan: sparse, parameters };
    const statistics = run.headsOnly ? "running" : "batch";
    owned.use(new PredictionPlan(context, statistics, { target, history })).submit();
    losses.push(...await history.values());
  }
  return losses.length > 0 ? mean(losses) : null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
