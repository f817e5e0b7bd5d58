/** Point Transformers by name: sizes, and what adaptation moves in them; tests/parity holds their values. */
import assert from "node:assert/strict";
import { FORMATS, importCheckpoint } from "../../lib/nn/import/mod.ts";
import type { Network } from "../../lib/nn/network.ts";
import { networkOf } from "../../lib/nn/networks.ts";
import { sizeOf } from "../../lib/nn/parameter_spec.ts";
import { BuiltStructure } from "../../lib/nn/scan_structure.ts";
import {
  pointTransformer,
  type PointTransformerShape,
} from "../../lib/nn/transformers/point_transformer.ts";
import { otherFlow, POINT_TRANSFORMERS } from "../../lib/nn/transformers/point_transformers.ts";
import { tent } from "../../lib/ttt/methods/tent.ts";
import { withGpu } from "../gpu.ts";
import { relativeError } from "../graph/support.ts";
import { pointceptState } from "../parity/ptv3_weights.ts";
import { CARD, changedNames, smallScan, type Values, valuesOf } from "../ttt/small_scan.ts";
import { runSegmentor, segmentorSpecs } from "./network_run.ts";
import { plainLogits } from "./ptv3_reference.ts";

Deno.test("Point Transformers have as many parameters as the published networks", () => {
  const count = (name: string, inChannels: number) =>
    networkOf(name, inChannels).parameters()
      .filter(({ kind }) => kind !== "statistic")
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  assert.equal(count("ptv3-base", 6), 46_166_272);
  assert.equal(count("ptv3-nuscenes", 4), 46_158_272);
  // Sonata and Concerto publish 108 and 208 million.
  assert.equal(Math.round(count("ptv3m2-sonata", 9) / 1e6), 108);
  assert.equal(Math.round(count("ptv3m2-concerto-large", 9) / 1e6), 208);
  const [slim, convolutions] = [count("ptv3-slim", 4), count("MinkUNet14Slim", 4)];
  assert.ok(Math.abs(slim / convolutions - 1) < 0.1, `${slim} parameters, not ${convolutions}`);
  // The paper and the repository of LitePT say 12.7 million.
  assert.equal(count("litept-s", 6), 12_712_932);
  assert.equal(networkOf("ptv3m2-sonata", 9).featureChannels, 48 + 96 + 192 + 384 + 512);
});

withGpu(
  "tent moves scale and shift of batch norm and of layer norm in a Point Transformer",
  async (gpu) => {
    let after: Values | undefined;
    using small = await smallScan(gpu, async (moment) => {
      if (moment === "step 1") after = await valuesOf(small.clones[0]!);
    }, { card: { ...CARD, backbone: "ptv3-slim" } });
    const { parameters, source } = small.context;
    assert.ok(source.values.every(Number.isFinite));
    const before = await valuesOf(parameters);
    await tent.adapt(small.context, tent.settings.parse({ steps: 1 }));
    const norms = parameters.specs.filter(({ kind }) => kind === "scale" || kind === "shift");
    const names = norms.map(({ name }) => name);
    assert.ok(names.includes("enc.enc1.down.norm.0.weight"), "batch norm");
    assert.ok(names.includes("enc.enc1.block0.norm1.0.weight"), "layer norm");
    assert.deepEqual(changedNames(before, after!), names.sort());
  },
);

withGpu("a block of a scan keeps the coarser voxels of the whole scan", async (gpu) => {
  const network = networkOf("ptv3-slim", 4);
  const whole = Int32Array.from(
    { length: 4 * 300 },
    (_, i) => [i * 7 % 61 - 30, i * 11 % 47 - 9, Math.floor(i / 40) - 3, 0][i % 4]!,
  );
  const rows = new Map<string, number[]>();
  for (let i = 0; i < whole.length; i += 4) {
    rows.set(whole.slice(i, i + 4).join(), [...whole.slice(i, i + 4)]);
  }
  /** The absolute coarse voxels of the third level, which depend on the origin of the coordinates. */
  const coarse = async (cloud: number[][]) => {
    using coords = gpu.upload("coords", Int32Array.from(cloud.flat()));
    using structure = await BuiltStructure.build(gpu, network, coords, cloud.length);
    const { stages } = structure.serialization!;
    const parents: number[][] = [];
    for (const { children } of stages.slice(1, 3)) {
      parents.push([...await gpu.read(children!.pointRow, Uint32Array, children!.points)]);
    }
    return cloud.map((_, row) => parents[1]![parents[0]![row]!]!);
  };
  const all = [...rows.values()];
  // The block ends within a coarse voxel, and begins nowhere near its edge.
  const block = all.filter(([x]) => x! > -13 && x! <= 21);
  const [inWhole, inBlock] = [await coarse(all), await coarse(block)];
  const kept = all.flatMap((row, i) => block.includes(row) ? [inWhole[i]!] : []);
  for (let i = 0; i < block.length; i++) {
    for (let j = 0; j < i; j++) {
      assert.equal(inBlock[i] === inBlock[j], kept[i] === kept[j], `${block[i]} and ${block[j]}`);
    }
  }
});

/** A network of two blocks and more a stage, and its weights under Pointcept's names. */
function smallTransformer(
  convolved: PointTransformerShape["convolved"],
  relativePositions = false,
) {
  const shape: PointTransformerShape = {
    version: "m1",
    convolved,
    inChannels: 3,
    encoder: { depths: [2, 3], channels: [8, 12], heads: [2, 3], patches: [128, 128] },
    decoder: { depths: [3], channels: [8], heads: [2], patches: [128] },
    orders: ["z", "hilbert"],
    mlpRatio: 2,
    qkvBias: true,
    relativePositions,
    layerScale: false,
    maskToken: false,
  };
  const network = pointTransformer(shape);
  const specs = segmentorSpecs(network, 4);
  const state = pointceptState(specs);
  return { shape, network, specs, state };
}

withGpu(
  "a Point Transformer runs the data flow of Pointcept v1.5.1 and that of later versions as plain code does",
  async (gpu) => {
    const places = new Map<string, number[]>();
    for (let i = 0; places.size < 40; i++) {
      const place = [i * 5 % 7, i * 3 % 8, Math.floor(i / 9) % 8];
      places.set(place.join(), place);
    }
    const coords = [...places.values()];
    const x = coords.map((place, row) =>
      [0, 1, 2].map((i) => Math.sin(row * 3 + i) + place[i]! / 9)
    );
    const cloud = { coords: coords.flat(), x: x.flat(), targets: coords.map((_, row) => row % 4) };
    const logits = new Map<string, Float64Array>();
    for (
      const [convolved, end, relativePositions] of [
        ["branch", "dropped", false],
        ["sum", "kept", false],
        ["branch", "dropped", true],
      ] as const
    ) {
      const { shape, network, specs, state } = smallTransformer(convolved, relativePositions);
      const { tensors } = importCheckpoint(state, FORMATS.pointcept!, specs);
      const run = await runSegmentor(gpu, network, 4, tensors, cloud, "running");
      const expected = Float64Array.from(plainLogits(shape, state, coords, x, end).flat());
      const error = relativeError(run.logits, expected);
      assert.ok(error < 2e-5, `${convolved}, ${relativePositions}: relative error ${error}`);
      logits.set(`${convolved} ${relativePositions}`, run.logits);
    }
    const [old, later, table] = [...logits.values()];
    assert.ok(relativeError(old!, later!) > 0.01);
    assert.ok(relativeError(old!, table!) > 0.01);
  },
);

Deno.test("the members for weights of Pointcept v1.5.1 differ from later ones by the data flow, and S3DIS's by its table", () => {
  const [base, old, rpe] = ["ptv3-base", "ptv3-base-v151", "ptv3-base-rpe-v151"]
    .map((name) => networkOf(name, 6)) as [Network, Network, Network];
  assert.deepEqual(old.parameters(), base.parameters());
  for (const name of ["ptv3-base", "ptv3-nuscenes", "ptv3-base-rpe"]) {
    const { name: other, isPublished } = otherFlow(name)!;
    assert.deepEqual([other, isPublished], [`${name}-v151`, true]);
    assert.deepEqual(otherFlow(other), { name, isPublished: false });
    const [later, before] = [name, other].map((name) => POINT_TRANSFORMERS[name]!);
    assert.deepEqual(before, { ...later, convolved: "branch" });
    assert.equal(later!.convolved, "sum");
  }
  const tables = rpe.parameters().filter(({ kind }) => kind === "table");
  assert.equal(tables.length, 2 + 2 + 2 + 6 + 2 + 2 + 2 + 2 + 2);
  // int((4 * 128) ** (1 / 3) * 2) is 15 in Python.
  assert.deepEqual(tables[0]!.shape, [3 * 31, 2]);
  assert.deepEqual(rpe.parameters().filter(({ kind }) => kind !== "table"), base.parameters());
  assert.deepEqual(rpe.serialization!.patches, [[128], [128], [128], [128], [128]]);
});
