/**
 * Shape rules that ops share. A wrong shape is a mistake in a network's description and says which op saw it.
 *
 * @module
 */
import type { Tensor } from "./tensor.ts";

/** @throws {TypeError} where rows or channels differ. */
export function sameShape(op: string, a: Tensor, b: Tensor): void {
  if (a.rows !== b.rows || a.channels !== b.channels) {
    throw new TypeError(
      `Cannot ${op} "${a.label}" [${a.rows}, ${a.channels}] and "${b.label}" [${b.rows}, ${b.channels}]: ` +
        "the shapes differ",
    );
  }
}

/** @throws {TypeError} where `tensor` has other rows or channels than the op needs. */
export function expectShape(op: string, tensor: Tensor, rows: number, channels: number): void {
  if (tensor.rows !== rows || tensor.channels !== channels) {
    throw new TypeError(
      `Cannot ${op} "${tensor.label}" [${tensor.rows}, ${tensor.channels}]: ` +
        `it needs [${rows}, ${channels}]`,
    );
  }
}
