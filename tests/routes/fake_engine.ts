/**
 * An engine without a GPU. It stands apart from what tests of the routes share, since threads of tests load it too.
 *
 * @module
 */
import { metricsOf } from "../../lib/metrics/confusion.ts";
import { findStudent, type LoadedStudent } from "../../lib/segment/loaded_students.ts";
import { truthOf } from "../../lib/segment/labels/truth.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import type { Segmenter, SegmentRequest, SegmentResult } from "../../lib/segment/segmenter.ts";
import type { OnlineState } from "../../lib/ttt/online_state.ts";

/** Work that a fake engine does before it answers. */
export type Work = (request: SegmentRequest) => Promise<void>;

/** A student whose classes have other names, and which has no teacher. */
export const STREETS: LoadedStudent = {
  name: "streets-joint",
  card: {
    id: "streets-joint-7",
    backbone: "MinkUNet14A",
    classes: ["road", "car", "tree"],
    palette: [[11, 12, 13], [14, 15, 16], [17, 18, 19]],
    voxelSize: 0.25,
    features: ["one"],
    teacher: null,
    asprs: [11, 64, 5],
    licence: "MIT",
    provenance: "made for tests",
  },
  teacher: null,
};

/**
 * Labels point i with i modulo 3, and keeps the requests that it was given. Online, it learns how many points it has
 * seen, and adds that number to i. Where the student is left to the scan, scans of more than six points take the last.
 */
export class FakeEngine implements Segmenter {
  readonly requests: SegmentRequest[] = [];
  isReady = true;
  readonly student = {
    id: "fake-student",
    backbone: "MinkUNet14A",
    classes: ["floor", "wall", "clutter"],
    palette: [[1, 2, 3], [4, 5, 6], [7, 8, 9]] as [number, number, number][],
    voxelSize: 0.1,
    features: ["red" as const, "green" as const, "blue" as const],
    teacher: { id: "fake-teacher", width: 8 },
    asprs: [2, 6, 1],
    licence: "MIT",
    provenance: "made for tests",
  };
  readonly teacher = {
    id: "fake-teacher",
    file: "fake.onnx",
    width: 8,
    inputName: "image",
    outputName: "features",
    outputForm: "map" as const,
    prefixTokens: 0,
    patch: 8,
    mean: [0, 0, 0] as [number, number, number],
    std: [1, 1, 1] as [number, number, number],
    shortSide: 96,
    licence: "MIT",
    provenance: "made for tests",
  };

  /** @param others students beside its own. */
  constructor(
    readonly work: Work = () => Promise.resolve(),
    readonly others: readonly LoadedStudent[] = [],
  ) {}

  get students(): LoadedStudent[] {
    return [{ name: this.student.id, card: this.student, teacher: this.teacher }, ...this.others];
  }

  ready(): Promise<boolean> {
    return Promise.resolve(this.isReady);
  }

  resetOnline(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async segment(request: SegmentRequest): Promise<SegmentResult> {
    this.requests.push(request);
    await this.work(request);
    const { scan, cameras, options } = request;
    const { card, teacher } = findStudent(this.students, options.student) ??
      this.students.at(scan.count > 6 ? -1 : 0)!;
    const seen = request.learned ? request.learned.student.tensors.get("points")!.data[0]! : 0;
    const labels = Uint8Array.from({ length: scan.count }, (_, i) => (i + Number(seen)) % 3);
    const learned = request.learned === undefined ? null : this.#learned(Number(seen) + scan.count);
    const sourceLabels = new Uint8Array(scan.count);
    const truth = truthOf(scan, options, card);
    const metrics = truth.labels &&
      metricsOf(truth.labels, { source: sourceLabels, "ttt-kd": labels }, truth.classes.names);
    const steps = Number(options.settings.steps ?? 0);
    const report: ScanReport = {
      scan: {
        name: scan.name,
        format: scan.format,
        points: scan.count,
        voxels: 1,
        voxelSize: 0.1,
        unit: "metre",
        up: "z",
        ...(scan.labels ? { labels: truth.labels ? "scored" : "not-scored" } : {}),
        blocks: 1,
      },
      views: { count: cameras.length, pointsSeen: 0 },
      student: card.id,
      teacher: teacher?.id ?? null,
      adapter: "none",
      kernels: "none",
      method: teacher === null ? options.otherwise?.method ?? options.method : options.method,
      steps,
      lossName: steps > 0 ? "fake loss" : null,
      losses: Array.from({ length: steps + 1 }, (_, i) => 1 / (i + 3)),
      warnings: [...scan.warnings, ...truth.warnings],
      phases: { predict: 1 },
      ...(learned ? { drift: { reached: 0.02, kept: 0.01, guard: "bound" as const } } : {}),
      changedPoints: 0.5,
      ...(request.instances ? { instances: { clutter: 1 } } : {}),
      ...(metrics ? { metrics } : {}),
    };
    return {
      labels,
      confidence: new Float32Array(scan.count).fill(1 / 3),
      ...(request.probabilities
        ? { probabilities: Float32Array.from({ length: 3 * scan.count }, (_, i) => i / 100) }
        : {}),
      ...(request.instances
        ? { instances: Uint32Array.from(labels, (label) => label === 2 ? 1 : 0) }
        : {}),
      sourceLabels,
      unvoted: {
        ...{ basis: "fake", frame: "fake", firstLosses: {} },
        probabilities: { rows: 2, classes: 1, values: Float32Array.of(1, 1) },
        ...{ pointsSeen: 0, steps, losses: [] },
      },
      ...(request.suggestions ? { suggestions: Uint32Array.of(1, 4) } : {}),
      snapshots: [],
      readouts: [],
      student: card,
      ...(learned ? { learned } : {}),
      report,
    };
  }

  #learned(points: number): OnlineState {
    const tensors = new Map([["points", { shape: [1], data: Float32Array.of(points) }]]);
    return {
      student: { card: this.student, tensors, centre: new Float32Array(8) },
      velocity: tensors,
      remembered: null,
    };
  }
}
