/** `demo`: sends a held-out scan of a shifted scanner through the running server, and shows the gain. */
import { join } from "node:path";
import { defineCommand, wholeNumber } from "../cli/args.ts";
import { labelledFile, labelsAndReport, type Submission } from "../cli/client.ts";
import {
  AUGMENTATIONS_OPTION,
  MODEL_OPTIONS,
  openStudents,
  showProgress,
  STUDENT_OPTION,
} from "../cli/engine.ts";
import { percent } from "../terminal/format.ts";
import { type ProgressDisplay, progressDisplay } from "../terminal/progress.ts";
import { drawLabelPanels } from "../pictures/picture.ts";
import { EngineLabeller } from "../serving/labeller/engine_labeller.ts";
import { camerasToJson, encodePng, readScan } from "../scan/mod.ts";
import type { ScanReport } from "../segment/report/report.ts";
import { roomScene, type WorldScene } from "../worlds/rooms/mod.ts";

export const command = defineCommand({
  name: "demo",
  summary: "Labels a scan of an unknown scanner over HTTP, without and with adaptation",
  positionals: [],
  options: {
    out: { type: "string", value: "DIR", default: "out/demo", about: "folder to write to" },
    scene: { type: "string", value: "N", default: "0", about: "number of the held-out room" },
    steps: { type: "string", value: "N", default: "25", about: "gradient steps" },
    augmentations: AUGMENTATIONS_OPTION,
    "voxel-size": {
      type: "string",
      value: "METRES",
      about: "edge of a voxel",
      otherwise: "the student's own",
    },
    ...MODEL_OPTIONS,
    student: STUDENT_OPTION,
  },
  async run(
    {
      out,
      scene: sceneNumber,
      steps: stepCount,
      augmentations,
      "voxel-size": voxelSize,
      ...models
    },
    _,
    host,
  ) {
    const index = wholeNumber("scene", sceneNumber, 0, 65535);
    const steps = wholeNumber("steps", stepCount, 1, 1000);
    const settings = { steps, augmentations: wholeNumber("augmentations", augmentations, 0, 64) };
    const start = performance.now();
    using display = progressDisplay();

    display.update({ label: "opening models and GPU" });
    await using engine = await openStudents(models);
    const gpu = await engine.gpu();
    display.update({ label: "generating a room that no model was trained on" });
    const scene = await roomScene(gpu, { domain: "noisy", split: "test", index });
    await using server = await host.openServer(
      {
        labeller: new EngineLabeller(engine, gpu.adapterName),
        onProgress: (_scan, progress) => showProgress(display, progress, "KD loss"),
      },
      "127.0.0.1",
      0,
    );
    const submission = submissionOf(scene);
    const answers = await label(server.url, submission, settings, voxelSize, display);
    display[Symbol.dispose]();

    const { source, batch, adapted, fused } = answers;
    const miou = {
      source: miouOf(source.report),
      batch: miouOf(batch.report),
      adapted: miouOf(adapted.report),
      fused: miouOf(fused.report),
    };
    await writeInputs(out, submission);
    await Deno.writeFile(join(out, "labelled.ply"), fused.bytes);
    await Deno.writeTextFile(join(out, "report.json"), JSON.stringify(fused.report, null, 2));
    const { labels } = await readScan(fused.bytes, "labelled.ply");
    const picture = drawLabelPanels(scene.scan.positions, [
      { title: "truth", labels: scene.scan.labels! },
      { title: `source only ${percent(miou.source)} %`, labels: source.labels },
      { title: `TTT-KD and probe ${percent(miou.fused)} %`, labels: labels! },
    ], engine.students[0]!.card);
    await Deno.writeFile(join(out, "before_after.png"), encodePng(picture));

    const seconds = (performance.now() - start) / 1000;
    console.log(`server    ${server.url}, ${gpu.adapterName}`);
    console.log(
      `scan      ${scene.id}: ${scene.scan.count} points, ${scene.photos.length} photographs`,
    );
    console.log(describe(fused.report));
    console.log(`mIoU      source only         ${percent(miou.source)} %`);
    console.log(`          batch statistics    ${percent(miou.batch)} %`);
    console.log(`          TTT-KD, ${`${steps} steps`.padEnd(10)}  ${percent(miou.adapted)} %`);
    console.log(`          TTT-KD and 2D probe ${percent(miou.fused)} %`);
    console.log(`written   ${out}: labelled.ply, report.json, before_after.png;`);
    console.log("          the scan as it was sent: scan.ply, cameras.json, images");
    console.log(`total     ${seconds.toFixed(1)} s`);
    if (miou.adapted <= miou.source || miou.fused <= miou.source) {
      throw new Error("Cannot show a gain: TTT-KD did not beat source only on this scan");
    }
  },
});

/** Labels the scan in four ways; the settings are those of TTT-KD. */
async function label(
  url: string,
  submission: Submission,
  settings: { steps: number; augmentations: number },
  voxelSize: string | undefined,
  display: ProgressDisplay,
) {
  const bare = { scan: submission.scan, images: [] };
  // The labels of the room are the student's classes, and scan.ply keeps them.
  const answer = {
    ...{ evaluate: true, keepLabels: false },
    ...(voxelSize === undefined ? {} : { voxelSize }),
  };
  display.update({ label: "1 of 4: the network as it was trained" });
  const source = await labelsAndReport(url, { ...bare, options: { ...answer, method: "source" } });
  display.update({ label: "2 of 4: with the batch statistics of this scan" });
  const batch = await labelsAndReport(url, { ...bare, options: { ...answer, method: "bn" } });
  display.update({ label: "3 of 4: TTT-KD with the photographs" });
  const options = { ...answer, method: "ttt-kd", ...settings };
  const adapted = await labelsAndReport(url, { ...submission, options });
  display.update({ label: "4 of 4: TTT-KD fused with the 2D probe, the default" });
  const fused = await labelledFile(url, { ...submission, options: { ...answer, ...settings } });
  return { source, batch, adapted, fused };
}

/** The mIoU of a report's own method. */
function miouOf({ method, metrics }: ScanReport): number {
  return metrics![method]!.miou;
}

function submissionOf({ scan, photos, cameras }: WorldScene): Submission {
  return {
    scan: { name: scan.name, bytes: scan.bytes },
    images: photos.map((photo) => ({ name: photo.name, bytes: encodePng(photo) })),
    cameras: camerasToJson(cameras),
    options: {},
  };
}

/** Writes what was sent, so that readers can send it again by other means. */
async function writeInputs(out: string, { scan, images, cameras }: Submission): Promise<void> {
  await Deno.mkdir(join(out, "images"), { recursive: true });
  await Deno.writeFile(join(out, "scan.ply"), scan.bytes);
  await Deno.writeTextFile(join(out, "cameras.json"), cameras!);
  for (const { name, bytes } of images) await Deno.writeFile(join(out, "images", name), bytes);
}

/** The losses by step and the times by phase. */
function describe({ lossName, losses, phases }: ScanReport): string {
  const rows = [
    ...losses.map((loss, step) => [
      step === 0 ? lossName ?? "" : "",
      `step ${`${step}`.padStart(3)}  ${loss.toFixed(4)}`,
    ]),
    ...Object.entries(phases).map(([phase, milliseconds], index) => [
      index === 0 ? "time" : "",
      `${phase.padEnd(20)}${(milliseconds / 1000).toFixed(2)} s`,
    ]),
  ];
  return rows.map(([name, value]) => name!.padEnd(10) + value).join("\n");
}
