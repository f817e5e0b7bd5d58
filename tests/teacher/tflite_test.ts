/**
 * TensorFlow Lite networks as ONNX teachers: every operator against what TensorFlow Lite itself makes of it
 * (fixtures/models/tflite_outputs.json has every seventh number), and what is said of files that cannot be converted.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as ort from "onnxruntime-web";
import {
  CATALOGUE,
  findTeacher,
  parseTeacherCard,
  readNpmFile,
  sha256Of,
  TeacherError,
} from "../../lib/teacher/mod.ts";
import {
  type ConvertedNetwork,
  convertTflite,
  defaultFeatures,
  INPUT_NAME,
  namedFeatures,
  OUTPUT_NAME,
  parseTflite,
  teacherOfTflite,
} from "../../lib/teacher/tflite/mod.ts";
import { dataPath, hasData } from "../data.ts";
import { COLUMNS, NETWORKS, pictureBytes, pictureValue, ROWS } from "./tflite_networks.ts";
import { writeTflite, type WrittenNetwork, type WrittenTensor } from "./tflite_writer.ts";

const EVERY = 7;

const OUTPUTS: Readonly<Record<string, readonly number[]>> = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/models/tflite_outputs.json", import.meta.url)),
);

ort.env.wasm.numThreads = 1;

// ONNX Runtime opens a message port with its first session and keeps it.
await (await ort.InferenceSession.create(convertAll(NETWORKS["ReLU"]!).onnx)).release();

/** The output of a converted network for pictures [rows, columns, 3], with channels last. */
async function run(
  { onnx }: ConvertedNetwork,
  values: readonly number[],
  rows: number = ROWS,
  columns: number = COLUMNS,
): Promise<{ dims: readonly number[]; data: number[] }> {
  const cells = rows * columns;
  const planes = new Float32Array(values.length);
  values.forEach((value, i) => planes[(i % 3) * cells + Math.floor(i / 3)] = value);
  const session = await ort.InferenceSession.create(onnx, { logSeverityLevel: 3 });
  try {
    const { [OUTPUT_NAME]: output } = await session.run({
      [INPUT_NAME]: new ort.Tensor("float32", planes, [1, 3, rows, columns]),
    });
    const dims = output!.dims;
    const data = Array.from(output!.data as Float32Array);
    const [, channels, down, across] = dims as [number, number, number, number];
    const grid = down * across;
    const last = data.map((_, i) => data[(i % channels) * grid + Math.floor(i / channels)]!);
    return { dims, data: last };
  } finally {
    await session.release();
  }
}

/** Converts a written network up to its last tensor. */
function convertAll(network: WrittenNetwork, file = "test.tflite"): ConvertedNetwork {
  const model = parseTflite(writeTflite(network), file);
  return convertTflite(model, { features: [network.tensors.length - 1] });
}

Deno.test("every operator gives what TensorFlow Lite gives", async () => {
  const bytes = Array.from(pictureBytes());
  for (const [name, network] of Object.entries(NETWORKS)) {
    const isQuantised = network.tensors[0]!.type === 3;
    // A quantised picture of bytes b stands for (b - 127) / 127.5.
    const values = bytes.map((byte) => isQuantised ? (byte - 127) / 127.5 : pictureValue(byte));
    const { data } = await run(convertAll(network), values);
    const expected = OUTPUTS[name];
    assert.ok(expected, `there are no numbers for ${name}`);
    const got = data.filter((_, i) => i % EVERY === 0);
    assert.equal(got.length, expected.length, `${name}: as many numbers`);
    // Quantised operators round to their steps, 0.02 here; float32 does not.
    const tolerance = isQuantised ? 0.021 : 2e-5;
    const worst = Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)));
    assert.ok(worst < tolerance, `${name}: ${worst} from TensorFlow Lite`);
    const most = Math.max(...expected.map(Math.abs));
    assert.ok(most > 20 * tolerance, `${name}: the numbers are almost zero`);
  }
  assert.equal(Object.keys(OUTPUTS).length, Object.keys(NETWORKS).length);
});

/** A network of floats: a wide convolution of stride 16, then class scores of stride 16. */
function labeller(rows = 32, columns = 32): WrittenNetwork {
  const weights = (shape: readonly number[]): WrittenTensor => ({
    shape,
    data: Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => Math.sin(i * 0.7),
    ),
  });
  const options = (stride: number) =>
    [1, {
      0: { int8: 0 },
      1: { int32: stride },
      2: { int32: stride },
      4: { int32: 1 },
      5: { int32: 1 },
    }] as const;
  const [down, across] = [Math.ceil(rows / 16), Math.ceil(columns / 16)];
  return {
    tensors: [
      { shape: [1, rows, columns, 3] },
      weights([64, 3, 3, 3]),
      { shape: [1, down, across, 64] },
      weights([5, 1, 1, 64]),
      { shape: [1, down, across, 5] },
    ],
    operators: [
      { code: 3, inputs: [0, 1, -1], outputs: [2], options: options(16) },
      { code: 3, inputs: [2, 3, -1], outputs: [4], options: options(1) },
    ],
  };
}

Deno.test("sizes stay free, and cells see the same pixels in a larger picture", async () => {
  const model = parseTflite(writeTflite(labeller()), "labeller.tflite");
  assert.deepEqual(defaultFeatures(model), [2]);
  assert.deepEqual(namedFeatures(model, "tensor 2, 4"), [2, 4]);
  const converted = convertTflite(model, { features: [2, 4] });
  assert.deepEqual(
    { ...converted, onnx: null },
    { onnx: null, width: 69, multiple: 16, size: null },
  );
  const picture = (rows: number, columns: number) =>
    Array.from({ length: rows * columns * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % columns, Math.floor(i / 3 / columns)];
      return Math.sin(x * 0.3 + y * 0.2 + (i % 3));
    });
  const small = await run(converted, picture(32, 32), 32, 32);
  const large = await run(converted, picture(48, 64), 48, 64);
  assert.deepEqual([small.dims, large.dims], [[1, 69, 2, 2], [1, 69, 3, 4]]);
  assert.deepEqual(large.data.slice(0, 69), small.data.slice(0, 69));
});

Deno.test("random weights are a placebo of the same shape, the same for one seed", () => {
  const model = parseTflite(writeTflite(labeller()), "labeller.tflite");
  const [one, again, two] = [1, 1, 2].map((random) =>
    convertTflite(model, { features: [2], random })
  );
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, two);
  assert.equal(one!.onnx.length, convertTflite(model, { features: [2] }).onnx.length);
});

Deno.test("a card says what black and white become, and what was assumed", () => {
  const bytes = writeTflite(labeller());
  const { card, onnx, assumed } = teacherOfTflite(bytes, "labeller.tflite", { id: "mine" });
  assert.deepEqual([card.id, card.width, card.patch, card.shortSide], ["mine", 64, 16, 512]);
  assert.deepEqual([card.mean[0], card.std[0]], [0.5, 0.5]);
  assert.equal(card.sha256, sha256Of(onnx));
  assert.equal(parseTeacherCard(JSON.stringify(card), "mine.json").id, "mine");
  assert.match(
    assumed.join("; "),
    /feature map 2, tensor 2; --features .* black is -1 and white 1/,
  );
  const told = teacherOfTflite(bytes, "labeller.tflite", {
    id: "mine",
    features: "2",
    range: [0, 255],
  });
  assert.deepEqual(told.assumed, []);
  // Pixels are 0 to 1 before the mean is taken away.
  assert.deepEqual([told.card.mean[0], 1 / told.card.std[0]], [-0, 255]);
});

Deno.test("a file that cannot be converted is refused with what is wrong and the mend", () => {
  const good = writeTflite(labeller());
  const parse = (bytes: Uint8Array) => parseTflite(bytes, "a.tflite");
  const refused = (work: () => unknown, message: RegExp) =>
    assert.throws(work, (error) => {
      assert.ok(error instanceof TeacherError, `${error}`);
      assert.match(error.message, message);
      assert.equal(error.file, "a.tflite");
      return true;
    });
  refused(() => parse(new TextEncoder().encode("not a network")), /bytes 4 to 7 are not TFL3/);
  // Wherever the file is cut, it is refused or reads as the whole; it is never read beyond its end.
  for (let length = 8; length < good.length; length += 97) {
    try {
      parse(good.slice(0, length));
    } catch (error) {
      assert.ok(error instanceof TeacherError, `${length} bytes: ${error}`);
    }
  }
  refused(() => parse(good.slice(0, 400)), /byte \d+ is pointed at, but the file has 400 bytes/);
  const { tensors, operators } = labeller();
  const twoInputs = { tensors: [{ shape: [1, 8] }, ...tensors.slice(1)], operators };
  refused(
    () => parse(writeTflite(twoInputs)),
    /its inputs are \[1,8\]; give a network of one pict/,
  );
  const custom = writeTflite({
    tensors,
    operators: [operators[0]!, { code: 32, inputs: [2], outputs: [4] }],
  });
  refused(
    () => convertTflite(parse(custom), { features: [4] }),
    /operator 1, CUSTOM \(\), is not supported; choose features that come before it/,
  );
  refused(
    () => namedFeatures(parse(good), "7"),
    /no feature map has this index or name.*\n +2: 64 w/,
  );
  refused(
    () => teacherOfTflite(good, "a.tflite", {}),
    /the catalogue does not know this file; give --as NAME/,
  );
  refused(
    () => teacherOfTflite(good, "a.tflite", { id: "dinov2-small" }),
    /the catalogue has another model of this name/,
  );
});

Deno.test({
  name: "the networks of the catalogue are converted into the models that it pins",
  ignore: !hasData,
  fn() {
    const folder = dataPath("teachers", "");
    for (const file of Deno.readDirSync(folder)) {
      if (!file.name.endsWith(".tflite")) continue;
      const bytes = Deno.readFileSync(`${folder}${file.name}`);
      const { card, assumed } = teacherOfTflite(bytes, file.name, {});
      assert.deepEqual(card, CATALOGUE.get(card.id)!.card);
      assert.deepEqual(assumed, []);
    }
  },
});

Deno.test("a file of a package that lies in the models folder is used without the registry", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(folder, "assets.data"), Uint8Array.of(1, 2, 3, 4, 5));
    const from = { package: "@nobody/has-this@0.0.0", file: "assets.data", bytes: [1, 4] } as const;
    assert.deepEqual(await readNpmFile(from, folder), Uint8Array.of(2, 3, 4));
    await assert.rejects(
      findTeacher("ade20k-mosaic", folder),
      /convert it with .*teachers --get FILE\.tflite --as ade20k-mosaic$/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
