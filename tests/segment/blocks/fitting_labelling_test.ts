/** Scans on a GPU with little memory are labelled in smaller blocks. */
import assert from "node:assert/strict";
import { type Gpu, GpuMemoryError } from "../../../lib/gpu/mod.ts";
import { MemoryError } from "../../../lib/scan/mod.ts";
import { blameScan } from "../../../lib/segment/blame_scan.ts";
import { BlockSizer } from "../../../lib/segment/block_size.ts";
import { labelFitting } from "../../../lib/segment/blocks/fitting_labelling.ts";
import { blocksOf } from "../../../lib/segment/blocks/scan_blocks.ts";
import { labelByBlocks } from "../../../lib/segment/block_labelling.ts";
import type { LabellingTask } from "../../../lib/segment/labelling.ts";
import { type Method, METHODS } from "../../../lib/ttt/methods/mod.ts";
import { littleMemory } from "../../gpu/little_memory.ts";
import { withGpu } from "../../gpu.ts";
import { corridorTask } from "./corridor.ts";

/** Blocks that the corridor fits into. */
const MOST = 65_536;

/** The most bytes that labelling takes. */
async function peakOf(gpu: Gpu, work: () => Promise<unknown>): Promise<number> {
  await gpu.recover();
  gpu.ledger.resetPeak();
  const before = gpu.ledger.bytes;
  await work();
  const peak = gpu.ledger.peak - before;
  await gpu.recover();
  return peak;
}

/** A corridor of as many points as have to be cut, and what it is cut by. */
function longCorridor(gpu: Gpu, owned: DisposableStack): [LabellingTask, BlockSizer] {
  const task = corridorTask(gpu, owned, 40_000);
  return [task, new BlockSizer(task.student, gpu, MOST)];
}

withGpu(
  "labelFitting() cuts a scan where the GPU has too little memory, and says so",
  async (gpu) => {
    using owned = new DisposableStack();
    const [task, sizer] = longCorridor(gpu, owned);
    let whole: Awaited<ReturnType<typeof labelFitting>>;
    const peak = await peakOf(gpu, async () => whole = await labelFitting(task, sizer));
    assert.equal(whole!.blocks, 1);
    assert.equal(task.work.warnings.length, 0);

    const before = gpu.ledger.live;
    using memory = littleMemory(gpu, 0.6 * peak);
    const parts = await labelFitting(task, sizer);
    assert.ok(memory.refused > 0, "the first try failed");
    assert.equal(gpu.ledger.live, before);
    const { warnings } = task.work;
    assert.deepEqual(warnings.map(({ code }) => code), ["gpu-memory"]);
    const voxels = Number(
      /in ones of at most (\d+) voxels.*--block-voxels \1 /.exec(warnings[0]!.text)![1],
    );
    // As if the blocks had been asked for.
    const asked = await labelByBlocks(task, blocksOf(task, sizer, voxels));
    assert.ok(parts.blocks > 1);
    assert.deepEqual(parts, asked);
  },
);

withGpu(
  "labelFitting() gives up where smaller blocks do not fit either; the next scan does",
  async (gpu) => {
    using owned = new DisposableStack();
    const [task, sizer] = longCorridor(gpu, owned);
    const whole = await labelFitting(task, sizer);
    {
      using _memory = littleMemory(gpu, 2 ** 16);
      const error = await labelFitting(task, sizer).catch((error) => error);
      assert.ok(error instanceof GpuMemoryError);
      const blamed = blameScan(error, "street.las");
      assert.ok(blamed instanceof MemoryError, "413");
      assert.match(blamed.message, /street\.las.* GPU has too little memory.*--block-voxels/);
      assert.equal(task.work.warnings.length, 0);
    }
    assert.deepEqual(await labelFitting(task, sizer), whole);
  },
);

withGpu(
  "labelFitting() does not try again what cannot be cut or has moved kept weights",
  async (gpu) => {
    using owned = new DisposableStack();
    const [task, sizer] = longCorridor(gpu, owned);
    const full = new GpuMemoryError("full");
    let tries = 0;
    const source = METHODS.get("source")!;
    const fails: Method["adapt"] = () => {
      tries++;
      // Still under way, as the step ahead is, and refused.
      using gone = gpu.buffer("gone", 16);
      gone.handle.destroy();
      gpu.clear(gone);
      return Promise.reject(full);
    };
    const { blockwise: _, ...rival } = source;
    const methods: Method[] = [
      { ...rival, adapt: fails },
      {
        ...source,
        adapt(context, ...rest) {
          context.memory.recall(() => ({ [Symbol.dispose]() {} }));
          return fails(context, ...rest);
        },
      },
    ];
    for (const method of methods) {
      tries = 0;
      await assert.rejects(labelFitting({ ...task, method }, sizer), full);
      assert.equal(tries, 1);
      // The next scan is not told of it.
      await gpu.settled();
    }
  },
);
