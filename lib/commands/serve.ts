/** `serve`: runs the HTTP server. */
import { type AddressInfo, createServer } from "node:net";
import { ACCESS_OPTIONS, accessOf, TOKEN_VARIABLE } from "../cli/access.ts";
import { type CommandOptions, defineCommand, type OptionValues, wholeNumber } from "../cli/args.ts";
import { runConfined, SERVE_VARIABLES } from "../cli/confine.ts";
import { MODEL_OPTIONS, modelChoice, STRICT_OPTION } from "../cli/engine.ts";
import { requireStudent } from "../models/students.ts";
import { readTeacher } from "../models/teachers.ts";
import { DEFAULT_LIMITS, type ServerData, type ServerLimits } from "../serving/server.ts";
import { memoryBudget, usualMemory } from "../serving/files/memory.ts";
import { DEFAULT_QUEUE_LIMITS } from "../serving/queue/queue.ts";
import { HANG_SECONDS, WorkerLabeller } from "../serving/labeller/worker_labeller.ts";
import { DEFAULT_SESSION_LIMITS } from "../serving/sessions/session.ts";

const MIB = 2 ** 20;
/** Mebibytes with which small scans can still be labelled. */
const LEAST_MEMORY = 64;

const OPTIONS = {
  host: { type: "string", value: "ADDRESS", default: "127.0.0.1", about: "address to listen on" },
  port: {
    type: "string",
    value: "N",
    default: "8080",
    about: "port to listen on; 0 takes a free one",
  },
  ...ACCESS_OPTIONS,
  "max-body": {
    type: "string",
    value: "MIB",
    default: `${DEFAULT_LIMITS.bodyBytes / MIB}`,
    about: "largest request body, in MiB",
  },
  "max-images": {
    type: "string",
    value: "N",
    default: `${DEFAULT_LIMITS.images}`,
    about: "largest number of photographs of a scan",
  },
  places: {
    type: "string",
    value: "N",
    default: `${DEFAULT_LIMITS.places}`,
    about: "scans that may be labelled or wait at a time; further requests get 503",
  },
  "max-uploads": {
    type: "string",
    value: "N",
    default: `${DEFAULT_LIMITS.uploads}`,
    about: "uploads that may be under way at a time; further ones get 503",
  },
  "max-uploads-of-client": {
    type: "string",
    value: "N",
    default: `${DEFAULT_LIMITS.uploadsOfClient}`,
    about: "of these, uploads of one client",
  },
  "least-rate": {
    type: "string",
    value: "BYTES",
    default: `${DEFAULT_LIMITS.leastRate}`,
    about: "abort an upload that brings fewer bytes a second, over the time of --stall",
  },
  stall: {
    type: "string",
    value: "SECONDS",
    default: `${DEFAULT_LIMITS.stallSeconds}`,
    about: "abort an upload after this time without a byte",
  },
  "upload-seconds": {
    type: "string",
    value: "SECONDS",
    default: `${DEFAULT_LIMITS.uploadSeconds}`,
    about: "abort an upload that takes longer",
  },
  reserve: {
    type: "string",
    value: "MIB",
    default: `${DEFAULT_LIMITS.reserveBytes / MIB}`,
    about: "refuse uploads that would leave less of the disk free, in MiB",
  },
  data: {
    type: "string",
    value: "DIR",
    default: ".ttt-kd",
    about: "folder of jobs and sessions; a server that is started again with it continues them",
  },
  queue: {
    type: "string",
    value: "URL",
    about:
      "Redis (redis://HOST:6379/0) that shares jobs with other machines; all mount the folder --data",
    otherwise: "a queue of this server alone",
  },
  keep: {
    type: "string",
    value: "HOURS",
    default: "24",
    about: "how long finished jobs are kept",
  },
  grace: {
    type: "string",
    value: "SECONDS",
    default: `${DEFAULT_LIMITS.graceSeconds}`,
    about:
      "how long a server that is stopped waits for scans at work; then jobs go back into the queue, and other clients get 503",
  },
  "max-jobs": {
    type: "string",
    value: "N",
    default: `${DEFAULT_QUEUE_LIMITS.jobs}`,
    about: "largest number of unfinished jobs",
  },
  "max-jobs-of-client": {
    type: "string",
    value: "N",
    default: `${DEFAULT_QUEUE_LIMITS.jobsOfClient}`,
    about: "largest number of unfinished jobs of one client",
  },
  attempts: {
    type: "string",
    value: "N",
    default: `${DEFAULT_QUEUE_LIMITS.attempts}`,
    about: "give up a job during which the server died this many times",
  },
  "max-sessions": {
    type: "string",
    value: "N",
    default: `${DEFAULT_SESSION_LIMITS.sessions}`,
    about: "largest number of sessions",
  },
  "max-sessions-of-client": {
    type: "string",
    value: "N",
    default: `${DEFAULT_SESSION_LIMITS.sessionsOfClient}`,
    about: "largest number of sessions of one client",
  },
  "keep-sessions": {
    type: "string",
    value: "HOURS",
    default: `${DEFAULT_SESSION_LIMITS.keepHours}`,
    about: "how long an unused session is kept",
  },
  memory: {
    type: "string",
    value: "MIB",
    about:
      "memory that scans and answers may hold beside the program itself, in MiB; what needs more gets 413",
    otherwise: "three quarters of the machine's",
  },
  hang: {
    type: "string",
    value: "SECONDS",
    default: `${HANG_SECONDS}`,
    about: "open the GPU again when a scan makes no progress for this time",
  },
  unconfined: {
    type: "boolean",
    about:
      "serve in this process, instead of one that may read, write and reach only what it needs",
  },
  "until-stdin-ends": {
    type: "boolean",
    about: "stop once standard input ends, as it does where the process that wrote to it is gone",
  },
  ...MODEL_OPTIONS,
  strict: STRICT_OPTION,
} as const satisfies CommandOptions;

type ServeValues = OptionValues<typeof OPTIONS>;

export const command = defineCommand({
  name: "serve",
  summary: "Labels scans over HTTP",
  positionals: [],
  options: OPTIONS,
  environment: SERVE_VARIABLES,
  async run(values, _, program) {
    const { host } = values;
    const port = wholeNumber("port", values.port, 0, 65535);
    const limits = limitsOf(values);
    const data = dataOf(values);
    if (!values.unconfined && mayBeConfined()) return await confined(values, port);
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    let isStopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        if (isStopping) Deno.exit(1);
        isStopping = true;
        stop();
      });
    }
    if (values["until-stdin-ends"]) {
      // What is written there means nothing.
      Deno.stdin.readable.pipeTo(new WritableStream()).then(stop, stop);
    }
    const isHidden = values.token === Deno.env.get(TOKEN_VARIABLE);
    const access = await accessOf(values, host, isHidden, (text) => {
      console.error(`warning: ${text}`);
    });
    const labeller = await WorkerLabeller.open({
      ...modelChoice(values),
      strict: values.strict,
    }, {
      hangSeconds: wholeNumber("hang", values.hang, 1, 7 * 86_400),
      memory: memoryBudget(await memoryOf(values)),
    });
    try {
      await using server = await program.openServer(
        { labeller, limits, data, access, log: (line) => console.log(line) },
        host,
        port,
      );
      const { students, adapterName } = labeller;
      const names = students.map(({ name }) => name).join(", ");
      console.log(`ttt-kd listens on ${server.url} (students ${names}; ${adapterName})`);
      const failure = await Promise.race([stopped, server.failed]);
      if (failure !== undefined) {
        throw new Error(`Cannot go on serving: ${failure}; start it again`);
      }
      console.log(
        `stopping: scans at work have ${limits.graceSeconds} s left, jobs wait for the next start; another signal ends it at once`,
      );
    } finally {
      await labeller.close();
    }
  },
});

async function memoryOf({ memory }: ServeValues): Promise<number> {
  return memory === undefined
    ? await usualMemory()
    : wholeNumber("memory", memory, LEAST_MEMORY, 2 ** 24) * MIB;
}

/**
 * Whether this process may start one that may do less: a confined one may start none, and a compiled binary may always do
 * what it was compiled to.
 */
function mayBeConfined(): boolean {
  return !Deno.build.standalone && Deno.permissions.querySync({ name: "run" }).state === "granted";
}

/** Runs the same command in a process that may do less. */
async function confined(values: ServeValues, port: number): Promise<void> {
  const { host, data, queue, "token-file": tokenFile } = values;
  const models = await modelsOf(values);
  const args = Deno.args.slice(1);
  // Chosen here, since a server may only connect to itself at a port that its permissions name.
  const taken = port === 0 ? await freePort(host) : port;
  if (port === 0) args.push("--port", `${taken}`);
  const server = { host, port: taken, data, queue, models, files: [tokenFile] };
  if (values.memory === undefined) {
    // The server cannot read for itself what its container may have.
    const memory = Math.max(LEAST_MEMORY, Math.floor(await usualMemory() / MIB));
    args.push("--memory", `${memory}`);
  }
  Deno.exitCode = await runConfined(server, args);
}

/**
 * Names and paths of the models that the options choose. They are looked for here, since of what is neither, the confined
 * process could say no more than that it may not read it.
 */
async function modelsOf(values: ServeValues): Promise<string[]> {
  const { students = [], teacher } = modelChoice(values);
  for (const student of students) requireStudent(student);
  if (teacher === undefined) return [...students];
  await readTeacher(teacher);
  return [...students, teacher];
}

/** A port at which nobody listens yet. */
async function freePort(host: string): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(0, host, resolve);
  });
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

function limitsOf(values: ServeValues): ServerLimits {
  return {
    bodyBytes: wholeNumber("max-body", values["max-body"], 1, 2 ** 14) * MIB,
    images: wholeNumber("max-images", values["max-images"], 1, 10_000),
    places: wholeNumber("places", values.places, 1, 1000),
    uploads: wholeNumber("max-uploads", values["max-uploads"], 1, 10_000),
    uploadsOfClient: wholeNumber(
      "max-uploads-of-client",
      values["max-uploads-of-client"],
      1,
      10_000,
    ),
    leastRate: wholeNumber("least-rate", values["least-rate"], 0, 2 ** 30),
    stallSeconds: wholeNumber("stall", values.stall, 1, 3600),
    reserveBytes: wholeNumber("reserve", values.reserve, 0, 2 ** 20) * MIB,
    graceSeconds: wholeNumber("grace", values.grace, 0, 3600),
    uploadSeconds: wholeNumber("upload-seconds", values["upload-seconds"], 1, 7 * 86_400),
  };
}

function dataOf(values: ServeValues): ServerData {
  const { data: folder, queue: redis } = values;
  return {
    folder,
    keepHours: wholeNumber("keep", values.keep, 1, 24 * 365),
    queue: {
      ...DEFAULT_QUEUE_LIMITS,
      jobs: wholeNumber("max-jobs", values["max-jobs"], 1, 100_000),
      jobsOfClient: wholeNumber("max-jobs-of-client", values["max-jobs-of-client"], 1, 100_000),
      attempts: wholeNumber("attempts", values.attempts, 1, 1000),
    },
    sessions: {
      sessions: wholeNumber("max-sessions", values["max-sessions"], 1, 100_000),
      sessionsOfClient: wholeNumber(
        "max-sessions-of-client",
        values["max-sessions-of-client"],
        1,
        100_000,
      ),
      keepHours: wholeNumber("keep-sessions", values["keep-sessions"], 1, 24 * 365),
    },
    ...(redis === undefined ? {} : { redis }),
  };
}
