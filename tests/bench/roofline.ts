/**
 * `deno task bench roofline`: how near a step of TTT-KD comes to what hardware allows. Work is counted from the plan and
 * the scan's kernel maps: multiply-adds, and bytes that every launch has to move once. The limit of a launch is the
 * time that its multiply-adds or its bytes take at the peak rate, whichever is longer; that of a step is their sum.
 * For GPUs that are not at hand it is a bound on paper, no measurement.
 */
import type { Gpu, KernelTime, Launch } from "../../lib/gpu/mod.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { planTensors } from "../../lib/graph/planner.ts";
import type { Tensor } from "../../lib/graph/tensor.ts";
import { type LaunchWork, launchWork, leastBytes } from "../../lib/graph/work.ts";
import { readStudent } from "../../lib/models/students.ts";
import { type StepCard, SteppingStudent } from "./distillation_step.ts";
import { type HostShare, measureHostShare } from "./host_share.ts";
import { whyNot } from "./network.ts";
import { measurePeaks, type Peaks, PUBLISHED } from "./peaks.ts";

/** What the command line chooses. */
export interface RooflineOptions {
  /** Runs of which the fastest counts. */
  readonly rounds: number;
  /** Voxels of the scans. */
  readonly voxels: readonly number[];
  /** Scans of more voxels are counted and not run. */
  readonly measured: number;
  /** Whether to print a line for each launch instead of each kernel. */
  readonly launches: boolean;
}

/** A launch and its work. */
interface CountedLaunch extends LaunchWork {
  readonly name: string;
  /** Fastest time on the GPU in milliseconds; null where it was not run. */
  readonly milliseconds: number | null;
}

/** What was found of one step. */
interface CountedStep {
  readonly name: string;
  readonly launches: readonly CountedLaunch[];
  readonly least: number;
  readonly host: HostShare | null;
}

/** What a launch costs a GPU besides its work, milliseconds. */
const LAUNCH_LATENCY = 0.005;

const MIB = 2 ** 20;

/** MinkUNet34C with a teacher as wide as DINOv2's smallest, and the embedded student. */
async function networks(): Promise<StepCard[]> {
  const large: StepCard = {
    backbone: "MinkUNet34C",
    classes: Array.from({ length: 20 }, (_, i) => `class ${i}`),
    features: ["red", "green", "blue"],
    teacher: { id: "teacher", width: 384 },
  };
  return [large, (await readStudent()).card];
}

/** Prints the work of each network on each scan, and sums up in the last lines. */
export async function benchRoofline(gpu: Gpu, options: RooflineOptions): Promise<void> {
  const here = await measurePeaks(gpu, options.rounds);
  const all = [here, ...PUBLISHED];
  console.log(
    "\nmadd is a multiply-add; bytes are counted once a launch, as caches would have it at best; times are the " +
      `fastest of ${options.rounds} runs`,
  );
  console.log(line("peak rates", ["Gmadd/s", "GB/s"]) + "  source");
  for (const { name, multiplyAdds, bytes, source } of all) {
    const rates = [multiplyAdds / 1e9, bytes / 1e9].map((rate) => rate.toFixed(1));
    console.log(`${line(`  ${name}`, rates)}  ${source}`);
  }
  const steps: CountedStep[] = [];
  for (const card of await networks()) {
    using student = new SteppingStudent(gpu, card);
    for (const voxels of options.voxels) {
      const step = await countStep(
        gpu,
        student,
        `${card.backbone}, ${voxels} voxels`,
        voxels,
        options,
      );
      steps.push(step);
      printStep(step, all, options.launches);
    }
  }
  console.log(
    "\nin short: one step of TTT-KD; GPUs on paper at their limit, launch latency on top",
  );
  for (const step of steps) console.log(`  ${summary(step, here)}`);
}

async function countStep(
  gpu: Gpu,
  student: SteppingStudent,
  name: string,
  voxels: number,
  { rounds, measured }: RooflineOptions,
): Promise<CountedStep> {
  using owned = new DisposableStack();
  const { graph, history } = await student.step(voxels, owned);
  // Others are skipped, and have no time.
  const launches = graph.launches.filter(({ workgroups }) => workgroups > 0);
  const counted = { name, least: leastBytes(launches), host: null };
  const { bytes } = planTensors(launches, new Set(), Infinity, Infinity);
  const refusal = voxels > measured
    ? `only scans up to ${measured} voxels (--measured) are`
    : whyNot(gpu, graph, bytes);
  if (refusal) {
    console.log(`\n${name}: counted, not run: ${refusal}`);
    return { ...counted, launches: launches.map((launch) => countedLaunch(launch, null)) };
  }
  const plan = owned.use(new Plan(gpu, graph, [], name));
  const times = await fastestLaunches(gpu, plan, rounds);
  return {
    ...counted,
    launches: launches.map((launch, i) => countedLaunch(launch, times?.[i] ?? null)),
    host: await measureHostShare(gpu, plan, history, rounds),
  };
}

function countedLaunch(launch: Launch<Tensor>, milliseconds: number | null): CountedLaunch {
  return { name: launch.kernel.name, ...launchWork(launch), milliseconds };
}

/** Milliseconds of each launch, the fastest of some runs; null without timestamps. */
async function fastestLaunches(gpu: Gpu, plan: Plan, rounds: number): Promise<number[] | null> {
  if (!gpu.features.has("timestamp-query")) return null;
  // The first run compiles.
  await plan.profile();
  const runs: KernelTime[][] = [];
  for (let round = 0; round < rounds; round++) runs.push(await plan.profile());
  return runs[0]!.map((_, i) => Math.min(...runs.map((run) => run[i]!.nanoseconds)) / 1e6);
}

/** Milliseconds that a launch takes at least, and which of the peaks it waits for. */
function limitOf({ multiplyAdds, bytesRead, bytesWritten }: LaunchWork, peaks: Peaks) {
  const arithmetic = multiplyAdds / peaks.multiplyAdds * 1e3;
  const memory = (bytesRead + bytesWritten) / peaks.bytes * 1e3;
  return { milliseconds: Math.max(arithmetic, memory), isArithmetic: arithmetic > memory };
}

/** The limit of some launches, and the share of it in which arithmetic binds. */
function limitOfAll(launches: readonly LaunchWork[], peaks: Peaks) {
  let milliseconds = 0;
  let arithmetic = 0;
  for (const launch of launches) {
    const limit = limitOf(launch, peaks);
    milliseconds += limit.milliseconds;
    if (limit.isArithmetic) arithmetic += limit.milliseconds;
  }
  return { milliseconds, arithmetic: milliseconds > 0 ? arithmetic / milliseconds : 0 };
}

function total(launches: readonly CountedLaunch[], key: keyof LaunchWork): number {
  return launches.reduce((sum, launch) => sum + launch[key], 0);
}

function measuredTotal(launches: readonly CountedLaunch[]): number | null {
  let sum = 0;
  for (const { milliseconds } of launches) {
    if (milliseconds === null) return null;
    sum += milliseconds;
  }
  return sum;
}

function printStep(step: CountedStep, all: readonly Peaks[], each: boolean): void {
  const here = all[0]!;
  const { name, launches, least, host } = step;
  console.log(line(`\n${name}`, [
    "launches",
    "Mmadd",
    "MiB read",
    "written",
    "limit ms",
    "binds",
    "ms",
    "of limit",
  ]));
  const groups = each
    ? launches.map((launch, i) => [`${i} ${launch.name}`, [launch]] as const)
    : [...Map.groupBy(launches, ({ name }) => name)]
      .sort(([, a], [, b]) => limitOfAll(b, here).milliseconds - limitOfAll(a, here).milliseconds);
  for (const [label, group] of groups) printGroup(`  ${label}`, group, here);
  printGroup("  all", launches, here);

  const bytes = total(launches, "bytesRead") + total(launches, "bytesWritten");
  console.log(
    `  bytes: ${(bytes / MIB).toFixed(1)} MiB, ${(bytes / least).toFixed(2)} times the least, ${
      (least / MIB).toFixed(1)
    } MiB`,
  );
  console.log(line("  on paper", ["limit ms", "by arith.", "with 5 us"]));
  for (const peaks of all.slice(1)) {
    const { milliseconds, arithmetic } = limitOfAll(launches, peaks);
    console.log(line(`    ${peaks.name}`, [
      milliseconds.toFixed(2),
      `${(100 * arithmetic).toFixed(0)} %`,
      (milliseconds + launches.length * LAUNCH_LATENCY).toFixed(2),
    ]));
  }
  if (host) console.log(`  ${hostText(host)}`);
}

/** One line of the table: launches that have something in common. */
function printGroup(label: string, launches: readonly CountedLaunch[], here: Peaks): void {
  const { milliseconds, arithmetic } = limitOfAll(launches, here);
  const measured = measuredTotal(launches);
  const binds = arithmetic > 0.5 ? "arith." : "memory";
  console.log(line(label, [
    String(launches.length),
    (total(launches, "multiplyAdds") / 1e6).toFixed(1),
    (total(launches, "bytesRead") / MIB).toFixed(1),
    (total(launches, "bytesWritten") / MIB).toFixed(1),
    milliseconds.toFixed(2),
    binds,
    measured === null ? "-" : measured.toFixed(2),
    measured === null ? "-" : `${(100 * milliseconds / measured).toFixed(0)} %`,
  ]));
}

function hostText({ submits, readbacks, writes, share, submit, step }: HostShare): string {
  const outside = share === null ? "?" : (100 * share).toFixed(1);
  return `host: ${submits} submits, ${readbacks} readbacks, ${writes} writes; ` +
    `${submit.toFixed(1)} of ${
      step.toFixed(1)
    } ms before the submit returns, ${outside} % outside the queue`;
}

/** A step in one line. */
function summary({ name, launches, least, host }: CountedStep, here: Peaks): string {
  const measured = measuredTotal(launches);
  const share = measured === null ? null : limitOfAll(launches, here).milliseconds / measured;
  const bytes = total(launches, "bytesRead") + total(launches, "bytesWritten");
  const latency = (launches.length * LAUNCH_LATENCY).toFixed(1);
  const predicted = PUBLISHED.map((peaks) => {
    const limit = limitOfAll(launches, peaks).milliseconds.toFixed(2);
    return `${peaks.name} ${limit} + ${latency} ms`;
  });
  const parts = [
    share === null ? "not run" : `${(100 * share).toFixed(0)} % of the limit here`,
    predicted.join(", "),
    `bytes ${(bytes / least).toFixed(2)} of the least`,
    `${launches.length} launches`,
  ];
  if (host) parts.push(hostText(host));
  return `${name}: ${parts.join("; ")}`;
}

function line(label: string, cells: readonly string[]): string {
  return label.padEnd(36) + cells.map((cell) => cell.padStart(10)).join("");
}
