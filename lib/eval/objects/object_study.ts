/**
 * How well objects are found in scenes whose objects are known: by true labels, and by the labels of methods.
 *
 * @module
 */
import { join } from "node:path";
import type { DatasetScene } from "../../datasets/dataset.ts";
import { Journal } from "../../journal/journal.ts";
import { type Detections, detectionsOf } from "../../metrics/average_precision.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { findInstances } from "../../segment/instances/find_instances.ts";
import { thingsOf } from "../../segment/instances/things.ts";
import { METHODS } from "../../ttt/methods/mod.ts";
import { percent } from "../../terminal/format.ts";
import { labelBy } from "../cells/runner.ts";
import type { EvaluationRequest } from "../evaluation.ts";
import { openCaches } from "../caches.ts";
import type { EvalModels } from "../models/eval_models.ts";
import type { Table } from "../report/tables.ts";
import { focusSequences } from "../studies/study_scenes.ts";
import type { StudyContext } from "../studies/study.ts";
import type { Variant } from "../studies/variant.ts";
import { variantOf } from "../studies/variants.ts";
import {
  meanPrecision,
  type ObjectCell,
  parseObjectCell,
  precisionByClass,
} from "./object_cell.ts";
import { CHOSEN, type ObjectSettings, objectSettings } from "./object_settings.ts";

/** True objects of fewer points do not count. */
const LEAST_POINTS = 10;
/** The methods that are compared; those of one group take the same steps, once. */
const COMPARED = [["source"], ["fusion"], ["ttt-kd-fusion", "ttt-kd"]] as const;
/** The labels are the true ones: what is lost then is lost by geometry. */
const TRUTH = "true labels";

/** A labelled scene, with probabilities `[points][classes]`. */
interface Prediction {
  method: string;
  labels: Uint8Array;
  probabilities: Float32Array;
}

/**
 * Finds the objects of some scenes of each domain that smaller studies use, and holds them against the true ones. What is
 * finished is kept in a journal in the folder.
 *
 * @param tries whether settings around the chosen ones are compared.
 * @returns tables to print.
 * @throws {TypeError} where the data set does not know objects.
 */
export async function studyObjects(
  request: EvaluationRequest,
  tries: boolean,
): Promise<Table[]> {
  const { dataset, split, profile, size, out, host, display } = request;
  const { scenes, models } = openCaches(request);
  const context: StudyContext = {
    ...{ dataset, split, profile, size, methods: METHODS, chosen: [] },
    isAvailable: await models.availability(profile.teachers, request.trains),
  };
  const groups = COMPARED.map((names) =>
    names.filter((name) => request.methods.includes(name)).map((name) => variantOf(context, name))
  ).filter(({ length }) => length > 0);
  const settings = objectSettings(tries);
  await Deno.mkdir(out, { recursive: true });
  const path = join(out, "objects.jsonl");
  using journal = await Journal.open(path, parseObjectCell, { fresh: request.fresh });
  const { adapterName: adapter, kernels } = await host.get();
  await journal.settle({
    ...{ benchmark: dataset.name, split, adapter, kernels: kernels.name },
    ...Object.fromEntries(
      await Promise.all(groups.map(async ([first]) =>
        [
          `student ${first!.checkpoint}`,
          await models.studentIdentity(batchOf(first!)),
        ] as const
      )),
    ),
    settings: JSON.stringify([...settings]),
  });
  const planned = focusSequences(context)
    .flatMap(({ parts }) => parts)
    .flatMap(({ domain, scenes }) =>
      Array.from({ length: scenes }, (_, scene) => ({ domain, scene }))
    );
  const methods = [TRUTH, ...groups.flat().map(({ id }) => id)];
  const missing = (wanted: readonly string[]) =>
    planned.filter(({ domain, scene }) =>
      wanted.some((method) => !journal.entries.has(keyOf(method, domain, scene)))
    );
  const compute = async (variant: Variant, others: readonly Variant[]) => {
    const wanted = [variant, ...others].map(({ id }) => id);
    const todo = missing(wanted);
    if (!request.works || todo.length === 0) return;
    await using opened = await models.open(batchOf(variant));
    for (const [i, { domain, scene }] of todo.entries()) {
      display.update({
        label: `${wanted.join(", ")} on ${domain} ${scene}`,
        value: i,
        total: todo.length,
      });
      const given = await scenes.scene(domain, scene);
      opened.show(given);
      const result = await labelBy(variant, given, opened.engine, others, { probabilities: true });
      const { card } = opened.engine.students[0]!;
      const predictions = [result, ...result.readouts].map((one, k) => ({
        ...{ method: wanted[k]!, labels: one.labels, probabilities: one.probabilities! },
      }));
      for (const prediction of [trueLabels(given, card.classes.length), ...predictions]) {
        const key = keyOf(prediction.method, domain, scene);
        if (journal.entries.has(key)) continue;
        await journal.append({
          ...{ key, method: prediction.method, domain, scene },
          detections: detect(given, prediction, settings, (factor) =>
            new Map(
              [...thingsOf(card, card.voxelSize)].map(([label, reach]) => [label, factor * reach]),
            )),
        });
      }
    }
  };
  for (const [first, ...others] of groups) await compute(first!, others);
  // A method that has not finished is not compared: scenes differ.
  const finished = methods.filter((method) => missing([method]).length === 0);
  const cells = planned.flatMap(({ domain, scene }) =>
    finished.map((method) => journal.entries.get(keyOf(method, domain, scene))!)
  );
  return tablesOf(cells, finished, [...settings.keys()], dataset.classes);
}

function keyOf(method: string, domain: string, scene: number): string {
  return `${method} | ${domain} ${scene}`;
}

/** What opens the student of a variant. */
function batchOf({ checkpoint, teacher }: Variant): Parameters<EvalModels["open"]>[0] {
  return { checkpoint, teacher, seed: 0, target: null, single: [], sequences: [] };
}

/** The true labels as a prediction that is certain. */
function trueLabels({ scan }: DatasetScene, classes: number): Prediction {
  const labels = Uint8Array.from(scan.labels!);
  const probabilities = new Float32Array(labels.length * classes);
  labels.forEach((label, point) => {
    if (label !== IGNORE_LABEL) probabilities[point * classes + label] = 1;
  });
  return { method: TRUTH, labels, probabilities };
}

/** Finds the objects of a prediction by each of the settings. */
function detect(
  { id, scan, objects }: DatasetScene,
  { labels, probabilities }: Prediction,
  settings: ReadonlyMap<string, ObjectSettings>,
  reachesBy: (factor: number) => Map<number, number>,
): Record<string, Detections[]> {
  if (!objects) throw new TypeError(`Cannot compare the objects of ${id}: they are not known`);
  const classes = probabilities.length / labels.length;
  const confidence = Float32Array.from(labels, (label, p) => probabilities[p * classes + label]!);
  const truth = { instances: objects, labels: scan.labels! };
  return Object.fromEntries([...settings].map(([name, { reach, ...own }]) => {
    const reaches = reachesBy(reach);
    const predicted = { positions: scan.positions, labels, probabilities };
    const instances = findInstances(predicted, reaches, own);
    const options = {
      ...{ classes, leastPoints: LEAST_POINTS },
      isThing: (label: number) => reaches.has(label),
    };
    return [name, detectionsOf(truth, { instances, labels, confidence }, options)];
  }));
}

/** The tables of the study: by domain, by class, and by settings where several were compared. */
function tablesOf(
  cells: readonly ObjectCell[],
  methods: readonly string[],
  settings: readonly string[],
  classes: readonly string[],
): Table[] {
  const domains = [...new Set(cells.map(({ domain }) => domain))];
  const of = (method: string, domain?: string) =>
    cells.filter((cell) =>
      cell.method === method && (domain === undefined || cell.domain === domain)
    );
  /** The mean over domains of the mean over classes, after that of each domain. */
  const figures = (method: string, by: string) => {
    const all = domains.map((domain) => meanPrecision(precisionByClass(of(method, domain), by)));
    return [...all, all.reduce((sum, one) => sum + one, 0) / all.length].map(percent);
  };
  const note = "AP50 in %.";
  const things = classes.flatMap((name, label) => {
    const known = precisionByClass(of(TRUTH), CHOSEN)[label] ?? null;
    return known === null ? [] : [{ name, label }];
  });
  return [
    {
      ...{ title: "Objects by domain", note },
      head: ["labels", ...domains, "mean"],
      rows: methods.map((method) => [method, ...figures(method, CHOSEN)]),
    },
    {
      ...{ title: "Objects by class, over all domains", note },
      head: ["labels", ...things.map(({ name }) => name)],
      rows: methods.map((method) => {
        const precisions = precisionByClass(of(method), CHOSEN);
        return [method, ...things.map(({ label }) => percent(precisions[label] ?? NaN))];
      }),
    },
    ...(settings.length > 1
      ? [{
        ...{ title: "Settings, mean over domains", note },
        head: ["settings", ...methods],
        rows: settings.map((by) => [by, ...methods.map((method) => figures(method, by).at(-1)!)]),
      }]
      : []),
  ];
}
