/** Real scans with real cameras, compared with pixels, colours and visibility from other programs. */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { localPose, pairViews, projectReference } from "../../lib/pairing/mod.ts";
import { type Camera, decodePhoto, parseCameras, readScan, type Scan } from "../../lib/scan/mod.ts";
import { voxelize } from "../../lib/sparse/mod.ts";
import { FeatureMap } from "../../lib/teacher/mod.ts";
import { dataPath, hasData } from "../data.ts";
import { withGpu } from "../gpu.ts";
import { seeOnGpu } from "./scene.ts";

async function load(sample: string): Promise<{ scan: Scan; cameras: Camera[] }> {
  return {
    scan: await readScan(await Deno.readFile(dataPath(sample, "scan.ply")), "scan.ply"),
    cameras: parseCameras(
      await Deno.readTextFile(dataPath(sample, "cameras.json")),
      "cameras.json",
    ),
  };
}

const photoOf = async (sample: string, folder: string, file: string) =>
  await decodePhoto(await Deno.readFile(dataPath(sample, `${folder}/${file}`)), file);

/** Counts pairs of points and views: those inside an image, those seen, and those of each that `agrees` accepts. */
async function tally(
  gpu: Gpu,
  { scan, cameras }: { scan: Scan; cameras: Camera[] },
  tolerance: number,
  agrees: (view: number, point: number, u: number, v: number) => boolean,
) {
  const views = await seeOnGpu(
    gpu,
    scan.positions,
    cameras,
    { depthAbsolute: tolerance },
    scan.origin,
  );
  const count = { inside: 0, seen: 0, agreeing: 0, agreeingSeen: 0 };
  views.forEach(({ projected, seen }, view) =>
    projected.forEach(({ u, v, inside }, point) => {
      if (!inside) return;
      const agreeing = Number(agrees(view, point, u, v));
      count.inside++;
      count.agreeing += agreeing;
      count.seen += Number(seen[point]);
      count.agreeingSeen += agreeing * Number(seen[point]);
    })
  );
  return count;
}

const percent = (x: number) => `${(100 * x).toFixed(1)} %`;

if (hasData) {
  withGpu(
    "sunrgbd_000017: pixels have the colours of their points",
    async (gpu) => {
      const { scan, cameras } = await load("sunrgbd_000017");
      const photo = await photoOf("sunrgbd_000017", "images", cameras[0]!.file);
      const { width, height, pixels } = photo;
      const rgb = new Float32Array(4 * width * height).map((_, i) =>
        i % 4 === 3 ? 0 : pixels[3 * (i >> 2) + i % 4]!
      );
      using positions = gpu.upload("positions", scan.positions);
      // Voxels so small that almost all of them hold one point.
      using voxels = await voxelize(gpu, positions, scan.count, 1e-4);
      using map = new FeatureMap(height, width, 3, gpu.upload("photo", rgb));
      using targets = await pairViews(gpu, {
        voxels,
        positions,
        origin: scan.origin,
        cameras,
        maps: [map],
        options: { sampling: "nearest", depthAbsolute: 0.05 },
      });
      const values = await gpu.read(targets.values, Float32Array, 4 * targets.rows);
      const weight = await gpu.read(targets.weight, Float32Array, targets.rows);
      const starts = await gpu.read(voxels.starts, Uint32Array, targets.rows + 1);
      const order = await gpu.read(voxels.order, Uint32Array, scan.count);
      let [sum, compared] = [0, 0];
      for (let row = 0; row < targets.rows; row++) {
        if (weight[row] === 0 || starts[row + 1]! - starts[row]! > 1) continue;
        const point = order[starts[row]!]!;
        for (let k = 0; k < 3; k++) {
          sum += Math.abs(values[4 * row + k]! - 255 * scan.colors![3 * point + k]!);
        }
        compared += 3;
      }
      const mean = sum / compared;
      console.log(
        `sunrgbd_000017: ${compared / 3} points, mean colour difference ${mean.toFixed(3)} of 255`,
      );
      assert.ok(compared / 3 > 0.99 * scan.count);
      // JPEG decoders differ by about 0.6; a shift of one pixel gives 6.
      assert.ok(mean < 1);
    },
  );

  withGpu(
    "openmvs_sceaux: points are seen in the photographs that they were matched in",
    async (gpu) => {
      const sample = await load("openmvs_sceaux");
      const { visibility } = JSON.parse(
        await Deno.readTextFile(dataPath("openmvs_sceaux", "visibility.json")),
      ) as { visibility: string[][] };
      const matched = visibility.map((files) => new Set(files));
      const count = await tally(
        gpu,
        sample,
        0.05,
        (view, point) => matched[point]!.has(sample.cameras[view]!.file),
      );
      const recall = count.agreeingSeen / count.agreeing;
      console.log(
        `openmvs_sceaux: ${percent(recall)} of ${count.agreeing} true matches are seen; of the ` +
          `pairs inside an image ${percent(count.seen / count.inside)} are`,
      );
      assert.ok(recall > 0.98);
      assert.ok(count.seen < 0.97 * count.inside);
    },
  );

  withGpu(
    "apc2016_shelf: labels of points agree with those of the pixels that see them",
    async (gpu) => {
      const sample = await load("apc2016_shelf");
      sample.cameras = sample.cameras.filter((_, i) => i % 5 === 0);
      const images = await Promise.all(
        sample.cameras.map((camera) =>
          photoOf("apc2016_shelf", "image_labels", camera.file.replace(/\.jpg$/, ".png"))
        ),
      );
      const count = await tally(gpu, sample, 0.02, (view, point, u, v) => {
        const { width, pixels } = images[view]!;
        const pixel = Math.floor(v + 0.5) * width + Math.floor(u + 0.5);
        return pixels[3 * pixel] === sample.scan.labels![point];
      });
      const seen = count.agreeingSeen / count.seen;
      const hidden = (count.agreeing - count.agreeingSeen) / (count.inside - count.seen);
      console.log(
        `apc2016_shelf: labels agree for ${percent(seen)} of the seen pairs, ${
          percent(hidden)
        } of the hidden ones`,
      );
      assert.ok(seen > 0.95);
      assert.ok(hidden < seen - 0.05);
    },
  );

  withGpu(
    "ign_lidarhd_ortho: a camera 100 km above hits its pixels, and roofs hide the ground",
    async (gpu) => {
      const { scan, cameras } = await load("ign_lidarhd_ortho");
      const [view] = await seeOnGpu(gpu, scan.positions, cameras.slice(0, 1), {
        depthAbsolute: 0.1,
      }, scan.origin);
      const pose = localPose(cameras[0]!, scan.origin);
      let worst = 0;
      view!.projected.forEach(({ u, v }, i) => {
        const exact = projectReference(
          cameras[0]!,
          pose,
          scan.positions.subarray(3 * i, 3 * i + 3),
        );
        if (exact.inside) worst = Math.max(worst, Math.hypot(u - exact.u, v - exact.v));
      });
      const inside = view!.projected.filter((point) => point.inside).length;
      const seen = view!.seen.filter(Boolean).length / inside;
      console.log(
        `ign_lidarhd_ortho: worst pixel error ${worst.toExponential(1)}, ${percent(seen)} seen`,
      );
      assert.ok(inside === scan.count);
      assert.ok(worst < 0.5);
      assert.ok(seen > 0.6 && seen < 0.95);
    },
  );
}
