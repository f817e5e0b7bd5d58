/**
 * What the rules of operators share: the operator with its tensors, its options, its constant inputs, and the order of
 * dimensions.
 *
 * @module
 */
import type { TfliteOperator, TfliteTensor } from "./model.ts";
import { FixedSizeNeeded, type NetworkDraft } from "./network_draft.ts";

/** What a rule is given. */
export interface Site {
  readonly network: NetworkDraft;
  readonly operator: TfliteOperator;
  /** Tensor of input n. */
  readonly input: (n: number) => TfliteTensor;
  /** Value of input n. */
  readonly value: (n: number) => string;
  /** The first output. */
  readonly output: TfliteTensor;
}

/** Gives the values of the outputs, in their order; null where the rule has set them itself. */
export type Rule = (site: Site) => string[] | null;

/** Number `field` of the operator's options, a byte or a 32-bit integer. */
export function byte({ operator }: Site, field: number, otherwise = 0): number {
  return operator.options?.uint8(field, otherwise) ?? otherwise;
}

export function int({ operator }: Site, field: number, otherwise: number): number {
  return operator.options?.int32(field, otherwise) ?? otherwise;
}

/** The axis in the ONNX graph that stands for an axis of a tensor of some rank, which may be negative. */
export function axisIn(rank: number, axis: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  return rank === 4 ? [0, 2, 3, 1][positive]! : positive;
}

/** A constant input, which the operator needs to be one. */
export function known({ network, operator, input }: Site, n: number, what: string): number[] {
  const values = network.integers(input(n).index);
  if (!values) throw network.refuse(operator, `has ${what} that is no constant`);
  return values;
}

/** An operator that the ONNX graph does in TFLite's order of dimensions, at the sizes of the file. */
export function reordered(site: Site, make: (name: string) => string): string[] {
  const { network, input, value, output } = site;
  const from = input(0).shape;
  const to = output.shape;
  const hasNoMap = [from, to].every((shape) => shape.length !== 4 || shape[1]! * shape[2]! === 1);
  if (!network.fixedSize && !hasNoMap) throw new FixedSizeNeeded(site.operator.name);
  const name = make(network.inFileOrder(value(0), from.length));
  return [network.fromFileOrder(name, to.length)];
}
