/** The header of an answer with its report: what of a long report it keeps. */
import assert from "node:assert/strict";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import { reportHeader } from "../../routes/http/report_header.ts";

const MOST = 3000;

/** A report as long as the server makes them, and longer where a test asks. */
function reportOf(given: Partial<ScanReport> = {}): ScanReport {
  const metrics = {
    miou: 0.5,
    accuracy: 0.75,
    classes: Array.from({ length: 13 }, (_, i) => ({ name: `class ${i}`, iou: 1 / (i + 3) })),
  } as unknown as NonNullable<ScanReport["metrics"]>[string];
  const distance = { total: 1.2345678, measures: { verticality: 0.123456789 } } as never;
  return {
    scan: {
      name: "scan.ply",
      format: "ply",
      points: 100_000,
      voxels: 40_000,
      voxelSize: 0.05,
      unit: "metre",
      up: "z",
      blocks: 1,
    },
    views: { count: 20, pointsSeen: 90_000 },
    student: "rooms-joint-7",
    studentChoice: {
      student: "rooms-joint-7",
      fits: true,
      reason: "The scan is like the training scenes of rooms-joint-7.",
      distances: { "rooms-joint-7": distance, "streets-varied-joint-7": distance },
    },
    teacher: "rooms-parts",
    adapter: "llvmpipe (LLVM 15.0.6, 256 bits)",
    kernels: "software",
    method: "tent",
    steps: 20,
    lossName: "entropy",
    losses: Array.from({ length: 21 }, (_, i) => 1 / (i + 3)),
    warnings: [{ code: "domain", text: "It is unlike the training scenes.", field: "scan" }],
    phases: { read: 12, voxelize: 20, predict: 100 },
    changedPoints: 0.25,
    metrics: { source: metrics, tent: metrics },
    ...given,
  };
}

/** The report that a client reads from a header, whose length is checked. */
function read(report: ScanReport, taken = 0): ScanReport {
  const header = reportHeader(report, taken);
  assert.ok(header.length + taken <= MOST, `${header.length} characters`);
  assert.match(header, /^[\x20-\x7e]+$/);
  return JSON.parse(header);
}

Deno.test("reportHeader() keeps a report that is short as it is", () => {
  const report = reportOf({ losses: [0.5, 0.25] });
  assert.deepEqual(read(report), report);
});

Deno.test("reportHeader() fits 300 steps into the 4 KiB of nginx, with 64 losses by both names", () => {
  const losses = Array.from({ length: 301 }, (_, i) => 1 / (i + 3));
  const { losses: kept, kdLoss, metrics, warnings } = read(reportOf({ losses, kdLoss: losses }));
  assert.equal(kept.length, 64);
  assert.deepEqual(kdLoss, kept);
  assert.deepEqual([kept[0], kept.at(-1)], [0.333333, 0.00330033]);
  assert.deepEqual(metrics!.tent, { miou: 0.5 });
  assert.equal(warnings[0]!.text, "It is unlike the training scenes.");
});

Deno.test("reportHeader() cuts long warnings, and counts those that it has no room for", () => {
  const text = "Zürich ".repeat(60);
  const long = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ code: `code-${i}`, text, field: "images" }));
  const { warnings: few, losses } = read(reportOf({ warnings: long(6) }));
  assert.deepEqual(few.map(({ code }) => code), long(6).map(({ code }) => code));
  assert.ok(few.every((warning) => warning.text === `${text.slice(0, 120)}...`));
  assert.equal(losses.length, 8);
  const { warnings: many } = read(reportOf({ warnings: long(40) }));
  assert.equal(many.at(-1)!.code, "left-out");
  assert.match(many.at(-1)!.text, new RegExp(`no room for ${40 - (many.length - 1)} more`));
});

Deno.test("reportHeader() of a scan with a long name and of many objects is short too", () => {
  const instances = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`class ${i}`, i]));
  const scan = { ...reportOf().scan, name: `${"点".repeat(240)}.ply` };
  const report = read(reportOf({ instances, scan }), 1200);
  assert.equal(report.instances, undefined);
  assert.ok(report.scan.name.endsWith("点.ply"));
});
