/**
 * Applications over a fake engine, and small uploads, for tests of the routes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_ACCESS, type ServerAccess } from "../../lib/serving/access.ts";
import { DEFAULT_LIMITS, type ServerLimits } from "../../lib/serving/server.ts";
import type { MemoryBudget } from "../../lib/serving/files/memory.ts";
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
import type { LoadedStudent } from "../../lib/segment/loaded_students.ts";
import { SessionStore } from "../../lib/serving/sessions/store.ts";
import { FifoSemaphore } from "../../lib/concurrency/fifo_semaphore.ts";
import { createApp } from "../../routes/app.ts";
import { jobProblem } from "../../routes/http/problem.ts";
import { EngineLabeller } from "../../lib/serving/labeller/engine_labeller.ts";
import { camerasToJson, encodePng, writePly } from "../../lib/scan/mod.ts";
import type { Drift } from "../../lib/ttt/online_state.ts";
import { FakeEngine, type Work } from "./fake_engine.ts";

/** Limits of a server that stops without waiting for scans at work. */
export const AT_ONCE: ServerLimits = { ...DEFAULT_LIMITS, graceSeconds: 0 };

/** Returns a labeller with a fake engine in this thread. */
export function fakeLabeller(
  engine: FakeEngine = new FakeEngine(),
  memory?: MemoryBudget,
): EngineLabeller {
  return new EngineLabeller(engine, "none", memory);
}

/** Builds an application over a fake engine, without jobs and sessions. */
export function fakeApp(
  options: {
    work?: Work;
    limits?: Partial<ServerLimits>;
    access?: Partial<ServerAccess>;
    hostname?: string;
    log?: (line: string) => void;
    labeller?: Labeller;
    others?: readonly LoadedStudent[];
  } = {},
) {
  const engine = new FakeEngine(options.work, options.others);
  const app = createApp({
    labeller: options.labeller ?? fakeLabeller(engine),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    access: { ...DEFAULT_ACCESS, ...options.access },
  });
  return { engine, app };
}

/** An application with jobs and sessions in a folder, and its parts. */
export interface JobsApp {
  engine: FakeEngine;
  labeller: Labeller;
  app: ReturnType<typeof createApp>;
  queue: JobQueue;
  sessions: SessionStore;
  /** Starts a worker; when it is stopped at the end, the job at work goes back into the queue. */
  work(): void;
  /** Aborts the signal that a stopping server aborts. */
  stopping: AbortController;
}

/** Gives `body` an application with jobs and sessions, by default in a folder that is deleted afterwards. */
export async function withJobs(
  body: (jobs: JobsApp) => Promise<void>,
  options: {
    work?: Work;
    limits?: Partial<ServerLimits>;
    queue?: Partial<QueueLimits>;
    sessions?: Partial<SessionLimits>;
    engine?: FakeEngine;
    others?: readonly LoadedStudent[];
    folder?: string;
    memory?: MemoryBudget;
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
    const engine = options.engine ?? new FakeEngine(options.work, options.others);
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const semaphore = new FifoSemaphore(1, limits.places);
    const stopping = new AbortController();
    const labeller = fakeLabeller(engine, options.memory);
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

/** A job as the routes answer it. */
export interface JobAnswer {
  id: string;
  state: string;
  scan: string;
  method: string;
  attempts: number;
  progress: { phase: string; step?: number; steps?: number; loss?: number } | null;
  problem?: Problem;
  warnings?: { code: string; text: string }[];
  links: Record<"self" | "events" | "result" | "cloud" | "classes" | "style", string>;
}

/** A session as the routes answer it. */
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

/** Makes a PLY of `count` points. */
export function plyScan(count = 6, labels: Int32Array | null = null): Uint8Array<ArrayBuffer> {
  const positions = Float32Array.from({ length: 3 * count }, (_, i) => i / 10);
  return writePly({ positions, labels }) as Uint8Array<ArrayBuffer>;
}

/** Makes a photograph of 4 by 3 pixels. */
export function pngPhoto(): Uint8Array<ArrayBuffer> {
  const pixels = Uint8Array.from({ length: 36 }, (_, i) => i);
  return encodePng({ width: 4, height: 3, pixels }) as Uint8Array<ArrayBuffer>;
}

/** Writes cameras.json for photographs of {@link pngPhoto}, with changes to its first image. */
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

/** Makes a request with a form. */
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

/** Makes the parts of a form: a scan with two photographs and cameras. */
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

/** Asserts that an answer is a problem document with this status. @returns the document. */
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
