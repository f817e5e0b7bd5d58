/**
 * An evaluation from a request to its files: plans the cells, finds the students, runs what the journal
 * lacks, and writes results, tables and the report.
 *
 * @module
 */
import { join } from "node:path";
import type { ProgressDisplay } from "../terminal/progress.ts";
import type { Dataset, DatasetSplit } from "../datasets/dataset.ts";
import type { GpuHost } from "../gpu/mod.ts";
import { Engine } from "../segment/engine.ts";
import { CHECKPOINT_KINDS, METHODS } from "../ttt/methods/mod.ts";
import { settingsOf } from "../segment/options.ts";
import { TRAINING_PHASES } from "../train/training.ts";
import type { BenchmarkProfile } from "./studies/benchmarks.ts";
import { FileCache } from "./cache/file_cache.ts";
import { matrixOf } from "./cells/cell.ts";
import { EvalStudents, type StudentSpec } from "./models/students.ts";
import { type Fingerprint, Journal } from "./cells/journal.ts";
import { type CellBatch, countCells, planCells } from "./cells/plan.ts";
import { markdownReport } from "./report/markdown.ts";
import { percent } from "./report/numbers.ts";
import { htmlReport, type ScenePicture } from "./report/html.ts";
import { type Results, summarise } from "./results/results.ts";
import { type BatchEngine, cellsToDo, labelBy, runPlan, workOf } from "./cells/runner.ts";
import { SceneCache } from "./cache/scene_cache.ts";
import { AFTER, BEFORE, captionOf, notableScenes, sceneImage } from "./pictures/before_after.ts";
import { buildStudy, tuningStudy } from "./studies/studies.ts";
import type { StudyContext } from "./studies/study.ts";
import type { StudySize } from "./studies/study_size.ts";
import type { Study, StudyName } from "./studies/study.ts";
import { type EvalTeacher, evalTeacher, hasTeacher } from "./models/teachers.ts";
import { TimeLeft } from "./cells/time_left.ts";
import type { Variant } from "./studies/variant.ts";

/** What is asked for. */
export interface EvaluationRequest {
  dataset: Dataset;
  /** What students are trained on; mostly the data set itself. Its classes are those of `dataset`. */
  trainedOn: Dataset;
  split: DatasetSplit;
  profile: BenchmarkProfile;
  /** Methods of the main study, and of the tuning. */
  methods: readonly string[];
  studies: readonly StudyName[] | "tune";
  size: StudySize;
  /** Whether students may be trained; otherwise only embedded ones are used. */
  trains: boolean;
  /** Path of a checkpoint that stands for every student; null where each has its own. */
  student: string | null;
  /** Folder of the journal and of everything that is written. */
  out: string;
  /** Folder of the caches. */
  cache: string;
  fresh: boolean;
  /** Whether missing cells are worked out; otherwise what is there is summed up. */
  works: boolean;
  host: GpuHost;
  display: ProgressDisplay;
  /** The command that asked, for the report. */
  command: string;
}

const GIGABYTE = 1e9;
/** Largest size of each cache; a scene has about 1 MB, the maps of its photographs 0.6 MB. */
const LIMITS = { scenes: 4 * GIGABYTE, features: 4 * GIGABYTE, students: 4 * GIGABYTE };

/** Part of the fingerprint: changes when cells are made otherwise than before. */
const FORMAT = "1";

/** Runs an evaluation to its end and gives what it wrote into `results.json`. */
export async function evaluate(request: EvaluationRequest): Promise<Results> {
  return await new Evaluation(request).run();
}

class Evaluation {
  readonly #request: EvaluationRequest;
  readonly #scenes: SceneCache;
  readonly #features: FileCache;
  readonly #checkpoints: EvalStudents;
  readonly #teachers = new Map<string, EvalTeacher>();

  constructor(request: EvaluationRequest) {
    const { dataset, trainedOn, split, cache, host, student, display } = request;
    if (dataset.classes.join() !== trainedOn.classes.join()) {
      throw new RangeError(
        `Cannot judge students of ${trainedOn.name} on ${dataset.name}: their classes differ`,
      );
    }
    const folder = (name: keyof typeof LIMITS) => new FileCache(join(cache, name), LIMITS[name]);
    this.#request = request;
    this.#scenes = new SceneCache(dataset, split, folder("scenes"));
    this.#features = folder("features");
    this.#checkpoints = new EvalStudents({
      dataset: trainedOn,
      files: folder("students"),
      gpu: () => host.get(),
      given: student,
      onProgress: (id, { phase, done, total }) =>
        display.update({
          label: `${TRAINING_PHASES[phase]}, ${id}`,
          value: done,
          total,
        }),
    });
  }

  async run(): Promise<Results> {
    const { out, fresh, works } = this.#request;
    const { studies, withoutStudent } = await this.#studies();
    const plan = planCells(studies);
    await Deno.mkdir(out, { recursive: true });
    using journal = await Journal.open(join(out, "cells.jsonl"), { fresh });
    await journal.settle(await this.#fingerprint(plan, studies));
    if (works) await this.#work(plan, journal);
    const results = await this.#summarise(studies, withoutStudent, plan, journal);
    const pictures = await this.#pictures(results, plan);
    await Deno.writeTextFile(join(out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
    await Deno.writeTextFile(join(out, "results.md"), markdownReport(results));
    await Deno.writeTextFile(join(out, "report.html"), htmlReport(results, pictures));
    return results;
  }

  async #studies(): Promise<{ studies: Study[]; withoutStudent: string[] }> {
    const { dataset, split, profile, methods, studies, size, trains, student } = this.#request;
    const usable = new Set<string>();
    for (const { name } of profile.teachers) {
      if (!await hasTeacher(name)) continue;
      for (const kind of CHECKPOINT_KINDS) {
        // A given checkpoint knows one teacher.
        const isUsable = student !== null
          ? (kind === "labels" || kind === "joint") && name === profile.teachers[0]!.name
          : trains || await this.#checkpoints.embedded({
                kind,
                teacher: await this.#teacher(name),
                seed: 0,
              }) !== null;
        if (isUsable) usable.add(`${kind} ${name}`);
      }
    }
    const context: StudyContext = {
      dataset,
      split,
      profile,
      methods: METHODS,
      chosen: methods,
      size,
      isAvailable: ({ checkpoint, teacher }) => usable.has(`${checkpoint} ${teacher}`),
    };
    const built = studies === "tune"
      ? [tuningStudy(context)]
      : studies.map((name) => buildStudy(name, context));
    return {
      studies: built.filter(({ entries, sequences }) => entries.length > 0 && sequences.length > 0),
      withoutStudent: built.flatMap(({ name, withoutStudent }) =>
        withoutStudent.map((id) => `${name}: ${id}`)
      ),
    };
  }

  async #fingerprint(plan: readonly CellBatch[], studies: readonly Study[]): Promise<Fingerprint> {
    const { dataset, split, host } = this.#request;
    const prints: Record<string, string> = {
      format: FORMAT,
      benchmark: dataset.name,
      split,
      adapter: (await host.get()).adapterName,
    };
    for (const { sequences } of studies) {
      for (const { domain } of sequences.flatMap(({ parts }) => parts)) {
        prints[`scenes of ${domain}`] = dataset.version(domain);
      }
    }
    for (const batch of plan) {
      const { checkpoint, teacher, seed, target } = batch;
      prints[`teacher ${teacher}`] = (await this.#teacher(teacher)).hash;
      const name = [checkpoint, checkpoint === "joint" ? teacher : target].filter(Boolean);
      prints[`student ${name.join(" ")}, seed ${seed}`] = await this.#checkpoints.identity(
        await this.#spec(batch),
      );
    }
    for (const { variant } of studies.flatMap(({ entries }) => entries)) {
      prints[`variant ${variant.id}`] = describe(variant);
    }
    return prints;
  }

  async #work(plan: readonly CellBatch[], journal: Journal): Promise<void> {
    const { display } = this.#request;
    const total = countCells(plan);
    const open = plan.map((batch) => cellsToDo(batch, journal))
      .flatMap(({ single, sequences }) => [...single, ...sequences.flat()]);
    const left = new TimeLeft(open.reduce((sum, cell) => sum + workOf(cell), 0));
    const missing = new Set(open.map(({ key }) => key).filter((key) => !journal.cells.has(key)));
    display.update({ label: "evaluating", value: total - missing.size, total });
    let start = performance.now();
    await runPlan({
      plan,
      journal,
      scene: (domain, index) => this.#scenes.scene(domain, index),
      open: async (batch) => {
        const bench = await this.#open(batch);
        start = performance.now();
        return bench;
      },
      onCell: (cell, planned) => {
        const now = performance.now();
        left.finished(workOf(planned), (now - start) / 1000);
        start = now;
        missing.delete(cell.key);
        display.update({
          label: "evaluating",
          value: total - missing.size,
          total,
          note: `${cell.domain} ${cell.scene} ${cell.variant} ${
            percent(matrixOf(cell.confusion).miou())
          } %`,
          ...(left.seconds === null ? {} : { secondsLeft: left.seconds }),
        });
      },
    });
  }

  async #summarise(
    studies: readonly Study[],
    withoutStudent: readonly string[],
    plan: readonly CellBatch[],
    journal: Journal,
  ): Promise<Results> {
    const { dataset, split, size, profile, command } = this.#request;
    const usual = plan.find(({ checkpoint }) => checkpoint === "joint") ?? plan[0]!;
    const adapter = journal.settings["adapter"]!;
    return summarise(
      {
        benchmark: dataset.name,
        split,
        seeds: size.seeds,
        student: await this.#checkpoints.identity(await this.#spec(usual)),
        teacher: profile.teachers[0]!.name,
        adapter,
        command,
        classes: dataset.classes,
        domains: Object.fromEntries(
          dataset.domains.map(({ name, about, isSource }) => [name, { about, isSource }]),
        ),
        settings: journal.settings,
        withoutStudent,
      },
      studies,
      journal.cells,
    );
  }

  /** Labels the scenes that are worth a look once more; pictures that lie there are taken as they are. */
  async #pictures(results: Results, plan: readonly CellBatch[]): Promise<ScenePicture[]> {
    const { out, dataset } = this.#request;
    const cells = plan.flatMap(({ single }) => single);
    const pictures: ScenePicture[] = [];
    for (const notable of notableScenes(results)) {
      const { rank, domain, scene: index, before, after } = notable;
      const file = join(
        out,
        `${rank}-${domain}-${index}-${percent(before)}-${percent(after)}.png`,
      );
      let png: Uint8Array | null = await Deno.readFile(file).catch(() => null);
      if (png === null) {
        const scene = await this.#scenes.scene(domain, index);
        const labels: Uint8Array[] = [];
        for (const id of [BEFORE, AFTER]) {
          const { variant } = cells.find((cell) => cell.variant.id === id)!;
          const batch = plan.find(({ seed, single }) =>
            seed === 0 && single.some((cell) => cell.variant.id === id)
          )!;
          await using bench = await this.#open(batch);
          labels.push((await labelBy(variant, scene, bench.engine)).labels);
        }
        png = sceneImage(dataset, scene, notable, labels[0]!, labels[1]!);
        await Deno.writeFile(file, png);
      }
      pictures.push({ caption: captionOf(notable), png });
    }
    return pictures;
  }

  async #open(batch: CellBatch): Promise<BatchEngine> {
    const teacher = await this.#teacher(batch.teacher);
    const engine = await Engine.open({
      student: await this.#checkpoints.path(await this.#spec(batch)),
      teacher: { card: teacher.card, open: (gpu) => teacher.open(gpu) },
      host: this.#request.host,
    });
    return {
      engine,
      show: (scene) => teacher.show(scene),
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
  }

  async #spec({ checkpoint, teacher, seed, target }: CellBatch): Promise<StudentSpec> {
    return { kind: checkpoint, teacher: await this.#teacher(teacher), seed, target };
  }

  async #teacher(name: string): Promise<EvalTeacher> {
    const known = this.#teachers.get(name);
    if (known) return known;
    const teacher = await evalTeacher(name, this.#request.dataset, this.#features);
    this.#teachers.set(name, teacher);
    return teacher;
  }
}

/** Everything that a variant's cells depend on, defaults filled in. */
function describe({ label: _, ...variant }: Variant): string {
  const settings = settingsOf(METHODS.get(variant.method)!, variant.settings);
  return JSON.stringify({ ...variant, settings });
}
