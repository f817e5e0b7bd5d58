/**
 * Small models with the architectures of public teachers, exported from their public code, with weights from a
 * formula: ONNX Runtime has to agree with PyTorch. fixtures/teachers/export_forms.py made them and the golden numbers.
 */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { CATALOGUE, type Provider, Teacher, type TeacherCard } from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";
import { formulaWeights, pattern } from "./support.ts";

const FORMS = new URL("../../fixtures/teachers/forms/", import.meta.url);

interface Golden {
  /** Rows and width of PyTorch's output without prefix tokens and padding. */
  shape: [number, number];
  photo: [number, number];
  /** `values` holds every so many-th number of the flat output. */
  every: number;
  recipe: [number, number, number][];
  values: number[];
}

/** The card of the catalogue with the sizes of the small model. */
function formCard(name: string, of: string, change: Partial<TeacherCard> = {}): TeacherCard {
  const { card } = CATALOGUE.get(of)!;
  return { ...card, id: name, file: `${name}.onnx`, externalData: ["weights"], ...change };
}

/** Worst difference from PyTorch, relative to the largest of its numbers. */
async function compare(gpu: Gpu, card: TeacherCard, provider: Provider): Promise<number> {
  const golden: Golden = JSON.parse(
    Deno.readTextFileSync(new URL(`${card.id}.golden.json`, FORMS)),
  );
  const [width, height] = golden.photo;
  const onnx = Deno.readFileSync(new URL(card.file, FORMS));
  assert.ok(onnx.length < 100e3, `${onnx.length} bytes`);
  await using teacher = await Teacher.load(
    gpu,
    // The photograph has the size of the model's input, so it is not resized.
    { ...card, width: golden.shape[1] },
    onnx,
    { provider, threads: 1, externalData: [formulaWeights(golden.recipe)] },
  );
  using map = await teacher.describe(pattern(width, height));
  assert.deepEqual([map.rows, map.cols], [height / card.patch, width / card.patch]);
  assert.deepEqual([map.rows * map.cols, map.channels], golden.shape);
  const data = await gpu.read(map.buffer, Float32Array, golden.shape[0] * golden.shape[1]);
  assert.equal(golden.values.length, Math.ceil(data.length / golden.every));
  const most = Math.max(...golden.values.map(Math.abs));
  assert.ok(most > 0.5, "the golden numbers are almost zero");
  const worst = Math.max(
    ...golden.values.map((value, i) => Math.abs(value - data[i * golden.every]!)),
  ) / most;
  console.log(`${card.id} by ${provider}: ${worst.toExponential(1)} from PyTorch`);
  return worst;
}

// Sizes other than the trained ones, where any are taken: positions have to follow.
const CARDS: TeacherCard[] = [
  formCard("form-dinov2-small", "dinov2-small", { shortSide: 56 }),
  formCard("form-dinov2-registers", "dinov2-small-registers", { shortSide: 56 }),
  formCard("form-dinov2-giant", "dinov2-giant", { shortSide: 28 }),
  formCard("form-dinov3-small", "dinov3-small", { shortSide: 80 }),
  formCard("form-dinov3-base", "dinov3-base", { shortSide: 48 }),
  formCard("form-dinov3-large", "dinov3-large", { shortSide: 32 }),
  formCard("form-c-radiov4", "c-radiov4-huge", { shortSide: 80 }),
  formCard("form-clip", "clip-base-16"),
  formCard("form-siglip", "siglip-base-16"),
  formCard("form-sam", "sam-base", { shortSide: 256 }),
];

for (const card of CARDS) {
  withGpu(`${card.id} agrees with PyTorch by wasm`, async (gpu) => {
    assert.ok(await compare(gpu, card, "wasm") < 1e-3);
  });
}

// Only the smallest of a kind: on a software adapter the WebGPU provider is some 15 times slower.
for (const id of ["form-dinov2-giant", "form-dinov3-large", "form-c-radiov4"]) {
  withGpu(`${id} agrees with PyTorch by webgpu`, async (gpu) => {
    assert.ok(await compare(gpu, CARDS.find((card) => card.id === id)!, "webgpu") < 1e-3);
  });
}
