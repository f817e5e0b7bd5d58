/** `demo`: a held-out scan of a shifted scanner goes through the running server, and the gain is shown. */
import { join } from "node:path";
import { defineCommand, wholeNumber } from "../cli/args.ts";
import { labelledFile, labelsAndReport, type Submission } from "../cli/client.ts";
import { MODEL_OPTIONS, openEngine, showProgress } from "../cli/engine.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { drawPanels, labelColors } from "../pictures/picture.ts";
import { EngineLabeller } from "../serving/labeller/engine_labeller.ts";
import type { StudentCard } from "../nn/card.ts";
import { camerasToJson, encodePng, readScan } from "../scan/mod.ts";
import type { ScanReport } from "../segment/report.ts";
import { roomScene, type WorldScene } from "../worlds/rooms/mod.ts";

export const command = defineCommand({
  name: "demo",
  summary: "Adapts to a scan of a scanner that the network has never seen, over HTTP",
  positionals: [],
  options: {
    out: { type: "string", value: "DIR", default: "out/demo", about: "folder for what it makes" },
    scene: { type: "string", value: "N", default: "0", about: "number of the held-out room" },
    steps: { type: "string", value: "N", default: "25", about: "gradient steps" },
    ...MODEL_OPTIONS,
  },
  async run({ out, scene: sceneNumber, steps: stepCount, ...models }, _, host) {
    const index = wholeNumber("scene", sceneNumber, 0, 65535);
    const steps = wholeNumber("steps", stepCount, 1, 1000);
    const start = performance.now();
    using display = progressDisplay();

    display.update({ label: "opening models and GPU" });
    await using engine = await openEngine(models);
    const gpu = await engine.gpu();
    display.update({ label: "making a room nobody has seen" });
    const scene = await roomScene(gpu, { domain: "noisy", split: "test", index });
    await using server = await host.openServer(
      {
        labeller: new EngineLabeller(engine, gpu.adapterName),
        onProgress: (_scan, progress) => showProgress(display, progress),
      },
      "127.0.0.1",
      0,
    );

    const submission = submissionOf(scene);
    const bare = { scan: submission.scan, images: [] };
    display.update({ label: "1 of 4: the source model alone" });
    const source = await labelsAndReport(server.url, { ...bare, options: { method: "source" } });
    display.update({ label: "2 of 4: with the statistics of this scan" });
    const batch = await labelsAndReport(server.url, { ...bare, options: { method: "bn" } });
    display.update({ label: "3 of 4: TTT-KD with its photographs" });
    const adapted = await labelsAndReport(server.url, {
      ...submission,
      options: { method: "ttt-kd", steps },
    });
    display.update({ label: "4 of 4: TTT-KD fused with the 2D probe, the default" });
    const fused = await labelledFile(server.url, { ...submission, options: { steps } });
    display[Symbol.dispose]();

    await writeInputs(out, submission);
    await Deno.writeFile(join(out, "labelled.ply"), fused.bytes);
    await Deno.writeTextFile(join(out, "report.json"), JSON.stringify(fused.report, null, 2));
    const { labels } = await readScan(fused.bytes, "labelled.ply");
    const miou = {
      source: source.report.metrics!.source!.miou,
      bn: batch.report.metrics!.bn!.miou,
      adapted: adapted.report.metrics!["ttt-kd"]!.miou,
      fused: fused.report.metrics![fused.report.method]!.miou,
    };
    await Deno.writeFile(
      join(out, "before_after.png"),
      pictureOf(scene, source.labels, labels!, engine.student, miou),
    );

    const seconds = (performance.now() - start) / 1000;
    console.log(`server    ${server.url}, ${gpu.adapterName}`);
    console.log(
      `scan      ${scene.id}: ${scene.scan.count} points, ${scene.photos.length} photographs`,
    );
    console.log(describe(fused.report));
    console.log(`mIoU      source only         ${percent(miou.source)}`);
    console.log(`          batch statistics    ${percent(miou.bn)}`);
    console.log(`          TTT-KD, ${`${steps} steps`.padEnd(10)}  ${percent(miou.adapted)}`);
    console.log(`          TTT-KD and 2D probe ${percent(miou.fused)}`);
    console.log(`written   ${out}: labelled.ply, report.json, before_after.png;`);
    console.log("          the scan as it was sent: scan.ply, cameras.json, images");
    console.log(`all of it took ${seconds.toFixed(1)} s`);
    if (miou.adapted <= miou.source || miou.fused <= miou.source) {
      throw new Error("Cannot show a gain: TTT-KD did not beat source only on this scan");
    }
  },
});

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

function describe({ losses, phases }: ScanReport): string {
  const lines = losses.map((loss, step) =>
    `${step === 0 ? "KD loss   " : "          "}step ${`${step}`.padStart(3)}  ${loss.toFixed(4)}`
  );
  const times = Object.entries(phases).map(([phase, milliseconds], index) =>
    `${index === 0 ? "time      " : "          "}${phase.padEnd(20)}${
      (milliseconds / 1000).toFixed(2)
    } s`
  );
  return [...lines, ...times].join("\n");
}

function pictureOf(
  { scan }: WorldScene,
  before: readonly number[],
  after: ArrayLike<number>,
  { classes, palette }: StudentCard,
  miou: { source: number; fused: number },
): Uint8Array {
  const panel = (title: string, labels: ArrayLike<number>) => ({
    title,
    colors: labelColors(labels, palette),
  });
  return encodePng(drawPanels(
    scan.positions,
    [
      panel("truth", scan.labels!),
      panel(`source only ${percent(miou.source)}`, before),
      panel(`TTT-KD and probe ${percent(miou.fused)}`, after),
    ],
    classes.map((name, index) => ({ name, color: palette[index]! })),
  ));
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
