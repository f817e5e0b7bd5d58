/** `serve`: the HTTP server. */
import { defineCommand, wholeNumber } from "../cli/args.ts";
import { MODEL_OPTIONS, modelChoice } from "../cli/engine.ts";
import { DEFAULT_LIMITS } from "../serving/server.ts";
import { DEFAULT_QUEUE_LIMITS } from "../serving/queue/queue.ts";
import { HANG_SECONDS, WorkerLabeller } from "../serving/labeller/worker_labeller.ts";
import { DEFAULT_SESSION_LIMITS } from "../serving/sessions/session.ts";

const MIB = 2 ** 20;

export const command = defineCommand({
  name: "serve",
  summary: "Labels scans over HTTP",
  positionals: [],
  options: {
    host: { type: "string", default: "127.0.0.1", about: "address to listen on" },
    port: { type: "string", value: "N", default: "8080", about: "port; 0 takes a free one" },
    token: { type: "string", value: "T", about: "bearer token that /v1 asks for" },
    "max-body": {
      type: "string",
      value: "MIB",
      default: `${DEFAULT_LIMITS.bodyBytes / MIB}`,
      about: "largest body",
    },
    "max-images": {
      type: "string",
      value: "N",
      default: `${DEFAULT_LIMITS.images}`,
      about: "most photographs of a scan",
    },
    places: {
      type: "string",
      value: "N",
      default: `${DEFAULT_LIMITS.places}`,
      about: "scans at work or waiting; further ones are told to come back",
    },
    stall: {
      type: "string",
      value: "SECONDS",
      default: `${DEFAULT_LIMITS.stallSeconds}`,
      about: "give an upload up when nothing of it came for so long",
    },
    data: {
      type: "string",
      value: "DIR",
      default: ".ttt-kd",
      about: "folder of jobs and sessions; start again with the same one and they go on",
    },
    queue: {
      type: "string",
      value: "URL",
      about: "redis://HOST:6379/0: share jobs with machines that have the same folder DIR mounted",
    },
    keep: {
      type: "string",
      value: "HOURS",
      default: "24",
      about: "how long jobs are kept after their end",
    },
    grace: {
      type: "string",
      value: "SECONDS",
      default: "5",
      about: "when stopped, wait so long for the job at work; then it is put back",
    },
    "max-jobs": {
      type: "string",
      value: "N",
      default: `${DEFAULT_QUEUE_LIMITS.jobs}`,
      about: "most jobs that are waiting or at work",
    },
    "max-jobs-of-client": {
      type: "string",
      value: "N",
      default: `${DEFAULT_QUEUE_LIMITS.jobsOfClient}`,
      about: "of these, most of one client",
    },
    "max-sessions": {
      type: "string",
      value: "N",
      default: `${DEFAULT_SESSION_LIMITS.sessions}`,
      about: "most sessions that are kept",
    },
    "keep-sessions": {
      type: "string",
      value: "HOURS",
      default: `${DEFAULT_SESSION_LIMITS.keepHours}`,
      about: "how long a session is kept that nobody uses",
    },
    attempts: {
      type: "string",
      value: "N",
      default: `${DEFAULT_QUEUE_LIMITS.attempts}`,
      about: "give a job up when the server broke off so often while it was at work on it",
    },
    hang: {
      type: "string",
      value: "SECONDS",
      default: `${HANG_SECONDS}`,
      about: "open the GPU again when a scan at work makes no step for so long",
    },
    "upload-seconds": {
      type: "string",
      value: "SECONDS",
      default: `${DEFAULT_LIMITS.uploadSeconds}`,
      about: "give an upload up that is not over after so long",
    },
    ...MODEL_OPTIONS,
  },
  async run(
    {
      host,
      port,
      token,
      "max-body": body,
      "max-images": images,
      places,
      stall,
      data: folder,
      queue: redis,
      keep,
      grace,
      "max-jobs": jobs,
      "max-jobs-of-client": jobsOfClient,
      "max-sessions": sessions,
      "keep-sessions": keepSessions,
      attempts,
      hang,
      "upload-seconds": uploadSeconds,
      ...models
    },
    _,
    program,
  ) {
    const limits = {
      bodyBytes: wholeNumber("max-body", body, 1, 2 ** 14) * MIB,
      images: wholeNumber("max-images", images, 1, 10_000),
      places: wholeNumber("places", places, 1, 1000),
      stallSeconds: wholeNumber("stall", stall, 1, 3600),
      uploadSeconds: wholeNumber("upload-seconds", uploadSeconds, 1, 7 * 86_400),
    };
    const data = {
      folder,
      keepHours: wholeNumber("keep", keep, 1, 24 * 365),
      graceSeconds: wholeNumber("grace", grace, 0, 3600),
      queue: {
        ...DEFAULT_QUEUE_LIMITS,
        jobs: wholeNumber("max-jobs", jobs, 1, 100_000),
        jobsOfClient: wholeNumber("max-jobs-of-client", jobsOfClient, 1, 100_000),
        attempts: wholeNumber("attempts", attempts, 1, 1000),
      },
      sessions: {
        sessions: wholeNumber("max-sessions", sessions, 1, 100_000),
        keepHours: wholeNumber("keep-sessions", keepSessions, 1, 24 * 365),
      },
      ...(redis === undefined ? {} : { redis }),
    };
    const portNumber = wholeNumber("port", port, 0, 65535);
    await using labeller = await WorkerLabeller.open(modelChoice(models), {
      hangSeconds: wholeNumber("hang", hang, 1, 7 * 86_400),
    });
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
    await using server = await program.openServer(
      {
        labeller,
        limits,
        data,
        log: (line) => console.log(line),
        ...(token === undefined ? {} : { token }),
      },
      host,
      portNumber,
    );
    const { student, teacher, adapterName } = labeller;
    console.log(
      `ttt-kd listens on ${server.url} (student ${student.id}, teacher ${
        teacher?.id ?? "none"
      }, ${adapterName})`,
    );
    if (token === undefined && !/^(127\.|localhost$|::1$)/.test(host)) {
      console.error(
        "Whoever reaches this address can use it: give --token, or listen on 127.0.0.1",
      );
    }
    await stopped;
    console.log("stopping: scans at work are finished first, jobs wait for the next start");
  },
});
