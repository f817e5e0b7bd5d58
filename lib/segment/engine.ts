/**
 * The engine: holds the device, the source weights and the teacher, and labels one scan after the other.
 * Source weights never change; each adaptation works on a copy.
 *
 * @module
 */
import { metricsOf } from "../metrics/confusion.ts";
import { type Gpu, type GpuBuffer, GpuHost } from "../gpu/mod.ts";
import { paddedChannels } from "../graph/tensor.ts";
import type { StudentCard } from "../nn/card.ts";
import { Parameters } from "../nn/parameters.ts";
import { Student } from "../nn/student.ts";
import { virtualViews } from "../pairing/virtual/mod.ts";
import { type FeatureTeacher, Teacher, type TeacherCard } from "../teacher/mod.ts";
import { labelByBlocks } from "./block_labelling.ts";
import { blameScan } from "./blame_scan.ts";
import { type BlockSize, cutBlocks } from "../voxels/blocks.ts";
import { CarriedMemory } from "./carried_memory.ts";
import { type Labelling, labelWhole } from "./labelling.ts";
import { type Memory, METHODS, type Work } from "../ttt/methods/mod.ts";
import { readStudent, readTeacher, type StudentFile } from "../models/models.ts";
import { OptionError } from "./options.ts";
import type { LossHistory } from "../ttt/plans.ts";
import { requireInputs, studentPoints } from "../voxels/points.ts";
import type { Progress } from "../ttt/progress.ts";
import type { Segmenter, SegmentRequest, SegmentResult } from "./types.ts";

/** A teacher on a device; called again where the device was lost. */
export type OpenTeacher = (gpu: Gpu) => Promise<FeatureTeacher>;

/** Which models to run. */
export interface EngineOptions {
  /** Path of a student's checkpoint; the embedded one by default. */
  student?: string;
  /** Path of a teacher's card, or somebody else's teacher; the embedded one by default. */
  teacher?: string | { card: TeacherCard; open: OpenTeacher };
  /** The device's host, where somebody else owns it. */
  host?: GpuHost;
  /** Most voxels that are worked on at once; larger scans are cut into blocks. 65,536 by default. */
  blockVoxels?: number;
}

/** Voxels of a block by default. */
const BLOCK_VOXELS = 65_536;
/** Voxels around a block's core that the network sees besides. */
const BLOCK_MARGIN = 32;

/** Steps between two readouts of the loss for progress. */
const STEPS_PER_PROGRESS = 5;

/** What lives on one device; made anew after a loss. */
interface Loaded {
  readonly gpu: Gpu;
  readonly source: Parameters;
  /** The teacher's mean over source points; null where the student knows no teacher. */
  readonly centre: GpuBuffer | null;
  readonly teacher: FeatureTeacher | null;
  /** What online methods keep from scan to scan, by method. */
  readonly memories: Map<string, Disposable>;
}

/** Labels scans; see {@link Segmenter}. */
export class Engine implements Segmenter, AsyncDisposable {
  readonly student: StudentCard;
  readonly teacher: TeacherCard | null;
  readonly #network: Student;
  readonly #studentFile: StudentFile;
  readonly #openTeacher: OpenTeacher | null;
  readonly #host: GpuHost;
  readonly #ownsHost: boolean;
  readonly #blockVoxels: number;
  #loaded: Loaded | null = null;

  private constructor(
    studentFile: StudentFile,
    teacher: { card: TeacherCard; open: OpenTeacher } | null,
    host: GpuHost,
    ownsHost: boolean,
    blockVoxels: number,
  ) {
    this.student = studentFile.card;
    this.teacher = teacher?.card ?? null;
    this.#network = new Student(studentFile.card);
    this.#studentFile = studentFile;
    this.#openTeacher = teacher?.open ?? null;
    this.#host = host;
    this.#ownsHost = ownsHost;
    this.#blockVoxels = blockVoxels;
  }

  /**
   * Reads the models, opens the device and loads both onto it. A student that learned from labels alone runs
   * without a teacher.
   *
   * @throws {RangeError} where the student was distilled from another teacher.
   */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    const student = await readStudent(options.student);
    const known = student.card.teacher;
    const teacher = known === null ? null : await teacherOf(options.teacher);
    if (known && teacher && (known.id !== teacher.card.id || known.width !== teacher.card.width)) {
      throw new RangeError(
        `Cannot pair student ${student.card.id} with teacher ${teacher.card.id} of width ` +
          `${teacher.card.width}: it was distilled from ${known.id} of width ${known.width}`,
      );
    }
    const host = options.host ?? new GpuHost({});
    const engine = new Engine(
      student,
      teacher,
      host,
      options.host === undefined,
      options.blockVoxels ?? BLOCK_VOXELS,
    );
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
    const mean = this.#studentFile.centre;
    const centre = mean &&
      owned.use(gpu.zeros("teacher mean", paddedChannels(mean.length) * 4));
    if (mean && centre) gpu.write(centre, mean);
    const teacher = await this.#openTeacher?.(gpu) ?? null;
    owned.move();
    // The buffers of a lost device are gone with it; the teacher's session is not.
    await this.#loaded?.teacher?.destroy();
    this.#loaded = { gpu, source, centre, teacher, memories: new Map() };
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
    const memories = this.#loaded?.memories;
    for (const memory of memories?.values() ?? []) memory[Symbol.dispose]();
    memories?.clear();
  }

  async segment(request: SegmentRequest): Promise<SegmentResult> {
    try {
      return await this.#segment(request);
    } catch (error) {
      throw blameScan(error, request.scan.name);
    }
  }

  async #segment(request: SegmentRequest): Promise<SegmentResult> {
    const { options, signal } = request;
    const method = METHODS.get(options.method);
    if (!method) {
      throw new OptionError(`Cannot use method ${options.method}: no such method`, "method");
    }
    const isVirtual = method.usesPhotographs && options.viewSource === "virtual";
    if (method.usesPhotographs) {
      this.#requireTeacher(method.name);
      if (!isVirtual) requirePhotographs(method.name, request.photos.length);
    }
    requireInputs(request.scan, this.student);
    signal?.throwIfAborted();
    const loaded = await this.#load();
    const { gpu } = loaded;
    using owned = new DisposableStack();
    const work = new ScanWork(gpu, request);
    const carried = request.learned === undefined
      ? null
      : owned.use(new CarriedMemory(request.learned));
    const voxelSize = options.voxelSize ?? this.student.voxelSize;
    const virtual = isVirtual
      ? await work.time("render", () =>
        virtualViews(gpu, request.scan, {
          shortSide: this.teacher!.shortSide,
          footprint: voxelSize,
        }))
      : null;
    const { photos, cameras } = virtual ?? request;

    const maps = method.usesPhotographs
      ? await work.time(
        "teacher",
        () => loaded.teacher!.describeAll(photos, signal ? { signal } : {}),
      )
      : [];
    for (const map of maps) owned.use(map);

    signal?.throwIfAborted();
    const { positions, origin } = request.scan;
    const count = positions.length / 3;
    const labelling: Labelling = {
      gpu,
      student: this.#network,
      card: this.student,
      source: loaded.source,
      method,
      settings: options.settings,
      readouts: request.readouts ?? [],
      snapshots: request.snapshots ?? [],
      points: await work.time(
        "voxelize",
        // deno-lint-ignore require-await -- phases are timed as promises
        async () => studentPoints(request.scan, this.student.features, voxelSize, request.cameras),
      ),
      voxelSize,
      photographs: method.usesPhotographs
        ? { cameras, maps, origin, centre: loaded.centre!, placebo: request.placebo ?? null }
        : null,
      memory: carried ?? memoryOf(loaded.memories, method.name),
      work,
    };
    const size = this.#blockSize(gpu);
    // There are no more voxels than points.
    const blocks = count > size.voxels ? cutBlocks(positions, voxelSize, size) : [];
    const labelled = blocks.length > 1
      ? await labelByBlocks(labelling, blocks)
      : await labelWhole(labelling);
    const { labels, sourceLabels } = labelled;
    const changed = labels.reduce((sum, label, p) => sum + Number(label !== sourceLabels[p]), 0);
    const metrics = options.evaluate
      ? metricsOf(
        request.scan,
        { source: sourceLabels, [method.name]: labels },
        this.student.classes,
      )
      : undefined;
    const { confidence, snapshots, readouts, voxels, pointsSeen, steps, drift, note } = labelled;
    const learned = await carried?.state(this.#studentFile);
    return {
      labels,
      confidence,
      sourceLabels,
      snapshots,
      readouts,
      ...(learned ? { learned } : {}),
      report: {
        scan: {
          name: request.scan.name,
          format: request.scan.format,
          points: count,
          voxels,
          voxelSize,
          blocks: labelled.blocks,
        },
        views: {
          count: cameras.length,
          pointsSeen,
          ...(virtual ? { virtual: virtual.appearance } : {}),
        },
        student: this.student.id,
        teacher: this.teacher?.id ?? null,
        adapter: gpu.adapterName,
        method: method.name,
        steps,
        lossName: method.lossName,
        losses: [...labelled.losses],
        phases: work.phases,
        ...(drift ? { drift } : {}),
        ...(note === undefined ? {} : { note }),
        changedPoints: changed / count,
        ...(metrics ? { metrics } : {}),
      },
    };
  }

  #requireTeacher(method: string): void {
    if (this.teacher === null) {
      throw new OptionError(
        `Cannot use method ${method}: student ${this.student.id} learned from labels alone; use method source or bn`,
        "method",
      );
    }
  }

  /** How large a scan may be before it is cut. */
  #blockSize(gpu: Gpu): BlockSize {
    const widest = Math.max(...this.#network.parameters().flatMap(({ shape }) => shape.slice(-2)));
    const bindable = Math.floor(gpu.limits.maxStorageBufferBindingSize / (4 * widest));
    return { voxels: Math.min(this.#blockVoxels, bindable), margin: BLOCK_MARGIN };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resetOnline();
    const loaded = this.#loaded;
    this.#loaded = null;
    if (loaded) {
      loaded.source.destroy();
      loaded.centre?.destroy();
      await loaded.teacher?.destroy();
    }
    if (this.#ownsHost) await this.#host.close();
  }
}

function requirePhotographs(method: string, count: number): void {
  if (count > 0) return;
  throw new OptionError(
    `Cannot use method ${method}: no photographs came with the scan; send some, or set viewSource to virtual`,
    "method",
  );
}

async function teacherOf(
  given: EngineOptions["teacher"],
): Promise<{ card: TeacherCard; open: OpenTeacher }> {
  if (typeof given === "object") return given;
  const { card, onnx, externalData } = await readTeacher(given);
  return { card, open: (gpu) => Teacher.load(gpu, card, onnx, { externalData }) };
}

function memoryOf(memories: Map<string, Disposable>, method: string): Memory {
  return {
    recall<T extends Disposable>(make: () => T): T {
      const kept = memories.get(method) ?? make();
      memories.set(method, kept);
      return kept as T;
    },
  };
}

/** Times phases, announces them, and adds up what a phase takes in several goes. */
class ScanWork implements Work {
  readonly phases: Partial<Record<Progress["phase"], number>> = {};
  readonly #gpu: Gpu;
  readonly #signal: AbortSignal | undefined;
  readonly #announce: ((progress: Progress) => void) | undefined;

  constructor(gpu: Gpu, { signal, onProgress }: SegmentRequest) {
    this.#gpu = gpu;
    this.#signal = signal;
    this.#announce = onProgress;
  }

  async time<T>(phase: Progress["phase"], work: () => Promise<T>): Promise<T> {
    this.#signal?.throwIfAborted();
    this.#announce?.({ phase });
    const start = performance.now();
    const result = await work();
    this.phases[phase] = (this.phases[phase] ?? 0) + performance.now() - start;
    return result;
  }

  async stepped(step: number, steps: number, history: LossHistory): Promise<void> {
    // Waiting keeps an abort within a step; it reads nothing back.
    await this.#gpu.finished();
    this.#signal?.throwIfAborted();
    if (this.#announce && (step % STEPS_PER_PROGRESS === 0 || step === steps)) {
      const loss = (await history.values()).at(-1)!;
      this.#announce({ phase: "adapt", step, steps, loss });
    }
  }

  blockDone(done: number, blocks: number): void {
    this.#signal?.throwIfAborted();
    this.#announce?.({ phase: "predict", step: done, steps: blocks });
  }
}
