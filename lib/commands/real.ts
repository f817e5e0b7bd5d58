/** `real`: sends the real scans of a folder through the running server, and checks the answers. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineCommand, wholeNumber } from "../cli/args.ts";
import { labelledFile } from "../cli/client.ts";
import {
  AUGMENTATIONS_OPTION,
  MODEL_OPTIONS,
  openStudents,
  showProgress,
  STUDENT_OPTION,
} from "../cli/engine.ts";
import { readNamed, readPhotographs } from "../scan/mod.ts";
import { percent } from "../terminal/format.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { checkLabelledFile } from "../eval/labelled_file_check.ts";
import { EngineLabeller } from "../serving/labeller/engine_labeller.ts";
import type { ScanReport } from "../segment/report/report.ts";

/** The outcome of one scan. */
interface Outcome {
  sample: string;
  report: ScanReport | null;
  seconds: number;
  /** What is wrong with it; null where all is well. */
  fault: string | null;
}

export const command = defineCommand({
  name: "real",
  summary: "Labels every real scan of a folder over HTTP, and checks the answers",
  positionals: [],
  options: {
    data: {
      type: "string",
      value: "DIR",
      default: "../shared/data",
      about: "folder of samples: NAME/scan.ply, NAME/images/, NAME/cameras.json",
    },
    only: { type: "string", value: "A,B", about: "names of samples to send", otherwise: "all" },
    steps: { type: "string", value: "N", default: "25", about: "gradient steps" },
    augmentations: AUGMENTATIONS_OPTION,
    fall: {
      type: "string",
      value: "PERCENT",
      default: "20",
      about: "fall of the KD loss that is required",
    },
    ...MODEL_OPTIONS,
    student: STUDENT_OPTION,
  },
  async run({ data, only, steps, augmentations, fall, ...models }, _, host) {
    const settings = {
      steps: wholeNumber("steps", steps, 1, 1000),
      augmentations: wholeNumber("augmentations", augmentations, 0, 64),
    };
    const leastFall = wholeNumber("fall", fall, 0, 100) / 100;
    const samples = only?.split(",") ?? samplesOf(data);
    if (samples.length === 0) {
      throw new Error(
        `Cannot find samples in ${data}: a sample is a folder with scan.ply and cameras.json`,
      );
    }
    await using engine = await openStudents(models);
    using display = progressDisplay();
    await using server = await host.openServer(
      {
        labeller: new EngineLabeller(engine, (await engine.gpu()).adapterName),
        onProgress: (_scan, progress) => showProgress(display, progress, "KD loss"),
      },
      "127.0.0.1",
      0,
    );
    console.log(row(["sample", "points", "views", "seen", "KD loss", "fall", "seconds", "answer"]));
    console.log(row(Array.from({ length: 8 }, () => "---")));
    let faults = 0;
    for (const sample of samples) {
      const outcome = await send(server.url, join(data, sample), sample, settings, {
        classes: engine.students[0]!.card.classes.length,
        leastFall,
      });
      if (outcome.fault !== null) faults++;
      console.log(describe(outcome));
    }
    if (faults > 0) throw new Error(`Cannot accept ${faults} of ${samples.length} samples`);
  },
});

function samplesOf(data: string): string[] {
  return [...Deno.readDirSync(data)].map(({ name }) => name)
    .filter((name) =>
      ["scan.ply", "cameras.json"].every((file) => existsSync(join(data, name, file)))
    )
    .sort();
}

async function send(
  url: string,
  folder: string,
  sample: string,
  settings: { steps: number; augmentations: number },
  { classes, leastFall }: { classes: number; leastFall: number },
): Promise<Outcome> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const scan = await readNamed(join(folder, "scan.ply"));
    const found = await readPhotographs(join(folder, "images"), join(folder, "cameras.json"));
    const images = await Promise.all(
      found.images.map(({ name }) => readNamed(join(folder, "images", name))),
    );
    const { bytes, report } = await labelledFile(url, {
      scan,
      images,
      cameras: new TextDecoder().decode(found.cameras[0]!.bytes),
      // The labels of the samples are not the student's classes.
      options: { method: "ttt-kd", ...settings, evaluate: false },
    });
    const outcome = { sample, report, seconds: seconds() };
    await checkLabelledFile(scan.bytes, bytes, classes);
    const fall = fallOf(report);
    const fault = fall >= leastFall
      ? null
      : `the KD loss falls by ${percent(fall)} %, less than ${percent(leastFall)} %`;
    return { ...outcome, fault };
  } catch (error) {
    return { sample, report: null, seconds: seconds(), fault: (error as Error).message };
  }
}

/** The fraction by which the loss fell from before the first step to after the last one. */
function fallOf({ losses }: ScanReport): number {
  return 1 - losses.at(-1)! / losses[0]!;
}

function describe({ sample, report, seconds, fault }: Outcome): string {
  const answer = fault ?? "complete, nothing else changed";
  if (!report) return row([sample, "", "", "", "", "", seconds.toFixed(1), answer]);
  return row([
    sample,
    `${report.scan.points}`,
    `${report.views.count}`,
    `${report.views.pointsSeen}`,
    `${report.losses[0]!.toFixed(4)} -> ${report.losses.at(-1)!.toFixed(4)}`,
    `${percent(fallOf(report))} %`,
    seconds.toFixed(1),
    answer,
  ]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
