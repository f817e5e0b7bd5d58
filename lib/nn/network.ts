/**
 * The contract between a student and its backbone.
 *
 * @module
 */
import type { KernelMapSpec, ParentRule, SerializationOrder } from "../sparse/mod.ts";
import type { FeatureRows, HeadRotation, LayerGraph, NetworkLayers } from "./network_layers.ts";
import type { ParameterSpec } from "./parameter_spec.ts";

/** How a point transformer lines the voxels of its levels up. */
export interface NetworkSerialization {
  /** The orders in which blocks attend. */
  readonly orders: readonly SerializationOrder[];
  /** Which voxels become one on the next level. */
  readonly parents: ParentRule;
  /** For each level, the sizes of patches that its blocks attend in. */
  readonly patches: readonly (readonly number[])[];
  /** For each level, the rotations of queries and keys by place; null where there are none. */
  readonly rotations: readonly (HeadRotation | null)[];
}

/** A backbone ψ. */
export interface Network {
  /** The engine whose checkpoints have its original names: a key of `FORMATS` in `lib/nn/import`. */
  readonly engine: "minkowski" | "spconv" | "pointcept";
  /** Input channels. */
  readonly inChannels: number;
  /** Channels of the features that the heads read. */
  readonly featureChannels: number;
  /** How often it halves the resolution; its pyramid has one level more. */
  readonly depth: number;
  /** Whether it has batch norm; otherwise its norm layers keep no statistics. */
  readonly hasBatchNorm: boolean;
  /** What batch norm adds to the variance. */
  readonly epsilon: number;
  /** How its voxels are lined up for attention; null where it has convolutions alone. */
  readonly serialization: NetworkSerialization | null;
  /** Lists the kernel maps that it needs, to be built in one batch. */
  maps(): KernelMapSpec[];
  /** Lists its state-dict entries; kernels are [K, Cin, Cout] or [Cin, Cout] in every family. */
  parameters(): ParameterSpec[];
  /** Records its ops: x [voxels][inChannels] -> features [voxels][featureChannels]. */
  emit<G extends LayerGraph, T extends FeatureRows>(
    graph: G,
    layers: NetworkLayers<G, T>,
    x: T,
  ): T;
}
