/** Teachers on both providers give the same features at the right places and leave no buffer behind. */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import type { Photo } from "../../lib/scan/mod.ts";
import {
  type FeatureMap,
  parseTeacherCard,
  type Provider,
  Teacher,
  TeacherError,
} from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";

const folder = new URL("../../fixtures/models/", import.meta.url);
const json = (name: string) => JSON.parse(Deno.readTextFileSync(new URL(name, folder)));
const onnx = (name: string) => Deno.readFileSync(new URL(`${name}.onnx`, folder));

/** Loads a teacher that describes one photograph at a time: to start a thread of ONNX Runtime takes a second. */
function load(
  gpu: Gpu,
  name: string,
  provider: Provider,
  change: Record<string, unknown> = {},
  threads = 1,
) {
  const card = parseTeacherCard(JSON.stringify({ ...json(`${name}.json`), ...change }), name);
  return Teacher.load(gpu, card, onnx(name), { provider, threads });
}

/** Bytes (7 x + 13 y + 31 c + x y) mod 256, as in fixtures/models/make_test_models.py. */
function photo(width: number, height: number): Photo {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < pixels.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    pixels[i] = 7 * x + 13 * y + 31 * c + x * y;
  }
  return { name: "made.png", width, height, pixels };
}

/** The features of a map, [rows * cols][channels], without the padding, which has to be zero. */
async function features(gpu: Gpu, map: FeatureMap): Promise<number[][]> {
  const width = Math.ceil(map.channels / 4) * 4;
  const data = await gpu.read(map.buffer, Float32Array, map.rows * map.cols * width);
  return Array.from({ length: map.rows * map.cols }, (_, cell) => {
    const row = [...data.subarray(cell * width, (cell + 1) * width)];
    assert.ok(row.slice(map.channels).every((value) => value === 0), "padding is not zero");
    return row.slice(0, map.channels);
  });
}

function worst(a: number[], b: number[]): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

for (const provider of ["wasm", "webgpu"] as const) {
  for (const name of ["coordinates", "coordinates_tokens"]) {
    withGpu(
      `Teacher.describe() puts each patch in its place: ${name} by ${provider}`,
      async (gpu) => {
        await using teacher = await load(gpu, name, provider);
        // Red is the pixel's column / 255, green its row / 255; 96 x 72 is resized to 64 x 48, 8 x 6 patches.
        const ramp = photo(96, 72);
        for (let i = 0; i < 96 * 72; i++) ramp.pixels.set([i % 96, Math.floor(i / 96), 255], 3 * i);
        using map = await teacher.describe(ramp);
        assert.deepEqual([map.rows, map.cols, map.channels], [6, 8, 5]);
        (await features(gpu, map)).forEach(([column, row, red, green, blue], cell) => {
          assert.deepEqual([column, row], [cell % 8, Math.floor(cell / 8)]);
          // The mean pixel of a patch is where the mapping of sampling.ts says that the cell lies.
          const centre = (k: number) => (k + 0.5) * 12 - 0.5;
          assert.ok(Math.abs(red! * 255 - centre(column!)) < 0.05, `red of cell ${cell}: ${red}`);
          assert.ok(
            Math.abs(green! * 255 - centre(row!)) < 0.05,
            `green of cell ${cell}: ${green}`,
          );
          assert.ok(Math.abs(blue! - 1) < 1e-5);
        });
      },
    );
  }

  withGpu(`Teacher.describe() agrees with PyTorch: tiny_vit by ${provider}`, async (gpu) => {
    await using teacher = await load(gpu, "tiny_vit", provider);
    using map = await teacher.describe(photo(64, 48));
    const golden = json("tiny_vit.golden.json");
    assert.deepEqual([map.rows * map.cols, map.channels], golden.shape);
    const picked = (await features(gpu, map)).filter((_, cell) => cell % golden.every === 0).flat();
    const error = worst(picked, golden.values);
    console.log(`tiny_vit by ${provider}: worst difference from PyTorch ${error.toExponential(1)}`);
    assert.ok(error < 1e-4);
  });

  withGpu(`Teacher.describe() refuses an output of another width by ${provider}`, async (gpu) => {
    await using teacher = await load(gpu, "coordinates", provider, { width: 7 });
    await assert.rejects(teacher.describe(photo(64, 48)), {
      name: "TypeError",
      message:
        'Cannot use output "features" of teacher coordinates: its shape is [1, 5, 6, 8], the card says [1, 7, rows, columns]',
    });
  });

  withGpu(`Teacher.load() names the output that a model lacks by ${provider}`, async (gpu) => {
    await assert.rejects(
      load(gpu, "coordinates", provider, { outputName: "tokens" }),
      (error) =>
        error instanceof TeacherError && error.field === "outputName" &&
        /"tokens", the model's outputs are features/.test(error.message),
    );
  });

  withGpu(`Teacher.load() refuses bytes that are no model by ${provider}`, async (gpu) => {
    const card = parseTeacherCard(JSON.stringify(json("coordinates.json")), "card");
    await assert.rejects(
      Teacher.load(gpu, card, new Uint8Array(100).fill(7), { provider, threads: 1 }),
      /^TeacherError: Cannot load teacher coordinates from coordinates\.onnx: /,
    );
  });
}

withGpu(
  "Teacher.load() chooses wasm on a software adapter and webgpu on others",
  async (gpu) => {
    const card = parseTeacherCard(JSON.stringify(json("coordinates.json")), "card");
    await using teacher = await Teacher.load(gpu, card, onnx("coordinates"), { threads: 1 });
    assert.equal(teacher.provider, gpu.isSoftware ? "wasm" : "webgpu");
  },
);

// Small input: a software adapter takes seconds for convolutions that the CPU does in milliseconds.
for (
  const [name, shortSide, rows, cols] of [["tiny_vit", 48, 6, 10], [
    "../teachers/rooms-parts",
    32,
    4,
    7,
  ]] as const
) {
  withGpu(`both providers agree on a photograph that has to be resized: ${name}`, async (gpu) => {
    const results: number[][] = [];
    for (const provider of ["wasm", "webgpu"] as const) {
      await using teacher = await load(gpu, name, provider, { shortSide });
      using map = await teacher.describe(photo(217, 130));
      assert.deepEqual([map.rows, map.cols], [rows, cols]);
      results.push((await features(gpu, map)).flat());
    }
    const error = worst(results[0]!, results[1]!);
    console.log(`${name}: worst difference between the providers ${error.toExponential(1)}`);
    assert.ok(error < 1e-4);
  });
}

withGpu("Teacher.describeAll() stops between photographs and leaves no map", async (gpu) => {
  await using teacher = await load(gpu, "coordinates", "wasm", {}, 2);
  const controller = new AbortController();
  const done: number[] = [];
  const photos = Array.from({ length: 20 }, () => photo(64, 48));
  const work = teacher.describeAll(photos, {
    signal: controller.signal,
    onPhoto: (count) => {
      done.push(count);
      if (count === 2) controller.abort(new Error("enough"));
    },
  });
  await assert.rejects(work, { message: "enough" });
  // Photographs in work on other threads are finished, and no further one is started.
  assert.ok(done.length >= 2 && done.length < 10, `${done.length} photographs`);
});

withGpu(
  "Teacher.describeAll() spreads photographs over threads and keeps their order",
  async (gpu) => {
    await using teacher = await load(gpu, "../teachers/rooms-parts", "wasm", { shortSide: 32 }, 2);
    const sizes = [[64, 48], [217, 130], [48, 64], [96, 32], [64, 64]] as const;
    const maps = await teacher.describeAll(sizes.map(([width, height]) => photo(width, height)));
    for (const [i, [width, height]] of sizes.entries()) {
      using alone = await teacher.describe(photo(width, height));
      using map = maps[i]!;
      assert.deepEqual(await features(gpu, map), await features(gpu, alone));
    }
  },
);

withGpu("Teacher.describe() gives the same bits twice", async (gpu) => {
  await using teacher = await load(gpu, "tiny_vit", "wasm");
  const maps = await teacher.describeAll([photo(64, 48), photo(64, 48)]);
  const [first, second] = await Promise.all(maps.map((map) => features(gpu, map)));
  maps.forEach((map) => map.destroy());
  assert.deepEqual(first, second);
});
