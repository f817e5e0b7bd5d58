/**
 * PT-v3m1 in plain numbers, written from the classes of Pointcept's `PointTransformerV3/model.py` for one cloud that is no
 * larger than a patch, so that all voxels of a stage attend to each other, whatever their order. Like them it carries two
 * things from module to module: `feat`, and what `sparse_conv_feat` holds, which convolutions read.
 */
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import type { PointTransformerShape } from "../../lib/nn/transformers/point_transformer.ts";

/** [rows][channels]. */
type Rows = number[][];

/** Pointcept's `Point`, of a stage. */
interface Point {
  readonly coords: readonly (readonly number[])[];
  feat: Rows;
  /** Features of `sparse_conv_feat`. */
  sparse: Rows;
}

/** What `Block.forward` does with the result of `replace_feature`: commit 37a3ddc drops it, 13dfa65 keeps it. */
export type BlockEnd = "dropped" | "kept";

/** The logits of a cloud, by the entries of Pointcept's state dict. */
export function plainLogits(
  { encoder, decoder }: PointTransformerShape,
  state: ReadonlyMap<string, NamedTensor>,
  coords: readonly (readonly number[])[],
  x: Rows,
  end: BlockEnd,
): Rows {
  const values = (name: string) => state.get(name)!.data as Float32Array;
  const linear = (rows: Rows, name: string): Rows => {
    const [weight, bias] = [values(`${name}.weight`), values(`${name}.bias`)];
    return rows.map((row) =>
      [...bias].map((b, o) =>
        row.reduce((sum, value, i) => sum + value * weight[o * row.length + i]!, b)
      )
    );
  };
  const conv = (point: Point, name: string, edge: number): Rows => {
    const weight = values(`${name}.weight`);
    const bias = state.has(`${name}.bias`) ? values(`${name}.bias`) : null;
    const rowAt = new Map(point.coords.map((place, row) => [place.join(), row]));
    const cin = point.sparse[0]!.length;
    const cout = weight.length / edge ** 3 / cin;
    const half = (edge - 1) / 2;
    return point.coords.map((place) => {
      const out = Array.from({ length: cout }, (_, o) => bias?.[o] ?? 0);
      for (let k = 0; k < edge ** 3; k++) {
        const offset = [Math.floor(k / edge ** 2), Math.floor(k / edge) % edge, k % edge];
        const row = rowAt.get(place.map((at, axis) => at + offset[axis]! - half).join());
        if (row === undefined) continue;
        for (let o = 0; o < cout; o++) {
          point.sparse[row]!.forEach((value, i) =>
            out[o]! += value * weight[(o * edge ** 3 + k) * cin + i]!
          );
        }
      }
      return out;
    });
  };
  const layerNorm = (rows: Rows, name: string): Rows => {
    const [weight, bias] = [values(`${name}.weight`), values(`${name}.bias`)];
    return rows.map((row) => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
      return row.map((value, i) =>
        (value - mean) / Math.sqrt(variance + 1e-5) * weight[i]! + bias[i]!
      );
    });
  };
  const batchNorm = (rows: Rows, name: string): Rows => {
    const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"]
      .map((key) => values(`${name}.${key}`)) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
    return rows.map((row) =>
      row.map((value, i) =>
        (value - mean[i]!) / Math.sqrt(variance[i]! + 1e-3) * weight[i]! + bias[i]!
      )
    );
  };
  const gelu = (rows: Rows): Rows =>
    rows.map((row) => row.map((value) => value * (1 + erf(value / Math.SQRT2)) / 2));
  const sum = (a: Rows, b: Rows): Rows =>
    a.map((row, r) => row.map((value, i) => value + b[r]![i]!));
  /** A module of PyTorch within a PointSequential. */
  const step = (point: Point, module: (rows: Rows) => Rows) => {
    point.feat = module(point.feat);
    point.sparse = point.feat;
  };
  /** The bias of a score by relative position, 0 where the network has none. */
  const positions = (name: string) => {
    const table = state.get(`${name}.rpe.rpe_table`);
    if (!table) return () => 0;
    const [rows = 0, heads = 0] = table.shape;
    const bound = (rows / 3 - 1) / 2;
    return (from: readonly number[], to: readonly number[], head: number) =>
      from.reduce((sum, at, axis) => {
        const distance = Math.min(Math.max(at - to[axis]!, -bound), bound);
        const row = distance + bound + axis * rows / 3;
        return sum + (table.data[row * heads + head] as number);
      }, 0);
  };
  const attention = ({ feat: rows, coords }: Point, name: string, heads: number): Rows => {
    const bias = positions(name);
    const qkv = linear(rows, `${name}.qkv`);
    const channels = rows[0]!.length;
    const width = channels / heads;
    const mixed = rows.map((_, q) =>
      Array.from({ length: heads }, (_, h) => {
        const at = h * width;
        const scores = qkv.map((key, k) => {
          let dot = 0;
          for (let i = at; i < at + width; i++) dot += qkv[q]![i]! * key[channels + i]!;
          return dot / Math.sqrt(width) + bias(coords[q]!, coords[k]!, h);
        });
        const most = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - most));
        const total = weights.reduce((a, b) => a + b);
        return Array.from(
          { length: width },
          (_, i) =>
            weights.reduce((sum, w, k) => sum + w / total * qkv[k]![2 * channels + at + i]!, 0),
        );
      }).flat()
    );
    return linear(mixed, `${name}.proj`);
  };
  const block = (point: Point, name: string, heads: number) => {
    let shortcut = point.feat;
    point.sparse = conv(point, `${name}.cpe.0`, 3);
    point.feat = point.sparse;
    step(point, (rows) => linear(rows, `${name}.cpe.1`));
    step(point, (rows) => layerNorm(rows, `${name}.cpe.2`));
    point.feat = sum(shortcut, point.feat);
    shortcut = point.feat;
    step(point, (rows) => layerNorm(rows, `${name}.norm1.0`));
    point.feat = attention(point, `${name}.attn`, heads);
    // The drop path, which changes nothing when a network labels, is a module of PyTorch as well.
    step(point, (rows) => rows);
    point.feat = sum(shortcut, point.feat);
    shortcut = point.feat;
    step(point, (rows) => layerNorm(rows, `${name}.norm2.0`));
    step(point, (rows) => linear(gelu(linear(rows, `${name}.mlp.0.fc1`)), `${name}.mlp.0.fc2`));
    step(point, (rows) => rows);
    point.feat = sum(shortcut, point.feat);
    if (end === "kept") point.sparse = point.feat;
  };

  let point: Point = { coords, feat: x, sparse: x };
  const stem = "backbone.embedding.stem";
  point.sparse = conv(point, `${stem}.conv`, 5);
  point.feat = point.sparse;
  step(point, (rows) => gelu(batchNorm(rows, `${stem}.norm`)));
  const parents: { point: Point; cluster: number[] }[] = [];
  encoder.depths.forEach((depth, s) => {
    const stage = `backbone.enc.enc${s}`;
    if (s > 0) {
      const { pooled, cluster } = halved(point.coords);
      const projected = linear(point.feat, `${stage}.down.proj`);
      const most = pooled.map((_, row) => {
        const children = projected.filter((_, child) => cluster[child] === row);
        return children[0]!.map((_, i) => Math.max(...children.map((child) => child[i]!)));
      });
      parents.push({ point, cluster });
      const feat = gelu(batchNorm(most, `${stage}.down.norm.0`));
      point = { coords: pooled, feat, sparse: feat };
    }
    for (let i = 0; i < depth; i++) block(point, `${stage}.block${i}`, encoder.heads[s]!);
  });
  for (let s = parents.length - 1; s >= 0; s--) {
    const up = `backbone.dec.dec${s}.up`;
    const { point: parent, cluster } = parents[s]!;
    step(point, (rows) => gelu(batchNorm(linear(rows, `${up}.proj.0`), `${up}.proj.1`)));
    step(parent, (rows) => gelu(batchNorm(linear(rows, `${up}.proj_skip.0`), `${up}.proj_skip.1`)));
    const coarse = point.feat;
    parent.feat = sum(parent.feat, cluster.map((row) => coarse[row]!));
    point = parent;
    for (let i = 0; i < decoder!.depths[s]!; i++) {
      block(point, `backbone.dec.dec${s}.block${i}`, decoder!.heads[s]!);
    }
  }
  return linear(point.feat, "seg_head");
}

/** The voxels of twice the edge, and which of them every voxel lies in. */
function halved(coords: readonly (readonly number[])[]) {
  const rows = new Map<string, number>();
  const pooled: number[][] = [];
  const cluster = coords.map((place) => {
    const coarse = place.map((at) => at >> 1);
    const known = rows.get(coarse.join());
    if (known !== undefined) return known;
    rows.set(coarse.join(), pooled.length);
    return pooled.push(coarse) - 1;
  });
  return { pooled, cluster };
}

/** The error function, by its power series. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 || n < 2; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}
