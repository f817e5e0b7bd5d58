import assert from "node:assert/strict";
import { shownViews } from "../../lib/eval/studies/shown_views.ts";
import { smallScene } from "./support.ts";

const scene = smallScene("noisy", 7);
const names = (views: ReturnType<typeof shownViews>) =>
  views.photos.map(({ name }, i) => [name, views.cameras[i]!.file]);

Deno.test("shownViews() shows all photographs, some, or none", () => {
  const own = { views: "photographs", images: null } as const;
  assert.equal(names(shownViews(own, scene)).length, 4);
  assert.deepEqual(names(shownViews({ ...own, images: 2 }, scene)), [
    ["0.png", "0.png"],
    ["2.png", "2.png"],
  ]);
  assert.equal(names(shownViews({ ...own, images: 9 }, scene)).length, 4);
  assert.deepEqual(names(shownViews({ ...own, views: "none" }, scene)), []);
  assert.deepEqual(names(shownViews({ ...own, views: "virtual" }, scene)), []);
});

Deno.test("shownViews() gives every camera the photograph of another one", () => {
  const swapped = names(shownViews({ views: "swapped", images: null }, scene));
  assert.ok(swapped.every(([photo, camera]) => photo !== camera));
  assert.equal(new Set(swapped.map(([photo]) => photo)).size, 4);
  const [alone] = shownViews({ views: "swapped", images: 1 }, scene).photos;
  assert.deepEqual(
    [...alone!.pixels],
    [0, 0, 0, 0, 0, 0].with(0, scene.photos[0]!.pixels[3]!).with(
      3,
      scene.photos[0]!.pixels[0]!,
    ),
  );
});
