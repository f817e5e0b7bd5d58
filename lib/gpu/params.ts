/**
 * The uniform struct of a kernel. Its record names the fields and their types, a launch gives the values by name, and
 * the one place that knows WGSL's layout rules is {@link packParams}.
 *
 * @module
 */

/** A WGSL type that a field of `struct Params` may have. */
export type ParamType = "u32" | "i32" | "f32" | "vec2f" | "vec4f";

/** The fields of a `struct Params`, in the order of the struct. */
export type ParamsLayout = Readonly<Record<string, ParamType>>;

/** The layout of a kernel without params. */
export type NoParams = Record<never, never>;

/** The value of each type, as a launch gives it. */
interface ValueOf {
  u32: number;
  i32: number;
  f32: number;
  vec2f: readonly [number, number];
  vec4f: readonly [number, number, number, number];
}

/** The values of a struct of this layout, by field. */
export type ParamValues<Layout extends ParamsLayout> = {
  readonly [Name in keyof Layout]: ValueOf[Layout[Name]];
};

/** The values of a struct whose layout is not known to the compiler. */
export type AnyParamValues = Readonly<Record<string, number | readonly number[]>>;

/** Words of a value; a WGSL uniform field is aligned to as many (WGSL, "Alignment and Size"). */
const WORDS: Readonly<Record<ParamType, number>> = { u32: 1, i32: 1, f32: 1, vec2f: 2, vec4f: 4 };

/** Words of the smallest uniform binding: structs are padded to whole vec4f. */
const PADDING = 4;

/**
 * Words that a struct takes, padding included: at least 4, so that a kernel without params has a binding too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(paramWords({ rows: "u32" }), 4);
 * assert.equal(paramWords({ rows: "u32", centre: "vec2f", up: "vec4f" }), 8);
 * ```
 */
export function paramWords(layout: ParamsLayout): number {
  let words = 0;
  for (const type of Object.values(layout)) words = alignUp(words, WORDS[type]) + WORDS[type];
  return Math.max(PADDING, alignUp(words, PADDING));
}

/**
 * Packs values into {@link paramWords} words as WGSL lays the struct out.
 *
 * @param what names the launch in messages.
 * @throws {TypeError} where a field has no value, or a value no field.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const layout = { rows: "u32", spacing: "i32", focal: "f32", centre: "vec2f" } as const;
 * const words = packParams(layout, { rows: 3, spacing: -1, focal: 1, centre: [2, 0] }, "project");
 * const one = 0x3f800000;
 * // A vec2f is aligned to two words, and the struct is padded to whole vec4f.
 * assert.deepEqual([...words], [3, 0xffffffff, one, 0, 0x40000000, 0, 0, 0]);
 * assert.throws(() => packParams({ rows: "u32" }, { row: 3 }, "add"), /no value for "rows"/);
 * ```
 */
export function packParams(
  layout: ParamsLayout,
  values: AnyParamValues,
  what: string,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(paramWords(layout));
  const floats = new Float32Array(words.buffer);
  let at = 0;
  for (const [name, type] of Object.entries(layout)) {
    const value = values[name];
    if (value === undefined) {
      throw new TypeError(`Cannot launch ${what}: its params have no value for "${name}"`);
    }
    at = alignUp(at, WORDS[type]);
    if (typeof value !== "number") floats.set(value, at);
    else if (type === "f32") floats[at] = value;
    else words[at] = value;
    at += WORDS[type];
  }
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(layout, name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot launch ${what}: its params have no field "${unknown}"`);
  }
  return words;
}

function alignUp(words: number, alignment: number): number {
  return Math.ceil(words / alignment) * alignment;
}
