/**
 * Which matrix kernels a device runs. There are two families of them (`kernels/README.md`): `hardware` works on tiles in
 * workgroup memory, as GPUs want it; `software` keeps everything in registers, as drivers want it that run on the CPU. Their
 * sums have other last bits, so reports name the setting.
 *
 * @module
 */

import type { RowPrecision } from "./row_storage.ts";

/** A family of matrix kernels, or `auto` for that which suits the adapter. */
export type KernelChoice = "auto" | "hardware" | "software";

/** All of them. */
export const KERNEL_CHOICES: readonly KernelChoice[] = ["auto", "hardware", "software"];

/** The family `software`: there is nothing to set. */
export interface SoftwareSetting {
  /** Its name in reports. */
  readonly name: string;
  /** The family. */
  readonly family: "software";
  /** How activations are stored. */
  readonly precision: RowPrecision;
}

/** The family `hardware` with sizes of its tiles, which narrow layers do not fill. */
export interface HardwareSetting {
  /** Its name in reports: columns of a tile by summed channels in workgroup memory at a time. */
  readonly name: string;
  /** The family. */
  readonly family: "hardware";
  /** How activations are stored. */
  readonly precision: RowPrecision;
  /** Quads of columns of a tile, at most 16. */
  readonly columns: number;
  /** Quads of summed channels in workgroup memory at a time. */
  readonly depth: number;
  /** Rows of a thread of a matrix product. */
  readonly rows: 4 | 8;
  /** Quads of the rows that a weight gradient stages at a time. */
  readonly stage: number;
}

/** Which matrix kernels run, and with which tiles. */
export type KernelSetting = SoftwareSetting | HardwareSetting;

/** The family `software`. */
export const SOFTWARE_SETTING: SoftwareSetting = {
  name: "software",
  family: "software",
  precision: "f32",
};

/** The settings of the family `hardware`, the one that suits most adapters first. */
export const HARDWARE_SETTINGS: readonly HardwareSetting[] = [
  { name: "hardware-64x16", columns: 16, depth: 4, rows: 8 as const, stage: 256 },
  // The only one for adapters with 16 KiB of workgroup memory, all that WebGPU promises.
  { name: "hardware-32x16", columns: 8, depth: 4, rows: 8 as const, stage: 256 },
  { name: "hardware-48x8", columns: 12, depth: 2, rows: 8 as const, stage: 256 },
  { name: "hardware-64x8", columns: 16, depth: 2, rows: 4 as const, stage: 128 },
].map((setting) => ({ ...setting, family: "hardware", precision: "f32" }));

/**
 * A setting with activations in another precision; that of float16 has a name of its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(inPrecision(SOFTWARE_SETTING, "f16").name, "software-f16");
 * assert.equal(inPrecision(inPrecision(SOFTWARE_SETTING, "f16"), "f32").name, "software");
 * ```
 */
export function inPrecision<Setting extends KernelSetting>(
  setting: Setting,
  precision: RowPrecision,
): Setting {
  const name = setting.name.replace(/-f16$/, "") + (precision === "f16" ? "-f16" : "");
  return { ...setting, name, precision };
}

/** What the choice of a setting depends on. */
export interface SettingAdapter {
  /** Whether the driver runs on the CPU. */
  readonly isSoftware: boolean;
  /** The name of the adapter. */
  readonly adapterName: string;
  /** Limits of the device. */
  readonly limits: Pick<GPUSupportedLimits, "maxComputeWorkgroupStorageSize">;
}

/**
 * Bytes of workgroup memory that the largest kernel of a setting takes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(HARDWARE_SETTINGS.filter((setting) => workgroupBytes(setting) <= 2 ** 14).length, 1);
 * assert.ok(HARDWARE_SETTINGS.every((setting) => workgroupBytes(setting) <= 2 ** 15));
 * ```
 */
export function workgroupBytes({ columns, depth, rows, stage }: HardwareSetting): number {
  const weights = depth * 4 * (columns + 1);
  const product = depth * (16 * rows + 1) + weights;
  const convolution = depth * (16 * 4 + 1) + weights + 64 * columns + 64 * 3 / 4;
  // The rows of a stage, and where they come from.
  const gradient = stage + 64 * 2 / 4 + 1;
  return 16 * Math.max(product, convolution, gradient);
}

/** Adapters with few threads, which would starve on large tiles. */
const SMALL_ADAPTER = /\b(intel|mali|adreno|powervr|videocore)\b/i;

/**
 * The settings that an adapter can run, the best first.
 *
 * @param tuned name of the setting that was measured to be the fastest on this adapter; without it the adapter's name
 *   decides.
 * @param precision how activations are stored.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const limits = { maxComputeWorkgroupStorageSize: 2 ** 14 };
 * const adapter = { isSoftware: false, adapterName: "any", limits };
 * const names = (choice: KernelChoice) => settingsFor(adapter, choice).map(({ name }) => name);
 * assert.deepEqual(names("hardware"), ["hardware-32x16"]);
 * assert.deepEqual(names("auto"), ["hardware-32x16", "software"]);
 * ```
 */
export function settingsFor(
  { isSoftware, adapterName, limits }: SettingAdapter,
  choice: KernelChoice,
  tuned?: string,
  precision: RowPrecision = "f32",
): KernelSetting[] {
  const usual = SMALL_ADAPTER.test(adapterName) ? "hardware-32x16" : "hardware-64x16";
  const fitting = [
    ...HARDWARE_SETTINGS.filter((setting) =>
      workgroupBytes(setting) <= limits.maxComputeWorkgroupStorageSize
    ),
    SOFTWARE_SETTING,
  ];
  const measured = fitting.find(({ name }) => name === tuned)?.name;
  const best = measured ?? (isSoftware ? "software" : usual);
  return fitting
    .filter(({ family }) => choice === "auto" || family === choice)
    .toSorted((a, b) => Number(b.name === best) - Number(a.name === best))
    .map((setting) => inPrecision(setting, precision));
}
