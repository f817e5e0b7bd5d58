/**
 * Training of a student on labelled scenes: on labels alone; jointly with distillation from the frozen teacher,
 * L = CE + λ KD (arXiv 2403.11691); or jointly with masked reconstruction, by which TTT-MAE adapts. AdamW follows a
 * one-cycle learning rate. The gradients of a batch are summed on the GPU scene by scene, so each scene is normalised by
 * its own statistics, as it is at test time. Running statistics are measured at the end.
 *
 * A student that is trained further may keep its running statistics instead (`statistics`), and its prediction of a scan
 * then depends on no statistics of that scan: those of a field say little of a town.
 *
 * A student without ρ_2D, such as an imported checkpoint, can be given one: the heads for the teacher are then trained
 * alone, over a frozen backbone that uses its own running statistics.
 *
 * @module
 */
import { paddedChannels } from "../graph/tensor.ts";
import { AdamW } from "../nn/adamw.ts";
import { initialState } from "../nn/initialise.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";
import { Parameters } from "../nn/parameters.ts";
import { type NamedTensor, writeSafetensors } from "../nn/safetensors.ts";
import { CENTRE, Student } from "../nn/student.ts";
import { Random } from "../random/random.ts";
import { addGradients, LossHistories } from "./gradients.ts";
import { measureDomain, measureSourceKdLoss, measureStatistics } from "./measurements.ts";
import { oneCycle } from "./schedule.ts";
import { prepareScenes, type SourceScene } from "./source_scenes.ts";
import { withInputs } from "./new_inputs.ts";
import { trainedCard } from "./trained_card.ts";
import type { TrainingConfig } from "./training_config.ts";
import type { Trainee, TrainingRun, UnfinishedFile } from "./training_run.ts";
import {
  readUnfinished,
  runIdentity,
  type UnfinishedRun,
  writeUnfinished,
} from "./unfinished_run.ts";

const STEPS_PER_REPORT = 20;
/** Steps after which an unfinished run is written. */
const STEPS_PER_SAVE = 100;
/** Streams of random numbers; one for each use, so that draws for one use do not change another. */
const WEIGHTS_STREAM = 10;
const SCENES_STREAM = 11;
const MASKS_STREAM = 12;

/**
 * Trains a student and gives its checkpoint: a safetensors file with its card.
 *
 * @throws {RangeError} where the settings do not fit the data set or, for heads alone, the student.
 * @throws {TypeError} where a scene has no labels, the objective needs a teacher and there is none, or the file of
 *   unfinished runs holds another one.
 * @throws {CapacityError} where a scene is too large for the adapter.
 */
export async function trainStudent(run: TrainingRun): Promise<Uint8Array<ArrayBuffer>> {
  const { gpu, config } = run;
  const teacher = config.objective === "joint" ? run.teacher : null;
  if (config.objective === "joint" && !teacher) {
    throw new TypeError(
      "Cannot train jointly: there is no teacher; give one, or take another objective",
    );
  }
  requireScenes(run);
  if (config.statistics && !run.from) {
    throw new TypeError(
      "Cannot train with running statistics: there is no student that has some; give one to start from",
    );
  }
  const card = trainedCard(run, teacher && teacher.card);
  const student = new Student(card);
  using owned = new DisposableStack();
  const parameters = owned.use(new Parameters(gpu, student.parameters()));
  parameters.load(firstWeights(run, parameters.specs));
  const kept = run.unfinished ? await keptRun(run.unfinished, run, parameters) : null;
  const { scenes, centre } = await prepareScenes(run, teacher, student, owned);
  const centreBuffer = centre &&
    owned.use(gpu.zeros("teacher mean", paddedChannels(centre.length) * 4));
  if (centre && centreBuffer) gpu.write(centreBuffer, centre);
  const trainee: Trainee = { run, student, parameters, centre: centreBuffer };
  await takeSteps(trainee, scenes, kept);

  if (card.teacher && teacher) {
    card.teacher = { ...card.teacher, ...await measureSourceKdLoss(trainee, teacher) };
  }
  // New heads leave what is known of the scans that labels were learned from.
  card.domain ??= measureDomain(scenes, run.dataset.fromAbove);
  const tensors = await parameters.stateDict();
  if (!run.headsOnly && !config.statistics) {
    for (const [name, tensor] of await measureStatistics(trainee, scenes)) {
      tensors.set(name, tensor);
    }
  }
  if (centre) tensors.set(CENTRE, { shape: [1, centre.length], data: centre });
  return writeSafetensors({
    tensors,
    metadata: { card: JSON.stringify(card), training: JSON.stringify(config) },
  });
}

/** @throws {RangeError} where the data set has too few scenes, or the scenes do not fill a batch. */
function requireScenes({ config, dataset }: TrainingRun): void {
  const available = dataset.count(config.domain, "train");
  if (config.scenes > available) {
    throw new RangeError(
      `Cannot train on ${config.scenes} scenes: ${dataset.name} has ${available} in split train of ` +
        `domain ${config.domain}; set scenes to that, or take another domain`,
    );
  }
  if (stepsOf(config) === 0) {
    throw new RangeError(
      `Cannot train: ${config.scenes} scenes are fewer than a batch of ${config.batch}; set a ` +
        "smaller batch, or more scenes",
    );
  }
}

function stepsOf({ epochs, scenes, batch }: TrainingConfig): number {
  return epochs * Math.floor(scenes / batch);
}

/** Takes all gradient steps of a run, or those that an unfinished one has left. */
async function takeSteps(
  trainee: Trainee,
  scenes: readonly SourceScene[],
  kept: KeptRun | null,
): Promise<void> {
  const { run, parameters } = trainee;
  const { gpu, config } = run;
  using optimizer = run.headsOnly
    ? new AdamW(gpu, parameters, config.weightDecay, ["distillation", "probe"])
    : new AdamW(gpu, parameters, config.weightDecay);
  const found = kept?.found ?? null;
  const streams = {
    scenes: found ? Random.at(found.streams.scenes) : new Random(config.seed, SCENES_STREAM),
    masks: found ? Random.at(found.streams.masks) : new Random(config.seed, MASKS_STREAM),
  };
  const steps = stepsOf(config);
  const order = [...found?.order ?? []];
  if (found) {
    parameters.load(found.tensors);
    optimizer.restore(found.optimizer);
    run.onProgress?.({ phase: "train", done: found.optimizer.step, total: steps });
  }
  for (let step = found?.optimizer.step ?? 0; step < steps;) {
    const due = Math.min(STEPS_PER_REPORT, steps - step);
    using histories = new LossHistories(gpu, due * config.batch);
    for (const end = step + due; step < end; step++) {
      run.signal?.throwIfAborted();
      for (let i = 0; i < config.batch; i++) {
        if (order.length === 0) order.push(...streams.scenes.sample(scenes.length, scenes.length));
        await addGradients(trainee, scenes[order.pop()!]!, streams, histories);
      }
      optimizer.step(oneCycle(step, steps, config.learningRate));
      // Waits for the GPU, so that at most one step's buffers are in use.
      await gpu.finished();
      if (kept && (step + 1) % kept.interval === 0) {
        await writeUnfinished(kept.path, kept.identity, {
          tensors: await parameters.stateDict(),
          optimizer: await optimizer.state(),
          order,
          streams: { scenes: streams.scenes.state(), masks: streams.masks.state() },
        });
      }
    }
    const losses = await histories.means();
    run.onProgress?.({ phase: "train", done: step, total: steps, ...losses });
  }
}

/** A run that is kept in a file, and what was found there. */
interface KeptRun {
  readonly path: string;
  /** Steps from one writing to the next. */
  readonly interval: number;
  /** What the steps depend on. */
  readonly identity: string;
  readonly found: UnfinishedRun | null;
}

async function keptRun(
  { path, steps = STEPS_PER_SAVE }: UnfinishedFile,
  { config, dataset, teacher, headsOnly = false }: TrainingRun,
  parameters: Parameters,
): Promise<KeptRun> {
  const version = dataset.version(config.domain);
  const settings = { config, version, teacher: teacher?.card ?? null, headsOnly };
  const identity = runIdentity(settings, await parameters.stateDict());
  return { path, interval: steps, identity, found: await readUnfinished(path, identity) };
}

/** The weights that training starts from: random ones, those of `from`, or those with new heads for the teacher. */
function firstWeights(
  { config, from, headsOnly }: TrainingRun,
  specs: readonly ParameterSpec[],
): ReadonlyMap<string, NamedTensor> {
  if (from && !headsOnly) return withInputs(from, config.features, specs);
  const weights = new Random(config.seed, WEIGHTS_STREAM);
  const state = initialState(specs, () => weights.uniform());
  if (!from) return state;
  for (const { name, part } of specs) {
    const tensor = from.tensors.get(name);
    if (tensor && part !== "distillation" && part !== "probe") state.set(name, tensor);
  }
  return state;
}
