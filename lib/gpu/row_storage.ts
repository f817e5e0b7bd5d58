/**
 * How kernels load and store feature rows. A row is stored in float32, or in float16 with two numbers in a word, which
 * WGSL packs and unpacks without any feature of the adapter. A kernel is written once, for both: it declares its rows
 * as `array<stored_x>`, loads a quad by `load_x(i)`, stores one by `store_x(i, value)`, and computes in float32. The text
 * that defines these names is put in front of it here.
 *
 * @module
 */
import type { Kernel, Launch } from "./kernel.ts";

/** How activations are stored; sums are float32 in both. */
export type RowPrecision = "f32" | "f16";

/** All of them. */
export const ROW_PRECISIONS: readonly RowPrecision[] = ["f32", "f16"];

/**
 * What losses are multiplied by where gradients are stored in float16, whose smallest number is 6e-8. A power of two
 * changes no bit of a float32. The gradient of cross-entropy with respect to a row is at most this, which float16 still holds,
 * and about this by the number of rows.
 */
const HALF_LOSS_SCALE = 2 ** 15;

/** What losses, and so all gradients, are multiplied by; optimizers divide by it. */
export function lossScaleOf(precision: RowPrecision): number {
  return precision === "f16" ? HALF_LOSS_SCALE : 1;
}

/** Text for rows that are only read; `NAME` stands for the binding. */
const LOAD: Readonly<Record<RowPrecision, string>> = {
  f32: `
alias stored_NAME = vec4f;
fn load_NAME(i: u32) -> vec4f { return NAME[i]; }
`,
  f16: `
alias stored_NAME = vec2u;
fn load_NAME(i: u32) -> vec4f {
  let words = NAME[i];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
`,
};

/** Text for rows that are written, too. A number beyond float16's range becomes its largest number. */
const STORE: Readonly<Record<RowPrecision, string>> = {
  f32: `fn store_NAME(i: u32, value: vec4f) { NAME[i] = value; }
`,
  f16: `fn store_NAME(i: u32, value: vec4f) {
  let held = clamp(value, vec4f(-65504.0), vec4f(65504.0));
  NAME[i] = vec2u(pack2x16float(held.xy), pack2x16float(held.zw));
}
`,
};

/**
 * The whole WGSL text of a kernel.
 *
 * @param half names of the rows that are stored in float16.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const copy = {
 *   name: "copy",
 *   code: "...",
 *   params: {},
 *   bindings: ["read", "write"],
 *   rows: { x: 0, y: 1 },
 * } as const;
 * assert.match(kernelText(copy, ["y"]), /alias stored_x = vec4f;[^]*alias stored_y = vec2u;/);
 * ```
 */
export function kernelText(kernel: Kernel, half: readonly string[] = []): string {
  const rows = Object.entries(kernel.rows ?? {}).map(([name, binding]) => {
    const precision = half.includes(name) ? "f16" : "f32";
    const store = kernel.bindings[binding] === "write" ? STORE[precision] : "";
    return `${LOAD[precision]}${store}`.replaceAll("NAME", name);
  });
  return rows.join("") + kernel.code;
}

/**
 * A launch by the precision of what it binds.
 *
 * @param isHalf tells whether a binding holds rows in float16.
 * @throws {TypeError} where the kernel cannot take such rows there.
 */
export function inStoredPrecision<B>(
  launch: Launch<B>,
  isHalf: (binding: B) => boolean,
): Launch<B> {
  const { kernel, bindings } = launch;
  const half = Object.entries(kernel.rows ?? {})
    .filter(([, binding]) => isHalf(bindings[binding]!))
    .map(([name]) => name);
  const known = new Set(Object.values(kernel.rows ?? {}));
  const wrong = bindings.findIndex((binding, i) => !known.has(i) && isHalf(binding));
  if (wrong >= 0) {
    throw new TypeError(
      `Cannot launch ${kernel.name} with float16 rows as binding ${
        wrong + 1
      }: it takes float32 there; ` +
        "convert the rows first",
    );
  }
  return { ...launch, half };
}
