/**
 * An evaluation from a request to its files: builds the studies, plans their cells, computes those that the
 * journal lacks, and writes results, tables and the report.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import { join } from "node:path";
import { METHODS } from "../ttt/methods/mod.ts";
import { type CachedInputs, openCaches } from "./caches.ts";
import type { SceneCache } from "./cache/scene_cache.ts";
import { type Cell, matrixOf, parseCell } from "./cells/cell.ts";
import { fingerprintOf } from "./cells/fingerprint.ts";
import { programCommit } from "./results/program_commit.ts";
import { Journal } from "../journal/journal.ts";
import { type CellBatch, countCells, planCells } from "./cells/plan.ts";
import { cellsToDo, runPlan, workOf } from "./cells/runner.ts";
import { TimeLeft } from "../segment/time_left.ts";
import type { EvalModels } from "./models/eval_models.ts";
import { drawNotableScenes, LabelFiles } from "./pictures/before_after.ts";
import { htmlReport } from "./report/html.ts";
import { markdownReport } from "./report/markdown.ts";
import { percent } from "../terminal/format.ts";
import type { Results } from "./results/results.ts";
import { summarise } from "./results/summarise.ts";
import type { BenchmarkProfile } from "./studies/benchmarks.ts";
import { buildStudy, tuningStudy } from "./studies/studies.ts";
import type { Study, StudyContext, StudyName } from "./studies/study.ts";
import type { StudySize } from "./studies/study_size.ts";

/** What is evaluated, and where it is written. */
export interface EvaluationRequest extends CachedInputs {
  profile: BenchmarkProfile;
  /** Methods of the main study, and of the tuning. */
  methods: readonly string[];
  studies: readonly StudyName[] | "tune";
  size: StudySize;
  /** Whether students may be trained; otherwise only embedded ones are used. */
  trains: boolean;
  /** Folder of the journal and of everything that is written. */
  out: string;
  /** Whether the journal is emptied first. */
  fresh: boolean;
  /** Whether missing cells are computed; otherwise those that exist are summarised. */
  works: boolean;
  /** The command that asked, for the report. */
  command: string;
}

/**
 * Runs an evaluation to its end, and writes `results.json`, `results.md` and `report.html`.
 *
 * @returns the contents of `results.json`.
 * @throws {RangeError} where the students' classes are not those of the data set.
 * @throws {JournalError} where the folder holds cells that were made with other settings.
 */
export async function evaluate(request: EvaluationRequest): Promise<Results> {
  return await new Evaluation(request).run();
}

class Evaluation {
  readonly #request: EvaluationRequest;
  readonly #scenes: SceneCache;
  readonly #models: EvalModels;

  constructor(request: EvaluationRequest) {
    this.#request = request;
    ({ scenes: this.#scenes, models: this.#models } = openCaches(request));
  }

  async run(): Promise<Results> {
    const { out, dataset, split, host, fresh, works } = this.#request;
    const { studies, withoutStudent } = await this.#studies();
    const plan = planCells(studies);
    const { adapterName: adapter, kernels } = await host.get();
    await Deno.mkdir(out, { recursive: true });
    using journal = await Journal.open(join(out, "cells.jsonl"), parseCell, { fresh });
    await journal.settle(
      await fingerprintOf(plan, studies, {
        dataset,
        split,
        models: this.#models,
        adapter,
        kernels,
      }),
    );
    const kept = new LabelFiles(join(out, "labels"));
    if (works) await this.#computeCells(plan, journal, kept);
    const results = await this.#summarise(studies, withoutStudent, plan, journal);
    const pictures = await drawNotableScenes(results, plan, {
      dataset,
      folder: out,
      kept,
      scene: (domain, index) => this.#scenes.scene(domain, index),
      open: (batch) => this.#models.open(batch),
    });
    await Deno.writeTextFile(join(out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
    await Deno.writeTextFile(join(out, "results.md"), markdownReport(results));
    await Deno.writeTextFile(join(out, "report.html"), htmlReport(results, pictures));
    return results;
  }

  async #studies(): Promise<{ studies: Study[]; withoutStudent: string[] }> {
    const { dataset, split, profile, methods, studies, size, trains } = this.#request;
    const context: StudyContext = {
      dataset,
      split,
      profile,
      methods: METHODS,
      chosen: methods,
      size,
      isAvailable: await this.#models.availability(profile.teachers, trains),
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

  /** Computes the cells that the journal lacks, and shows how far that is. */
  async #computeCells(
    plan: readonly CellBatch[],
    journal: Journal<Cell>,
    kept: LabelFiles,
  ): Promise<void> {
    const { display } = this.#request;
    const total = countCells(plan);
    const todo = plan.map((batch) => cellsToDo(batch, journal))
      .flatMap(({ single, sequences }) => [...single, ...sequences.flat()]);
    const left = new TimeLeft(sumOf(todo, workOf));
    const missing = new Set(todo.map(({ key }) => key).filter((key) => !journal.entries.has(key)));
    display.update({ label: "evaluating", value: total - missing.size, total });
    let start = performance.now();
    await runPlan({
      plan,
      journal,
      countsUnseen: this.#request.dataset.countsUnseen,
      scene: (domain, index) => this.#scenes.scene(domain, index),
      open: async (batch) => {
        const opened = await this.#models.open(batch);
        // Training a student says nothing of how long cells take.
        start = performance.now();
        return opened;
      },
      onLabels: (planned, labels) => kept.keep(planned, labels),
      onCell: (cell, planned) => {
        const now = performance.now();
        left.finished(workOf(planned), (now - start) / 1000);
        start = now;
        missing.delete(cell.key);
        const miou = percent(matrixOf(cell.confusion, this.#request.dataset.meanOver).miou());
        display.update({
          label: "evaluating",
          value: total - missing.size,
          total,
          note: `${cell.domain} ${cell.scene}: ${cell.variant}, mIoU ${miou} %`,
          ...(left.seconds === null ? {} : { secondsLeft: left.seconds }),
        });
      },
    });
  }

  async #summarise(
    studies: readonly Study[],
    withoutStudent: readonly string[],
    plan: readonly CellBatch[],
    journal: Journal<Cell>,
  ): Promise<Results> {
    const { dataset, split, size, profile, command } = this.#request;
    const usual = plan.find(({ checkpoint }) => checkpoint === "joint") ?? plan[0]!;
    return summarise(
      {
        benchmark: dataset.name,
        split,
        seeds: size.seeds,
        student: await this.#models.studentIdentity(usual),
        teacher: profile.teachers[0]!.name,
        adapter: journal.settings["adapter"]!,
        command,
        date: new Date().toISOString(),
        commit: await programCommit(),
        classes: dataset.classes,
        meanOver: dataset.meanOver ?? "occurring",
        domains: Object.fromEntries(
          dataset.domains.map(({ name, about, isSource }) => [name, { about, isSource }]),
        ),
        settings: journal.settings,
        withoutStudent,
      },
      studies,
      journal.entries,
    );
  }
}
