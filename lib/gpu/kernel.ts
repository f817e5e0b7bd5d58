/**
 * The records that describe GPU work: a {@link Kernel} is one WGSL file, a {@link Launch} is one dispatch of it.
 *
 * Conventions that every `.wgsl` file keeps (`kernels/README.md` has them all): the entry point is `main`; all
 * bindings are in group 0; binding 0 is the uniform struct `params`; bindings 1 and up are the buffers in the
 * record's order; the index of a workgroup is `wid.x + wid.y * num.x`, and workgroups past the end do nothing.
 *
 * @module
 */
import type { GpuBuffer } from "./buffer.ts";
import type { AnyParamValues, NoParams, ParamsLayout, ParamValues } from "./params.ts";

/**
 * One WGSL file, its uniform struct and how its bindings are used. Records are written `as const satisfies
 * Kernel`, so that the compiler knows the names and types of the params.
 */
export interface Kernel<Layout extends ParamsLayout = ParamsLayout> {
  /** The name of its WGSL file. */
  readonly name: string;
  /** WGSL text, specialised by `override` constants. */
  readonly code: string;
  /** Fields of `struct Params`, in its order; `{}` where there is none. */
  readonly params: Layout;
  /**
   * Bindings 1.. in order: `read` is `var<storage, read>`, `write` is `var<storage, read_write>`, `uniform` is
   * `var<uniform>` of {@link WINDOW_BYTES} bytes.
   */
  readonly bindings: readonly ("read" | "write" | "uniform")[];
  /** Bindings that hold feature rows, by the names of their variables: `row_storage.ts` says how they are stored. */
  readonly rows?: Readonly<Record<string, number>>;
  /** What a launch has to do at least. Kernels that run in the graph of a step have it. */
  readonly work?: KernelWork;
}

/** Bytes of a `uniform` binding, the most that every adapter allows: a window of a buffer, which has to hold them. */
export const WINDOW_BYTES = 65_536;

/** How large that is which a binding of a launch points at. */
export interface Extent {
  /** Number of rows. */
  readonly rows: number;
  /** Channels without padding. */
  readonly channels: number;
  /** Bytes of all rows, padding included. */
  readonly bytes: number;
}

/**
 * What a launch has to do at least, on whatever hardware: bytes that are needed twice come from a cache the second time.
 * A launch writes each of its `write` bindings once.
 */
export interface KernelWork {
  /** Multiply-adds; an addition, a product, a comparison or a function alone counts as one. Index arithmetic does not count. */
  readonly multiplyAdds: (launch: Launch<Extent>) => number;
  /** Bytes that it reads; left out where they are those of every `read` and `uniform` binding, once each. */
  readonly bytesRead?: (launch: Launch<Extent>) => number;
  /**
   * Whether the launch that makes its inputs could do its work, while it has the rows at hand: each row of what it reads
   * is needed for the same row of what it writes, or for a sum over rows.
   */
  readonly fusable?: boolean;
}

/** A range of a buffer, in bytes; offsets are multiples of 256. */
export interface BufferSlice {
  /** The buffer of which it is a range. */
  readonly buffer: GpuBuffer;
  /** Bytes from the start of the buffer. */
  readonly offset: number;
  /** Length in bytes. */
  readonly size: number;
}

/** What a binding points at: a whole buffer or a range of one. */
export type Binding = GpuBuffer | BufferSlice;

/** Only {@link launch} has it, so that no launch is written without the compiler checking its params. */
const CHECKED = Symbol("checked");

/**
 * One dispatch, made by {@link launch}. `B` is what bindings name: buffers when it runs, tensors while a graph is
 * being built.
 */
export interface Launch<B = Binding> {
  /** Set by {@link launch} alone. */
  readonly [CHECKED]: true;
  /** What runs. */
  readonly kernel: Kernel;
  /** Values of the kernel's `override` constants. */
  readonly constants: Readonly<Record<string, number>>;
  /** Values of the uniform struct, by field. */
  readonly params: AnyParamValues;
  /** Bindings 1.. in the order of the record. */
  readonly bindings: readonly B[];
  /** Where the window of `uniform` bindings begins in what they name, in bytes: a multiple of 256. */
  readonly window: number;
  /** Number of workgroups, one-dimensional; 0 skips the launch. */
  readonly workgroups: number;
  /** Names of the kernel's rows that are stored in float16; the others are in float32. */
  readonly half: readonly string[];
}

/** What a launch of a kernel is given. */
export type LaunchOptions<Layout extends ParamsLayout, B> =
  & Pick<Launch<B>, "bindings" | "workgroups">
  & Partial<Pick<Launch<B>, "constants" | "window">>
  & (keyof Layout extends never ? { readonly params?: NoParams }
    : { readonly params: ParamValues<Layout> });

/**
 * A launch of `kernel`. The compiler holds the names and types of `params` against the kernel's record.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const scale = {
 *   name: "scale",
 *   code: "...",
 *   params: { count: "u32", factor: "f32" },
 *   bindings: ["write"],
 * } as const satisfies Kernel;
 *
 * const once = launch(scale, {
 *   params: { count: 100, factor: 0.5 },
 *   bindings: ["a buffer or, in a graph, a tensor"],
 *   workgroups: 2,
 * });
 * assert.equal(once.params.factor, 0.5);
 * ```
 */
export function launch<const Layout extends ParamsLayout, B>(
  kernel: Kernel<Layout>,
  options: LaunchOptions<NoInfer<Layout>, B>,
): Launch<B> {
  const { constants = {}, params = {}, bindings, window = 0, workgroups } = options;
  return { [CHECKED]: true, kernel, constants, params, bindings, window, workgroups, half: [] };
}
