/**
 * Layers by name. Each looks up its parameters and kernel maps and records its ops, so that the code of a network reads as
 * its architecture.
 *
 * @module
 */
import type { GpuBuffer, RowPrecision } from "../gpu/mod.ts";
import type { Graph, Parameter } from "../graph/graph.ts";
import { concatenate } from "../graph/ops/concatenation.ts";
import { gather, type PointRows } from "../graph/ops/gather.ts";
import { gelu } from "../graph/ops/gelu.ts";
import { sum } from "../graph/ops/sum.ts";
import { gridMaxPool } from "../graph/transformer/grid_max_pool.ts";
import { packedHeads, rotatedHeads } from "../graph/transformer/heads.ts";
import { layerNorm } from "../graph/transformer/layer_norm.ts";
import { layerScale } from "../graph/transformer/layer_scale.ts";
import { maskToken } from "../graph/transformer/mask_token.ts";
import { type AttentionPatches, patchAttention } from "../graph/transformer/patch_attention.ts";
import { batchNorm, type BatchNormMode } from "../graph/ops/batch_norm.ts";
import { linear, sparseConvolution } from "../graph/ops/learned.ts";
import type { PairOperand } from "../graph/ops/matrix_kernels.ts";
import { Tensor } from "../graph/tensor.ts";
import type { KernelMap, KernelMapSpec, PairList } from "../sparse/mod.ts";
import type { AttentionPlace, NetworkLayers, NormTail, PatchPlace } from "./network_layers.ts";
import type { ParameterSpec } from "./parameter_spec.ts";
import type { Parameters } from "./parameters.ts";

/** How a network is run. */
export interface RunMode extends BatchNormMode {
  /** Whether a parameter gets a gradient. */
  readonly trainable: (spec: ParameterSpec) => boolean;
  /** Whether gradients replace those of before (see {@link Parameter.isReplaced}); false by default. */
  readonly replacesGradients?: boolean;
}

/** Gives a buffer of index words as the graph takes it. */
export function indexTensor(buffer: GpuBuffer): Tensor {
  return new Tensor(buffer.label, buffer.size / 16, 4, { binding: buffer });
}

/** What layers need of a scan. */
export interface ScanStructure {
  /** Gives a kernel map that the network asked for. */
  kernelMap(spec: KernelMapSpec): KernelMap;
  /** Gives the patches of a level, along one of the network's orders, that attention runs in. */
  patches(place: PatchPlace): AttentionPatches;
  /** Gives the rotations of the voxels of a level, f32 [voxels][3][angles][2]. */
  rotations(level: number): Tensor;
  /** Gives the voxels of `level` that became one on the next coarser level. */
  merged(level: number): MergedRows;
  /** u32 [voxels]: 1 where a voxel is masked, as in pretraining; null where none is. */
  readonly mask: Tensor | null;
}

/** The voxels of a level, and those of the next coarser one that they became. */
export interface MergedRows {
  /** Voxels of the coarser level. */
  readonly parents: number;
  /** The coarser voxel of each voxel of the finer level. */
  readonly children: PointRows;
}

/** What layers need of parameters. */
export type LayerParameters = Pick<Parameters, "specs" | "parameter" | "statistic">;

/** Records the layers of one network over one scan. */
export class Layers implements NetworkLayers<Graph, Tensor> {
  readonly #parameters: LayerParameters;
  readonly #scan: ScanStructure;
  readonly #mode: RunMode;

  /** Takes what the layers read. */
  constructor(parameters: LayerParameters, scan: ScanStructure, mode: RunMode) {
    this.#parameters = parameters;
    this.#scan = scan;
    this.#mode = mode;
  }

  /**
   * Records a convolution of stride 1, from the voxels of `level` to the same voxels.
   *
   * @param precision how the result is stored; like x by default, as everything that follows from it.
   */
  conv(
    graph: Graph,
    x: Tensor,
    name: string,
    kernelSize: number,
    level: number,
    precision: RowPrecision = x.precision,
  ): Tensor {
    const map = this.#scan.kernelMap({ kernelSize, stride: 1, dilation: 1, from: level });
    return this.#convolve(graph, x, name, map, map.forward, map.transposed, precision);
  }

  /** Records a convolution of kernel and stride 2, from `level` to the next coarser level. */
  down(
    graph: Graph,
    x: Tensor,
    name: string,
    level: number,
    precision: RowPrecision = x.precision,
  ): Tensor {
    const map = this.#scan.kernelMap({ kernelSize: 2, stride: 2, dilation: 1, from: level });
    return this.#convolve(graph, x, name, map, map.forward, map.transposed, precision);
  }

  /** Records the transposed convolution of {@link Layers.down}, back to the voxels of `level`. */
  up(
    graph: Graph,
    x: Tensor,
    name: string,
    level: number,
    precision: RowPrecision = x.precision,
  ): Tensor {
    const map = this.#scan.kernelMap({ kernelSize: 2, stride: 2, dilation: 1, from: level });
    return this.#convolve(graph, x, name, map, map.transposed, map.forward, precision);
  }

  #convolve(
    graph: Graph,
    x: Tensor,
    name: string,
    map: KernelMap,
    forward: PairList,
    transposed: PairList,
    precision: RowPrecision,
  ): Tensor {
    const cout = this.#shape(`${name}.kernel`).at(-1)!;
    const bias = this.#bias(name);
    return sparseConvolution(graph, x, this.#learned(`${name}.kernel`), {
      volume: map.volume,
      precision,
      channels: cout,
      forward: pairTensors(forward),
      transposed: pairTensors(transposed),
      ...(bias ? { bias } : {}),
      // In the networks a batch norm follows every convolution that has no bias.
      isNormed: this.#mode.statistics === "batch" && !bias,
    });
  }

  /** Records a linear layer (a convolution of kernel 1), with a bias where the network has one. */
  linear(graph: Graph, x: Tensor, name: string): Tensor {
    return this.#linear(graph, x, name, x.precision);
  }

  /** Records a linear layer whose rows are read by a loss or by the host: they are float32 whatever x is. */
  head(graph: Graph, x: Tensor, name: string): Tensor {
    return this.#linear(graph, x, name, "f32");
  }

  #linear(graph: Graph, x: Tensor, name: string, precision: RowPrecision): Tensor {
    const cout = this.#shape(`${name}.kernel`).at(-1)!;
    return linear(graph, x, this.#learned(`${name}.kernel`), this.#bias(name), cout, precision);
  }

  /** The bias of a layer; null where the network has none. */
  #bias(name: string): Parameter | null {
    const hasBias = this.#parameters.specs.some((spec) => spec.name === `${name}.bias`);
    return hasBias ? this.#learned(`${name}.bias`) : null;
  }

  /** Records the batch norm whose entries begin with `name`, and what follows it in the same pass. */
  norm(graph: Graph, x: Tensor, name: string, tail: NormTail<Tensor> = {}): Tensor {
    return batchNorm(
      graph,
      x,
      {
        gamma: this.#learned(`${name}.weight`),
        beta: this.#learned(`${name}.bias`),
        runningMean: this.#parameters.statistic(`${name}.running_mean`),
        runningVariance: this.#parameters.statistic(`${name}.running_var`),
      },
      this.#mode,
      tail,
    );
  }

  /** Records the layer norm whose entries begin with `name`. */
  layerNorm(graph: Graph, x: Tensor, name: string): Tensor {
    const [gamma, beta] = [this.#learned(`${name}.weight`), this.#learned(`${name}.bias`)];
    return layerNorm(graph, x, { gamma, beta });
  }

  /** Records GELU. */
  gelu(graph: Graph, x: Tensor, _name: string): Tensor {
    return gelu(graph, x);
  }

  /** Records the residual sum of two tensors. */
  sum(graph: Graph, a: Tensor, b: Tensor, _name: string): Tensor {
    return sum(graph, a, b);
  }

  /** Records the concatenation of two tensors by channels. */
  concatenate(graph: Graph, a: Tensor, b: Tensor): Tensor {
    return concatenate(graph, a, b);
  }

  /** Records attention within patches: queries, keys and values side by side -> [voxels][channels]. */
  attention(graph: Graph, qkv: Tensor, name: string, place: AttentionPlace): Tensor {
    const { heads, relativePositions, rotation } = place;
    const options = {
      heads,
      patches: this.#scan.patches(place),
      ...(relativePositions ? { bias: this.#learned(`${name}.rpe.rpe_table`) } : {}),
    };
    if (!rotation) return patchAttention(graph, qkv, options);
    const width = qkv.channels / 3 / heads;
    const wide = rotatedHeads(graph, qkv, heads, this.#scan.rotations(place.level));
    const y = patchAttention(graph, wide, { ...options, scale: width ** -0.5 });
    return packedHeads(graph, y, heads, width);
  }

  /** Records the pooling of the voxels of `level` to those of the next coarser level, by the largest value. */
  pool(graph: Graph, x: Tensor, level: number): Tensor {
    const { parents, children } = this.#scan.merged(level);
    return gridMaxPool(graph, x, parents, children);
  }

  /** Records the reverse of {@link Layers.pool}: every voxel of `level` takes the row of the coarser voxel that it is in. */
  unpool(graph: Graph, x: Tensor, level: number): Tensor {
    return gather(graph, x, this.#scan.merged(level).children);
  }

  /** Records LayerScale, whose factors are called `name.0.gamma`. */
  scale(graph: Graph, x: Tensor, name: string): Tensor {
    return layerScale(graph, x, this.#learned(`${name}.0.gamma`));
  }

  /** Records the token that stands in the place of masked voxels; without a mask the voxels stay as they are. */
  masked(graph: Graph, x: Tensor, name: string): Tensor {
    const { mask } = this.#scan;
    return mask ? maskToken(graph, x, mask, this.#learned(name)) : x;
  }

  #spec(name: string) {
    const spec = this.#parameters.specs.find((candidate) => candidate.name === name);
    if (!spec) throw new TypeError(`Cannot find parameter "${name}": the network has none`);
    return spec;
  }

  #shape(name: string): readonly number[] {
    return this.#spec(name).shape;
  }

  #learned(name: string): Parameter {
    const { trainable, replacesGradients = false } = this.#mode;
    const parameter = this.#parameters.parameter(name, trainable(this.#spec(name)));
    return { ...parameter, isReplaced: replacesGradients };
  }
}

/** Gives a pair list as the graph takes it. */
export function pairTensors(list: PairList): PairOperand<Tensor> {
  return {
    rows: list.rows,
    tiles: list.tiles,
    mirrored: list.mirrored,
    entries: new Tensor("pairs", 1, list.pairs, { binding: list.entries }),
    offsets: indexTensor(list.offsets),
    found: indexTensor(list.found),
  };
}
