/** Clouds for display: their layout, and that they are thinned evenly. */
import assert from "node:assert/strict";
import { encodeCloud } from "../../../lib/serving/files/cloud.ts";
import type { JobResult } from "../../../lib/serving/files/result.ts";
import type { Scan } from "../../../lib/scan/mod.ts";
import type { StudentCard } from "../../../lib/nn/card.ts";
import type { ScanReport } from "../../../lib/segment/report/report.ts";

/** Point i lies at (i, 100 - i, 2i); its class was i modulo 2 and becomes i modulo 3. */
function scanOf(count: number, changes: Partial<Scan> = {}): Scan {
  return {
    name: "scan.las",
    format: "las",
    count,
    origin: [1e6, -2e6, 0.25],
    positions: Float32Array.from(
      Array.from({ length: count }, (_, i) => [i, 100 - i, 2 * i]).flat(),
    ),
    colors: null,
    intensity: null,
    normals: null,
    labels: null,
    bytes: new Uint8Array(),
    warnings: [],
    ...changes,
  };
}

function resultOf(count: number): JobResult {
  return {
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    sourceLabels: Uint8Array.from({ length: count }, (_, i) => i % 2),
    confidence: Float32Array.from({ length: count }, (_, i) => i / count),
    student: { id: "é", classes: ["a", "b", "c"] } as StudentCard,
    report: { method: "bn", student: "é" } as ScanReport,
  };
}

/** Reads a cloud number by number, by the layout in `cloud.ts`. */
function decoded(bytes: Uint8Array<ArrayBuffer>) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const many = <T>(count: number, size: number, read: (at: number) => T): T[] =>
    Array.from({ length: count }, () => {
      at += size;
      return read(at - size);
    });
  const u8 = (count: number) => many(count, 1, (at) => view.getUint8(at));
  const u32 = (count: number) => many(count, 4, (at) => view.getUint32(at, true));
  const f32 = (count: number) => many(count, 4, (at) => view.getFloat32(at, true));
  const magic = String.fromCharCode(...u8(4));
  const [count, scanPoints, classes, channels, intensities, originals, objects, reportBytes] = u32(
    8,
  ) as [...[number, number, number, number], ...[number, number, number, number]];
  const cloud = {
    magic,
    count,
    scanPoints,
    channels,
    origin: many(3, 8, (at) => view.getFloat64(at, true)),
    least: f32(3),
    greatest: f32(3),
    became: Array.from({ length: classes }, () => u32(classes)),
    positions: Array.from({ length: count }, () => f32(3)),
    rows: u32(count),
    instances: u32(count * objects),
    color: Array.from({ length: count }, () => u8(channels)),
    intensity: u8(count * intensities),
    original: u8(count * originals),
    source: u8(count),
    label: u8(count),
    confidence: u8(count),
    report: JSON.parse(new TextDecoder().decode(Uint8Array.from(u8(reportBytes)))),
    student: JSON.parse(new TextDecoder().decode(bytes.subarray(at))),
  };
  return cloud;
}

Deno.test("encodeCloud() packs every point of a small scan with its values", () => {
  const count = 12;
  const colors = Float32Array.from({ length: 3 * count }, (_, i) => i / (3 * count));
  const cloud = decoded(encodeCloud(scanOf(count, { colors }), resultOf(count), 1e6));
  assert.deepEqual({
    ...cloud,
    positions: 0,
    rows: 0,
    instances: [],
    color: 0,
    intensity: 0,
    original: 0,
    source: 0,
    label: 0,
    confidence: 0,
  }, {
    magic: "TKC2",
    count,
    scanPoints: count,
    channels: 3,
    origin: [1e6, -2e6, 0.25],
    least: [0, 89, 0],
    greatest: [11, 100, 22],
    became: [[2, 2, 2], [2, 2, 2], [0, 0, 0]],
    report: { method: "bn", student: "é" },
    student: { id: "é", classes: ["a", "b", "c"] },
    positions: 0,
    rows: 0,
    instances: [],
    color: 0,
    intensity: 0,
    original: 0,
    source: 0,
    label: 0,
    confidence: 0,
  });
  const points = cloud.positions.map(([x]) => x!);
  assert.deepEqual(points.toSorted((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
  assert.deepEqual(cloud.rows, points);
  points.forEach((point, i) => {
    assert.deepEqual(cloud.positions[i], [point, 100 - point, 2 * point]);
    assert.deepEqual(
      cloud.color[i],
      [0, 1, 2].map((channel) => Math.round(255 * colors[3 * point + channel]!)),
    );
    assert.equal(cloud.source[i], point % 2);
    assert.equal(cloud.label[i], point % 3);
    assert.equal(cloud.confidence[i], Math.round(255 * Math.fround(point / count)));
  });
});

Deno.test("encodeCloud() packs objects, intensities and labels of the scan, and packs a single point", () => {
  const intensity = Float32Array.of(1);
  const single = { ...resultOf(1), instances: Uint32Array.of(70_000) };
  const cloud = decoded(encodeCloud(scanOf(1, { intensity }), single, 5));
  assert.deepEqual(cloud.instances, [70_000]);
  assert.deepEqual([cloud.channels, cloud.color, cloud.intensity, cloud.became], [0, [[]], [255], [[
    1,
  ]]]);
  const labels = Int32Array.of(7, -1, 255, 254, 70_000);
  const { original, positions } = decoded(encodeCloud(scanOf(5, { labels }), resultOf(5), 5));
  const byPoint = positions.map(([point], i) => [point, original[i]]).sort(([a], [b]) => a! - b!);
  assert.deepEqual(byPoint.map(([, label]) => label), [7, 255, 255, 254, 255]);
  assert.equal(decoded(encodeCloud(scanOf(2), resultOf(2), 5)).channels, 0);
  // Rows 0 and 3 of the file are no points.
  const some = decoded(encodeCloud(scanOf(3, { leftOut: [0, 3] }), resultOf(3), 5));
  assert.deepEqual(some.positions.map(([point], i) => [point, some.rows[i]]).sort(), [
    ...[[0, 1], [1, 2], [2, 4]],
  ]);
});

Deno.test("encodeCloud() thins evenly and reproducibly, and counts all points", () => {
  // A prime, a round and a Fibonacci number: the stride must leave gaps for none of them.
  for (const count of [9973, 10_000, 6765]) {
    for (const most of [100, 997, 5000]) {
      const bytes = encodeCloud(scanOf(count), resultOf(count), most);
      assert.deepEqual(bytes, encodeCloud(scanOf(count), resultOf(count), most));
      const cloud = decoded(bytes);
      assert.equal(cloud.count, most);
      assert.equal(cloud.became.flat().reduce((sum, n) => sum + n, 0), count);
      assert.equal(cloud.greatest[0], count - 1);
      // A leading part is as even as the whole.
      for (const taken of [most, Math.ceil(most / 3)]) {
        const places = cloud.positions.slice(0, taken).map(([x]) => x!).sort((a, b) => a - b);
        const gaps = places.map((x, i) => (places[i + 1] ?? places[0]! + count) - x);
        assert.ok(Math.min(...gaps) >= 1, "no point occurs twice");
        const widest = Math.max(...gaps) * taken / count;
        assert.ok(widest < 4, `${count}/${taken}: ${widest} times the usual gap`);
      }
    }
  }
});

Deno.test("encodeCloud() refuses the result of another scan", () => {
  assert.throws(() => encodeCloud(scanOf(3), resultOf(4), 5), TypeError);
});
