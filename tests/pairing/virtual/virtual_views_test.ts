/** Virtual views: their colours, and whether they show the scan that they were made for. */
import assert from "node:assert/strict";
import { appearanceOf, thinned, virtualViews } from "../../../lib/pairing/virtual/mod.ts";
import { withGpu } from "../../gpu.ts";
import { scanRoom, seeOnGpu, type Vector } from "../scene.ts";

const bytes = (word: number) => [word & 255, word >> 8 & 255, word >> 16 & 255];

Deno.test("appearanceOf() uses colours, else intensity, else shapes", () => {
  const colors = Float32Array.of(0.2, 0.1, 0.3, 0.2, 0.2, 0.2);
  const intensity = Float32Array.of(0.1, 0.3);
  const own = appearanceOf({ colors, intensity });
  assert.equal(own.appearance, "colour");
  // The mean of 0.2 is scaled to 0.48.
  assert.deepEqual(bytes(own.colours![0]!), [122, 61, 184]);
  const grey = appearanceOf({ colors: null, intensity });
  assert.equal(grey.appearance, "intensity");
  const [dark, bright] = [...grey.colours!].map(bytes);
  assert.ok(dark![0] === dark![1] && dark![1] === dark![2] && bright![0]! > dark![0]!);
  assert.deepEqual(appearanceOf({ colors: null, intensity: null }), {
    appearance: "shape",
    colours: null,
  });
});

Deno.test("appearanceOf() ignores a field with the same value everywhere", () => {
  const white = new Float32Array(6).fill(1);
  assert.equal(
    appearanceOf({ colors: white, intensity: Float32Array.of(0.1, 0.3) }).appearance,
    "intensity",
  );
  assert.equal(
    appearanceOf({ colors: white, intensity: Float32Array.of(1, 1) }).appearance,
    "shape",
  );
});

Deno.test("thinned() keeps every k-th point with its attributes", () => {
  const scan = {
    name: "scan.ply",
    origin: [0, 0, 0] as Vector,
    positions: Float32Array.from({ length: 21 }, (_, i) => i),
    colors: Float32Array.from({ length: 21 }, (_, i) => i / 100),
    intensity: Float32Array.from({ length: 7 }, (_, i) => i),
  };
  assert.equal(thinned(scan, 7), scan);
  const { positions, colors, intensity } = thinned(scan, 3);
  assert.deepEqual([...positions], [0, 1, 2, 9, 10, 11, 18, 19, 20]);
  assert.deepEqual(colors, positions.map((value) => value / 100));
  assert.deepEqual([...intensity!], [0, 3, 6]);
});

withGpu("virtualViews() refuses a scan that is too wide for its voxels", async (gpu) => {
  // Points 100 m apart: a camera that sees many of them sees each too coarsely.
  const scan = {
    name: "wide.ply",
    positions: Float32Array.from(
      { length: 3 * 40 * 40 },
      (_, i) =>
        i % 3 === 2 ? 0 : 100 * (i % 3 === 0 ? Math.floor(i / 3) % 40 : Math.floor(i / 120)),
    ),
    origin: [0, 0, 0] as Vector,
    colors: null,
    intensity: null,
  };
  await assert.rejects(
    () => virtualViews(gpu, scan, { shortSide: 48, pixelSize: 0.1 }),
    /Cannot render views of wide\.ply: no camera.*larger voxelSize/,
  );
  const { cameras } = await virtualViews(gpu, scan, { shortSide: 48, pixelSize: 50 });
  assert.ok(cameras.length > 0);
});

withGpu("virtualViews() makes pictures that show nearly the whole room", async (gpu) => {
  const positions = scanRoom(5000);
  const origin: Vector = [1000, 2000, 50];
  const scan = { name: "room.ply", positions, origin, colors: null, intensity: null };
  const views = await virtualViews(gpu, scan, { shortSide: 48, pixelSize: 0.1 });
  assert.equal(views.appearance, "shape");
  views.photos.forEach((photo, i) => {
    const { file, width, height } = views.cameras[i]!;
    assert.deepEqual([photo.name, photo.width, photo.height], [file, width, height]);
    assert.equal(photo.pixels.length, 3 * 64 * 48);
  });
  const seen = await seeOnGpu(gpu, positions, views.cameras, {}, origin);
  const covered = positions.length / 3;
  const count = Array.from({ length: covered }, (_, i) => seen.some((view) => view.seen[i]))
    .filter(Boolean).length;
  assert.ok(count > 0.8 * covered, `${count} of ${covered} points are seen`);
});
