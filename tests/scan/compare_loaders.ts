/**
 * Compares our loaders with those of loaders.gl on one file. Where both read it, they have to agree on everything that
 * loaders.gl gives.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parse } from "@loaders.gl/core";
import { LAZRsLoader } from "@loaders.gl/las";
import { PLYLoader } from "@loaders.gl/ply";
import { ScanError } from "../../lib/scan/mod.ts";
import { lasScanLoader } from "../../lib/scan/las/las_scan_loader.ts";
import { plyScanLoader } from "../../lib/scan/ply/ply_scan_loader.ts";

/**
 * Compares the LAS loaders.
 *
 * @returns 1 where both read the file, 0 where one of them or both refuse it
 */
export async function compareLas(bytes: Uint8Array, name: string): Promise<0 | 1> {
  const [ours, theirs] = await Promise.allSettled([
    parse(bytes.slice().buffer, lasScanLoader(name)),
    parse(bytes.slice().buffer, LAZRsLoader, {
      core: { worker: false },
      las: { fp64: true, colorDepth: 16 },
    }),
  ]);
  if (ours.status === "rejected") {
    assert(ours.reason instanceof ScanError, `${name}: ${ours.reason}`);
    return 0;
  }
  if (theirs.status === "rejected") return 0;
  const { header } = ours.value.loaderData;
  const { POSITION, COLOR_0, intensity, classification } = ours.value.attributes;
  const other = (attribute: string) => theirs.value.attributes[attribute]?.value;
  assert.deepEqual(POSITION.value, other("POSITION"), `${name} positions`);
  assert.deepEqual(intensity.value, other("intensity"), `${name} intensity`);
  assert.deepEqual(
    classification.value,
    other("classification")!.map((code) => code & header.classMask),
    `${name} classes`,
  );
  const rgba = other("COLOR_0");
  assert.equal(COLOR_0 !== undefined, rgba !== undefined, `${name} colours`);
  if (COLOR_0 && rgba) {
    // loaders.gl keeps the upper byte of 16, and adds alpha.
    assert.deepEqual(
      Array.from(COLOR_0.value, (value) => value >> 8),
      [...rgba].filter((_, i) => i % 4 < 3),
      `${name} colours`,
    );
  }
  return 1;
}

/**
 * Compares the PLY loaders. That of loaders.gl rounds coordinates to float32, and only knows colours of type uchar.
 *
 * @returns 1 where both read the file, 0 where one of them or both refuse it, or loaders.gl finds no points
 */
export async function comparePly(bytes: Uint8Array, name: string): Promise<0 | 1> {
  const [ours, theirs] = await Promise.allSettled([
    parse(bytes.slice().buffer, plyScanLoader(name)),
    parse(bytes.slice().buffer, PLYLoader, { core: { worker: false } }),
  ]);
  if (ours.status === "rejected") {
    assert(ours.reason instanceof ScanError, `${name}: ${ours.reason}`);
    return 0;
  }
  if (theirs.status === "rejected") return 0;
  const { POSITION, COLOR_0 } = ours.value.attributes;
  const other = (attribute: string) => theirs.value.attributes[attribute]?.value;
  if (!other("POSITION")?.length) return 0;
  assert.deepEqual(Float32Array.from(POSITION.value), Float32Array.from(other("POSITION")!), name);
  const { elements, vertex } = ours.value.loaderData.header;
  const colors = elements[vertex]!.properties.filter((property) =>
    ["red", "green", "blue"].includes(property.name) && property.type === "uint8"
  );
  if (COLOR_0 && colors.length === 3) {
    const bytes = Uint8Array.from(COLOR_0.value, (value) => Math.round(255 * value));
    assert.deepEqual([...bytes], [...other("COLOR_0")!], `${name} colours`);
  }
  return 1;
}
