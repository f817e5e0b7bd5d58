/**
 * Rules of the operators that move, cut, repeat, resize or summarise dimensions.
 *
 * @module
 */
import { FixedSizeNeeded } from "./network_draft.ts";
import { axisIn, int, known, reordered, type Rule, type Site } from "./site.ts";

export function reshape(site: Site): string[] {
  const { onnx } = site.network;
  const shape = onnx.longs(site.output.shape);
  return reordered(site, (name) => onnx.add("Reshape", [name, shape]));
}

/** Reductions over rows and columns together are global poolings; others need the order of the file. */
export function reduction(kind: string, pooled: string | null): Rule {
  return (site) => {
    const { network, input, value, output, operator } = site;
    const rank = input(0).shape.length;
    const axes = known(site, 1, "axes").map((axis) => axis < 0 ? axis + rank : axis).toSorted();
    const keep = output.shape.length === rank;
    const isMap = rank === 4 && axes.join() === "1,2";
    if (isMap && pooled) {
      const mean = network.onnx.add(pooled, [value(0)]);
      return keep
        ? [network.activate(mean, 0, output, operator)]
        : [network.onnx.add("Reshape", [mean, network.onnx.longs(output.shape)])];
    }
    const inOrder = keep || rank !== 4;
    const attributes = { keepdims: Number(keep) };
    // ReduceSum takes its axes as an input since opset 13, the others as an attribute.
    const reduce = (name: string, list: number[]) =>
      kind === "ReduceSum"
        ? network.onnx.add(kind, [name, network.onnx.longs(list)], attributes)
        : network.onnx.add(kind, [name], { ...attributes, axes: list });
    if (inOrder) return [reduce(value(0), axes.map((axis) => axisIn(rank, axis)))];
    return reordered(site, (name) => reduce(name, axes));
  };
}

export function pad(site: Site, mode: "constant" | "reflect", source?: number): string[] {
  const { network, input, value } = site;
  const rank = input(0).shape.length;
  const list = known(site, 1, "a padding");
  const pads = Array<number>(2 * rank).fill(0);
  for (let axis = 0; axis < rank; axis++) {
    pads[axisIn(rank, axis)] = list[2 * axis]!;
    pads[rank + axisIn(rank, axis)] = list[2 * axis + 1]!;
  }
  const fill = source === undefined
    ? []
    : [network.onnx.scalar(known(site, source, "a filling")[0]!)];
  return [network.onnx.add("Pad", [value(0), network.onnx.longs(pads), ...fill], { mode })];
}

/** Grids of {@link resize}: ONNX's names of where the samples of a resized map lie. */
export function sampling(alignCorners: number, halfPixel: number): string {
  return alignCorners ? "align_corners" : halfPixel ? "half_pixel" : "asymmetric";
}

export function resize(site: Site, attributes: Readonly<Record<string, string>>): string[] {
  const { network, input, value, output, operator } = site;
  const grid = network.gridLike(output);
  if (grid !== null) {
    return [network.activate(network.resize(value(0), grid, attributes), 0, output, operator)];
  }
  const [, rows, columns] = input(0).shape;
  const scales = [output.shape[1]! / rows!, output.shape[2]! / columns!];
  if (!scales.every(Number.isInteger)) throw new FixedSizeNeeded(operator.name);
  const name = network.onnx.add("Resize", [
    value(0),
    "",
    network.onnx.floats([4], Float32Array.of(1, 1, ...scales)),
  ], attributes);
  return [network.activate(name, 0, output, operator)];
}

/** A map of one cell, repeated over the cells of a map; other repetitions need the size of the file. */
export function tile(site: Site): string[] {
  const { network, input, value, output, operator } = site;
  const from = input(0).shape;
  if (from.length === 4 && from[1]! * from[2]! === 1 && from[3] === output.shape[3]) {
    const grid = network.gridLike(output);
    if (!grid) throw new FixedSizeNeeded(operator.name);
    const sizes = network.onnx.add("Concat", [network.onnx.longs([1, 1]), grid], { axis: 0 });
    return [network.activate(network.onnx.add("Expand", [value(0), sizes]), 0, output, operator)];
  }
  if (!network.fixedSize) throw new FixedSizeNeeded(operator.name);
  const rank = from.length;
  const repeats = Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    repeats[axisIn(rank, axis)] = output.shape[axis]! / from[axis]!;
  }
  return [network.onnx.add("Tile", [value(0), network.onnx.longs(repeats)])];
}

export function split(site: Site, source: number): string[] {
  const { network, input, operator } = site;
  const [axis] = known(site, source === 0 ? 1 : 0, "an axis");
  const sizes = operator.outputs.map((index) => network.tensor(index).shape.at(axis!)!);
  const rank = input(source).shape.length;
  return network.onnx.addMany(
    "Split",
    [network.value(input(source).index), network.onnx.longs(sizes)],
    { axis: axisIn(rank, axis!) },
    sizes.length,
  );
}

/** A part of each dimension: `begin` up to `end`, in steps. Sides of a map keep their free size where all is taken. */
export function slice(site: Site, begin: number[], end: number[], steps: number[]): string[] {
  const { network, input, output, operator } = site;
  const { shape } = input(0);
  if (output.shape.length !== shape.length) throw network.refuse(operator, "removes a dimension");
  const cut = shape.flatMap((side, axis) => {
    const isWhole = begin[axis] === 0 && end[axis]! >= side && steps[axis] === 1;
    return isWhole ? [] : [axis];
  });
  const isMap = shape.length === 4;
  if (isMap && !network.fixedSize && cut.some((axis) => axis === 1 || axis === 2)) {
    throw new FixedSizeNeeded(operator.name);
  }
  if (cut.length === 0) return [site.value(0)];
  const { onnx } = network;
  return [
    onnx.add("Slice", [
      site.value(0),
      onnx.longs(cut.map((axis) => begin[axis]!)),
      onnx.longs(cut.map((axis) => end[axis]!)),
      onnx.longs(cut.map((axis) => axisIn(shape.length, axis))),
      onnx.longs(cut.map((axis) => steps[axis]!)),
    ]),
  ];
}

export function stridedSlice(site: Site): string[] {
  const { network, operator, input } = site;
  const { shape } = input(0);
  const [begins, ends, steps] = [1, 2, 3].map((n) => known(site, n, "a bound")) as [
    number[],
    number[],
    number[],
  ];
  const [beginMask, endMask, ellipsis, newAxis] = [0, 1, 2, 3].map((field) => int(site, field, 0));
  if (ellipsis || newAxis || steps.some((step) => step < 1)) {
    throw network.refuse(operator, "has an ellipsis, a new axis or a backward step");
  }
  const bound = (value: number, side: number) => value < 0 ? value + side : Math.min(value, side);
  return slice(
    site,
    shape.map((side, i) => beginMask! >> i & 1 ? 0 : bound(begins[i] ?? 0, side)),
    shape.map((side, i) => endMask! >> i & 1 ? side : bound(ends[i] ?? side, side)),
    shape.map((_, i) => steps[i] ?? 1),
  );
}
