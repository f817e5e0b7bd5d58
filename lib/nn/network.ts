/**
 * The seam between a student and its backbone: what a network tells of itself, and the networks there are,
 * by the names that model cards use.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { KernelMapSpec } from "../sparse/mod.ts";
import type { Layers } from "./layers.ts";
import { minkUNet, MINKUNETS } from "./minkunet.ts";
import type { ParameterSpec } from "./parameters.ts";
import { spUNet, SPUNETS } from "./spunet.ts";

/** A backbone ψ. */
export interface Network {
  /** Channels that it reads. */
  readonly inChannels: number;
  /** Channels of the feature that the heads read. */
  readonly featureChannels: number;
  /** How often it halves the resolution: its pyramid has one level more. */
  readonly depth: number;
  /** What batch norm adds to the variance; families differ. */
  readonly epsilon: number;
  /** The kernel maps that it needs, for one batched build. */
  maps(): KernelMapSpec[];
  /** Its state-dict entries; kernels are [K, Cin, Cout] or [Cin, Cout] in every family. */
  parameters(): ParameterSpec[];
  /** Emits it: x [voxels][inChannels] -> features [voxels][featureChannels]. */
  emit(graph: Graph, layers: Layers, x: Tensor): Tensor;
}

/** All networks by name. */
const NETWORKS: ReadonlyMap<string, (inChannels: number) => Network> = new Map([
  ...Object.entries(MINKUNETS).map(([name, shape]) =>
    [name, (inChannels: number) => minkUNet({ ...shape, inChannels })] as const
  ),
  ...Object.entries(SPUNETS).map(([name, shape]) =>
    [name, (inChannels: number) => spUNet({ ...shape, inChannels })] as const
  ),
]);

/** Names that a model card may give as its backbone. */
export const NETWORK_NAMES = [...NETWORKS.keys()] as [string, ...string[]];

/**
 * A network by name.
 *
 * @throws {RangeError} where there is none of that name.
 */
export function networkOf(name: string, inChannels: number): Network {
  const make = NETWORKS.get(name);
  if (!make) {
    throw new RangeError(
      `Cannot build "${name}": no such network; there are ${NETWORK_NAMES.join(", ")}`,
    );
  }
  return make(inChannels);
}
