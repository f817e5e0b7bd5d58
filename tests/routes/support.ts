/**
 * An engine without a GPU, and small uploads, for tests of the routes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_LIMITS, type ServerLimits } from "../../lib/serving/server.ts";
import type { Labeller } from "../../lib/serving/labeller/labeller.ts";
import {
  DEFAULT_QUEUE_LIMITS,
  type JobQueue,
  type QueueLimits,
} from "../../lib/serving/queue/queue.ts";
import { segmentationWork } from "../../lib/serving/queue/segmentation.ts";
import { SqliteQueue } from "../../lib/serving/queue/sqlite_queue.ts";
import { JobWorker } from "../../lib/serving/queue/worker.ts";
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from "../../lib/serving/sessions/session.ts";
import { SessionStore } from "../../lib/serving/sessions/store.ts";
import { FifoSemaphore } from "../../lib/concurrency/fifo_semaphore.ts";
import { createApp } from "../../routes/app.ts";
import { jobProblem } from "../../routes/http/problem.ts";
import { EngineLabeller } from "../../lib/serving/labeller/engine_labeller.ts";
import { camerasToJson, encodePng, writePly } from "../../lib/scan/mod.ts";
import { metricsOf } from "../../lib/metrics/confusion.ts";
import type { Drift, OnlineState } from "../../lib/ttt/online_state.ts";
import type { ScanReport } from "../../lib/segment/report.ts";
import type { Segmenter, SegmentRequest, SegmentResult } from "../../lib/segment/types.ts";

/** What a fake does before it answers. */
export type Work = (request: SegmentRequest) => Promise<void>;

/**
 * Labels point i with i modulo 3; keeps the requests it got. Online, it learns how many points it has seen, and adds
 * that to i.
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

  constructor(readonly work: Work = () => Promise.resolve()) {}

  ready(): Promise<boolean> {
    return Promise.resolve(this.isReady);
  }

  resetOnline(): void {}

  async segment(request: SegmentRequest): Promise<SegmentResult> {
    this.requests.push(request);
    await this.work(request);
    const { scan, cameras, options } = request;
    const seen = request.learned ? request.learned.student.tensors.get("points")!.data[0]! : 0;
    const labels = Uint8Array.from({ length: scan.count }, (_, i) => (i + Number(seen)) % 3);
    const learned = request.learned === undefined ? null : this.#learned(Number(seen) + scan.count);
    const sourceLabels = new Uint8Array(scan.count);
    const metrics = metricsOf(
      scan,
      { source: sourceLabels, "ttt-kd": labels },
      this.student.classes,
    );
    const steps = Number(options.settings.steps ?? 0);
    const report: ScanReport = {
      scan: {
        name: scan.name,
        format: scan.format,
        points: scan.count,
        voxels: 1,
        voxelSize: 0.1,
        blocks: 1,
      },
      views: { count: cameras.length, pointsSeen: 0 },
      student: this.student.id,
      teacher: this.teacher.id,
      adapter: "none",
      method: options.method,
      steps,
      lossName: steps > 0 ? "KD loss" : null,
      losses: Array.from({ length: steps + 1 }, (_, i) => 1 / (i + 3)),
      phases: { predict: 1 },
      ...(learned ? { drift: { reached: 0.02, kept: 0.01, guard: "bound" as const } } : {}),
      changedPoints: 0.5,
      ...(metrics ? { metrics } : {}),
    };
    return {
      labels,
      confidence: new Float32Array(scan.count).fill(1 / 3),
      sourceLabels,
      snapshots: [],
      readouts: [],
      ...(learned ? { learned } : {}),
      report,
    };
  }

  #learned(points: number): OnlineState {
    const tensors = new Map([["points", { shape: [1], data: Float32Array.of(points) }]]);
    return {
      student: { card: this.student, tensors, centre: new Float32Array(8) },
      velocity: tensors,
    };
  }
}

/** Labels by a fake engine, in this thread. */
export function fakeLabeller(engine: FakeEngine = new FakeEngine()): EngineLabeller {
  return new EngineLabeller(engine, "none");
}

/** An application over a fake engine. */
export function fakeApp(
  options: {
    work?: Work;
    limits?: Partial<ServerLimits>;
    token?: string;
    log?: (line: string) => void;
    labeller?: Labeller;
  } = {},
) {
  const engine = new FakeEngine(options.work);
  const app = createApp({
    labeller: options.labeller ?? fakeLabeller(engine),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  return { engine, app };
}

/** An application that keeps jobs and sessions in a folder, and what works on them. */
export interface JobsApp {
  engine: FakeEngine;
  labeller: Labeller;
  app: ReturnType<typeof createApp>;
  queue: JobQueue;
  sessions: SessionStore;
  /** Starts to work on the jobs; stopped at the end, jobs at work are put back. */
  work(): void;
  /** Aborts what ends when a server stops. */
  stopping: AbortController;
}

/** Gives `body` an application with jobs, by default in a folder that is gone afterwards. */
export async function withJobs(
  body: (jobs: JobsApp) => Promise<void>,
  options: {
    work?: Work;
    limits?: Partial<ServerLimits>;
    queue?: Partial<QueueLimits>;
    sessions?: Partial<SessionLimits>;
    engine?: FakeEngine;
    folder?: string;
    log?: (line: string) => void;
  } = {},
): Promise<void> {
  const folder = options.folder ?? await mkdtemp(join(tmpdir(), "tttkd-served-"));
  try {
    await using queue = new SqliteQueue(folder, { ...DEFAULT_QUEUE_LIMITS, ...options.queue });
    const sessions = await SessionStore.open(folder, {
      ...DEFAULT_SESSION_LIMITS,
      ...options.sessions,
    });
    const engine = options.engine ?? new FakeEngine(options.work);
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const semaphore = new FifoSemaphore(1, limits.places);
    const stopping = new AbortController();
    const labeller = fakeLabeller(engine);
    const app = createApp({
      labeller,
      limits,
      semaphore,
      queue,
      sessions,
      stopping: stopping.signal,
      ...(options.log === undefined ? {} : { log: options.log }),
    });
    const workers: JobWorker[] = [];
    const work = () => {
      const work = segmentationWork(queue, labeller, semaphore);
      workers.push(new JobWorker(queue, { work, describe: jobProblem, pollMilliseconds: 20 }));
    };
    try {
      await body({ engine, labeller, app, queue, sessions, work, stopping });
    } finally {
      for (const worker of workers) await worker.stop(0);
    }
  } finally {
    if (options.folder === undefined) await rm(folder, { recursive: true });
  }
}

/** The job in an answer of the routes. */
export interface JobAnswer {
  id: string;
  state: string;
  scan: string;
  method: string;
  attempts: number;
  progress: { phase: string; step?: number; steps?: number; loss?: number } | null;
  problem?: Problem;
  links: Record<"self" | "events" | "result" | "cloud", string>;
}

/** The session in an answer of the routes. */
export interface SessionAnswer {
  id: string;
  scans: number;
  drift: Drift | null;
  student: string;
  teacher: string;
  options: Record<string, unknown>;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  links: Record<"self" | "scans" | "weights" | "reset", string>;
}

/** A PLY of `count` points. */
export function plyScan(count = 6, labels: Int32Array | null = null): Uint8Array<ArrayBuffer> {
  const positions = Float32Array.from({ length: 3 * count }, (_, i) => i / 10);
  return writePly({ positions, labels }) as Uint8Array<ArrayBuffer>;
}

/** A photograph of 4 by 3 pixels. */
export function pngPhoto(): Uint8Array<ArrayBuffer> {
  const pixels = Uint8Array.from({ length: 36 }, (_, i) => i);
  return encodePng({ width: 4, height: 3, pixels }) as Uint8Array<ArrayBuffer>;
}

/** A camera file for photographs of {@link pngPhoto}, with changes to its first image. */
export function camerasText(
  files: readonly string[],
  changes: Record<string, unknown> = {},
): string {
  const json = JSON.parse(camerasToJson(files.map((file) => ({
    file,
    width: 4,
    height: 3,
    fx: 4,
    fy: 4,
    cx: 1.5,
    cy: 1,
    worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
  }))));
  Object.assign(json.images[0], changes);
  return JSON.stringify(json);
}

/** Parts of a form; `images` are sent as files of these names. */
export interface FormParts {
  scan?: Uint8Array<ArrayBuffer>;
  images?: Record<string, Uint8Array<ArrayBuffer>>;
  /** One `cameras.json`, or files by their names. */
  cameras?: string | Record<string, string>;
  options?: unknown;
}

/** A request with a form. */
export function formRequest(parts: FormParts, headers: HeadersInit = {}): RequestInit {
  const body = new FormData();
  if (parts.scan) body.append("scan", new File([parts.scan], "room.ply"));
  for (const [name, bytes] of Object.entries(parts.images ?? {})) {
    body.append("images", new File([bytes], name));
  }
  const cameras = typeof parts.cameras === "string"
    ? { "cameras.json": parts.cameras }
    : parts.cameras ?? {};
  for (const [name, text] of Object.entries(cameras)) {
    body.append("cameras", new File([text], name));
  }
  if (parts.options !== undefined) body.append("options", JSON.stringify(parts.options));
  return { method: "POST", body, headers };
}

/** A scan with two photographs. */
export function fullForm(): FormParts {
  return {
    scan: plyScan(),
    images: { "0.png": pngPhoto(), "1.png": pngPhoto() },
    cameras: camerasText(["0.png", "1.png"]),
  };
}

/** Members of a problem document. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  error: string;
  file?: string;
  field?: string;
  offset?: number;
}

/** Asserts that an answer is a problem document of this status, and gives it back. */
export async function problemOf(response: Response, status: number): Promise<Problem> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem: Problem = JSON.parse(text);
  assert.equal(problem.status, status);
  assert.equal(problem.error, problem.detail);
  assert.ok(problem.title.length > 0);
  assert.ok(!problem.detail.includes("\n"));
  return problem;
}
