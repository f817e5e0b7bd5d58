/**
 * What every plan is built from: a student, a scan and its weights, on the GPU or on paper.
 *
 * @module
 */
import type { Gpu } from "../../gpu/mod.ts";
import { type LayerParameters, Layers, type RunMode, type ScanStructure } from "../../nn/layers.ts";
import type { Parameters } from "../../nn/parameters.ts";
import type { Student } from "../../nn/student.ts";
import type { SparseScan } from "../../voxels/sparse_scan.ts";

/** What a graph is recorded from; `lib/segment/step_footprint.ts` fills it with tensors that hold no memory. */
export interface GraphContext {
  readonly gpu: Pick<Gpu, "kernels">;
  readonly student: Student;
  readonly scan: Pick<SparseScan, "features" | "pointRows"> & { readonly structure: ScanStructure };
  readonly parameters: LayerParameters & Pick<Parameters, "values" | "gradients" | "endOf">;
}

/** What a plan is compiled from. */
export interface PlanContext extends GraphContext {
  readonly gpu: Gpu;
  readonly scan: SparseScan;
  readonly parameters: Parameters;
}

/** Which statistics norm layers use: `batch`, the scan's own; `running`, those gathered in training. */
export type NormStatistics = RunMode["statistics"];

/** Builds a network's layers over a scan, to run in one mode. */
export function layersOf(context: GraphContext, mode: Omit<RunMode, "epsilon">): Layers {
  return new Layers(context.parameters, context.scan.structure, {
    ...mode,
    epsilon: context.student.network.epsilon,
  });
}

/** Builds layers that only predict: nothing is trained and running statistics stay. */
export function frozenLayers(context: GraphContext, statistics: NormStatistics): Layers {
  return layersOf(context, { statistics, momentum: 0, trainable: () => false });
}
