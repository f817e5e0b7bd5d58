/**
 * A tile of an airborne survey: terrain with houses and trees as LAS, read, labelled without photographs and written again,
 * with the time and the memory of each part.
 */
import process from "node:process";
import type { KernelChoice } from "../../lib/gpu/mod.ts";
import { gpuHost } from "../../lib/kernel_choice/mod.ts";
import { Random } from "../../lib/random/random.ts";
import { readScan, type Scan, writeScan } from "../../lib/scan/mod.ts";
import { writeLas } from "../../lib/scan/las/write_las.ts";
import { EngineSet } from "../../lib/segment/engine_set.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import { heightsAboveGround } from "../../lib/voxels/ground/heights.ts";

/** Points of a square metre, as national surveys have. */
const DENSITY = 10;
const MIB = 2 ** 20;

/** Prints time and memory for a tile of so many points. */
export async function benchSurvey(
  points: number,
  student: string,
  kernels: KernelChoice,
): Promise<void> {
  const file = writeLas(town(points));
  const host = gpuHost({ kernels });
  const parts: string[] = [];
  const timed = async <T>(part: string, work: () => T | Promise<T>): Promise<T> => {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const result = await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const { user, system } = process.cpuUsage(before);
    parts.push(`${part} ${seconds} s (${((user + system) / 1e6).toFixed(0)} s of CPU)`);
    return result;
  };
  try {
    await using engine = await EngineSet.open({ host, students: [student] });
    const gpu = await host.get();
    gpu.ledger.resetPeak();
    const scan = await timed("read", () => readScan(file, "tile.las"));
    await timed("ground alone", () => heightsAboveGround(scan.positions));
    const { labels, confidence, student: card, report } = await timed(
      "label",
      () =>
        engine.segment({
          scan,
          photos: [],
          cameras: [],
          options: segmentOptions({}, false),
        }),
    );
    await timed("write", () => writeScan(scan, { labels, confidence, student: card }));
    const { voxels, blocks, voxelSize } = report.scan;
    console.log(
      `survey: ${points} points, ${voxels} voxels of ${voxelSize} m, ${blocks} blocks, ` +
        `${report.method} by ${report.student}: ${parts.join(", ")}; GPU buffers at most ${
          (gpu.ledger.peak / MIB).toFixed(0)
        } MiB, resident at most ${(await peakResident() / MIB).toFixed(0)} MiB, ` +
        `the file ${(file.length / MIB).toFixed(0)} MiB`,
    );
  } finally {
    await host.close();
  }
}

/** Rolling ground with a house or a wood on every lot of 25 m. */
function town(count: number): Scan {
  const random = new Random(1);
  const side = Math.sqrt(count / DENSITY);
  const ground = (x: number, y: number) => 8 * Math.sin(x / 90) * Math.cos(y / 70) + 0.02 * x;
  const positions = new Float32Array(3 * count);
  for (let p = 0; p < count; p++) {
    const [x, y] = [random.range(0, side), random.range(0, side)];
    const [u, v] = [x % 25 - 12, y % 25 - 12];
    const isWood = (Math.floor(x / 25) + Math.floor(y / 25)) % 3 === 0;
    const height = isWood
      ? random.chance(0.7) ? random.range(1, 14) : 0
      : Math.abs(u) < 5 && Math.abs(v) < 7
      ? 7 - 0.5 * Math.abs(u)
      : 0;
    positions.set([x, y, ground(x, y) + height], 3 * p);
  }
  const name = "tile.las";
  const measured = { colors: null, normals: null, labels: null };
  const intensity = Float32Array.from({ length: count }, () => random.uniform());
  const frame = { format: "las" as const, origin: [700_000, 6_600_000, 100] as Scan["origin"] };
  return {
    name,
    count,
    positions,
    intensity,
    ...measured,
    ...frame,
    bytes: new Uint8Array(),
    warnings: [],
  };
}

/** The most memory that this process ever had, in bytes; what it has now where the system does not tell. */
async function peakResident(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
  return kilobytes === undefined ? Deno.memoryUsage().rss : 1024 * Number(kilobytes);
}
