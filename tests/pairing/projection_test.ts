/** Pixels computed on the GPU, compared with float64, in a room and for a camera 100 km away. */
import assert from "node:assert/strict";
import { localPose, projectReference } from "../../lib/pairing/mod.ts";
import type { Camera } from "../../lib/scan/mod.ts";
import { withGpu } from "../gpu.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { lookAt, scanRoom, seeOnGpu, type Vector } from "./scene.ts";

/** Compares the points that are inside the image by either computation; gives the worst distance in pixels. */
async function worstPixel(
  gpu: Parameters<typeof seeOnGpu>[0],
  positions: Float32Array,
  camera: Camera,
  origin: Vector = [0, 0, 0],
): Promise<number> {
  const [{ projected }] = await seeOnGpu(gpu, positions, [camera], {}, origin) as [
    Awaited<ReturnType<typeof seeOnGpu>>[number],
  ];
  const pose = localPose(camera, origin);
  let worst = 0;
  let inside = 0;
  projected.forEach((point, i) => {
    const exact = projectReference(camera, pose, positions.subarray(3 * i, 3 * i + 3));
    if (!point.inside && !exact.inside) return;
    inside++;
    worst = Math.max(worst, Math.hypot(point.u - exact.u, point.v - exact.v));
    assert.ok(Math.abs(point.z - exact.z) <= 2e-7 * exact.z, `depth ${point.z} of ${exact.z}`);
    const edge = Math.min(
      exact.u + 0.5,
      exact.v + 0.5,
      camera.width - 0.5 - exact.u,
      camera.height - 0.5 - exact.v,
    );
    if (Math.abs(edge) > 0.01) assert.equal(point.inside, exact.inside);
  });
  assert.ok(inside > 100, `only ${inside} points inside`);
  return worst;
}

withGpu("projection puts the corners of the image at whole pixels", async (gpu) => {
  // At depth 2, focal 100: one metre across is 50 pixels; the principal point is pixel (10, 5).
  const camera = {
    ...lookAt([0, 0, 0], [1, 0, 0], 21, 11, 100),
    cx: 10,
    cy: 5,
    worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
  };
  const at = (u: number, v: number, z: number) => [(u - 10) * z / 100, (v - 5) * z / 100, z];
  const points = [
    [at(0, 0, 2), true],
    [at(20, 10, 3), true],
    [at(-0.49, -0.49, 2), true],
    [at(20.49, 10.49, 2), true],
    [at(-0.51, 5, 2), false],
    [at(20.51, 5, 2), false],
    [at(10, 10.51, 2), false],
    [[0, 0, -2], false],
    [[0, 0, 0], false],
  ] as const;
  const positions = Float32Array.from(points.flatMap(([point]) => [...point]));
  const [view] = await seeOnGpu(gpu, positions, [camera], {});
  assert.deepEqual(
    view!.projected.map((point) => point.inside),
    points.map(([, inside]) => inside),
  );
  assert.ok(Math.hypot(view!.projected[0]!.u, view!.projected[0]!.v) < 1e-4);
  assert.ok(Math.hypot(view!.projected[1]!.u - 20, view!.projected[1]!.v - 10) < 1e-4);
});

withGpu("projection agrees with float64 in a room", async (gpu) => {
  const worst = await worstPixel(gpu, scanRoom(3000), lookAt([-2.5, -2, 1.5], [1, 1.5, 0.8]));
  assert.ok(worst < 1e-3, `${worst} px`);
});

withGpu("projection agrees with float64 in map coordinates of millions of metres", async (gpu) => {
  const origin: Vector = [770550.25, 6277550.5, 120];
  const eye: Vector = [origin[0] - 2.5, origin[1] - 2, origin[2] + 1.5];
  const target: Vector = [origin[0] + 1, origin[1] + 1.5, origin[2] + 0.8];
  const worst = await worstPixel(gpu, scanRoom(3000), lookAt(eye, target), origin);
  assert.ok(worst < 1e-3, `${worst} px`);
});

withGpu("projection agrees with float64 from 100 km away", async (gpu) => {
  const random = mulberry32(5);
  const positions = Float32Array.from(
    { length: 6000 },
    (_, i) => random() * (i % 3 === 2 ? 30 : 50),
  );
  const camera: Camera = {
    file: "ortho.png",
    width: 252,
    height: 252,
    fx: 500000,
    fy: 500000,
    cx: 125.5,
    cy: 125.5,
    worldToCamera: Float64Array.of(1, 0, 0, -25, 0, -1, 0, 25, 0, 0, -1, 1e5, 0, 0, 0, 1),
  };
  const worst = await worstPixel(gpu, positions, camera);
  assert.ok(worst < 1e-3, `${worst} px`);
});
