/** Visibility, compared with the reference and with ray casting, and on scenes where a plain depth buffer fails. */
import assert from "node:assert/strict";
import { projectReference, visibilityReference } from "../../lib/pairing/mod.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { withGpu } from "../gpu.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import {
  castRoom,
  eyeOf,
  lookAt,
  poseOf,
  ROOM_CAMERAS,
  scanRoom,
  seeOnGpu,
  type Vector,
} from "./scene.ts";

/** Two cameras of the room with `scale` times as many pixels along each side. */
const resized = (scale: number) =>
  ROOM_CAMERAS.slice(0, 2).map((camera) => ({
    ...camera,
    width: scale * camera.width,
    height: scale * camera.height,
    fx: scale * camera.fx,
    fy: scale * camera.fy,
    cx: scale * (camera.cx + 0.5) - 0.5,
    cy: scale * (camera.cy + 0.5) - 0.5,
  }));
const PHOTOGRAPHS = {
  "160 x 120": ROOM_CAMERAS,
  // 20 megapixels: a cell of the depth grid covers 4 x 4 pixels.
  "5120 x 3840": resized(32),
  // More than four points per pixel: only neighbouring pixels count.
  "20 x 15": resized(1 / 8),
};

for (const [name, cameras] of Object.entries(PHOTOGRAPHS)) {
  withGpu(`pair_see agrees with its reference: photographs of ${name}`, async (gpu) => {
    const positions = scanRoom(4000);
    const tolerance = { absolute: 0.05, relative: 0.01 };
    const views = await seeOnGpu(gpu, positions, cameras, {
      depthAbsolute: tolerance.absolute,
      depthRelative: tolerance.relative,
    });
    cameras.forEach((camera, view) => {
      const pose = poseOf(camera);
      const projected = Array.from(
        { length: positions.length / 3 },
        (_, i) => projectReference(camera, pose, positions.subarray(3 * i, 3 * i + 3)),
      );
      const expected = visibilityReference(camera, projected, tolerance);
      const inside = projected.filter((point) => point.inside).length;
      const hidden = inside - expected.filter(Boolean).length;
      assert.ok(hidden > 0.05 * inside, "nothing is occluded: nothing is tested");
      const different = expected.filter((seen, i) => seen !== views[view]!.seen[i]).length;
      // Float32 may put a point on the border of two pixels into the other one.
      assert.ok(different <= 0.001 * inside, `${different} of ${inside} differ`);
    });
  });
}

/** The fractions of visible pairs that are kept and of hidden pairs that are kept by mistake. */
async function quality(gpu: Gpu, count: number): Promise<{ kept: number; leaked: number }> {
  const positions = scanRoom(count);
  const views = await seeOnGpu(gpu, positions, ROOM_CAMERAS, {});
  const tally = { visible: 0, kept: 0, hidden: 0, leaked: 0 };
  ROOM_CAMERAS.forEach((camera, view) => {
    const eye = eyeOf(camera);
    views[view]!.projected.forEach((point, i) => {
      if (!point.inside) return;
      const ray = [0, 1, 2].map((k) => positions[3 * i + k]! - eye[k]!) as Vector;
      const distance = Math.hypot(...ray);
      const visible = distance <=
        castRoom(eye, ray.map((x) => x / distance + 1e-12) as Vector) + 0.02;
      const seen = Number(views[view]!.seen[i]);
      tally[visible ? "visible" : "hidden"]++;
      tally[visible ? "kept" : "leaked"] += seen;
    });
  });
  return { kept: tally.kept / tally.visible, leaked: tally.leaked / tally.hidden };
}

for (const [count, leak] of [[80_000, 0.25], [20_000, 0.4]] as const) {
  withGpu(
    `a room of ${count} points: visible pairs are kept, most hidden ones are not`,
    async (gpu) => {
      const { kept, leaked } = await quality(gpu, count);
      console.log(
        `${count} points: ${(100 * kept).toFixed(1)} % of the visible pairs kept, ${
          (100 * leaked).toFixed(1)
        } % of the hidden ones`,
      );
      assert.ok(kept > 0.97);
      assert.ok(leaked < leak);
    },
  );
}

/** Points on the plane x = `x`, y and z within `half` of 0, spaced at random. */
function wall(x: number, half: number, count: number, seed: number): number[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => [
    x,
    (random() - 0.5) * 2 * half,
    (random() - 0.5) * 2 * half,
  ]).flat();
}

withGpu(
  "a sparse wall occludes a wall behind it, although most pixels show none of its points",
  async (gpu) => {
    // Neighbouring points of the near wall are four pixels apart: 15 of 16 pixels hold none.
    const near = 900;
    const far = 1800;
    const positions = Float32Array.from([...wall(2, 0.95, near, 1), ...wall(4, 1.7, far, 2)]);
    const [view] = await seeOnGpu(
      gpu,
      positions,
      [lookAt([0, 0, 0], [1, 0, 0], 128, 128, 128)],
      {},
    );
    assert.ok(view!.projected.every((point) => point.inside));
    const seen = (from: number, to: number) =>
      view!.seen.slice(from, to).filter(Boolean).length / (to - from);
    assert.ok(seen(0, near) > 0.99, `${seen(0, near)} of the near wall is seen`);
    assert.ok(seen(near, near + far) < 0.05, `${seen(near, near + far)} of the far wall is seen`);
  },
);

withGpu("a floor seen at a low angle does not occlude itself", async (gpu) => {
  const random = mulberry32(3);
  const points = Array.from({ length: 20_000 }, () => [1 + 9 * random(), 10 * random() - 5, 0]);
  const positions = Float32Array.from(points.flat());
  const [view] = await seeOnGpu(gpu, positions, [lookAt([0, 0, 1.5], [5, 0, 0])], {});
  const inside = view!.projected.filter((point) => point.inside).length;
  const seen = view!.seen.filter(Boolean).length;
  // A pixel covers up to 0.7 m of this floor; only points behind another one in the same pixel are lost.
  assert.ok(seen > 0.9 * inside, `${seen} of ${inside}`);
});

withGpu("a point right behind another is occluded unless the tolerance reaches it", async (gpu) => {
  const positions = Float32Array.of(2, 0, 0, 2.5, 0, 0);
  const camera = lookAt([0, 0, 0], [1, 0, 0]);
  const seenBy = async (options: Parameters<typeof seeOnGpu>[3]) =>
    (await seeOnGpu(gpu, positions, [camera], options))[0]!.seen;
  assert.deepEqual(await seenBy({ depthAbsolute: 0.3 }), [true, false]);
  assert.deepEqual(await seenBy({ depthAbsolute: 0.6 }), [true, true]);
  assert.deepEqual(await seenBy({ depthAbsolute: 0, depthRelative: 0.3 }), [true, true]);
  assert.deepEqual(await seenBy({ depthAbsolute: Infinity }), [true, true]);
});

withGpu("the denser the points, the smaller the gaps that a view sees through", async (gpu) => {
  const camera = {
    ...lookAt([0, 0, 0], [1, 0, 0], 16, 16, 100),
    worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
  };
  const behind = (u: number, v: number, z: number) => [(u - 7.5) * z / 100, (v - 7.5) * z / 100, z];
  // A far point in pixel (8, 8), near ones two pixels away on all eight sides.
  const sides = [6, 8, 10].flatMap((u) =>
    [6, 8, 10].map((v) => behind(u, v, u === 8 && v === 8 ? 5 : 1))
  );
  const corner = (count: number) => Array.from({ length: count }, () => behind(0, 0, 9));
  const seesThrough = async (extra: number) => {
    const positions = Float32Array.from([...sides, ...corner(extra)].flat());
    return (await seeOnGpu(gpu, positions, [camera], {}))[0]!.seen[4];
  };
  assert.equal(await seesThrough(0), false);
  // The reach is 4 * 16 / sqrt(n) pixels: less than two beyond 1024 points.
  assert.equal(await seesThrough(1024 - sides.length), false);
  assert.equal(await seesThrough(1025 - sides.length), true);
});
