/** `eval`: methods against each other on held-out scenes, and the studies around them. */
import { omit } from "@std/collections/omit";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineCommand, UsageError, wholeNumber } from "../cli/args.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { DATASET_SPLITS } from "../datasets/dataset.ts";
import { openDataset, WORLD_NAMES } from "../datasets/mod.ts";
import { BENCHMARKS, profileOf } from "../eval/studies/benchmarks.ts";
import { evaluate } from "../eval/evaluation.ts";
import { claimsOf } from "../eval/report/claims.ts";
import { markdownTable } from "../eval/report/markdown.ts";
import { claimsTable, studyTables } from "../eval/report/tables.ts";
import { FULL_SIZE, LITE_SIZE } from "../eval/studies/study_size.ts";
import { STUDY_NAMES } from "../eval/studies/study.ts";
import { tunedMethods, tuningTable } from "../eval/studies/tuning.ts";
import { GpuHost } from "../gpu/mod.ts";
import { modelsFolder } from "../teacher/mod.ts";
import { METHODS } from "../ttt/methods/mod.ts";

/** The files of a compiled program cannot be written to. */
const CACHE = Deno.build.standalone
  ? join(modelsFolder(), "eval")
  : fileURLToPath(new URL("../../.cache", import.meta.url));

export const command = defineCommand({
  name: "eval",
  summary: "Compares methods on held-out scenes; what was stopped is taken up again",
  positionals: [],
  options: {
    benchmark: {
      type: "string",
      value: "NAME",
      default: "rooms",
      about: `${Object.keys(BENCHMARKS).join(", ")}, or a data set's JSON file`,
    },
    data: {
      type: "string",
      value: "DIR",
      about: "folder of the scans of a data set's JSON file (beside it)",
    },
    studies: {
      type: "string",
      value: "A,B",
      default: "all",
      about: `all, or of ${STUDY_NAMES.join(", ")}`,
    },
    methods: {
      type: "string",
      value: "A,B",
      default: "all",
      about: `of the main study: all, or of ${[...METHODS.keys()].join(", ")}`,
    },
    domains: { type: "string", value: "A,B", about: "only these domains (all)" },
    seeds: {
      type: "string",
      value: "N",
      default: "1",
      about: "training seeds of source, joint, bn, the controls and TTT-KD; the others have one",
    },
    scenes: { type: "string", value: "N", about: "scenes a domain (20; with --lite 1 or 2)" },
    split: {
      type: "string",
      value: "NAME",
      about: "test or validation (test; --tune: validation)",
    },
    lite: {
      type: "boolean",
      about:
        "the fast form: few scenes, domains, steps and augmentations, large voxels, embedded students alone",
    },
    tune: {
      type: "boolean",
      about: "try every setting of the methods' grids on validation scenes, and say which is best",
    },
    out: { type: "string", value: "DIR", default: "out/eval", about: "folder for what it makes" },
    report: {
      type: "boolean",
      about: "work out nothing: sum up the cells that are in the folder, and name what is missing",
    },
    fresh: { type: "boolean", about: "forget the cells that are in the folder" },
    cache: {
      type: "string",
      value: "DIR",
      about: `folder for scenes, features and trained students (${
        Deno.build.standalone ? CACHE : ".cache beside the program"
      })`,
    },
    student: { type: "string", value: "FILE", about: "one checkpoint for every method" },
    teacher: {
      type: "string",
      value: "FILE",
      about: "card of the teacher, JSON (the benchmark's)",
    },
  },
  async run(values) {
    if (!WORLD_NAMES.includes(values.benchmark) && !values.benchmark.endsWith(".json")) {
      throw new UsageError(
        `Cannot run --benchmark '${values.benchmark}': there are ${
          WORLD_NAMES.join(", ")
        } and JSON files`,
      );
    }
    const size = values.lite ? LITE_SIZE : FULL_SIZE;
    const scenes = values.scenes === undefined
      ? null
      : wholeNumber("scenes", values.scenes, 1, 10_000);
    const seeds = wholeNumber("seeds", values.seeds, 1, 100);
    const methods = listOf("methods", values.methods, [...METHODS.keys()]);
    const studies = values.tune ? "tune" : listOf("studies", values.studies, STUDY_NAMES);
    const split = DATASET_SPLITS.find((name) =>
      name === (values.split ?? (values.tune ? "validation" : "test"))
    );
    if (split === undefined || split === "train") {
      throw new UsageError(`Cannot set --split to '${values.split}': there are validation, test`);
    }

    const host = new GpuHost({});
    using display = progressDisplay();
    try {
      const gpu = await host.get();
      const dataset = await openDataset(values.benchmark, gpu, values.data);
      const names = dataset.domains.map(({ name }) => name);
      const shifted = dataset.domains.filter(({ isSource }) => !isSource).map(({ name }) => name);
      const profile = profileOf(dataset.name, shifted, values.teacher);
      const usual = values.lite
        ? names.filter((name) =>
          !shifted.includes(name) || profile.focus.slice(0, size.focus).includes(name)
        )
        : null;
      const domains = values.domains === undefined
        ? usual
        : listOf("domains", values.domains, names);
      const results = await evaluate({
        dataset,
        trainedOn: profile.trainedOn === undefined
          ? dataset
          : await openDataset(profile.trainedOn, gpu),
        split,
        profile: values.teacher === undefined
          ? profile
          : { ...profile, teachers: [{ name: values.teacher, about: "given" }] },
        methods,
        studies,
        size: {
          ...size,
          ...(scenes === null ? {} : { scenes, studyScenes: scenes }),
          seeds,
          domains,
        },
        trains: !values.lite,
        student: values.student ?? null,
        out: values.out,
        cache: values.cache ?? CACHE,
        fresh: values.fresh,
        works: !values.report,
        host,
        display,
        command: `deno task eval ${commandLine(values)}`,
      });
      display[Symbol.dispose]();
      if (values.tune) {
        const chosen = tunedMethods(results, METHODS);
        const file = join(values.out, "tuning.json");
        await Deno.writeTextFile(file, `${JSON.stringify(chosen, null, 2)}\n`);
        console.log(`${markdownTable(tuningTable(chosen))}\n\n${file} holds the choices`);
        return;
      }
      const tables = [
        ...results.studies.flatMap((study) => studyTables(study)),
        claimsTable(claimsOf(results)),
      ].filter(({ rows }) => rows.length > 0);
      console.log(
        tables.map((table) => `${table.title}\n\n${markdownTable(table)}\n`).join("\n"),
      );
      console.log(`written   ${values.out}: report.html, results.md, results.json, cells.jsonl`);
    } finally {
      await host.close();
    }
  },
});

/** Values of a list, each once; `all` stands for everything. */
function listOf<T extends string>(option: string, value: string, allowed: readonly T[]): T[] {
  if (value === "all") return [...allowed];
  return [...new Set(value.split(","))].map((name) => {
    const found = allowed.find((entry) => entry === name);
    if (found) return found;
    throw new UsageError(`Cannot set --${option} to '${name}': there are ${allowed.join(", ")}`);
  });
}

/** What was asked for, without where it is written and how it is kept. */
function commandLine(values: Record<string, string | boolean | undefined>): string {
  return Object.entries(omit(values, ["out", "cache", "fresh", "report"])).flatMap((
    [name, value],
  ) => value === true ? [`--${name}`] : typeof value === "string" ? [`--${name} ${value}`] : [])
    .join(" ");
}
