/**
 * Shape rules that ops share. A wrong shape is a mistake in the description of a network; the error names the op.
 *
 * @module
 */
import type { Tensor } from "./tensor.ts";

/**
 * Checks that two operands have one shape.
 *
 * @param op a verb for the message.
 * @throws {TypeError} where rows or channels differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Tensor } from "./tensor.ts";
 *
 * const [a, b] = [new Tensor("a", 10, 3), new Tensor("b", 10, 4)];
 * assert.throws(() => sameShape("add", a, b), /Cannot add "a" \[10, 3\] and "b" \[10, 4\]/);
 * ```
 */
export function sameShape(op: string, a: Tensor, b: Tensor): void {
  if (a.rows !== b.rows || a.channels !== b.channels) {
    throw new TypeError(
      `Cannot ${op} "${a.label}" [${a.rows}, ${a.channels}] and "${b.label}" [${b.rows}, ${b.channels}]: ` +
        "the shapes differ",
    );
  }
}

/**
 * Checks an operand's shape.
 *
 * @param op a verb for the message.
 * @throws {TypeError} where `tensor` has other rows or channels than the op needs.
 */
export function expectShape(op: string, tensor: Tensor, rows: number, channels: number): void {
  if (tensor.rows !== rows || tensor.channels !== channels) {
    throw new TypeError(
      `Cannot ${op} "${tensor.label}" [${tensor.rows}, ${tensor.channels}]: ` +
        `it needs [${rows}, ${channels}]`,
    );
  }
}
