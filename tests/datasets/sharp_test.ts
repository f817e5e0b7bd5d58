/** Worlds with sharp photographs: the same scans, seen by the same cameras with more pixels. */
import assert from "node:assert/strict";
import { openDataset } from "../../lib/datasets/mod.ts";
import { roomsDataset } from "../../lib/datasets/rooms.ts";
import { streetsDataset } from "../../lib/datasets/streets.ts";
import { withGpu } from "../gpu.ts";

const TIMES = 3;

for (
  const [make, domain] of [
    [roomsDataset, "source"],
    [roomsDataset, "terrestrial"],
    [streetsDataset, "beams16"],
  ] as const
) {
  withGpu(`a sharp scene of ${domain} has the scan and the views of the other`, async (gpu) => {
    const [plain, sharp] = await Promise.all(
      [1, TIMES].map((times) => make(gpu, times).scene(domain, "validation", 3)),
    );
    assert.deepEqual(sharp!.scan, plain!.scan);
    assert.equal(sharp!.cameras.length, plain!.cameras.length);
    let agree = 0, all = 0;
    plain!.cameras.forEach(({ width, height, fx, cx, cy, ...camera }, view) => {
      const fine = sharp!.cameras[view]!;
      assert.deepEqual([fine.width, fine.height], [TIMES * width, TIMES * height]);
      assert.equal(sharp!.photos[view]!.pixels.length, 3 * fine.width * fine.height);
      assert.deepEqual(fine.worldToCamera, camera.worldToCamera);
      // The left and the upper edge of the picture are seen in the same directions.
      for (const [fineCentre, centre] of [[fine.cx, cx], [fine.cy, cy]] as const) {
        assert.ok(Math.abs((-0.5 - fineCentre) / fine.fx - (-0.5 - centre) / fx) < 1e-12);
      }
      plain!.photoClasses![view]!.forEach((label, pixel) => {
        // The middle one of the pixels that stand for one.
        const [column, row] = [pixel % width, Math.floor(pixel / width)]
          .map((at) => TIMES * at + (TIMES - 1) / 2);
        all++;
        if (sharp!.photoClasses![view]![row! * fine.width + column!] === label) agree++;
      });
    });
    assert.equal(agree, all, "pixels with the same middle show the same");
  });
}

withGpu("sharp worlds have photographs of 528 rows, and versions of their own", async (gpu) => {
  for (const name of ["rooms", "streets"]) {
    const [plain, sharp] = await Promise.all(
      [name, `${name}-sharp`].map((name) => openDataset(name, gpu)),
    );
    assert.equal(sharp!.name, `${name}-sharp`);
    assert.notEqual(sharp!.version("source"), plain!.version("source"));
    assert.deepEqual(sharp!.classes, plain!.classes);
  }
  const { photos: [photo] } = await (await openDataset("streets-sharp", gpu))
    .scene("source", "validation", 0);
  assert.deepEqual([photo!.width, photo!.height], [880, 528]);
});
