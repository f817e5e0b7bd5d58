/**
 * The seam between a student and its backbone: what a network tells of itself.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { KernelMapSpec } from "../sparse/mod.ts";
import type { Layers } from "./layers.ts";
import type { ParameterSpec } from "./parameters.ts";

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
