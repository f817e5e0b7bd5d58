/**
 * SpUNet against plain PyTorch (`fixtures/networks`). The weights are in spconv's layout there, so this tests the import as
 * well.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { FORMATS, importCheckpoint } from "../../lib/nn/import/mod.ts";
import { networkOf } from "../../lib/nn/networks.ts";
import { readSafetensors } from "../../lib/nn/safetensors.ts";
import { spUNet } from "../../lib/nn/spunet.ts";
import { withGpu } from "../gpu.ts";
import { assertClose, relativeError } from "../graph/support.ts";
import { numbers } from "../parity/golden.ts";
import { goldenSpconv } from "./foreign.ts";
import { runSegmentor, segmentorSpecs } from "./network_run.ts";

const FOLDER = fileURLToPath(new URL("../../fixtures/networks/", import.meta.url));

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

for (const mode of ["eval", "train"]) {
  withGpu(`SpUNet in ${mode} mode agrees with PyTorch`, async (gpu) => {
    const name = `spunet_slim.${mode}.safetensors`;
    const file = readSafetensors(await Deno.readFile(FOLDER + name), name);
    const { base, channels, layers, inChannels, classes } = JSON.parse(file.metadata.shape!);
    const network = spUNet({ inChannels, stem: base, stemKernel: 5, planes: channels, layers });
    const specs = segmentorSpecs(network, classes);
    const { tensors } = importCheckpoint(goldenSpconv(specs), FORMATS.spconv!, specs);
    const got = await runSegmentor(gpu, network, classes, tensors, {
      coords: numbers(file, "coords"),
      x: numbers(file, "x"),
      targets: numbers(file, "targets"),
    }, mode === "eval" ? "running" : "batch");

    const names: string[] = JSON.parse(file.metadata.grad_norm_names!);
    assert.equal(names.length, specs.filter(({ kind }) => kind !== "statistic").length);
    const ours = new Map(specs.map((spec) => [spec.name.replace(/kernel$/, "weight"), spec.name]));
    const norms = numbers(file, "grad_norms");
    const worst = Math.max(...names.map((theirs, i) => {
      const { data } = got.gradients.get(ours.get(theirs)!)!;
      return Math.abs(norm(data as Float32Array) / norms[i]! - 1);
    }));
    const [loss] = numbers(file, "loss");
    console.log(
      `${name}: logits ${
        relativeError(got.logits, numbers(file, "logits")).toExponential(1)
      }, loss ${Math.abs(got.loss - loss!).toExponential(1)}, dx ${
        relativeError(got.dx, numbers(file, "dx")).toExponential(1)
      }, worst gradient norm ${worst.toExponential(1)}`,
    );
    assertClose(got.logits, numbers(file, "logits"), 1e-4, "logits");
    assertClose([got.loss], [loss!], 1e-4, "loss");
    assertClose(got.dx, numbers(file, "dx"), 1e-3, "dx");
    assert.ok(worst <= 1e-3, `gradient norms: ${worst}`);
  });
}

// Counted by hand in Pointcept's modules: parameters, and entries including PyTorch's counters of batches.
for (
  const [inChannels, classes, parameters] of [[6, 20, 39_157_844], [4, 16, 39_149_456]] as const
) {
  Deno.test(`SpUNet-v1m1 of ${inChannels} channels and ${classes} classes has ${parameters} parameters`, () => {
    const specs = segmentorSpecs(networkOf("SpUNet-v1m1", inChannels), classes);
    const sizes = specs.filter(({ kind }) => kind !== "statistic")
      .map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    assert.equal(sizes.reduce((a, b) => a + b), parameters);
    const counters = specs.filter(({ name }) => name.endsWith("running_mean")).length;
    assert.equal(specs.length + counters, 356);
  });
}

Deno.test("SpUNet-v1m1 widens by its halving convolutions, and has projections in its decoder only", () => {
  const network = networkOf("SpUNet-v1m1", 6);
  const shapes = new Map(network.parameters().map(({ name, shape }) => [name, shape]));
  assert.deepEqual(shapes.get("conv_input.0.kernel"), [125, 6, 32]);
  assert.deepEqual(shapes.get("down.3.0.kernel"), [8, 128, 256]);
  assert.deepEqual(shapes.get("up.1.0.kernel"), [8, 128, 96]);
  assert.deepEqual(shapes.get("enc.3.block5.conv2.kernel"), [27, 256, 256]);
  const projections = [...shapes].filter(([name]) => name.endsWith("proj.0.kernel"));
  assert.deepEqual(projections, [
    ["dec.3.block0.proj.0.kernel", [384, 256]],
    ["dec.2.block0.proj.0.kernel", [192, 128]],
    ["dec.1.block0.proj.0.kernel", [128, 96]],
    ["dec.0.block0.proj.0.kernel", [128, 96]],
  ]);
  assert.equal(network.epsilon, 1e-3);
  assert.equal(networkOf("MinkUNet34C", 6).epsilon, 1e-5);
});
