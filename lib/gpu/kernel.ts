/**
 * The records that describe GPU work: a {@link Kernel} is one WGSL file, a {@link Launch} is one dispatch of it.
 *
 * Conventions every `.wgsl` file keeps: entry point `main`; group 0; binding 0 is the uniform struct
 * `params`; bindings 1.. are the storage buffers in the record's order; the workgroup index is
 * `wid.x + wid.y * num.x`, and groups past the end do nothing.
 *
 * @module
 */
import type { GpuBuffer } from "./buffer.ts";

/** One WGSL file and how its storage bindings are used. */
export interface Kernel {
  readonly name: string;
  /** WGSL text, specialised by `override` constants. */
  readonly code: string;
  /** Storage bindings 1.. in order: `read` is `var<storage, read>`, `write` is `var<storage, read_write>`. */
  readonly bindings: readonly ("read" | "write")[];
}

/** A range of a buffer, in bytes; offsets are multiples of 256. */
export interface BufferSlice {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly size: number;
}

/** What a storage binding points at: a whole buffer or a range of one. */
export type Binding = GpuBuffer | BufferSlice;

/** One dispatch. `B` is what bindings name: buffers when it runs, tensors while a graph is being built. */
export interface Launch<B = Binding> {
  readonly kernel: Kernel;
  /** Values of the kernel's `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Words of the uniform struct `params`; floats as {@link f32bits}. */
  readonly params?: readonly number[];
  readonly bindings: readonly B[];
  /** Number of workgroups, one-dimensional; 0 skips the launch. */
  readonly workgroups: number;
}

const word = new DataView(new ArrayBuffer(4));

/** The bits of a 32-bit float as an unsigned word, for {@link Launch.params}. */
export function f32bits(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}
