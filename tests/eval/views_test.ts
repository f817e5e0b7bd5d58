import assert from "node:assert/strict";
import { viewsOf } from "../../lib/eval/studies/views.ts";
import { smallScene } from "./support.ts";

const scene = smallScene("noisy", 7);
const names = (views: ReturnType<typeof viewsOf>) =>
  views.photos.map(({ name }, i) => [name, views.cameras[i]!.file]);

Deno.test("viewsOf() shows all photographs, some, or none", () => {
  const own = { photographs: "own", images: null } as const;
  assert.equal(names(viewsOf(own, scene)).length, 4);
  assert.deepEqual(names(viewsOf({ ...own, images: 2 }, scene)), [
    ["0.png", "0.png"],
    ["2.png", "2.png"],
  ]);
  assert.equal(names(viewsOf({ ...own, images: 9 }, scene)).length, 4);
  assert.deepEqual(names(viewsOf({ ...own, photographs: "none" }, scene)), []);
  assert.deepEqual(names(viewsOf({ ...own, photographs: "virtual" }, scene)), []);
});

Deno.test("viewsOf() gives every camera the photograph of another one", () => {
  const swapped = names(viewsOf({ photographs: "swapped", images: null }, scene));
  assert.ok(swapped.every(([photo, camera]) => photo !== camera));
  assert.equal(new Set(swapped.map(([photo]) => photo)).size, 4);
  const [alone] = viewsOf({ photographs: "swapped", images: 1 }, scene).photos;
  assert.deepEqual(
    [...alone!.pixels],
    [0, 0, 0, 0, 0, 0].with(0, scene.photos[0]!.pixels[3]!).with(
      3,
      scene.photos[0]!.pixels[0]!,
    ),
  );
});
