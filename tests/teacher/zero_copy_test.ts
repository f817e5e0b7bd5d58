/** With the WebGPU provider, features get from the buffer of ONNX Runtime to the targets without leaving the GPU. */
import assert from "node:assert/strict";
import { pairViews } from "../../lib/pairing/mod.ts";
import { voxelize } from "../../lib/sparse/mod.ts";
import { parseTeacherCard, Teacher } from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";
import { ROOM_CAMERAS, scanRoom } from "../pairing/scene.ts";
import { pattern } from "./support.ts";

const MODELS = new URL("../../fixtures/models/", import.meta.url);
/** What pairing reads back: how many points and voxels have a target. */
const TOTALS_BYTES = 8;

withGpu("teacher and pairing read back two counts and no features", async (gpu) => {
  const card = parseTeacherCard(Deno.readTextFileSync(new URL("tiny_vit.json", MODELS)), "card");
  const onnx = Deno.readFileSync(new URL(card.file, MODELS));
  await using teacher = await Teacher.load(gpu, card, onnx, { provider: "webgpu" });
  const points = scanRoom(500);
  using positions = gpu.upload("positions", points);
  using voxels = await voxelize(gpu, positions, points.length / 3, 0.25);

  // Every way from GPU to host goes through mapAsync: ours and ONNX Runtime's.
  const { mapAsync } = GPUBuffer.prototype;
  const mapped: number[] = [];
  GPUBuffer.prototype.mapAsync = function (mode, ...range) {
    if (mode === GPUMapMode.READ) mapped.push(this.size);
    return mapAsync.call(this, mode, ...range);
  };
  const before = gpu.stats.readbacks;
  try {
    const cameras = ROOM_CAMERAS.slice(0, 2);
    using owned = new DisposableStack();
    const maps = await teacher.describeAll(cameras.map(() => pattern(64, 48)));
    for (const map of maps) owned.use(map);
    assert.deepEqual(mapped, [], "the teacher read something back");
    using targets = await pairViews(gpu, {
      voxels,
      positions,
      origin: [0, 0, 0],
      cameras,
      maps,
    });
    assert.ok(targets.voxelsSeen > 100);
    assert.equal(gpu.stats.readbacks - before, 1);
    assert.deepEqual(mapped, [Math.max(TOTALS_BYTES, 16)]);
    const features = await gpu.read(targets.values, Float32Array);
    assert.ok(features.some((value) => Math.abs(value) > 0.1));
  } finally {
    GPUBuffer.prototype.mapAsync = mapAsync;
  }
});
