/**
 * The engine: holds the device, the source weights and the teacher, and labels one scan after the other.
 * Source weights never change; each adaptation works on a copy.
 *
 * @module
 */
import { metricsOf } from "../eval/confusion.ts";
import { type Gpu, type GpuBuffer, GpuHost } from "../gpu/mod.ts";
import { paddedChannels } from "../graph/tensor.ts";
import type { StudentCard } from "../nn/card.ts";
import { Parameters } from "../nn/parameters.ts";
import { Student } from "../nn/student.ts";
import { pairViews, type Targets } from "../pairing/mod.ts";
import { CameraError, ScanError } from "../scan/mod.ts";
import { Teacher, type TeacherCard } from "../teacher/mod.ts";
import { readStudent, readTeacher, type StudentFile, type TeacherFile } from "./models.ts";
import { adapts, OptionError } from "./options.ts";
import {
  adaptationPlan,
  distillationTarget,
  LossHistory,
  type PlanContext,
  PredictionPlan,
  type VoxelPrediction,
} from "./plans.ts";
import { SparseScan } from "./sparse_scan.ts";
import type { Progress, Segmenter, SegmentRequest, SegmentResult } from "./types.ts";

/** Which models to run. */
export interface EngineOptions {
  /** Path of a student's checkpoint; the embedded one by default. */
  student?: string;
  /** Path of a teacher's card; the embedded one by default. */
  teacher?: string;
  /** The device's host, where somebody else owns it. */
  host?: GpuHost;
}

/** Steps between two readings of the loss for progress. */
const STEPS_PER_PROGRESS = 5;

/** Weights that move, with the optimizer's memory. */
interface Learner extends Disposable {
  readonly parameters: Parameters;
  readonly velocity: GpuBuffer;
}

/** What lives on one device; made anew after a loss. */
interface Loaded {
  readonly gpu: Gpu;
  readonly source: Parameters;
  readonly centre: GpuBuffer;
  readonly teacher: Teacher;
  /** Weights of TTT-KD-O, kept from scan to scan. */
  online: Learner | null;
}

/** Labels scans; see {@link Segmenter}. */
export class Engine implements Segmenter, AsyncDisposable {
  readonly student: StudentCard;
  readonly teacher: TeacherCard;
  readonly #network: Student;
  readonly #studentFile: StudentFile;
  readonly #teacherFile: TeacherFile;
  readonly #host: GpuHost;
  readonly #ownsHost: boolean;
  #loaded: Loaded | null = null;

  private constructor(
    studentFile: StudentFile,
    teacherFile: TeacherFile,
    host: GpuHost,
    ownsHost: boolean,
  ) {
    this.student = studentFile.card;
    this.teacher = teacherFile.card;
    this.#network = new Student(studentFile.card);
    this.#studentFile = studentFile;
    this.#teacherFile = teacherFile;
    this.#host = host;
    this.#ownsHost = ownsHost;
  }

  /**
   * Reads the models, opens the device and loads both onto it.
   *
   * @throws {RangeError} where the student was distilled from a teacher of another width.
   */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    const student = await readStudent(options.student);
    const teacher = await readTeacher(options.teacher);
    const known = student.card.teacher;
    if (known.id !== teacher.card.id || known.width !== teacher.card.width) {
      throw new RangeError(
        `Cannot pair student ${student.card.id} with teacher ${teacher.card.id} of width ` +
          `${teacher.card.width}: it was distilled from ${known.id} of width ${known.width}`,
      );
    }
    const host = options.host ?? new GpuHost({});
    const engine = new Engine(student, teacher, host, options.host === undefined);
    await engine.#load();
    return engine;
  }

  /** Models on the living device. */
  async #load(): Promise<Loaded> {
    const gpu = await this.#host.get();
    if (this.#loaded?.gpu === gpu) return this.#loaded;
    using owned = new DisposableStack();
    const source = owned.use(new Parameters(gpu, this.#network.parameters()));
    source.load(this.#studentFile.tensors);
    const centre = owned.use(
      gpu.zeros("teacher mean", paddedChannels(this.#network.teacherWidth) * 4),
    );
    gpu.write(centre, this.#studentFile.centre);
    const { card, onnx } = this.#teacherFile;
    const teacher = await Teacher.load(gpu, card, onnx);
    owned.move();
    // The buffers of a lost device are gone with it; the teacher's session is not.
    await this.#loaded?.teacher.destroy();
    this.#loaded = { gpu, source, centre, teacher, online: null };
    return this.#loaded;
  }

  async ready(): Promise<boolean> {
    try {
      const { gpu } = await this.#load();
      await gpu.settled();
      return true;
    } catch {
      return false;
    }
  }

  /** The device's name and memory in use, for health and tests. */
  async gpu(): Promise<Gpu> {
    return (await this.#load()).gpu;
  }

  /** Forgets what online adaptation has learned. */
  resetOnline(): void {
    const loaded = this.#loaded;
    loaded?.online?.[Symbol.dispose]();
    if (loaded) loaded.online = null;
  }

  async segment(request: SegmentRequest): Promise<SegmentResult> {
    try {
      return await this.#segment(request);
    } catch (error) {
      // What passes a limit of the adapter or of the voxel grid is the client's scan, not our mistake.
      if (!(error instanceof RangeError) || error instanceof OptionError) throw error;
      throw new ScanError({
        file: request.scan.name,
        action: "label",
        problem: error.message,
        mend: "cut the scan, take stray points out, or set another voxelSize",
        cause: error,
      });
    }
  }

  async #segment(request: SegmentRequest): Promise<SegmentResult> {
    const { options, signal, cameras, photos } = request;
    if (adapts(options.method) && photos.length === 0) {
      throw new OptionError(
        `Cannot adapt by ${options.method}: no photographs came with the scan`,
        "method",
      );
    }
    signal?.throwIfAborted();
    const loaded = await this.#load();
    const { gpu } = loaded;
    using owned = new DisposableStack();
    const clock = new PhaseClock(request.onProgress);

    const isAdapted = adapts(options.method);
    const maps = isAdapted
      ? await clock.time(
        "teacher",
        () => loaded.teacher.describeAll(photos, signal ? { signal } : {}),
      )
      : [];
    for (const map of maps) owned.use(map);

    signal?.throwIfAborted();
    const voxelSize = options.voxelSize ?? this.student.voxelSize;
    const scan = owned.use(
      await clock.time(
        "voxelize",
        () => SparseScan.build(gpu, this.#network, this.student.features, request.scan, voxelSize),
      ),
    );

    signal?.throwIfAborted();
    const { positions, voxels } = scan;
    const { origin } = request.scan;
    const targets = isAdapted
      ? owned.use(
        await clock.time(
          "pair",
          () => pairViews(gpu, { voxels, positions, origin, cameras, maps }),
        ),
      )
      : null;
    if (targets?.voxelsSeen === 0) {
      throw new CameraError({
        file: "cameras",
        action: "adapt by",
        field: "worldToCamera",
        problem: "no camera sees any point of the scan",
        mend:
          "the poses are to be world to camera (x right, y down, z forward), in the scan's own " +
          "coordinates",
      });
    }

    const context = { gpu, student: this.#network, scan, parameters: loaded.source };
    const source = await clock.time("predict", () => predictVoxels(context, "running"));
    let final = source;
    let kdLoss: number[] = [];
    if (options.method === "bn") {
      final = await clock.time("predict", () => predictVoxels(context, "batch"));
    } else if (targets) {
      const adapted = await this.#adapt(loaded, context, targets, request, clock);
      final = adapted.prediction;
      kdLoss = adapted.kdLoss;
    }

    const pointRow = await gpu.read(voxels.pointRow, Uint32Array, voxels.points);
    const toPoints = <T extends Uint8Array | Float32Array>(
      rows: ArrayLike<number>,
      points: T,
    ): T => {
      pointRow.forEach((row, p) => points[p] = rows[row]!);
      return points;
    };
    const labels = toPoints(final.labels, new Uint8Array(voxels.points));
    const sourceLabels = toPoints(source.labels, new Uint8Array(voxels.points));
    const changed = labels.reduce((sum, label, p) => sum + Number(label !== sourceLabels[p]), 0);
    const metrics = options.evaluate
      ? metricsOf(
        request.scan,
        { source: sourceLabels, [options.method]: labels },
        this.student.classes,
      )
      : undefined;
    return {
      labels,
      confidence: toPoints(final.confidence, new Float32Array(voxels.points)),
      sourceLabels,
      report: {
        scan: {
          name: request.scan.name,
          format: request.scan.format,
          points: voxels.points,
          voxels: voxels.count,
          voxelSize,
        },
        views: { count: cameras.length, pointsSeen: targets?.pointsSeen ?? 0 },
        student: this.student.id,
        teacher: this.teacher.id,
        adapter: gpu.adapterName,
        method: options.method,
        steps: Math.max(0, kdLoss.length - 1),
        kdLoss,
        phases: clock.phases,
        changedPoints: changed / voxels.points,
        ...(metrics ? { metrics } : {}),
      },
    };
  }

  /** Takes the gradient steps and predicts; the loss is read back only at progress points and at the end. */
  async #adapt(
    loaded: Loaded,
    context: PlanContext,
    targets: Targets,
    request: SegmentRequest,
    clock: PhaseClock,
  ): Promise<{ prediction: VoxelPrediction; kdLoss: number[] }> {
    const { gpu } = loaded;
    const { options, signal } = request;
    using owned = new DisposableStack();
    const learner = options.method === "ttt-kd-online"
      ? loaded.online ??= this.#learner(loaded)
      : owned.use(this.#learner(loaded));
    const history = owned.use(new LossHistory(gpu, options.steps + 1));
    const target = distillationTarget(targets, loaded.centre);
    const moving = { ...context, parameters: learner.parameters };
    const [step, predict] = await clock.time("compile", async () => {
      const plans = [
        owned.use(adaptationPlan(moving, target, history, learner.velocity, {
          learningRate: options.learningRate,
          momentum: options.momentum,
          weightDecay: 0,
        })),
        owned.use(new PredictionPlan(moving, "batch", { target, history })),
      ] as const;
      await gpu.finished();
      return plans;
    });
    await clock.time("adapt", async () => {
      for (let taken = 1; taken <= options.steps; taken++) {
        step.submit();
        // Waiting keeps an abort within a step; it reads nothing back.
        await gpu.finished();
        signal?.throwIfAborted();
        const isDue = taken % STEPS_PER_PROGRESS === 0 || taken === options.steps;
        if (request.onProgress && isDue) {
          const loss = (await history.values()).at(-1)!;
          request.onProgress({ phase: "adapt", step: taken, steps: options.steps, loss });
        }
      }
    });
    return await clock.time("predict", async () => {
      predict.submit();
      return { prediction: await predict.read(), kdLoss: await history.values() };
    });
  }

  /** A copy of the source weights with a velocity of zero. */
  #learner({ gpu, source }: Loaded): Learner {
    using owned = new DisposableStack();
    const parameters = owned.use(new Parameters(gpu, this.#network.parameters()));
    parameters.copyFrom(source);
    const velocity = owned.use(gpu.zeros("velocity", parameters.endOf("backbone")));
    const kept = owned.move();
    return { parameters, velocity, [Symbol.dispose]: () => kept.dispose() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    if (loaded) {
      loaded.online?.[Symbol.dispose]();
      loaded.source.destroy();
      loaded.centre.destroy();
      await loaded.teacher.destroy();
    }
    if (this.#ownsHost) await this.#host.close();
  }
}

async function predictVoxels(
  context: PlanContext,
  statistics: "batch" | "running",
): Promise<VoxelPrediction> {
  using plan = new PredictionPlan(context, statistics);
  plan.submit();
  return await plan.read();
}

/** Times phases, announces them, and adds up what a phase takes in several goes. */
class PhaseClock {
  readonly phases: Partial<Record<Progress["phase"], number>> = {};
  readonly #announce: ((progress: Progress) => void) | undefined;

  constructor(announce: ((progress: Progress) => void) | undefined) {
    this.#announce = announce;
  }

  async time<T>(phase: Progress["phase"], work: () => Promise<T>): Promise<T> {
    this.#announce?.({ phase });
    const start = performance.now();
    const result = await work();
    this.phases[phase] = (this.phases[phase] ?? 0) + performance.now() - start;
    return result;
  }
}
