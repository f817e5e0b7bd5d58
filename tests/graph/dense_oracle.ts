/**
 * A dense 3D convolution on a grid of zeros, read and differentiated at the active sites alone. It shares neither pair
 * lists nor their order with the code that it checks.
 */
import { assertClose } from "./support.ts";

/** A site of the grid. */
export type Site = readonly [number, number, number];

/** A convolution from one set of sites to another, offsets in units of the input voxel. */
export interface DenseCase {
  readonly inputs: readonly Site[];
  readonly outputs: readonly Site[];
  readonly kernelSize: number;
  readonly cin: number;
  readonly cout: number;
}

/** Floats of a dense grid [z][y][x][channels] and its lower corner. */
class Grid {
  readonly lower: number[];
  readonly size: number[];
  readonly channels: number;
  readonly values: Float64Array;

  constructor(sites: readonly Site[], margin: number, channels: number) {
    const axis = (i: number) => sites.map((site) => site[i]!);
    this.lower = [0, 1, 2].map((i) => Math.min(0, ...axis(i)) - margin);
    this.size = [0, 1, 2].map((i) => Math.max(0, ...axis(i)) + margin + 1 - this.lower[i]!);
    this.channels = channels;
    this.values = new Float64Array(this.size[0]! * this.size[1]! * this.size[2]! * channels);
  }

  /** First channel of a site. */
  at(site: Site, offset: Site = [0, 0, 0]): number {
    const [x, y, z] = [0, 1, 2].map((i) => site[i]! + offset[i]! - this.lower[i]!) as [
      number,
      number,
      number,
    ];
    return ((z * this.size[1]! + y) * this.size[0]! + x) * this.channels;
  }
}

function offsets(kernelSize: number): Site[] {
  const first = kernelSize % 2 === 1 ? -(kernelSize - 1) / 2 : 0;
  const list: Site[] = [];
  for (let z = 0; z < kernelSize; z++) {
    for (let y = 0; y < kernelSize; y++) {
      for (let x = 0; x < kernelSize; x++) list.push([first + x, first + y, first + z]);
    }
  }
  return list;
}

/** y, dx and dW of a dense convolution masked to the sites. */
export function denseConvolution(
  { inputs, outputs, kernelSize, cin, cout }: DenseCase,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  dy: ArrayLike<number>,
): { y: Float64Array; dx: Float64Array; dweight: Float64Array } {
  const sites = [...inputs, ...outputs];
  const grid = new Grid(sites, kernelSize, cin);
  const gradient = new Grid(sites, kernelSize, cin);
  inputs.forEach((site, row) => {
    for (let i = 0; i < cin; i++) grid.values[grid.at(site) + i] = x[row * cin + i]!;
  });
  const y = new Float64Array(outputs.length * cout);
  const dweight = new Float64Array(kernelSize ** 3 * cin * cout);
  outputs.forEach((site, row) => {
    offsets(kernelSize).forEach((offset, k) => {
      const place = grid.at(site, offset);
      for (let i = 0; i < cin; i++) {
        for (let o = 0; o < cout; o++) {
          const w = (k * cin + i) * cout + o;
          y[row * cout + o]! += grid.values[place + i]! * weight[w]!;
          dweight[w]! += grid.values[place + i]! * dy[row * cout + o]!;
          gradient.values[place + i]! += weight[w]! * dy[row * cout + o]!;
        }
      }
    });
  });
  const dx = Float64Array.from(
    { length: inputs.length * cin },
    (_, n) => gradient.values[gradient.at(inputs[Math.floor(n / cin)]!) + n % cin]!,
  );
  return { y, dx, dweight };
}

/** Results of a convolution, under the names of {@link denseConvolution}. */
export interface ConvolutionResults {
  readonly y: ArrayLike<number>;
  readonly dx: ArrayLike<number>;
  readonly dweight: ArrayLike<number>;
}

/** Fails where one of the three results differs. */
export function assertConvolution(
  actual: ConvolutionResults,
  expected: ConvolutionResults,
  tolerance: number,
  what: string,
): void {
  assertClose(actual.y, expected.y, tolerance, `${what}: y`);
  assertClose(actual.dx, expected.dx, tolerance, `${what}: dx`);
  assertClose(actual.dweight, expected.dweight, tolerance, `${what}: dW`);
}
