/** What virtual views are drawn in, and that they see the scan they were made for. */
import assert from "node:assert/strict";
import { appearanceOf, virtualViews } from "../../../lib/pairing/virtual/mod.ts";
import { withGpu } from "../../gpu.ts";
import { scanRoom, seeOnGpu, type Vector } from "../scene.ts";

const bytes = (word: number) => [word & 255, word >> 8 & 255, word >> 16 & 255];

Deno.test("appearanceOf() takes colours, else intensity, else shapes", () => {
  const colors = Float32Array.of(0.2, 0.1, 0.3, 0.2, 0.2, 0.2);
  const intensity = Float32Array.of(0.1, 0.3);
  const own = appearanceOf({ colors, intensity });
  assert.equal(own.appearance, "colour");
  // The mean of 0.2 is brought to 0.48.
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

withGpu("virtualViews() makes pictures that show nearly the whole of a room", async (gpu) => {
  const positions = scanRoom(5000);
  const origin: Vector = [1000, 2000, 50];
  const scan = { positions, origin, colors: null, intensity: null };
  const views = await virtualViews(gpu, scan, { shortSide: 48, footprint: 0.1 });
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
