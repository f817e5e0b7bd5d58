/** `eval`: methods against each other on held-out scenes. */
import { join } from "node:path";
import { defineCommand, UsageError, wholeNumber } from "../cli/args.ts";
import { MODEL_OPTIONS, openEngine } from "../cli/engine.ts";
import { progressDisplay } from "../cli/progress.ts";
import { resultsTable, summarise } from "../eval/results.ts";
import { type EvalScene, evaluate } from "../eval/runner.ts";
import type { Gpu } from "../gpu/mod.ts";
import { METHODS } from "../ttt/options.ts";
import { type DomainName, DOMAINS, roomScene, type Split, SPLITS } from "../worlds/rooms/mod.ts";

export const command = defineCommand({
  name: "eval",
  summary: "Compares methods on held-out scenes",
  positionals: [],
  options: {
    benchmark: { type: "string", value: "NAME", default: "rooms", about: "rooms" },
    domains: {
      type: "string",
      value: "A,B",
      default: "shifted",
      about: Object.keys(DOMAINS).join(", "),
    },
    methods: {
      type: "string",
      value: "A,B",
      default: "source,bn,ttt-kd",
      about: METHODS.join(", "),
    },
    split: { type: "string", value: "NAME", default: "test", about: "validation or test" },
    scenes: { type: "string", value: "N", default: "10", about: "scenes a domain and seed" },
    seeds: { type: "string", value: "N", default: "1", about: "groups of scenes" },
    steps: { type: "string", value: "N", about: "gradient steps (each method's own default)" },
    "learning-rate": { type: "string", value: "X", about: "of the steps (0.2)" },
    swap: {
      type: "boolean",
      about: "placebo: each camera is given the photograph of another one; no gain may be left",
    },
    out: { type: "string", value: "DIR", default: "out/eval", about: "folder for results.json" },
    ...MODEL_OPTIONS,
  },
  async run(values) {
    if (values.benchmark !== "rooms") {
      throw new UsageError(`Cannot run benchmark '${values.benchmark}': there is rooms`);
    }
    const domains = listOf("domains", values.domains, Object.keys(DOMAINS) as DomainName[]);
    const methods = listOf("methods", values.methods, METHODS);
    const [split] = listOf(
      "split",
      values.split,
      SPLITS.filter((name) => /^(val|test)/.test(name)),
    );
    const perSeed = wholeNumber("scenes", values.scenes, 1, 10_000);
    const seeds = wholeNumber("seeds", values.seeds, 1, 100);
    const settings = {
      ...(values.steps === undefined ? {} : { steps: values.steps }),
      ...(values["learning-rate"] === undefined ? {} : { learningRate: values["learning-rate"] }),
    };

    await using engine = await openEngine(values);
    const gpu = await engine.gpu();
    using display = progressDisplay();
    const total = domains.length * seeds * perSeed * methods.length;
    let done = 0;
    const scenes = roomScenes(gpu, domains, split!, seeds, perSeed);
    const results = await evaluate({
      engine,
      scenes: values.swap ? swapPhotographs(scenes) : scenes,
      methods,
      settings,
      onResult: ({ scene, method, confusion }) =>
        display.update({
          label: "evaluating",
          value: ++done,
          total,
          note: `${scene} ${method} ${(100 * confusion.miou()).toFixed(1)} %`,
        }),
    });
    display[Symbol.dispose]();
    const summary = summarise({
      benchmark: values.benchmark,
      student: engine.student.id,
      teacher: engine.teacher.id,
      adapter: gpu.adapterName,
      classes: engine.student.classes,
    }, results);
    await Deno.mkdir(values.out, { recursive: true });
    const file = join(values.out, "results.json");
    await Deno.writeTextFile(file, JSON.stringify(summary, null, 2));
    console.log(`${resultsTable(summary)}\n${file} holds every class and scene`);
  },
});

/** Seed s takes the scenes from s * perSeed on. */
async function* roomScenes(
  gpu: Gpu,
  domains: readonly DomainName[],
  split: Split,
  seeds: number,
  perSeed: number,
): AsyncGenerator<EvalScene> {
  for (const domain of domains) {
    for (let seed = 0; seed < seeds; seed++) {
      for (let index = seed * perSeed; index < (seed + 1) * perSeed; index++) {
        yield { domain, seed, ...await roomScene(gpu, { domain, split, index }) };
      }
    }
  }
}

/** The same scenes with every photograph at the camera half the list away. */
async function* swapPhotographs(scenes: AsyncIterable<EvalScene>): AsyncGenerator<EvalScene> {
  for await (const scene of scenes) {
    const { photos } = scene;
    const half = Math.floor(photos.length / 2);
    yield { ...scene, photos: [...photos.slice(half), ...photos.slice(0, half)] };
  }
}

function listOf<T extends string>(option: string, value: string, allowed: readonly T[]): T[] {
  return [...new Set(value.split(","))].map((name) => {
    const found = allowed.find((entry) => entry === name);
    if (found) return found;
    throw new UsageError(`Cannot set --${option} to '${name}': there are ${allowed.join(", ")}`);
  });
}
