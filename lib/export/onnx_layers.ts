/**
 * Layers as nodes of an ONNX file. A sparse convolution gathers the rows that its table names, side by side, and is one
 * matrix product; attention gathers its patches. Only operators of opset 13 are used, so that every runtime knows them.
 *
 * @module
 */
import { type ModelValue, OnnxWriter } from "../onnx/onnx_writer.ts";
import type {
  AttentionPlace,
  HeadRotation,
  NetworkLayers,
  NormTail,
} from "../nn/network_layers.ts";
import type { NamedTensor } from "../nn/safetensors.ts";
import { tableName, type TableRequest } from "./scan_tables.ts";

/** A file being written. Rows are float32. */
export class OnnxGraph {
  readonly precision = "f32";
  /** What is written. */
  readonly writer: OnnxWriter = new OnnxWriter();
  readonly #tables = new Map<string, { request: TableRequest; value: ModelValue }>();

  /** The name of a table, which becomes an input of the file. */
  table(request: TableRequest, dims: readonly (number | string)[]): string {
    const name = tableName(request);
    this.#tables.set(name, { request, value: { name, dims, elements: "int64" } });
    return name;
  }

  /** The tables that are inputs. */
  get tables(): { readonly request: TableRequest; readonly value: ModelValue }[] {
    return [...this.#tables.values()];
  }
}

/** Rows of features in an ONNX file: a value, by its name. */
export interface OnnxRows {
  readonly name: string;
  readonly channels: number;
}

/** How exported batch norm normalises. */
export interface OnnxNormMode {
  /** `running`: by the statistics of training; `scan`: by those of the scan that the file is run on. */
  readonly statistics: "running" | "scan";
  /** Added to the variance. */
  readonly epsilon: number;
}

/** What layer norm adds to the variance. */
const LAYER_NORM_EPSILON = 1e-5;

/** Writes the layers of one network with their weights. */
export class OnnxLayers implements NetworkLayers<OnnxGraph, OnnxRows> {
  readonly #tensors: ReadonlyMap<string, NamedTensor>;
  readonly #mode: OnnxNormMode;

  /** @param tensors state dict of the student. */
  constructor(tensors: ReadonlyMap<string, NamedTensor>, mode: OnnxNormMode) {
    this.#tensors = tensors;
    this.#mode = mode;
  }

  conv(graph: OnnxGraph, x: OnnxRows, name: string, kernelSize: number, level: number): OnnxRows {
    const table: TableRequest = { kind: "neighbours", level, kernelSize };
    return this.#convolve(graph, x, name, table, level);
  }

  down(graph: OnnxGraph, x: OnnxRows, name: string, level: number): OnnxRows {
    return this.#convolve(graph, x, name, { kind: "down", level }, level + 1);
  }

  up(graph: OnnxGraph, x: OnnxRows, name: string, level: number): OnnxRows {
    return this.#convolve(graph, x, name, { kind: "up", level }, level);
  }

  /** @param level of the voxels that come out. */
  #convolve(
    graph: OnnxGraph,
    x: OnnxRows,
    name: string,
    request: TableRequest,
    level: number,
  ): OnnxRows {
    const { shape: [volume = 0, , cout = 0], data } = this.#entry(`${name}.kernel`);
    const { writer } = graph;
    const table = graph.table(request, [voxels(level), volume]);
    // Row -1, the last, is the missing voxel's.
    const zero = this.#zeroRow(graph, x.channels);
    const padded = writer.add("Concat", [x.name, zero], { axis: 0 });
    const gathered = writer.add("Gather", [padded, table], { axis: 0 });
    const columns = volume * x.channels;
    const flat = writer.add("Reshape", [gathered, writer.longs([-1, columns])]);
    const weights = writer.floats([columns, cout], data, `${name}.kernel`);
    const product = writer.add("MatMul", [flat, weights]);
    return { name: this.#withBias(graph, product, name), channels: cout };
  }

  #zeroRow({ writer }: OnnxGraph, channels: number): string {
    return writer.once(
      `zero row of ${channels}`,
      () => writer.floats([1, channels], new Float32Array(channels), `zero_row_${channels}`),
    );
  }

  linear({ writer }: OnnxGraph, x: OnnxRows, name: string): OnnxRows {
    const { shape, data } = this.#entry(`${name}.kernel`);
    const weights = writer.floats(shape, data, `${name}.kernel`);
    const product = writer.add("MatMul", [x.name, weights]);
    return { name: this.#withBias({ writer }, product, name), channels: shape.at(-1)! };
  }

  head(graph: OnnxGraph, x: OnnxRows, name: string): OnnxRows {
    return this.linear(graph, x, name);
  }

  #withBias({ writer }: Pick<OnnxGraph, "writer">, x: string, name: string): string {
    const entry = `${name}.bias`;
    return this.#tensors.has(entry) ? writer.add("Add", [x, this.#row({ writer }, entry)]) : x;
  }

  norm(graph: OnnxGraph, x: OnnxRows, name: string, tail: NormTail<OnnxRows> = {}): OnnxRows {
    const { writer } = graph;
    const { residual, relu = false } = tail;
    let y = this.#mode.statistics === "running"
      ? this.#normByTraining(graph, x, name)
      : this.#affine(graph, this.#standardised(graph, x, 0, this.#mode.epsilon), name);
    if (residual) y = writer.add("Add", [y, residual.name]);
    return { name: relu ? writer.add("Relu", [y]) : y, channels: x.channels };
  }

  /** Statistics of training are constants: x · scale + shift is all that is left. */
  #normByTraining({ writer }: OnnxGraph, x: OnnxRows, name: string): string {
    const { data: weight } = this.#entry(`${name}.weight`);
    const { data: bias } = this.#entry(`${name}.bias`);
    const { data: mean } = this.#entry(`${name}.running_mean`);
    const { data: variance } = this.#entry(`${name}.running_var`);
    const factor = (c: number) => weight[c]! / Math.sqrt(variance[c]! + this.#mode.epsilon);
    const row = (what: string, value: (c: number) => number) =>
      writer.floats([x.channels], weight.map((_, c) => value(c)), `${name}.${what}`);
    const scaled = writer.add("Mul", [x.name, row("scale", factor)]);
    return writer.add("Add", [scaled, row("shift", (c) => bias[c]! - mean[c]! * factor(c))]);
  }

  layerNorm(graph: OnnxGraph, x: OnnxRows, name: string): OnnxRows {
    const standardised = this.#standardised(graph, x, 1, LAYER_NORM_EPSILON);
    return { name: this.#affine(graph, standardised, name), channels: x.channels };
  }

  /** Mean 0 and variance 1 along an axis: 0 for all voxels of a channel, 1 for all channels of a voxel. */
  #standardised({ writer }: OnnxGraph, x: OnnxRows, axis: number, epsilon: number): string {
    const over = { axes: [axis], keepdims: 1 };
    const centred = writer.add("Sub", [x.name, writer.add("ReduceMean", [x.name], over)]);
    const squares = writer.add("Mul", [centred, centred]);
    const variance = writer.add("ReduceMean", [squares], over);
    const deviation = writer.add("Sqrt", [writer.add("Add", [variance, writer.scalar(epsilon)])]);
    return writer.add("Div", [centred, deviation]);
  }

  #affine(graph: OnnxGraph, x: string, name: string): string {
    const scaled = graph.writer.add("Mul", [x, this.#row(graph, `${name}.weight`)]);
    return graph.writer.add("Add", [scaled, this.#row(graph, `${name}.bias`)]);
  }

  gelu({ writer }: OnnxGraph, x: OnnxRows): OnnxRows {
    const error = writer.add("Erf", [writer.add("Mul", [x.name, writer.scalar(Math.SQRT1_2)])]);
    const half = writer.add("Mul", [x.name, writer.scalar(0.5)]);
    const share = writer.add("Add", [error, writer.scalar(1)]);
    return { name: writer.add("Mul", [half, share]), channels: x.channels };
  }

  sum({ writer }: OnnxGraph, a: OnnxRows, b: OnnxRows): OnnxRows {
    return { name: writer.add("Add", [a.name, b.name]), channels: a.channels };
  }

  concatenate({ writer }: OnnxGraph, a: OnnxRows, b: OnnxRows): OnnxRows {
    return {
      name: writer.add("Concat", [a.name, b.name], { axis: 1 }),
      channels: a.channels + b.channels,
    };
  }

  /** @throws {RangeError} where the scores have a bias by relative position, which no named network has. */
  attention(graph: OnnxGraph, qkv: OnnxRows, name: string, place: AttentionPlace): OnnxRows {
    if (place.relativePositions) {
      throw new RangeError(
        `Cannot write ${name} as ONNX: attention with relative positions is not supported`,
      );
    }
    const { writer } = graph;
    const { level, order, patch, heads, rotation } = place;
    const channels = qkv.channels / 3;
    const rows = rotation ? this.#rotated(graph, qkv, place, rotation) : qkv.name;
    const patches = graph.table(
      { kind: "patches", place: { level, order, patch } },
      [`patches_${patch}_level${level}`, `patch_${patch}_level${level}`],
    );
    const places = graph.table({ kind: "places", place: { level, order, patch } }, [voxels(level)]);
    const gathered = writer.add("Gather", [rows, patches], { axis: 0 });
    const parts = writer.addMany("Split", [gathered], { axis: 2 }, 3);
    // [patches][rows][channels] to [patches][heads][rows][channels of a head], keys with the last two exchanged.
    const shape = writer.longs([0, 0, heads, channels / heads]);
    const [q, k, v] = [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]].map((perm, i) =>
      writer.add("Transpose", [writer.add("Reshape", [parts[i]!, shape])], { perm })
    ) as [string, string, string];
    const scaled = writer.add("Mul", [q, writer.scalar((channels / heads) ** -0.5)]);
    const shares = writer.add("Softmax", [writer.add("MatMul", [scaled, k])], { axis: -1 });
    const attended = writer.add("MatMul", [shares, v]);
    const ordered = writer.add("Transpose", [attended], { perm: [0, 2, 1, 3] });
    const flat = writer.add("Reshape", [ordered, writer.longs([-1, channels])]);
    return { name: writer.add("Gather", [flat, places], { axis: 0 }), channels };
  }

  /** Queries and keys rotated by the places of their voxels, with the values as they are. */
  #rotated(
    graph: OnnxGraph,
    qkv: OnnxRows,
    { level, heads }: AttentionPlace,
    { pairs, base }: HeadRotation,
  ): string {
    const { writer } = graph;
    const channels = qkv.channels / 3;
    const coords = graph.table({ kind: "coordinates", level }, [voxels(level), 3]);
    // [voxels][head][axis][first or second of a plane][angle]
    const places = writer.add("Reshape", [
      writer.add("Cast", [coords], { to: 1 }),
      writer.longs([-1, 1, 3, 1, 1]),
    ]);
    const frequencies = Float32Array.from({ length: pairs }, (_, d) => base ** (-d / pairs));
    const angles = writer.add("Mul", [
      places,
      writer.once(`frequencies ${pairs} ${base}`, () => writer.floats([pairs], frequencies)),
    ]);
    const [cosine, sine] = ["Cos", "Sin"].map((name) => writer.add(name, [angles])) as [
      string,
      string,
    ];
    const [queries, keys, values] = writer.addMany("Split", [qkv.name], { axis: 1 }, 3);
    const rotate = (x: string) => {
      const shaped = writer.add("Reshape", [x, writer.longs([-1, heads, 3, 2, pairs])]);
      const [u, v] = writer.addMany("Split", [shaped], { axis: 3 }, 2) as [string, string];
      const times = (a: string, b: string) => writer.add("Mul", [a, b]);
      const first = writer.add("Sub", [times(u, cosine), times(v, sine)]);
      const second = writer.add("Add", [times(v, cosine), times(u, sine)]);
      const both = writer.add("Concat", [first, second], { axis: 3 });
      return writer.add("Reshape", [both, writer.longs([-1, channels])]);
    };
    const parts = [rotate(queries!), rotate(keys!), values!];
    return writer.add("Concat", parts, { axis: 1 });
  }

  pool(graph: OnnxGraph, x: OnnxRows, level: number): OnnxRows {
    const children = graph.table({ kind: "children", level }, [
      voxels(level + 1),
      `children_level${level}`,
    ]);
    const gathered = graph.writer.add("Gather", [x.name, children], { axis: 0 });
    const largest = graph.writer.add("ReduceMax", [gathered], { axes: [1], keepdims: 0 });
    return { name: largest, channels: x.channels };
  }

  unpool(graph: OnnxGraph, x: OnnxRows, level: number): OnnxRows {
    const parents = graph.table({ kind: "parents", level }, [voxels(level)]);
    const rows = graph.writer.add("Gather", [x.name, parents], { axis: 0 });
    return { name: rows, channels: x.channels };
  }

  scale(graph: OnnxGraph, x: OnnxRows, name: string): OnnxRows {
    const factors = this.#row(graph, `${name}.0.gamma`);
    return { name: graph.writer.add("Mul", [x.name, factors]), channels: x.channels };
  }

  /** Nothing is masked outside pretraining. */
  masked(_graph: OnnxGraph, x: OnnxRows): OnnxRows {
    return x;
  }

  /** An entry as one number for each channel. */
  #row({ writer }: Pick<OnnxGraph, "writer">, name: string): string {
    const { data } = this.#entry(name);
    return writer.floats([data.length], data, name);
  }

  #entry(name: string): { shape: readonly number[]; data: Float32Array } {
    const tensor = this.#tensors.get(name);
    if (!(tensor?.data instanceof Float32Array)) {
      throw new TypeError(`Cannot find parameter "${name}": the student has none`);
    }
    return { shape: tensor.shape, data: tensor.data };
  }
}

/** Name of the number of voxels of a level. */
export function voxels(level: number): string {
  return `voxels_level${level}`;
}
