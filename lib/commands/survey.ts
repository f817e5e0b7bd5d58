/** `survey`: judges methods on labelled airborne scans, beside a rule that learned nothing. */
import { join } from "node:path";
import { defineCommand, UsageError, wholeNumber } from "../cli/args.ts";
import { MODEL_OPTIONS, openStudents } from "../cli/engine.ts";
import { aerialDataset } from "../datasets/aerial.ts";
import { markdownTable } from "../eval/report/markdown.ts";
import { judgeSurvey, RULE, type SurveyResult } from "../eval/survey/survey.ts";
import { surveySamples, validationSamples } from "../eval/survey/survey_samples.ts";
import { surveyTable, truthLine } from "../eval/survey/survey_table.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { METHODS } from "../ttt/methods/mod.ts";

/** Names the world whose validation scenes are judged in place of a folder's scans. */
const WORLD = "aerial";

export const command = defineCommand({
  name: "survey",
  summary:
    "Judges methods on labelled LAS and LAZ files, or on validation scenes (DIR: aerial): ground, vegetation, building",
  positionals: ["DIR"],
  options: {
    methods: {
      type: "string",
      value: "A,B",
      default: `${RULE},source,bn,ttt-kd,fusion,ttt-kd-fusion`,
      about:
        `methods to judge, ${RULE} being a progressive morphological filter; those that need photographs only run where a scan has some`,
    },
    scenes: {
      type: "string",
      value: "N",
      default: "2",
      about: `validation scenes of each domain, where DIR is ${WORLD}`,
    },
    only: {
      type: "string",
      value: "A,B",
      about: "names of scans, or of domains, to judge",
      otherwise: "all",
    },
    out: { type: "string", value: "DIR", default: "out/survey", about: "folder to write to" },
    ...MODEL_OPTIONS,
  },
  async run({ methods: given, scenes, only, out, ...models }, [folder]) {
    const methods = given.split(",");
    const unknown = methods.find((name) => name !== RULE && !METHODS.has(name));
    if (unknown !== undefined) {
      throw new UsageError(
        `Cannot set --methods to '${unknown}': there are ${[RULE, ...METHODS.keys()].join(", ")}`,
      );
    }
    const wanted = only?.split(",");
    const all = folder === WORLD
      ? validationSamples(aerialDataset(), wholeNumber("scenes", scenes, 1, 65536))
      : await surveySamples(folder!);
    const samples = all.filter(({ name, domain }) =>
      wanted?.some((only) => only === name || only === domain) ?? true
    );
    if (samples.length === 0) {
      throw new UsageError(`Cannot find a scan below ${folder}: give the folder that has them`);
    }
    await using engine = await openStudents(models);
    using display = progressDisplay();
    const results: SurveyResult[] = [];
    for (const sample of samples) {
      const { name } = sample;
      const onMethod = (method: string) => display.update({ label: `${name}: ${method}` });
      const result = await judgeSurvey(engine, sample, { methods, onMethod })
        .catch((error: Error) => error.message);
      if (typeof result === "string") display.say(`left out  ${name}: ${result}`);
      else {
        display.say(truthLine(result));
        for (const [method, why] of result.failed) {
          display.say(`failed    ${name}, ${method}: ${why}`);
        }
        results.push(result);
      }
    }
    display[Symbol.dispose]();
    if (results.length === 0) {
      throw new Error(
        `Cannot judge a scan of ${folder}: none has points of ground, vegetation or building`,
      );
    }
    const text = markdownTable(surveyTable(results));
    await Deno.mkdir(out, { recursive: true });
    await Deno.writeTextFile(join(out, "survey.md"), `${text}\n`);
    await Deno.writeTextFile(join(out, "survey.json"), JSON.stringify(results, null, 2));
    console.log(`${text}\n\nwritten   ${out}: survey.md, survey.json`);
  },
});
