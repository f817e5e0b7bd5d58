/** A student becomes a checkpoint of the engine that its network comes from, and comes back to the same bits. */
import assert from "node:assert/strict";
import { exportState } from "../../lib/export/state_dict.ts";
import { FORMATS, importCheckpoint } from "../../lib/nn/import/mod.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import type { Network } from "../../lib/nn/network.ts";
import { pointTransformer } from "../../lib/nn/transformers/point_transformer.ts";
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import { spUNet } from "../../lib/nn/spunet.ts";
import { CENTRE, Student } from "../../lib/nn/student.ts";
import { readTorch, writeTorch } from "../../lib/nn/torch/mod.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { pointceptState } from "../parity/ptv3_weights.ts";
import { asMinkowski, asSpconv, prefixed } from "../nn/foreign.ts";
import { segmentorSpecs } from "../nn/network_run.ts";

/** A student of one network, without heads for a teacher. */
function plainStudent(network: Network, classes: number) {
  const specs = segmentorSpecs(network, classes);
  return { network, specs, parameters: () => specs };
}

/** Exports, writes, reads and imports. */
function thereAndBack(student: ReturnType<typeof plainStudent>, state: Map<string, NamedTensor>) {
  const { tensors, engine, left } = exportState(student, state);
  assert.deepEqual(left, []);
  const read = readTorch(writeTorch(tensors)).tensors;
  assert.deepEqual(read, tensors);
  return importCheckpoint(read, FORMATS[engine]!, student.specs).tensors;
}

Deno.test("exportState() gives a MinkUNet MinkowskiEngine's names and layouts, and keeps the heads apart", () => {
  const teacher = { id: "small", width: 6 };
  const features = ["red", "one"] as const;
  const student = new Student({
    backbone: "MinkUNet14Slim",
    classes: ["a", "b", "c"],
    features: [...features],
    teacher,
  });
  const state = initialState(student.parameters(), mulberry32(3));
  state.set(CENTRE, { shape: [1, 6], data: new Float32Array(6).fill(2) });
  const { tensors, engine, left } = exportState(student, state);
  assert.equal(engine, "minkowski");
  const own = student.parameters().filter(({ part }) => part === "backbone" || part === "classes");
  const expected = [...asMinkowski(state, own)].filter(([name]) => !name.endsWith("tracked"));
  // Of the two shapes that kernels of one offset may have, the engine's present one has no axis for it.
  assert.deepEqual(
    [...tensors].map(([name, { data }]) => [name, data]),
    expected.map(([name, { data }]) => [name, data]),
  );
  assert.deepEqual(tensors.get("final.kernel")!.shape, [48, 3]);
  assert.deepEqual(left.slice(0, 2), ["distillation.kernel", "distillation.bias"]);
  assert.equal(left.at(-1), CENTRE);
  const { tensors: all } = exportState(student, state, { heads: true });
  const { shape, data } = all.get("distillation.weight")!;
  assert.deepEqual(shape, [6, 48]);
  assert.equal(data[5 * 48 + 7], state.get("distillation.kernel")!.data[7 * 6 + 5]);
  assert.deepEqual(all.get(CENTRE), state.get(CENTRE));
  const back = importCheckpoint(all, FORMATS.minkowski!, own, {
    drop: ["distillation", "probe"],
  });
  assert.deepEqual(back.tensors, new Map(own.map(({ name }) => [name, state.get(name)!])));
});

Deno.test("exportState() gives a SpUNet spconv's names and layouts, and they come back", () => {
  const network = spUNet({
    inChannels: 3,
    stem: 4,
    stemKernel: 5,
    planes: [4, 6, 6, 8, 8, 6, 5, 4],
    layers: [1, 1, 1, 1, 1, 1, 1, 1],
  });
  const student = plainStudent(network, 3);
  const state = initialState(student.specs, mulberry32(4));
  const { tensors } = exportState(student, state);
  assert.deepEqual(tensors, prefixed(asSpconv(state, student.specs), "backbone."));
  assert.deepEqual(thereAndBack(student, state), state);
});

Deno.test("exportState() gives Point Transformers Pointcept's names and layouts, and they come back", () => {
  for (const version of ["m1", "m2"] as const) {
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
    const student = plainStudent(network, 3);
    const theirs = pointceptState(student.specs);
    const { tensors: state } = importCheckpoint(theirs, FORMATS.pointcept!, student.specs);
    assert.deepEqual(exportState(student, state).tensors, theirs);
    assert.deepEqual(thereAndBack(student, state), state);
  }
});

Deno.test("layouts of kernels are inverted bit for bit", () => {
  for (const [engine, { layouts }] of Object.entries(FORMATS)) {
    for (const [name, layout] of Object.entries(layouts)) {
      for (const shape of [[27, 3, 5], [8, 2, 3], [125, 1, 2], [4, 3]]) {
        const data = Float32Array.from(
          { length: shape.reduce((product, size) => product * size, 1) },
          (_, i) => i,
        );
        const there = layout.fromMinkowski(data, shape);
        assert.deepEqual(layout.toMinkowski(there, shape), data, `${engine} ${name} [${shape}]`);
      }
    }
  }
});

Deno.test("exportState() names an entry that the student lacks", () => {
  const student = new Student({
    backbone: "MinkUNet14Slim",
    classes: ["a", "b"],
    features: ["one"],
    teacher: null,
  });
  assert.throws(
    () => exportState(student, new Map()),
    /"conv0p1s1\.kernel" must be F32 \[27,1,16\], and is missing; check the card's backbone/,
  );
});
