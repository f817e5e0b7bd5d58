/** A GPU whose memory is full, as Deno's WebGPU tells it. */
import assert from "node:assert/strict";
import { GpuMemoryError, GpuValidationError } from "../../lib/gpu/mod.ts";
import { BufferPool } from "../../lib/gpu/pool.ts";
import { withGpu } from "../gpu.ts";
import { littleMemory } from "./little_memory.ts";

withGpu(
  "Gpu.settled() throws GpuMemoryError where the GPU is full, not what follows from it",
  async (gpu) => {
    await gpu.recover();
    using memory = littleMemory(gpu, 2 ** 20);
    using _fits = gpu.upload("fits", new Uint32Array(2 ** 16));
    await gpu.settled();
    // Whatever is done with the buffer is refused as well.
    using full = gpu.upload("full", new Uint32Array(2 ** 18));
    gpu.clear(full);
    await assert.rejects(
      () => gpu.settled(),
      (error) =>
        error instanceof GpuMemoryError &&
        /no memory left \(not enough memory left\), with 2 MiB in use here; .*--block-voxels/
          .test(error.message),
    );
    assert.equal(memory.refused, 1);
  },
);

withGpu("Gpu.recover() has buffers made anew that a full GPU gave in name only", async (gpu) => {
  await gpu.recover();
  const words = new Uint32Array(2 ** 16).fill(7);
  {
    using _memory = littleMemory(gpu, 0);
    using full = gpu.upload("full", words);
    await assert.rejects(() => gpu.read(full, Uint32Array), GpuMemoryError);
  }
  await gpu.recover();
  using again = gpu.upload("again", words);
  assert.deepEqual(await gpu.read(again, Uint32Array), words);
  using gone = gpu.buffer("gone", 16);
  gone.handle.destroy();
  gpu.clear(gone);
  await assert.rejects(() => gpu.settled(), GpuValidationError);
  await gpu.recover();
});

Deno.test("BufferPool.distrust() destroys what is idle, and what is in use once it comes back", () => {
  const destroyed: number[] = [];
  const pool = new BufferPool(
    (size) => ({ size, destroy: () => destroyed.push(size) }) as unknown as GPUBuffer,
    4096,
    2 ** 31 - 1,
  );
  const [idle, used] = [pool.take(256), pool.take(512)];
  pool.give(idle);
  pool.distrust();
  assert.deepEqual(destroyed, [256]);
  pool.give(used);
  assert.deepEqual(destroyed, [256, 512]);
  assert.equal(pool.bytes, 0);
  const fresh = pool.take(256);
  pool.give(fresh);
  assert.equal(pool.take(256), fresh);
});
