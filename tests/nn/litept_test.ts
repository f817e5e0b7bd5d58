/** LitePT against plain PyTorch (`fixtures/networks`), forward and backward; weights come in under its own names. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { FORMATS, importCheckpoint } from "../../lib/nn/import/mod.ts";
import { readSafetensors } from "../../lib/nn/safetensors.ts";
import { litePT } from "../../lib/nn/transformers/litept.ts";
import { withGpu } from "../gpu.ts";
import { assertClose } from "../graph/support.ts";
import { numbers } from "../parity/golden.ts";
import { pointceptEntry, pointceptState } from "../parity/ptv3_weights.ts";
import { runSegmentor, segmentorSpecs } from "./network_run.ts";

const NAME = "litept_narrow.train.safetensors";
const FILE = fileURLToPath(new URL(`../../fixtures/networks/${NAME}`, import.meta.url));

withGpu("a LitePT in training mode agrees with PyTorch", async (gpu) => {
  const file = readSafetensors(await Deno.readFile(FILE), NAME);
  const network = litePT(JSON.parse(file.metadata.shape!));
  const classes = Number(file.metadata.classes);
  const specs = segmentorSpecs(network, classes);
  const { tensors } = importCheckpoint(pointceptState(specs), FORMATS.pointcept!, specs);
  const got = await runSegmentor(gpu, network, classes, tensors, {
    coords: numbers(file, "coords"),
    x: numbers(file, "x"),
    targets: numbers(file, "targets"),
  }, "batch");
  assertClose(got.logits, numbers(file, "logits"), 1e-4, "logits");
  assertClose([got.loss], numbers(file, "loss"), 1e-4, "loss");
  assertClose(got.dx, numbers(file, "dx"), 1e-3, "dx");
  const names: string[] = JSON.parse(file.metadata.grad_norm_names!);
  const learned = specs.filter(({ kind }) => kind !== "statistic");
  assert.deepEqual(learned.map((spec) => pointceptEntry(spec).name).sort(), [...names].sort());
  const norms = numbers(file, "grad_norms");
  const largest = Math.max(...norms);
  for (const spec of learned) {
    const data = got.gradients.get(spec.name)!.data as Float32Array;
    const norm = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
    const expected = norms[names.indexOf(pointceptEntry(spec).name)]!;
    // What batch norm takes away again, such as a bias before it, has a gradient of nothing but rounding.
    assert.ok(Math.abs(norm - expected) <= 1e-3 * expected + 1e-6 * largest, spec.name);
  }
});
