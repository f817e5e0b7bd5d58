/**
 * The engine: holds the device, the source weights and the teacher, and labels one scan after the other.
 * Source weights never change; each adaptation works on a copy.
 *
 * @module
 */
import {
  choiceWithLoss,
  chooseStudent,
  domainWarning,
  scanProfile,
  type StudentChoice,
} from "../domain/mod.ts";
import type { Gpu, GpuHost } from "../gpu/mod.ts";
import { gpuHost } from "../kernel_choice/mod.ts";
import type { StudentCard } from "../nn/card.ts";
import { Student } from "../nn/student.ts";
import { cameraWarnings } from "../pairing/mod.ts";
import { codeWarnings, ScanError, type Warning } from "../scan/mod.ts";
import type { TeacherCard } from "../teacher/mod.ts";
import type { Method, OnlineMemory } from "../ttt/methods/mod.ts";
import { firstKdLoss } from "../ttt/first_loss.ts";
import { tttKd } from "../ttt/methods/ttt_kd.ts";
import type { DescribedViews } from "../ttt/photographs.ts";
import { inputWarnings, requireInputs, studentPoints } from "../voxels/points.ts";
import { blameScan } from "./blame_scan.ts";
import { labelFitting } from "./blocks/fitting_labelling.ts";
import { blocksOf } from "./blocks/scan_blocks.ts";
import { CarriedMemory } from "./carried_memory.ts";
import { chooseMethod, type ChosenMethod } from "./chosen_method.ts";
import { formerNameWarnings } from "./former_names.ts";
import type { LabelledPointCloud, LabellingTask } from "./labelling.ts";
import type { LoadedStudent } from "./loaded_students.ts";
import { LoadedModels, type ModelsToLoad } from "./loaded_models.ts";
import { type ModelFiles, type ModelFilesOptions, readModels } from "../models/model_files.ts";
import { choiceAfter, makeReport } from "./report/make_report.ts";
import { ScanMonitor } from "./scan_monitor.ts";
import type { Segmenter, SegmentRequest, SegmentResult } from "./segmenter.ts";
import { type MetricRequest, metricRequest, samplingWarnings } from "./metric_request.ts";
import { findInstances } from "./instances/find_instances.ts";
import { thingsOf, withoutThings } from "./instances/things.ts";
import { correctedPoints } from "./labels/corrections.ts";
import { truthOf } from "./labels/truth.ts";
import { basisOf, knownLosses, unvotedOf } from "./labels/keep_unvoted.ts";
import { type ChosenViews, describeViews, renderViews } from "./views/chosen_views.ts";
import { blameCameras, coverageWarnings } from "./views/view_warnings.ts";
import { Votes } from "./labels/votes.ts";

/** Which models to run, and where. */
export interface EngineOptions extends ModelFilesOptions {
  /** The host of the device, where the caller owns it. */
  host?: GpuHost;
  /** Most voxels of a block; larger scans are cut. 65,536 by default, fewer where the adapter demands it. */
  blockVoxels?: number;
}

/** Most voxels of a block by default. */
const BLOCK_VOXELS = 65_536;

/** Labels scans by one student; see {@link Segmenter}. */
export class Engine implements Segmenter, AsyncDisposable {
  readonly students: readonly [LoadedStudent];
  /** The card of its student. */
  readonly student: StudentCard;
  /** The card of its teacher; null where the student knows none. */
  readonly teacher: TeacherCard | null;
  readonly #models: ModelsToLoad;
  readonly #host: GpuHost;
  readonly #ownsHost: boolean;
  #loaded: LoadedModels | null = null;

  private constructor(
    { name, student: studentFile, teacher }: ModelFiles,
    { host, blockVoxels = BLOCK_VOXELS }: EngineOptions,
  ) {
    this.student = studentFile.card;
    this.teacher = teacher?.card ?? null;
    this.students = [{ name, card: this.student, teacher: this.teacher }];
    this.#models = {
      network: new Student(studentFile.card),
      file: studentFile,
      openTeacher: teacher?.open ?? null,
      blockVoxels,
    };
    this.#host = host ?? gpuHost();
    this.#ownsHost = host === undefined;
  }

  /**
   * Reads the models, opens the device and loads both onto it.
   *
   * @throws whatever {@link readModels} throws.
   * @throws {GpuUnavailableError} where no adapter answers.
   * @throws {KernelError} where no matrix kernels are right on it.
   */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    const engine = new Engine(await readModels(options), options);
    await engine.#load();
    return engine;
  }

  /** Returns the models on the living device. */
  async #load(): Promise<LoadedModels> {
    const gpu = await this.#host.get();
    if (this.#loaded?.gpu === gpu) return this.#loaded;
    const loaded = await LoadedModels.load(gpu, this.#models);
    // The buffers of a lost device are gone with it; the teacher's session is not.
    await this.#loaded?.teacher?.destroy();
    return this.#loaded = loaded;
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

  /** Returns the living device, for health checks and tests. */
  async gpu(): Promise<Gpu> {
    return (await this.#load()).gpu;
  }

  /** Whether an online method keeps something from scan to scan. */
  get remembers(): boolean {
    return this.#loaded?.remembers ?? false;
  }

  resetOnline(): void {
    this.#loaded?.forget();
  }

  async segment(request: SegmentRequest): Promise<SegmentResult> {
    const metric = metricRequest(request);
    const byShape = chooseStudent(scanProfile(metric.request.scan), [this.student]);
    const asks = request.options.strict && byShape.fits;
    const known = knownLosses(request.unvoted, metric.frame)[this.student.id];
    const loss = asks ? known ?? await this.firstLoss(metric) : null;
    return await this.label(
      metric,
      loss === null ? byShape : choiceWithLoss(byShape, this.student, loss),
    );
  }

  /**
   * Labels a scan that is in metres with z up already.
   *
   * @param choice why it is labelled by this student; the report repeats it.
   * @throws as {@link Segmenter.segment}.
   */
  async label(metric: MetricRequest, choice: StudentChoice): Promise<SegmentResult> {
    try {
      return await this.#label(metric, choice);
    } catch (error) {
      throw blameScan(blameCameras(error, metric.given), metric.given.scan.name);
    }
  }

  /**
   * Measures the KD loss that the source weights have on the photographs of a scan in metres with z up.
   *
   * @returns null where it has none, or the student's card does not tell the loss on source scenes.
   * @throws as {@link Segmenter.segment}.
   */
  async firstLoss({ request, given }: MetricRequest): Promise<number | null> {
    const { photos, options, scan } = request;
    const isComparable = this.student.teacher?.sourceKdDeviation !== undefined;
    if (!isComparable || photos.length === 0 || options.viewSource === "virtual") return null;
    try {
      requireInputs(scan, this.student);
      const loaded = await this.#load();
      using owned = new DisposableStack();
      const monitor = new ScanMonitor(loaded.gpu, request);
      const views = await describeViews(request, request, loaded, monitor, owned);
      // The loss on source scenes was measured with the student's own voxels.
      const { voxelSize, features } = this.student;
      const points = studentPoints(scan, features, voxelSize, request.cameras);
      const { gpu, source: parameters, blockSizer } = loaded;
      const blocks = blocksOf({ points, voxelSize, method: tttKd, views }, blockSizer);
      return await monitor.time("pair", () =>
        firstKdLoss({
          ...{ gpu, student: this.#models.network, parameters, features },
          ...{ points, voxelSize, views, blocks },
        }));
    } catch (error) {
      throw blameScan(blameCameras(error, given), given.scan.name);
    }
  }

  async #label(metric: MetricRequest, unseen: StudentChoice): Promise<SegmentResult> {
    const { request } = metric;
    requireFit(request, unseen);
    const chosen = chooseMethod(request, this.students[0]);
    const { method } = chosen;
    const truth = truthOf(metric.given.scan, request.options, this.student);
    requireInputs(request.scan, this.student);
    request.signal?.throwIfAborted();
    const loaded = await this.#load();
    using owned = new DisposableStack();
    const monitor = new ScanMonitor(loaded.gpu, request);
    monitor.warnings.push(...this.#warningsBefore(metric, unseen, chosen), ...truth.warnings);
    const carried = request.learned === undefined
      ? null
      : owned.use(new CarriedMemory(request.learned));
    const views = await this.#viewsOf(request, method, loaded, monitor);
    const basis = basisOf(metric, this.#readingOf(request, chosen, loaded));
    const unvoted = basis !== null && request.unvoted?.basis === basis ? request.unvoted : null;
    const described = method.usesPhotographs && !unvoted
      ? await describeViews(request, views, loaded, monitor, owned)
      : null;
    const memory = carried ?? loaded.memoryOf(method.name);
    const paired = (pointsSeen: number) => {
      if (!views.appearance) {
        monitor.warnings.push(...coverageWarnings(request.scan, pointsSeen));
      }
    };
    const votes = new Votes(
      request.learned?.remembered ?? request.remembered?.get(this.student.id) ?? null,
    );
    const task = await this.#taskOf(request, {
      ...{ chosen, described, paired, unvoted, memory, votes, loaded, monitor },
    });
    const labelled = await labelFitting(task, loaded.blockSizer);
    const choice = choiceAfter(unseen, request, task, labelled);
    if (choice.fits === false && unseen.fits !== false) {
      monitor.warnings.push(domainWarning(choice)!);
    }
    const learned = await carried?.state(this.#models.file, votes.all);
    const { labels, confidence, probabilities, suggestions, sourceLabels, snapshots, readouts } =
      labelled;
    const kept = basis === null ? null : unvotedOf(basis, metric.frame, choice, labelled);
    const instances = request.instances ? this.#instancesOf(task, labelled) : null;
    return {
      ...(probabilities && request.probabilities ? { probabilities } : {}),
      ...(instances ? { instances } : {}),
      ...(request.suggestions === undefined ? {} : { suggestions }),
      ...(kept ? { unvoted: kept } : {}),
      ...{ labels, confidence, sourceLabels, snapshots, readouts },
      student: this.student,
      ...(learned ? { learned } : {}),
      ...(votes.own ? { corrected: votes.own } : {}),
      report: makeReport({
        ...{ metric, choice, truth, views, task },
        teacher: this.teacher,
        labelled: { ...labelled, instances, note: noteOf(labelled, unvoted, votes) },
      }),
    };
  }

  /** What is doubtful before the work begins. */
  #warningsBefore(
    metric: MetricRequest,
    choice: StudentChoice,
    { method, warnings: ofMethod }: ChosenMethod,
  ): Warning[] {
    const { request, given, warnings: ofFrame } = metric;
    const { scan, warnings, options, cameras } = request;
    const usesCameras = method.usesPhotographs && options.viewSource !== "virtual" &&
      cameras.length > 0;
    const doubt = domainWarning(choice);
    return [
      ...scan.warnings,
      ...warnings ?? [],
      ...formerNameWarnings(options.former ?? []),
      ...codeWarnings(given.scan, this.student),
      ...inputWarnings(scan, this.student),
      ...ofFrame,
      ...samplingWarnings(metric, this.#voxelSizeOf(request)),
      ...(usesCameras ? cameraWarnings(given) : []),
      ...ofMethod,
      ...(doubt ? [doubt] : []),
    ];
  }

  #voxelSizeOf({ options }: SegmentRequest): number {
    return options.voxelSize ?? this.student.voxelSize;
  }

  /** The photographs, or virtual views where the client wants them. */
  async #viewsOf(
    request: SegmentRequest,
    { usesPhotographs }: Method,
    { gpu }: LoadedModels,
    monitor: ScanMonitor,
  ): Promise<ChosenViews> {
    if (!usesPhotographs || request.options.viewSource !== "virtual") return request;
    return await renderViews(gpu, request, this.teacher!, this.#voxelSizeOf(request), monitor);
  }

  /** How a scan is read. */
  #readingOf(
    request: SegmentRequest,
    { method, settings }: ChosenMethod,
    { gpu }: LoadedModels,
  ) {
    const { readouts = [], snapshots = [] } = request;
    const voxelSize = this.#voxelSizeOf(request);
    return { gpu, method, settings, card: this.student, voxelSize, readouts, snapshots };
  }

  async #taskOf(
    request: SegmentRequest,
    { chosen, described, paired, unvoted, memory, votes, loaded, monitor }: {
      chosen: ChosenMethod;
      described: DescribedViews | null;
      paired: LabellingTask["paired"];
      unvoted: LabellingTask["unvoted"];
      memory: OnlineMemory;
      votes: Votes;
      loaded: LoadedModels;
      monitor: ScanMonitor;
    },
  ): Promise<LabellingTask> {
    const reading = this.#readingOf(request, chosen, loaded);
    return {
      ...reading,
      ...{ source: loaded.source, memory, votes, views: described, paired, unvoted, work: monitor },
      student: this.#models.network,
      // Objects are found by them.
      probabilities: Boolean(request.probabilities || request.instances),
      suggestions: request.suggestions ?? 0,
      corrections: request.options.corrections
        ? correctedPoints(request.options.corrections, request.scan, this.student)
        : null,
      points: await monitor.time(
        "voxelize",
        // deno-lint-ignore require-await -- phases are timed as promises
        async () =>
          studentPoints(
            request.scan,
            this.student.features,
            reading.voxelSize,
            request.cameras,
          ),
      ),
    };
  }

  /** Finds the objects of a scan that was labelled. */
  #instancesOf(
    { points: { positions }, voxelSize, work }: LabellingTask,
    { labels, probabilities }: LabelledPointCloud,
  ): Uint32Array {
    const things = thingsOf(this.student, voxelSize);
    if (things.size === 0) work.warnings.push(withoutThings(this.student));
    return findInstances({ positions, labels, probabilities: probabilities! }, things);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    await loaded?.[Symbol.asyncDispose]();
    if (this.#ownsHost) await this.#host.close();
  }
}

/** What the report says of the method's decisions, of steps that were not taken again, and of corrections of other scans. */
function noteOf(
  { note }: Pick<LabelledPointCloud, "note">,
  unvoted: LabellingTask["unvoted"],
  { carried }: Votes,
): string | undefined {
  const notes = [
    ...(note === undefined ? [] : [note]),
    ...(unvoted
      ? [
        "The corrections voted on what the scan was labelled by before; no steps were taken again.",
      ]
      : []),
    ...(carried > 0 ? [`Corrections of other scans voted: ${carried}.`] : []),
  ];
  return notes.length > 0 ? notes.join(" ") : undefined;
}

/** @throws {ScanError} where a scan has to fit its student and does not, or nobody can tell. */
function requireFit({ scan, options }: SegmentRequest, { fits, reason }: StudentChoice): void {
  if (!options.strict || fits === true) return;
  throw new ScanError({
    file: scan.name,
    action: "label",
    problem: `strict is set, and ${
      reason.charAt(0).toLowerCase() + reason.slice(1).replace(/\.$/, "")
    }`,
    mend: "load a student that was trained on such scans, or do without strict",
  });
}
