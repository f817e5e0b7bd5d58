/**
 * A scan as large as a survey's: rooms side by side, cut into blocks, adapted to the photographs of the first room and
 * labelled as a whole. It shows that such a scan can be labelled, and takes the time and the memory.
 */
import type { KernelChoice } from "../../lib/gpu/mod.ts";
import { gpuHost } from "../../lib/kernel_choice/mod.ts";
import type { Scan } from "../../lib/scan/mod.ts";
import { Engine } from "../../lib/segment/engine.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import { roomScene } from "../../lib/worlds/rooms/mod.ts";

/** Metres from one room to the next. */
const PITCH = 12;
const VOXEL_SIZE = 0.03;
const STEPS = 2;
const MIB = 2 ** 20;

/** Prints time and memory for `edge` × `edge` rooms. */
export async function benchLarge(edge: number, kernels: KernelChoice): Promise<void> {
  const host = gpuHost({ kernels });
  try {
    await using engine = await Engine.open({ host });
    const gpu = await host.get();
    const scene = await roomScene(gpu, { domain: "terrestrial", split: "validation", index: 0 });
    const scan = sideBySide(scene.scan, edge);
    gpu.ledger.resetPeak();
    const start = performance.now();
    const { report } = await engine.segment({
      ...scene,
      scan,
      options: segmentOptions(
        { method: "ttt-kd", voxelSize: VOXEL_SIZE, steps: STEPS, augmentations: 0 },
        true,
      ),
    });
    const { points, voxels, blocks } = report.scan;
    const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(0);
    console.log(
      `large scan: ${points} points, ${voxels} voxels, ${blocks} blocks, ttt-kd with ${report.steps} steps: ` +
        `${seconds(performance.now() - start)} s (${
          Object.entries(report.phases)
            .map(([phase, milliseconds]) => `${phase} ${seconds(milliseconds)}`).join(", ")
        }), GPU buffers at most ${(gpu.ledger.peak / MIB).toFixed(0)} MiB, resident ${
          (Deno.memoryUsage().rss / MIB).toFixed(0)
        } MiB`,
    );
  } finally {
    await host.close();
  }
}

/** The scan on a grid of `edge` × `edge` places. */
function sideBySide(scan: Scan, edge: number): Scan {
  const rooms = edge ** 2;
  const repeated = <T extends Float32Array | Int32Array>(values: T, all: T): T => {
    for (let room = 0; room < rooms; room++) all.set(values, room * values.length);
    return all;
  };
  const { count, positions, colors, labels } = scan;
  const moved = repeated(positions, new Float32Array(positions.length * rooms));
  for (let p = 0; p < count * rooms; p++) {
    const room = Math.floor(p / count);
    moved[3 * p]! += PITCH * (room % edge);
    moved[3 * p + 1]! += PITCH * Math.floor(room / edge);
  }
  return {
    ...scan,
    count: count * rooms,
    positions: moved,
    colors: colors && repeated(colors, new Float32Array(colors.length * rooms)),
    intensity: null,
    normals: null,
    labels: labels && repeated(labels, new Int32Array(labels.length * rooms)),
    bytes: new Uint8Array(),
  };
}
