/** What reports and errors say of views that see little. */
import assert from "node:assert/strict";
import { cameraAt, type Scan } from "../../lib/scan/mod.ts";
import { blameCameras, coverageWarnings } from "../../lib/segment/views/view_warnings.ts";
import { nothingSeen } from "../../lib/ttt/photographs.ts";

const optics = { width: 64, height: 48, fieldOfView: 1.2 };
const scan = {
  origin: [0, 0, 0],
  positions: Float32Array.from({ length: 300 }, (_, i) => (i * 7) % 11 / 11),
  count: 100,
  colors: null,
} as unknown as Scan;
const far = [cameraAt("a.png", [-3000, 0.5, 0.5], 0, 1.5, optics)];

Deno.test("coverageWarnings() says how few points photographs see", () => {
  assert.deepEqual(coverageWarnings(scan, 40), []);
  const [few] = coverageWarnings(scan, 4);
  assert.equal(few!.code, "coverage");
  assert.match(few!.text, /see 4\.0 % of the points/);
});

Deno.test("blameCameras() names the cause where cameras see nothing, and leaves other errors", () => {
  const blamed = blameCameras(nothingSeen(), { scan, cameras: far, photos: [] });
  assert(blamed instanceof Error);
  assert.match(blamed.message, /no camera sees any point of the scan: the cameras stand \d+ times/);
  assert.equal(blamed.name, "CameraError");
  const other = new Error("other");
  assert.equal(blameCameras(other, { scan, cameras: far, photos: [] }), other);
});
