/** Checkpoints of other engines become ours bit for bit, or all differences are listed. */
import assert from "node:assert/strict";
import {
  FORMATS,
  importCheckpoint,
  ImportError,
  type ImportOptions,
} from "../../lib/nn/import/mod.ts";
import { requireConfig } from "../../lib/nn/import/pointcept_config.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { networkOf } from "../../lib/nn/networks.ts";
import { pointTransformer } from "../../lib/nn/transformers/point_transformer.ts";
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import type { ForeignTensor } from "../../lib/nn/safetensors.ts";
import { readTorch } from "../../lib/nn/torch/mod.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { pointceptState } from "../parity/ptv3_weights.ts";
import { asMinkowski, asSpconv, asTorchsparse, prefixed } from "./foreign.ts";
import { segmentorSpecs } from "./network_run.ts";
import { dict, int, savedAround, text, tuple } from "./torch_file.ts";

const SPECS = segmentorSpecs(networkOf("MinkUNet14Slim", 4), 5);
const STATE = initialState(SPECS, mulberry32(5));

function imported(
  tensors: ReadonlyMap<string, ForeignTensor>,
  from: string,
  options: ImportOptions = {},
  specs: readonly ParameterSpec[] = SPECS,
) {
  return importCheckpoint(tensors, FORMATS[from]!, specs, options);
}

/** The differences that an import is refused for. */
function differences(
  tensors: ReadonlyMap<string, ForeignTensor>,
  from = "minkowski",
  options: ImportOptions = {},
): readonly string[] {
  let found: readonly string[] = [];
  assert.throws(() => imported(tensors, from, options), (error) => {
    assert.ok(error instanceof ImportError, `${error}`);
    found = error.differences;
    for (const difference of found.slice(0, 8)) assert.ok(error.message.includes(difference));
    return true;
  });
  return found;
}

for (
  const [from, tensors] of [
    ["minkowski", asMinkowski(STATE, SPECS)],
    ["spconv", asSpconv(STATE, SPECS)],
    ["torchsparse", asTorchsparse(STATE, SPECS)],
  ] as const
) {
  Deno.test(`importCheckpoint() restores a MinkUNet that was saved as ${from} saves it`, () => {
    for (const prefix of ["", "module.", "module.backbone.", "model.unet.net."]) {
      const result = imported(prefixed(tensors, prefix), from);
      assert.equal(result.prefix, prefix);
      assert.deepEqual(result.tensors, STATE);
    }
  });
}

for (const layout of ["KRSC", "RSKC", "RSCK"] as const) {
  Deno.test(`importCheckpoint() recognises spconv's layout ${layout} by the shapes`, () => {
    const result = imported(asSpconv(STATE, SPECS, layout), "spconv");
    assert.equal(result.layout, layout);
    assert.deepEqual(result.tensors, STATE);
  });
}

Deno.test("importCheckpoint() takes the names of SpUNet, which have no .bn", () => {
  const specs = segmentorSpecs(networkOf("SpUNet-v1m1", 6), 3)
    .filter(({ name }) => /^(conv_input|up\.0|dec\.0\.block0|final)/.test(name));
  const state = initialState(specs, mulberry32(6));
  const tensors = prefixed(asSpconv(state, specs), "module.backbone.");
  assert.ok(tensors.has("module.backbone.dec.0.block0.proj.0.weight"));
  assert.deepEqual(imported(tensors, "spconv", {}, specs).tensors, state);
});

Deno.test("importCheckpoint() finds a class head outside the backbone: PyTorch's linear layer", () => {
  const tensors = prefixed(asMinkowski(STATE, SPECS), "module.backbone.");
  tensors.delete("module.backbone.final.kernel");
  tensors.delete("module.backbone.final.bias");
  const [kernel, bias] = ["final.kernel", "final.bias"].map((name) => STATE.get(name)!);
  const data = new Float32Array(48 * 5);
  for (let i = 0; i < 48; i++) {
    for (let o = 0; o < 5; o++) data[o * 48 + i] = kernel!.data[i * 5 + o] as number;
  }
  tensors.set("module.seg_head.weight", { shape: [5, 48], data });
  tensors.set("module.seg_head.bias", { shape: [5], data: bias!.data });
  assert.deepEqual(imported(tensors, "minkowski").tensors, STATE);
  tensors.set("module.seg_head.weight", { shape: [48, 5], data });
  assert.deepEqual(differences(tensors), ['"module.seg_head.weight" is [48,5], not [5,48]']);
});

Deno.test("importCheckpoint() names entries that are missing, left over, of another shape or type, or not finite", () => {
  const tensors = new Map(asMinkowski(STATE, SPECS));
  tensors.delete("bn3.bn.bias");
  tensors.set("criterion.weight", { shape: [5], data: new Float32Array(5) });
  tensors.set("block8.0.conv1.kernel", {
    shape: [27, 48, 47],
    data: new Float32Array(27 * 48 * 47),
  });
  tensors.set("bn0.bn.weight", { shape: [16], data: new Float32Array(16).fill(NaN) });
  tensors.set("bn1.bn.weight", { shape: [16], data: new Int32Array(16) });
  tensors.set("final.weight", { shape: [5, 48], data: new Float32Array(5 * 48) });
  assert.deepEqual(differences(tensors), [
    '"bn3.bn.bias" is missing',
    '"final.kernel" stands beside "final.weight"',
    '"criterion.weight" is left over',
    '"bn0.bn.weight" holds numbers that are not finite',
    '"bn1.bn.weight" holds whole numbers, not floats',
    '"block8.0.conv1.kernel" is [27,48,47], not [27,64,48]',
  ]);
});

Deno.test("importCheckpoint() refuses a type that it cannot read where the network uses the entry, and nowhere else", () => {
  const tensors = new Map<string, ForeignTensor>(asMinkowski(STATE, SPECS));
  const unread = "is torch.BoolStorage; convert it to torch.FloatStorage";
  tensors.set("criterion.mask", { shape: [5], unread });
  tensors.set("bn0.bn.num_batches_tracked", { shape: [], unread });
  assert.deepEqual(imported(tensors, "minkowski", { drop: ["criterion."] }).tensors, STATE);
  tensors.set("bn0.bn.weight", { shape: [16], unread });
  assert.deepEqual(differences(tensors, "minkowski", { drop: ["criterion."] }), [
    `"bn0.bn.weight" ${unread}`,
  ]);
});

Deno.test("importCheckpoint() counts the differences that it does not list", () => {
  const other = segmentorSpecs(networkOf("MinkUNet18A", 4), 5);
  const tensors = new Map(other.map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    return [name, { shape, data }] as const;
  }));
  assert.throws(() => imported(tensors, "minkowski"), (error) => {
    assert.ok(error instanceof ImportError);
    const more = Number(/; and (\d+) more$/.exec(error.message)![1]);
    assert.equal(more, error.differences.length - 8);
    assert.ok(error.differences.includes('"block2.1.conv1.kernel" is left over'));
    assert.ok(error.differences.includes('"conv0p1s1.kernel" is [125,4,32], not [27,4,16]'));
    return true;
  });
});

Deno.test("importCheckpoint() asks which of two networks to take, and drops entries on request", () => {
  const own = prefixed(asSpconv(STATE, SPECS), "student.");
  const both = new Map([...own, ...prefixed(asSpconv(STATE, SPECS), "teacher.")]);
  assert.throws(
    () => imported(both, "spconv"),
    /"conv0p1s1\.weight" occurs with the prefixes "student\." and "teacher\."; say which with --prefix$/,
  );
  assert.equal(differences(both, "spconv", { prefix: "student." }).length, SPECS.length);
  const result = imported(both, "spconv", { prefix: "student.", drop: ["teacher."] });
  assert.deepEqual(result.tensors, STATE);
  assert.equal(result.ignored.length, SPECS.length);
});

Deno.test("importCheckpoint() refuses a checkpoint of another engine", () => {
  assert.throws(
    () => imported(prefixed(asSpconv(STATE, SPECS), "module."), "minkowski"),
    /no entry is called "conv0p1s1\.kernel" \(the first is "module\.conv0p1s1\.weight"\); check --from/,
  );
  assert.throws(() => imported(new Map(), "spconv"), /the first is "nothing"/);
});

Deno.test("importCheckpoint() asks for the layout where shapes fit several", () => {
  const specs: ParameterSpec[] = [
    { name: "conv0p1s1.kernel", part: "backbone", kind: "kernel", shape: [27, 4, 4] },
  ];
  const state = initialState(specs, mulberry32(7));
  for (const layout of ["RSKC", "RSCK"] as const) {
    const tensors = asSpconv(state, specs, layout);
    assert.throws(
      () => imported(tensors, "spconv", {}, specs),
      /shapes fit the layouts RSKC and RSCK; say which with --layout$/,
    );
    assert.deepEqual(imported(tensors, "spconv", { layout }, specs).tensors, state);
  }
  assert.throws(
    () => imported(asSpconv(state, specs), "spconv", { layout: "CRSK" }, specs),
    RangeError,
  );
});

/** A small Point Transformer of each version, as Pointcept saves it. */
function asPointcept(version: "m1" | "m2") {
  const stages = { depths: [1, 1], channels: [8, 12], heads: [2, 3], patches: [16, 16] };
  const network = pointTransformer({
    version,
    convolved: "sum",
    inChannels: 4,
    encoder: stages,
    decoder: { depths: [1], channels: [8], heads: [2], patches: [16] },
    orders: ["z", "hilbert"],
    mlpRatio: 2,
    qkvBias: true,
    relativePositions: version === "m1",
    layerScale: version === "m2",
    maskToken: false,
  });
  const specs = segmentorSpecs(network, 3);
  return { specs, tensors: pointceptState(specs) };
}

Deno.test("importCheckpoint() reads Pointcept's Point Transformers, every layer in its own layout", () => {
  for (const version of ["m1", "m2"] as const) {
    const { specs, tensors } = asPointcept(version);
    const result = imported(prefixed(tensors, "module."), "pointcept", {}, specs);
    assert.equal(result.prefix, "module.backbone.");
    assert.equal(result.tensors.size, specs.length);
    const value = (name: string, at: number) => result.tensors.get(name)!.data[at];
    const theirs = (name: string, at: number) => tensors.get(`backbone.${name}`)!.data[at];
    // Output 5, input 2 of 8 channels; the offsets that differ in x, y and z, with x and with z fastest.
    assert.equal(
      value("enc.enc0.block0.attn.proj.kernel", 2 * 8 + 5),
      theirs("enc.enc0.block0.attn.proj.weight", 5 * 8 + 2),
    );
    const offsets = [[1, 9], [3, 3], [9, 1]] as const;
    for (const [ours, zFastest] of offsets) {
      assert.equal(
        value("enc.enc0.block0.cpe.0.kernel", (ours * 8 + 2) * 8 + 5),
        theirs("enc.enc0.block0.cpe.0.weight", (5 * 27 + zFastest) * 8 + 2),
      );
    }
    assert.equal(value("final.kernel", 2 * 3 + 1), tensors.get("seg_head.weight")!.data[8 + 2]);
  }
});

Deno.test("importCheckpoint() leaves out the token of pretraining, and lists what differs in a Point Transformer", () => {
  const { specs, tensors } = asPointcept("m2");
  const token = "backbone.embedding.mask_token";
  tensors.set(token, { shape: [1, 8], data: new Float32Array(8) });
  assert.deepEqual(imported(tensors, "pointcept", {}, specs).ignored, [token]);
  const gamma = "backbone.enc.enc0.block0.ls1.0.gamma";
  tensors.delete(gamma);
  tensors.delete("seg_head.bias");
  const proj = "backbone.enc.enc1.block0.attn.qkv.weight";
  tensors.set(proj, { shape: [12, 36], data: tensors.get(proj)!.data });
  assert.throws(() => imported(tensors, "pointcept", {}, specs), (error) => {
    assert.ok(error instanceof ImportError);
    assert.deepEqual(error.differences, [
      `"${gamma}" is missing`,
      '"backbone.seg_head.bias" is missing',
      `"${proj}" is [12,36], not [36,12]`,
    ]);
    return true;
  });
});

Deno.test("importCheckpoint() refuses PDNorm and PT-v3m3 by name", () => {
  const { specs, tensors } = asPointcept("m1");
  const unsupported = {
    "module.backbone.enc.enc0.block0.norm1.0.norm.2.weight": /PDNorm/,
    "module.backbone.embedding.stem.norm.norm.0.running_mean": /PDNorm/,
    "module.backbone.enc.enc1.down.norm.0.modulation.1.weight": /PDNorm/,
    "module.backbone.enc.enc0.block0.attn.rope.inv_freq": /PT-v3m3/,
  };
  for (const [name, what] of Object.entries(unsupported)) {
    const withMore = new Map(tensors).set(name, { shape: [8], data: new Float32Array(8) });
    assert.throws(() => imported(withMore, "pointcept", {}, specs), (error: Error) => {
      assert.match(error.message, what);
      assert.ok(error instanceof ImportError && error.message.includes(name));
      return true;
    });
  }
});

Deno.test("importCheckpoint() refuses the position tables of Pointcept's S3DIS weights by name, and does not drop them", () => {
  const { specs: withTables, tensors } = asPointcept("m1");
  const specs = withTables.filter(({ kind }) => kind !== "table");
  const file = prefixed(tensors, "module.");
  const table = "module.backbone.enc.enc0.block0.attn.rpe.rpe_table";
  const message =
    `"${table}" belongs to relative positions \\(enable_rpe\\), which the card's backbone does ` +
    'not have; .* "backbone": "ptv3-base-rpe-v151"';
  assert.throws(() => imported(file, "pointcept", {}, specs), new RegExp(`${message}$`));
  const drop = [...file.keys()].filter((name) => name.endsWith("rpe_table"));
  assert.throws(
    () => imported(file, "pointcept", { drop }, specs),
    new RegExp(`${message}; --drop cannot mend it$`),
  );
  // Those of another network beside it may go.
  const both = new Map(file);
  for (const name of drop) {
    both.set(name.replace("module.", "teacher."), both.get(name)!);
    both.delete(name);
  }
  assert.equal(
    imported(both, "pointcept", { drop: ["teacher."] }, specs).prefix,
    "module.backbone.",
  );
  assert.equal(imported(file, "pointcept", {}, withTables).tensors.size, withTables.length);
});

Deno.test("requireConfig() refuses the settings of a Sonata checkpoint that its tensors do not show and the network lacks", () => {
  // The arguments that Sonata's model.load() gives to the network.
  const sonata = {
    in_channels: int(9),
    order: tuple(["z", "z-trans", "hilbert", "hilbert-trans"].map(text)),
    stride: tuple([2, 2, 2, 2].map(int)),
    enc_depths: tuple([3, 3, 3, 12, 3].map(int)),
    enc_channels: tuple([48, 96, 192, 384, 512].map(int)),
    enc_num_head: tuple([3, 6, 12, 24, 32].map(int)),
    enc_patch_size: tuple([1024, 1024, 1024, 1024, 1024].map(int)),
    qk_scale: "N",
    pre_norm: "\x88",
    enc_mode: "\x88",
  };
  const configOf = (changes: Record<string, string>) =>
    readTorch(
      savedAround(STATE, (state) => ({
        config: dict({ ...sonata, ...changes }),
        state_dict: state,
      })),
    ).config;
  requireConfig(configOf({}), "ptv3m2-sonata");
  requireConfig(configOf({}), "ptv3m2-sonata-decoder");
  requireConfig(null, "ptv3m2-sonata");
  const short = configOf({
    enc_patch_size: tuple([256, 256, 256, 256, 256].map(int)),
    order: tuple(["z", "z-trans"].map(text)),
  });
  assert.throws(() => requireConfig(short, "ptv3m2-sonata"), (error) => {
    assert.ok(error instanceof ImportError);
    assert.deepEqual(error.differences, [
      'order is ["z","z-trans"] in its config and ["z","z-trans","hilbert","hilbert-trans"] in ptv3m2-sonata',
      "enc_patch_size is [256,256,256,256,256] in its config and [1024,1024,1024,1024,1024] in ptv3m2-sonata",
    ]);
    return true;
  });
  assert.throws(() => requireConfig(configOf({}), "ptv3m2-concerto-large"), /enc_num_head is \[3,/);
  // Of other networks the shapes tell all.
  requireConfig(short, "MinkUNet34C");
});
