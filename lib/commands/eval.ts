/** `eval`: compares methods on held-out scenes, and runs the studies around them. */
import { taskCommand } from "../terminal/task_command.ts";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CommandOptions,
  defineCommand,
  type OptionValues,
  UsageError,
  wholeNumber,
} from "../cli/args.ts";
import { kernelChoice, KERNELS_OPTION, PRECISION_OPTION, precisionChoice } from "../cli/engine.ts";
import { type ProgressDisplay, progressDisplay } from "../terminal/progress.ts";
import { type Dataset, DATASET_SPLITS } from "../datasets/dataset.ts";
import {
  DatasetError,
  openDataset,
  PUBLISHED_NAMES,
  TRANSFER_GROUPS,
  TRANSFER_NAMES,
  WORLD_NAMES,
} from "../datasets/mod.ts";
import {
  type BenchmarkProfile,
  BENCHMARKS,
  judgesReal,
  profileOf,
} from "../eval/studies/benchmarks.ts";
import { realBenchmark } from "../eval/real/real_dataset.ts";
import { evaluate, type EvaluationRequest } from "../eval/evaluation.ts";
import { studyObjects } from "../eval/objects/object_study.ts";
import { claimsOf } from "../eval/report/claims.ts";
import { markdownTable } from "../eval/report/markdown.ts";
import { paperTables } from "../eval/report/paper_table.ts";
import { claimsTable, studyTables, type Table } from "../eval/report/tables.ts";
import type { Results } from "../eval/results/results.ts";
import { FULL_SIZE, LITE_SIZE } from "../eval/studies/study_size.ts";
import { STUDY_NAMES } from "../eval/studies/study.ts";
import { tunedMethods, tuningTable } from "../eval/studies/tuning.ts";
import type { GpuHost } from "../gpu/mod.ts";
import { gpuHost } from "../kernel_choice/mod.ts";
import { readStudent, studentPath } from "../models/students.ts";
import { NETWORK_NAMES } from "../nn/networks.ts";
import { modelsFolder } from "../teacher/mod.ts";
import { METHODS } from "../ttt/methods/mod.ts";

/** The folder of a compiled program cannot be written to. */
const CACHE = Deno.build.standalone
  ? join(modelsFolder(), "eval")
  : fileURLToPath(new URL("../../.cache", import.meta.url));

/** The benchmark of labelled real scans. */
const REAL = "real";

/** Benchmarks that need `--data`. */
const WITH_DATA = [...PUBLISHED_NAMES, ...Object.keys(TRANSFER_GROUPS), ...TRANSFER_NAMES];

/** The worlds by whose classes real scans are judged. */
const JUDGES = WORLD_NAMES.filter(judgesReal);

/** Methods that need nothing but a scan and its photographs. */
const STUDIED = [...METHODS.keys()].filter((name) => name !== "corrections");

const OPTIONS = {
  benchmark: {
    type: "string",
    value: "NAME",
    default: "rooms",
    about: `benchmark: ${
      WORLD_NAMES.join(", ")
    }, ${REAL} (labelled scans of --data), a published data set in --data (${
      PUBLISHED_NAMES.join(", ")
    }), pairs of them (${
      Object.keys(TRANSFER_GROUPS).join(", ")
    }, or one training set alone, such as ${TRANSFER_NAMES[0]}), or the JSON file of a data set`,
  },
  data: {
    type: "string",
    value: "DIR",
    about: "folder of the data set's scans",
    otherwise: "that of its JSON file",
  },
  studies: {
    type: "string",
    value: "A,B",
    default: "all",
    about: `studies to run: all, or some of ${STUDY_NAMES.join(", ")}`,
  },
  methods: {
    type: "string",
    value: "A,B",
    default: "all",
    about: `methods of the main study: all, or some of ${STUDIED.join(", ")}`,
  },
  domains: { type: "string", value: "A,B", about: "domains to run on", otherwise: "all" },
  seeds: {
    type: "string",
    value: "N",
    default: "1",
    about: "training seeds of source, joint, bn, the controls and TTT-KD; other methods have one",
  },
  scenes: {
    type: "string",
    value: "N",
    about: "scenes per domain",
    otherwise:
      `${FULL_SIZE.scenes}, and ${FULL_SIZE.streamScenes} in the study of sequences; with --lite ${LITE_SIZE.studyScenes} or ${LITE_SIZE.scenes}`,
  },
  split: {
    type: "string",
    value: "NAME",
    about: "scenes to run on: test or validation",
    otherwise: "test; with --tune validation",
  },
  lite: {
    type: "boolean",
    about:
      "run a small version: few scenes, domains, steps and augmentations, large voxels, embedded students alone",
  },
  tune: {
    type: "boolean",
    about: "try every setting of the methods' grids on validation scenes, and name the best",
  },
  objects: {
    type: "boolean",
    about:
      "hold found objects against true ones instead, by average precision, in worlds, s3dis and semantickitti, which know them; with --tune by several settings",
  },
  out: { type: "string", value: "DIR", default: "out/eval", about: "folder to write to" },
  report: {
    type: "boolean",
    about: "compute nothing: summarise the cells in the folder, and name those that are missing",
  },
  fresh: { type: "boolean", about: "delete the cells in the folder first" },
  cache: {
    type: "string",
    value: "DIR",
    about: "folder that caches scenes, features and trained students",
    otherwise: Deno.build.standalone ? CACHE : ".cache beside the program",
  },
  student: {
    type: "string",
    value: "NAME|FILE",
    about:
      `embedded student or checkpoint to use for every method; with ${REAL} for scans of its classes alone`,
  },
  backbone: {
    type: "string",
    value: "NAME",
    about: "network of the students, which are trained, such as ptv3-slim",
    otherwise: "that of the embedded students",
  },
  teacher: {
    type: "string",
    value: "FILE",
    about: "model card of the teacher (JSON)",
    otherwise: "the one that --student was distilled from, else the benchmark's",
  },
  kernels: KERNELS_OPTION,
  precision: PRECISION_OPTION,
} as const satisfies CommandOptions;

type EvalValues = OptionValues<typeof OPTIONS>;

/** What the options say by themselves, without the data set. */
type Chosen = Pick<EvaluationRequest, "methods" | "studies" | "split" | "size" | "backbone">;

export const command = defineCommand({
  name: "eval",
  summary: "Compares methods on held-out scenes, and resumes a run that was stopped",
  positionals: [],
  options: OPTIONS,
  async run(values) {
    const chosen = chosenBy(values);
    const host = gpuHost({
      kernels: kernelChoice(values.kernels),
      precision: precisionChoice(values.precision),
    });
    using display = progressDisplay();
    try {
      const requests = values.benchmark === REAL
        ? await realRequests(values, chosen, host, display)
        : await groupRequests(values, chosen, host, display);
      if (values.objects) {
        for (const request of requests) {
          const tables = await studyObjects(request, values.tune);
          display[Symbol.dispose]();
          printTables(tables);
        }
        return;
      }
      const finished: [Results, string][] = [];
      for (const request of requests) finished.push([await evaluate(request), request.out]);
      display[Symbol.dispose]();
      for (const [results, out] of finished) {
        if (values.tune) await reportTuning(results, out);
        else reportStudies(results, out);
      }
    } finally {
      await host.close();
    }
  },
});

/** Checks the options that need no data set. */
function chosenBy(values: EvalValues): Chosen {
  const names = [...WORLD_NAMES, REAL, ...WITH_DATA];
  if (!names.includes(values.benchmark) && !values.benchmark.endsWith(".json")) {
    throw new UsageError(
      `Cannot run --benchmark '${values.benchmark}': there are ${names.join(", ")} and JSON files`,
    );
  }
  if (values.data === undefined) {
    if (values.benchmark === REAL) {
      throw new UsageError("Missing option --data DIR: the folder of the labelled real scans");
    }
    if (WITH_DATA.includes(values.benchmark)) {
      throw new UsageError(`Missing option --data DIR: the folder of ${values.benchmark}`);
    }
  }
  const scenes = values.scenes === undefined
    ? null
    : wholeNumber("scenes", values.scenes, 1, 10_000);
  const split = DATASET_SPLITS.find((name) =>
    name === (values.split ?? (values.tune ? "validation" : "test"))
  );
  if (split === undefined || split === "train") {
    throw new UsageError(`Cannot set --split to '${values.split}': there are validation, test`);
  }
  return {
    methods: listOf("methods", values.methods, STUDIED),
    studies: values.tune ? "tune" : listOf("studies", values.studies, STUDY_NAMES),
    split,
    backbone: backboneOf(values),
    size: {
      ...(values.lite ? LITE_SIZE : FULL_SIZE),
      ...(scenes === null ? {} : { scenes, studyScenes: scenes, streamScenes: scenes }),
      seeds: wholeNumber("seeds", values.seeds, 1, 100),
    },
  };
}

/** The network of the students that are trained; null for that of the embedded ones. */
function backboneOf({ backbone, student, lite }: EvalValues): string | null {
  if (backbone === undefined) return null;
  if (student !== undefined || lite) {
    throw new UsageError(
      `Cannot set --backbone with ${
        lite ? "--lite" : "--student"
      }: students of another network are trained`,
    );
  }
  return listOf("backbone", backbone, NETWORK_NAMES)[0]!;
}

/**
 * The requests of the benchmark of real scans: one for each world that has classes of some scan. Scans that are left out
 * are named.
 */
async function realRequests(
  values: EvalValues,
  chosen: Chosen,
  host: GpuHost,
  display: ProgressDisplay,
): Promise<EvaluationRequest[]> {
  const gpu = await host.get();
  const requests: EvaluationRequest[] = [];
  const reasons = new Map<string, string>();
  const judged = new Set<string>();
  const given = values.student === undefined ? null : await readStudent(values.student);
  for (const world of JUDGES) {
    const judge = await openDataset(world, gpu);
    const { dataset, leftOut } = await realBenchmark(values.data!, judge, JUDGES, judged);
    for (const [name, reason] of leftOut) reasons.set(name, reason);
    const names = dataset?.domains.map(({ name }) => name) ?? [];
    if (given && given.card.classes.join() !== judge.classes.join()) {
      for (const name of names) {
        reasons.set(name, `its labels are those of ${world}, which ${given.card.id} does not know`);
      }
      continue;
    }
    if (!dataset) continue;
    for (const name of names) judged.add(name);
    const out = join(values.out, world);
    requests.push(await requestOf({ ...values, out }, chosen, host, display, dataset));
  }
  for (const [name, reason] of reasons) {
    if (!judged.has(name)) console.log(`left out  ${name}: ${reason}`);
  }
  if (requests.length > 0) return requests;
  throw new Error(
    `Cannot find labelled scans in ${values.data}${
      given ? ` that ${given.card.id} has classes for` : ""
    }: each is a folder with scan.ply and labels.json`,
  );
}

/** One request, or one for each benchmark of a group, in a folder of its own. */
async function groupRequests(
  values: EvalValues,
  chosen: Chosen,
  host: GpuHost,
  display: ProgressDisplay,
): Promise<EvaluationRequest[]> {
  if (!Object.hasOwn(TRANSFER_GROUPS, values.benchmark)) {
    return [await requestOf(values, chosen, host, display)];
  }
  const requests: EvaluationRequest[] = [];
  for (const benchmark of TRANSFER_GROUPS[values.benchmark]!) {
    const own = { ...values, benchmark, out: join(values.out, benchmark) };
    requests.push(await requestOf(own, chosen, host, display));
  }
  return requests;
}

/**
 * Opens the data set, and completes the request with what depends on it.
 *
 * @param given the data set, where it is open already.
 */
async function requestOf(
  values: EvalValues,
  chosen: Chosen,
  host: GpuHost,
  display: ProgressDisplay,
  given?: Dataset,
): Promise<EvaluationRequest> {
  const gpu = await host.get();
  const dataset = given ?? await openDataset(values.benchmark, gpu, values.data);
  for (const warning of dataset.warnings ?? []) console.error(`warning: ${warning}`);
  const names = dataset.domains.map(({ name }) => name);
  if (names.every((name) => dataset.count(name, chosen.split) === 0)) {
    throw new DatasetError(
      `Cannot evaluate on ${dataset.name}: split ${chosen.split} has no scenes; add them, or choose another by --split`,
    );
  }
  const shifted = dataset.domains.filter(({ isSource }) => !isSource).map(({ name }) => name);
  const usual = values.backbone === undefined ? BENCHMARKS[dataset.name]?.student : undefined;
  const student = values.student ?? usual;
  // A student runs with the teacher that it was distilled from.
  const { card } = student === undefined ? { card: null } : await readStudent(student);
  const teacher = values.teacher ?? card?.teacher?.id;
  const profile = profileOf(dataset.name, shifted, teacher);
  const focus = profile.focus.slice(0, chosen.size.focus);
  const domains = values.domains !== undefined
    ? listOf("domains", values.domains, names)
    : values.lite
    ? names.filter((name) => !shifted.includes(name) || focus.includes(name))
    : null;
  return {
    ...chosen,
    size: { ...chosen.size, domains },
    dataset,
    trainedOn: profile.trainedOn === undefined
      ? dataset
      : await openDataset(profile.trainedOn, gpu),
    profile: withTeacher(profile, teacher),
    trains: !values.lite,
    student: student === undefined ? null : studentPath(student),
    out: values.out,
    cache: values.cache ?? CACHE,
    fresh: values.fresh,
    works: !values.report,
    host,
    display,
    command: taskCommand(`eval ${commandLine(values)}`),
  };
}

function withTeacher(profile: BenchmarkProfile, teacher: string | undefined): BenchmarkProfile {
  return teacher === undefined
    ? profile
    : { ...profile, teachers: [{ name: teacher, about: "given" }] };
}

/** Prints the settings that were tried, and writes the best ones. */
async function reportTuning(results: Results, out: string): Promise<void> {
  const tuned = tunedMethods(results, METHODS);
  const file = join(out, "tuning.json");
  await Deno.writeTextFile(file, `${JSON.stringify(tuned, null, 2)}\n`);
  console.log(`${markdownTable(tuningTable(tuned))}\n\nwritten   ${file}`);
}

/** Prints the tables of the studies, and the claims. */
function reportStudies(results: Results, out: string): void {
  const tables = [
    ...results.studies.flatMap((study) => studyTables(study)),
    claimsTable(claimsOf(results)),
    ...paperTables(results),
  ].filter(({ rows }) => rows.length > 0);
  printTables(tables);
  const { withoutStudent } = results;
  if (withoutStudent.length > 0) {
    console.log(`left out  ${withoutStudent.join("; ")}: no student is available`);
  }
  console.log(`written   ${out}: report.html, results.md, results.json, cells.jsonl`);
}

function printTables(tables: readonly Table[]): void {
  console.log(tables.map((table) => `${table.title}\n\n${markdownTable(table)}\n`).join("\n"));
}

/**
 * The values of a list, each once; `all` stands for everything.
 *
 * @throws {UsageError} naming a value that is not allowed.
 */
function listOf<T extends string>(option: string, value: string, allowed: readonly T[]): T[] {
  if (value === "all") return [...allowed];
  return [...new Set(value.split(","))].map((name) => {
    const found = allowed.find((entry) => entry === name);
    if (found) return found;
    throw new UsageError(`Cannot set --${option} to '${name}': there are ${allowed.join(", ")}`);
  });
}

/** The options that decide the results, as text: not where they are written, nor how cells are kept. */
function commandLine(values: EvalValues): string {
  const { out: _, cache: __, fresh: ___, report: ____, ...deciding } = values;
  return Object.entries(deciding).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : typeof value === "string" ? [`--${name} ${value}`] : []
  ).join(" ");
}
