/**
 * Models of the form that public teachers have, exported from their public code, with weights from a formula:
 * what ONNX Runtime says is what PyTorch says. fixtures/teachers/export_forms.py made them and the golden numbers.
 */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { CATALOGUE, type Provider, Teacher, type TeacherCard } from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";
import { formulaWeights, pattern } from "./support.ts";

const FORMS = new URL("../../fixtures/teachers/forms/", import.meta.url);

interface Golden {
  /** Rows and width of PyTorch's output, prefix tokens and padding left out. */
  shape: [number, number];
  photo: [number, number];
  /** Distance between the numbers of `values` in the flat output. */
  every: number;
  recipe: [number, number, number][];
  values: number[];
}

/** A form's card is the one of the catalogue, but for what is smaller in it. */
function formCard(name: string, of: string, change: Partial<TeacherCard> = {}): TeacherCard {
  const { card } = CATALOGUE.get(of)!;
  return { ...card, id: name, file: `${name}.onnx`, externalData: ["weights"], ...change };
}

/** Worst difference from PyTorch, relative to the largest number that it says. */
async function compare(gpu: Gpu, card: TeacherCard, provider: Provider): Promise<number> {
  const golden: Golden = JSON.parse(
    Deno.readTextFileSync(new URL(`${card.id}.golden.json`, FORMS)),
  );
  const [width, height] = golden.photo;
  const onnx = Deno.readFileSync(new URL(card.file, FORMS));
  assert.ok(onnx.length < 100e3, `${onnx.length} bytes`);
  await using teacher = await Teacher.load(
    gpu,
    // The photograph has the size that the model is to see, so nothing is resized.
    { ...card, width: golden.shape[1] },
    onnx,
    { provider, externalData: [formulaWeights(golden.recipe)] },
  );
  using map = await teacher.describe(pattern(width, height));
  assert.deepEqual([map.rows, map.cols], [height / card.patch, width / card.patch]);
  assert.deepEqual([map.rows * map.cols, map.channels], golden.shape);
  const data = await gpu.read(map.buffer, Float32Array, golden.shape[0] * golden.shape[1]);
  assert.equal(golden.values.length, Math.ceil(data.length / golden.every));
  const most = Math.max(...golden.values.map(Math.abs));
  assert.ok(most > 0.5, "the golden numbers are all but zero");
  const worst = Math.max(
    ...golden.values.map((value, i) => Math.abs(value - data[i * golden.every]!)),
  ) / most;
  console.log(`${card.id} by ${provider}: ${worst.toExponential(1)} from PyTorch`);
  return worst;
}

// Sizes other than 518 x 518: the 37 x 37 position embeddings are interpolated.
const CARDS: TeacherCard[] = [
  formCard("form-dinov2-small", "dinov2-small", { shortSide: 56 }),
  formCard("form-dinov2-registers", "dinov2-small-registers", { shortSide: 56 }),
  formCard("form-dinov2-giant", "dinov2-giant", { shortSide: 28 }),
  formCard("form-clip", "clip-base-16"),
  formCard("form-siglip", "siglip-base-16"),
  formCard("form-sam", "sam-base", { shortSide: 256 }),
];

for (const card of CARDS) {
  withGpu(`${card.id} says by wasm what PyTorch says`, async (gpu) => {
    assert.ok(await compare(gpu, card, "wasm") < 1e-3);
  });
}

// The smallest alone: on a software adapter the WebGPU provider is some 15 times slower.
withGpu("form-dinov2-giant says by webgpu what PyTorch says", async (gpu) => {
  assert.ok(await compare(gpu, CARDS[2]!, "webgpu") < 1e-3);
});
