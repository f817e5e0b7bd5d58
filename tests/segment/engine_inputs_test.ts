/** The engine with a student that reads coordinates, normals and intensity. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { domainOf, profileOf, type StudentDomain } from "../../lib/domain/mod.ts";
import { GpuHost } from "../../lib/gpu/mod.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { writeSafetensors } from "../../lib/nn/safetensors.ts";
import { Student } from "../../lib/nn/student.ts";
import { type Scan, ScanError } from "../../lib/scan/mod.ts";
import { Engine } from "../../lib/segment/engine.ts";
import { findInstances } from "../../lib/segment/instances/find_instances.ts";
import { thingsOf } from "../../lib/segment/instances/things.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import { withFolder } from "../commands/support.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { boxPoints, CARD } from "../ttt/small_scan.ts";

/** Runs with an engine whose student has random weights and these inputs. */
async function withStudent(
  features: (typeof CARD)["features"],
  body: (engine: Engine) => Promise<void>,
  domain?: StudentDomain,
): Promise<void> {
  const things = Object.fromEntries(CARD.classes.map((name) => [name, 0.3]));
  const card = { ...CARD, features, domain, things };
  const tensors = initialState(new Student(card).parameters(), mulberry32(6));
  const host = new GpuHost({ poison: true });
  await withFolder(async (folder) => {
    const student = join(folder, "student.safetensors");
    const metadata = { card: JSON.stringify(card) };
    await Deno.writeFile(student, writeSafetensors({ tensors, metadata }));
    const engine = await Engine.open({ student, host });
    await body(engine);
    await engine[Symbol.asyncDispose]();
  });
  await host.close();
}

const POINTS = 600;
const SCAN: Scan = {
  ...boxPoints(3, POINTS),
  name: "box.ply",
  format: "ply",
  count: POINTS,
  intensity: Float32Array.from({ length: POINTS }, (_, p) => p / POINTS),
  labels: null,
  bytes: new Uint8Array(),
  warnings: [],
};

Deno.test("Engine.segment() feeds a student the inputs that its card names, and so for augmentations", async () => {
  await withStudent(["x", "y", "z", "intensity", "normal_x", "height"], async (engine) => {
    const segment = async (scan: Scan, method: Record<string, unknown>) => {
      const options = segmentOptions(method, false);
      return (await engine.segment({ scan, photos: [], cameras: [], options })).confidence;
    };
    const plain = await segment(SCAN, { method: "source" });
    assert.deepEqual(await segment(SCAN, { method: "source" }), plain);
    const changes: Partial<Scan>[] = [
      { intensity: SCAN.intensity!.toReversed() },
      { origin: [40, 0, 0] },
      { normals: SCAN.positions.map((_, i) => i % 3 === 0 ? 1 : 0) },
    ];
    // The same box in a file with y up: exactly the same labels.
    const lying = {
      ...SCAN,
      positions: SCAN.positions.map((_, i) =>
        [1, 1, -1][i % 3]! * SCAN.positions[i - i % 3 + [0, 2, 1][i % 3]!]!
      ),
    };
    assert.deepEqual(await segment(lying, { method: "source", up: "y" }), plain);
    assert.notDeepEqual(await segment(lying, { method: "source", up: "z" }), plain);
    for (const change of changes) {
      assert.notDeepEqual(await segment({ ...SCAN, ...change }, { method: "source" }), plain);
    }
    // Objects are found in metres with z up.
    const objectsOf = (scan: Scan, up: "y" | "z", probabilities: boolean) => {
      const options = segmentOptions({ method: "source", up }, false);
      return engine.segment({
        scan,
        photos: [],
        cameras: [],
        options,
        probabilities,
        instances: true,
      });
    };
    const { labels, probabilities, instances, report } = await objectsOf(SCAN, "z", true);
    const reaches = thingsOf(engine.student, engine.student.voxelSize);
    assert.deepEqual(
      instances,
      findInstances({ positions: SCAN.positions, labels, probabilities: probabilities! }, reaches),
    );
    const objects = Object.values(report.instances!).reduce((sum, count) => sum + count, 0);
    assert.equal(objects, Math.max(...instances!));
    assert.ok(objects > 0, "there is something to compare");
    const upright = await objectsOf(lying, "y", false);
    assert.deepEqual(upright.instances, instances);
    assert.equal(upright.probabilities, undefined, "nobody asked for them");
    const averaged = await segment(SCAN, { method: "bn", augmentations: 2 });
    assert.ok(averaged.every((value) => value > 0 && value <= 1));
  });
});

Deno.test("Engine.segment() refuses a scan that lacks an input", async () => {
  await withStudent(["one", "intensity"], async (engine) => {
    const options = segmentOptions({ method: "source" }, false);
    const scan = { ...SCAN, intensity: null };
    await assert.rejects(
      () => engine.segment({ scan, photos: [], cameras: [], options }),
      (error) => error instanceof ScanError && error.field === "intensity",
    );
  });
});

Deno.test("Engine.segment() warns of a scan unlike those that its student was trained on", async () => {
  const profile = profileOf(SCAN.positions);
  for (const factor of [1, 50]) {
    await withStudent(["one"], async (engine) => {
      const options = segmentOptions({ method: "source" }, false);
      const { report } = await engine.segment({ scan: SCAN, photos: [], cameras: [], options });
      assert.equal(report.studentChoice!.student, engine.student.id);
      assert.equal(report.studentChoice!.fits, factor === 1);
      assert.deepEqual(
        report.warnings.map(({ code, text }) => [code, /it is 50 times as wide/.test(text)]),
        factor === 1 ? [] : [["domain", true]],
      );
    }, domainOf([{ ...profile, width: profile.width / factor }]));
  }
});
