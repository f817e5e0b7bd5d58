/** Several students on one device: which one labels, what is loaded, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { domainOf, profileOf } from "../../lib/domain/mod.ts";
import { GpuHost } from "../../lib/gpu/mod.ts";
import { readStudent } from "../../lib/models/students.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { writeSafetensors } from "../../lib/nn/safetensors.ts";
import { CENTRE, Student } from "../../lib/nn/student.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { cameraAt, type Scan, ScanError } from "../../lib/scan/mod.ts";
import { Engine } from "../../lib/segment/engine.ts";
import { EngineSet } from "../../lib/segment/engine_set.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import { OptionError } from "../../lib/ttt/option_error.ts";
import { withFolder } from "../commands/support.ts";
import { boxPoints, CARD } from "../ttt/small_scan.ts";

/** A box of 4 x 4 x 2 metres. */
const BOX: Scan = {
  ...boxPoints(3, 300),
  name: "box.ply",
  format: "ply",
  count: 300,
  labels: null,
  bytes: new Uint8Array(),
  warnings: [],
};
/** The same, a hundred times as large. */
const STREET = { ...BOX, name: "street.ply", positions: BOX.positions.map((value) => 100 * value) };
/** Larger than anything. */
const LAND = { ...BOX, name: "land.ply", positions: BOX.positions.map((value) => 1e4 * value) };

/** Writes a student that knows scans like this one. */
async function writeStudent(folder: string, id: string, scan: Scan): Promise<string> {
  const tensors = initialState(new Student(CARD).parameters(), mulberry32(id.length));
  const domain = domainOf([profileOf(scan.positions)]);
  const card = { ...CARD, id, classes: CARD.classes.map((name) => `${name} of ${id}`), domain };
  const path = join(folder, `${id}.safetensors`);
  const metadata = { card: JSON.stringify(card) };
  await Deno.writeFile(path, writeSafetensors({ tensors, metadata }));
  return path;
}

function labelled(set: EngineSet, scan: Scan, options: Record<string, unknown> = {}) {
  const given = { method: "source", voxelSize: scan === BOX ? 0.5 : 100, ...options };
  return set.segment({ scan, photos: [], cameras: [], options: segmentOptions(given, false) });
}

Deno.test("EngineSet labels by the student that is named or fits, and keeps on the GPU those used last", async () => {
  const host = new GpuHost({ poison: true });
  await withFolder(async (folder) => {
    const students = [
      await writeStudent(folder, "box", BOX),
      await writeStudent(folder, "street", STREET),
      await writeStudent(folder, "other-box", BOX),
    ];
    await using set = await EngineSet.open({ students, host });
    assert.deepEqual(set.students.map(({ name }) => name), ["box", "street", "other-box"]);
    assert.deepEqual(set.loaded, ["box"], "the others wait until they are needed");
    assert.ok(await set.ready());

    const chosen = await labelled(set, STREET);
    assert.equal(chosen.report.student, "street");
    assert.equal(chosen.report.studentChoice!.fits, true);
    assert.deepEqual(Object.keys(chosen.report.studentChoice!.distances), [
      "box",
      "street",
      "other-box",
    ]);
    assert.equal(chosen.student.classes[0], "a of street");
    assert.deepEqual(set.loaded, ["box", "street"]);
    const live = (await host.get()).ledger.live;

    const named = await labelled(set, BOX, { student: "other-box" });
    assert.equal(named.report.student, "other-box");
    assert.deepEqual(set.loaded, ["street", "other-box"]);
    assert.equal((await host.get()).ledger.live, live, "what is unloaded is freed");

    const wrong = await labelled(set, BOX, { student: "street" });
    assert.deepEqual(wrong.report.warnings.map(({ code }) => code), ["domain"]);
    await assert.rejects(
      labelled(set, BOX, { student: "street", strict: true }),
      (error) => error instanceof ScanError && /strict is set/.test(error.message),
    );
    await assert.rejects(labelled(set, BOX, { student: "house" }), OptionError);

    (await host.get()).device.destroy();
    await (await host.get()).lost;
    assert.ok(await set.ready());
    assert.deepEqual((await labelled(set, BOX, { student: "street" })).labels, wrong.labels);
  });
  await host.close();
});

Deno.test("EngineSet asks the photographs where several students fit the shape of a scan", async () => {
  const host = new GpuHost({ poison: true });
  await withFolder(async (folder) => {
    const embedded = await readStudent("rooms-joint");
    const twin = async (id: string, sourceKdLoss: number) => {
      const teacher = { ...embedded.card.teacher!, sourceKdLoss, sourceKdDeviation: 0.01 };
      const card = { ...embedded.card, id, teacher, domain: domainOf([profileOf(BOX.positions)]) };
      const tensors = new Map(embedded.tensors);
      tensors.set(CENTRE, { shape: [1, embedded.centre!.length], data: embedded.centre! });
      const path = join(folder, `${id}.safetensors`);
      const metadata = { card: JSON.stringify(card) };
      await Deno.writeFile(path, writeSafetensors({ tensors, metadata }));
      return path;
    };
    const students = [await twin("sharp", 0.2), await twin("vague", 0.6)];
    await using set = await EngineSet.open({ students, host });
    const optics = { width: 32, height: 24, fieldOfView: 1.5 };
    const request = {
      scan: BOX,
      photos: [{ name: "a.png", width: 32, height: 24, pixels: new Uint8Array(32 * 24 * 3) }],
      cameras: [cameraAt("a.png", [1, 0, 1], Math.PI, 0, optics)],
    };
    const options = { method: "source", voxelSize: 0.5 };
    const segment = (more: Record<string, unknown> = {}) =>
      set.segment({ ...request, options: segmentOptions({ ...options, ...more }, true) });
    const { studentChoice, warnings } = (await segment()).report;
    const { sharp, vague } = studentChoice!.distances;
    assert.equal(sharp!.photographs!.loss, vague!.photographs!.loss);
    // Black photographs are like nothing that either was trained on.
    assert.equal(studentChoice!.fits, false);
    assert.match(warnings.find(({ code }) => code === "domain")!.text, /but not their photographs/);

    const named = (await segment({ student: "sharp" })).report.studentChoice!;
    assert.equal(named.distances.sharp!.photographs, undefined, "nothing is left to choose");
    // A strict request is refused before the work, which would not tell here: it takes no step.
    await assert.rejects(
      segment({ student: "sharp", strict: true }),
      /strict is set, and the scan has the shape .* but not their photographs/,
    );
    const without = await labelled(set, BOX);
    assert.equal(without.report.student, "sharp", "the first among equals");
  });
  await host.close();
});

Deno.test("EngineSet gives the labels that an engine of the student alone gives", async () => {
  const host = new GpuHost({ poison: true });
  await withFolder(async (folder) => {
    const [box, street] = [
      await writeStudent(folder, "box", BOX),
      await writeStudent(folder, "street", STREET),
    ];
    await using engine = await Engine.open({ student: street, host });
    await using set = await EngineSet.open({ students: [box, street], host, strict: true });
    const options = segmentOptions({ method: "bn", augmentations: 1, voxelSize: 50 }, false);
    const request = { scan: STREET, photos: [], cameras: [], options };
    const [alone, among] = [await engine.segment(request), await set.segment(request)];
    assert.deepEqual(among.labels, alone.labels);
    assert.deepEqual(among.confidence, alone.confidence);
    await assert.rejects(
      labelled(set, LAND),
      /strict is set, and the scan fits no student; the nearest is street/,
    );
  });
  await host.close();
});

Deno.test("EngineSet.open() refuses two students of one name, and one teacher for several", async () => {
  await assert.rejects(
    EngineSet.open({ students: ["rooms", "rooms-joint"] }),
    /two students of the name rooms-joint/,
  );
  await assert.rejects(
    EngineSet.open({ teacher: "rooms-parts" }),
    /give 3 students one teacher: each brings its own/,
  );
  await assert.rejects(EngineSet.open({ students: ["room"] }), /Cannot find student room/);
});
