/**
 * The layout of kernels on the GPU. Checkpoints keep MinkowskiEngine's [K, Cin, Cout] (row-major; [Cin, Cout] for a kernel
 * of one offset). WGSL reads 4x4 blocks [K][ceil(Cin/4)][ceil(Cout/4)] of `mat4x4f`, whose column i is
 * W[k][4 ci + i][4 co .. 4 co + 3]: a block is one wide load, and y4 += M * x4, dx4 += dy4 * M. Channels past the end are
 * zero and remain so, since their gradients are zero as well.
 *
 * @module
 */

/** Shape of a kernel: [K, Cin, Cout], or [Cin, Cout] where K is 1. */
export type KernelShape = readonly number[];

function sizes(shape: KernelShape): [volume: number, inputs: number, outputs: number] {
  const [volume, inputs, outputs] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 3 || shape.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new TypeError(
      `Cannot pack a kernel of shape [${shape}]: it needs [K, Cin, Cout] or [Cin, Cout]`,
    );
  }
  return [volume!, inputs!, outputs!];
}

/**
 * Gives the float32 words of a packed kernel.
 *
 * @throws {TypeError} where the shape is not that of a kernel.
 */
export function packedLength(shape: KernelShape): number {
  const [volume, inputs, outputs] = sizes(shape);
  return volume * Math.ceil(inputs / 4) * Math.ceil(outputs / 4) * 16;
}

/** Calls `visit(place in [K, Cin, Cout], place in the packed kernel, count)` for every run of up to four weights. */
function forEachRun(
  shape: KernelShape,
  visit: (plain: number, packed: number, count: number) => void,
): void {
  const [volume, inputs, outputs] = sizes(shape);
  const rowsOfBlocks = volume * Math.ceil(inputs / 4);
  const columnsOfBlocks = Math.ceil(outputs / 4);
  for (let row = 0; row < rowsOfBlocks; row++) {
    const k = Math.floor(row / Math.ceil(inputs / 4));
    const firstInput = row % Math.ceil(inputs / 4) * 4;
    for (let input = firstInput; input < Math.min(firstInput + 4, inputs); input++) {
      for (let column = 0; column < columnsOfBlocks; column++) {
        visit(
          (k * inputs + input) * outputs + 4 * column,
          (row * columnsOfBlocks + column) * 16 + (input - firstInput) * 4,
          Math.min(4, outputs - 4 * column),
        );
      }
    }
  }
}

/**
 * Packs a kernel.
 *
 * @param kernel weights of the given shape, row-major.
 * @throws {TypeError} where the number of weights does not fit the shape.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const kernel = [1, 2, 3, 4, 5, 6];
 * const packed = packKernel(kernel, [2, 3]); // one 4x4 block
 * assert.equal(packed.length, 16);
 * assert.deepEqual([...unpackKernel(packed, [2, 3])], kernel);
 * ```
 */
export function packKernel(kernel: ArrayLike<number>, shape: KernelShape): Float32Array {
  const weights = shape.reduce((product, size) => product * size, 1);
  if (kernel.length !== weights) {
    throw new TypeError(
      `Cannot pack a kernel of shape [${shape}]: it has ${kernel.length} weights, not ${weights}`,
    );
  }
  const packed = new Float32Array(packedLength(shape));
  forEachRun(shape, (plain, place, count) => {
    for (let i = 0; i < count; i++) packed[place + i] = kernel[plain + i]!;
  });
  return packed;
}

/**
 * Unpacks a kernel: the inverse of {@link packKernel}.
 *
 * @throws {TypeError} where the number of words does not fit the shape.
 */
export function unpackKernel(packed: ArrayLike<number>, shape: KernelShape): Float32Array {
  if (packed.length !== packedLength(shape)) {
    throw new TypeError(
      `Cannot unpack a kernel of shape [${shape}]: it has ${packed.length} words, not ${
        packedLength(shape)
      }`,
    );
  }
  const kernel = new Float32Array(shape.reduce((product, size) => product * size, 1));
  forEachRun(shape, (plain, place, count) => {
    for (let i = 0; i < count; i++) kernel[plain + i] = packed[place + i]!;
  });
  return kernel;
}
