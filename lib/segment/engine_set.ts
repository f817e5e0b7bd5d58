/**
 * Several students on one device, each with its own teacher. A student is loaded onto the GPU when a scan first needs
 * it, and only those that were used last stay there.
 *
 * @module
 */
import { chooseStudent, fitting, scanProfile, undecided } from "../domain/mod.ts";
import { FifoSemaphore } from "../concurrency/fifo_semaphore.ts";
import type { Gpu, GpuHost, KernelChoice, RowPrecision } from "../gpu/mod.ts";
import { gpuHost } from "../kernel_choice/mod.ts";
import { DEFAULT_STUDENTS } from "../models/students.ts";
import { Engine } from "./engine.ts";
import { findStudent, type LoadedStudent } from "./loaded_students.ts";
import { knownLosses } from "./labels/keep_unvoted.ts";
import { metricRequest } from "./metric_request.ts";
import { readModels, teacherOf } from "../models/model_files.ts";
import type { Segmenter, SegmentRequest, SegmentResult } from "./segmenter.ts";
import { SharedTeachers } from "./shared_teachers.ts";

/** Which students to label with, and where. */
export interface EngineSetOptions {
  /** Names of embedded students, or paths of checkpoints; those of rooms, streets and land from the air by default. */
  students?: readonly string[];
  /** Name of a teacher, or path of its card, for a single student; by default the one it was distilled from. */
  teacher?: string;
  /** The host of the device, where the caller owns it. */
  host?: GpuHost;
  /** The matrix kernels that run, where the caller gives no host; `auto` by default. */
  kernels?: KernelChoice;
  /** How activations are stored, where the caller gives no host; `f32` by default. */
  precision?: RowPrecision;
  /** Most voxels of a block; larger scans are cut. 65,536 by default, fewer where the adapter demands it. */
  blockVoxels?: number;
  /** Whether every scan is refused that is unlike those that its student was trained on. */
  strict?: boolean;
}

/** Most students whose weights stay on the GPU. */
const MOST_LOADED = 2;

/** Labels scans by the students that they name or that fit them; see {@link Segmenter}. */
export class EngineSet implements Segmenter, AsyncDisposable {
  readonly students: readonly LoadedStudent[];
  readonly #options: EngineSetOptions;
  /** What the caller gave for each student, by its name. */
  readonly #given: ReadonlyMap<string, string>;
  readonly #host: GpuHost;
  /** The engines on the device by the names of their students, the one that was used last at the end. */
  readonly #engines = new Map<string, Engine>();
  readonly #teachers = new SharedTeachers();
  /** The device of these engines. */
  #gpu: Gpu | null = null;
  /** Engines are opened one after the other, so that none is opened twice. */
  readonly #opening = new FifoSemaphore();

  private constructor(
    students: readonly LoadedStudent[],
    given: ReadonlyMap<string, string>,
    options: EngineSetOptions,
  ) {
    this.students = students;
    this.#given = given;
    this.#options = options;
    this.#host = options.host ??
      gpuHost({
        ...(options.kernels === undefined ? {} : { kernels: options.kernels }),
        ...(options.precision === undefined ? {} : { precision: options.precision }),
      });
  }

  /**
   * Reads and checks all models, opens the device and loads the first student onto it.
   *
   * @throws {RangeError} where two students have one name, or a teacher is given for several students or for one that
   *   was distilled from another.
   * @throws {CheckpointError} where a student cannot be read.
   * @throws {TeacherError} where a teacher cannot be read.
   * @throws {GpuUnavailableError} where no adapter answers.
   * @throws {KernelError} where no matrix kernels are right on it.
   */
  static async open(options: EngineSetOptions = {}): Promise<EngineSet> {
    const { students: wanted = DEFAULT_STUDENTS, teacher } = options;
    if (wanted.length === 0) throw new RangeError("Cannot label without a student: name one");
    if (teacher !== undefined && wanted.length > 1) {
      throw new RangeError(
        `Cannot give ${wanted.length} students one teacher: each brings its own; name a single student, or leave the teacher out`,
      );
    }
    const students: LoadedStudent[] = [];
    const given = new Map<string, string>();
    for (const student of wanted) {
      const models = await readModels({ student, ...(teacher === undefined ? {} : { teacher }) });
      const { name, student: { card } } = models;
      if (students.some((other) => other.name === name || other.card.id === card.id)) {
        throw new RangeError(
          `Cannot load two students of the name ${name}: give each a card with an id of its own`,
        );
      }
      students.push({ name, card, teacher: models.teacher?.card ?? null });
      given.set(name, student);
    }
    await using owned = new AsyncDisposableStack();
    const set = owned.use(new EngineSet(students, given, options));
    await set.#engineOf(students[0]!);
    owned.move();
    return set;
  }

  async ready(): Promise<boolean> {
    try {
      const latest = [...this.#engines.keys()].at(-1);
      const engine = await this.#engineOf(
        this.students.find(({ name }) => name === latest) ?? this.students[0]!,
      );
      return await engine.ready();
    } catch {
      return false;
    }
  }

  /** Returns the living device, for health checks and tests. */
  async gpu(): Promise<Gpu> {
    return await this.#host.get();
  }

  /** The names of the students whose weights are on the device, the one that was used last at the end. */
  get loaded(): string[] {
    return [...this.#engines.keys()];
  }

  resetOnline(): void {
    for (const engine of this.#engines.values()) engine.resetOnline();
  }

  async segment(given: SegmentRequest): Promise<SegmentResult> {
    const strict = this.#options.strict || given.options.strict || false;
    const metric = metricRequest({ ...given, options: { ...given.options, strict } });
    const { scan, options } = metric.request;
    const named = findStudent(this.students, options.student);
    const candidates = named ? [named] : this.students;
    const cards = candidates.map(({ card }) => card);
    const profile = scanProfile(scan);
    const byShape = chooseStudent(profile, cards);
    const known = knownLosses(given.unvoted, metric.frame);
    const losses: Record<string, number> = {};
    for (const id of strict ? fitting(byShape) : named ? [] : undecided(byShape)) {
      const candidate = candidates.find(({ card }) => card.id === id)!;
      const loss = known[id] ?? await (await this.#engineOf(candidate)).firstLoss(metric);
      if (loss !== null) losses[id] = loss;
    }
    const choice = chooseStudent(profile, cards, losses);
    const student = candidates.find(({ card }) => card.id === choice.student)!;
    const engine = await this.#engineOf(student);
    return await engine.label(metric, choice);
  }

  /** Returns the engine of a student on the living device. */
  async #engineOf({ name, teacher: card }: LoadedStudent): Promise<Engine> {
    using _permit = await this.#opening.acquire();
    const gpu = await this.#host.get();
    // Nothing of a lost device can be used again.
    if (gpu !== this.#gpu) await this.#unload([...this.#engines.keys()]);
    this.#gpu = gpu;
    const { teacher, blockVoxels } = this.#options;
    // Its files are read where it is loaded, and not kept.
    const shared = card && this.#teachers.share({
      card,
      open: async (gpu) => await (await teacherOf(teacher ?? card.id)).open(gpu),
    });
    const engine = this.#engines.get(name) ?? await Engine.open({
      student: this.#given.get(name)!,
      host: this.#host,
      ...(shared ? { teacher: shared } : {}),
      ...(blockVoxels === undefined ? {} : { blockVoxels }),
    });
    this.#engines.delete(name);
    this.#engines.set(name, engine);
    // What an online method has learned would be lost with its engine.
    const idle = [...this.#engines].filter(([other, { remembers }]) =>
      other !== name && !remembers
    );
    const surplus = Math.max(0, this.#engines.size - MOST_LOADED);
    await this.#unload(idle.slice(0, surplus).map(([other]) => other));
    return engine;
  }

  async #unload(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const engine = this.#engines.get(name);
      this.#engines.delete(name);
      await engine?.[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#unload([...this.#engines.keys()]);
    if (this.#options.host === undefined) await this.#host.close();
  }
}
