/**
 * From features of points to features of voxels: the mean over each voxel's points, summed in a fixed order.
 *
 * @module
 */
import { averageRows as averageRowsKernel } from "../../kernels/sparse/records.ts";
import { groupsOf64, type Launch, launch } from "../gpu/mod.ts";

/**
 * The launch for y[row] = mean of x[point] over the row's points.
 *
 * @param operands.x f32 [points][channels padded to 4].
 * @param operands.order u32 [points], `operands.starts` u32 [rows + 1]: as in `Voxels`.
 * @param operands.y f32 [rows][channels padded to 4].
 */
export function averageRows<B>(
  operands: { x: B; order: B; starts: B; y: B; rows: number; channels: number },
): Launch<B> {
  const columns = Math.ceil(operands.channels / 4);
  return launch(averageRowsKernel, {
    params: { rows: operands.rows, columns },
    bindings: [operands.x, operands.order, operands.starts, operands.y],
    workgroups: groupsOf64(operands.rows * columns),
  });
}

/** Reference of {@link averageRows}, with float32 sums; `width` is the padded number of channels. */
export function averageRowsReference(
  x: Float32Array,
  order: Uint32Array,
  starts: Uint32Array,
  width: number,
): Float32Array {
  const rows = starts.length - 1;
  const y = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < width; channel++) {
      let sum = 0;
      for (const point of order.subarray(starts[row], starts[row + 1])) {
        sum = Math.fround(sum + x[point * width + channel]!);
      }
      y[row * width + channel] = sum / (starts[row + 1]! - starts[row]!);
    }
  }
  return y;
}
