/** Training on labels, alone and with a teacher, on a data set of small scenes. */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { parseStudentCard } from "../../lib/nn/card.ts";
import { readSafetensors } from "../../lib/nn/safetensors.ts";
import { CENTRE } from "../../lib/nn/student.ts";
import { trainStudent } from "../../lib/train/training.ts";
import type { TrainingProgress, TrainingRun } from "../../lib/train/training_run.ts";
import { parseTrainingConfig } from "../../lib/train/training_config.ts";
import { withGpu } from "../gpu.ts";
import { assertClose } from "../graph/support.ts";
import { BOXES, placeTeacher } from "../ttt/boxes.ts";

function configOf(changes: Record<string, unknown>) {
  const settings = {
    id: "boxes",
    benchmark: "boxes",
    backbone: "MinkUNet14Tiny",
    scenes: 4,
    epochs: 5,
    batch: 1,
    voxelSize: 0.3,
  };
  return parseTrainingConfig(
    JSON.stringify({ ...settings, learningRate: 0.01, ...changes }),
    "test.json",
  );
}

async function train(gpu: Gpu, changes: Record<string, unknown>, more: Partial<TrainingRun> = {}) {
  const reports: TrainingProgress[] = [];
  const checkpoint = await trainStudent({
    gpu,
    config: configOf(changes),
    dataset: BOXES,
    teacher: null,
    licence: "none",
    onProgress: (progress) => {
      if (progress.phase === "train") reports.push(progress);
    },
    ...more,
  });
  const { tensors, metadata } = readSafetensors(checkpoint, "boxes");
  return { tensors, card: parseStudentCard(metadata), reports };
}

withGpu(
  "trainStudent() learns jointly, and writes the source KD loss of validation scenes into the card",
  async (gpu) => {
    const teacher = placeTeacher(gpu);
    const { tensors, card, reports } = await train(gpu, { objective: "joint" }, { teacher });
    const last = reports.at(-1)!;
    assert.ok(last.crossEntropy! < 1, JSON.stringify(reports));
    assert.ok(last.distillation! < 0.9, JSON.stringify(reports));
    assert.equal(card.teacher!.id, "places");
    assert.ok(card.teacher!.sourceKdLoss! > 0 && card.teacher!.sourceKdLoss! < 1.5);
    const { sourceKdLoss, sourceKdDeviation } = card.teacher!;
    assert.ok(sourceKdDeviation! > 0 && sourceKdDeviation! < sourceKdLoss!);
    assert.ok(card.domain!.scenes > 0 && card.domain!.measures.width.median > 0);
    assert.deepEqual(tensors.get("distillation.kernel")!.shape, [16, 3]);
    // The mean of the column and row of all seen places lies inside the picture; the third feature is always 1.
    const [column, row, one] = tensors.get(CENTRE)!.data as Float32Array;
    assert.ok(column! > 0 && column! < 3 && row! > 0 && row! < 3);
    assert.ok(Math.abs(one! - 1) < 1e-5);
    const probe = tensors.get("probe.2.bias")!.data as Float32Array;
    assert.ok(probe.some((value) => value !== 0));
  },
);

withGpu(
  "trainStudent() on labels alone gives a student without a teacher, the same bits twice",
  async (gpu) => {
    const settings = { objective: "labels", epochs: 1 };
    const first = await train(gpu, settings);
    assert.equal(first.card.teacher, null);
    assert.equal(first.tensors.has("distillation.kernel"), false);
    assert.equal(first.tensors.has(CENTRE), false);
    assert.deepEqual((await train(gpu, settings)).tensors, first.tensors);
    const other = await train(gpu, { ...settings, seed: 1 });
    assert.notDeepEqual(other.tensors, first.tensors);
  },
);

withGpu("trainStudent() starts from given weights", async (gpu) => {
  const { tensors, card } = await train(gpu, { objective: "labels", epochs: 1 });
  const from = { card, tensors, centre: null };
  const still = await train(gpu, { objective: "labels", epochs: 1, learningRate: 1e-12 }, { from });
  const kernel = (of: typeof tensors) => of.get("final.kernel")!.data as Float32Array;
  kernel(still.tensors).forEach((value, i) =>
    assert.ok(Math.abs(value - kernel(tensors)[i]!) < 1e-6)
  );
  assert.match(still.card.provenance, /from boxes/);
  // Weights that did not change have the same statistics again, whatever the augmentations were.
  for (const [name, { data }] of tensors) {
    if (!name.includes(".running_")) continue;
    assertClose(still.tensors.get(name)!.data as Float32Array, data as Float32Array, 1e-4, name);
  }
});

withGpu(
  "trainStudent() keeps the running statistics that it is told to train with",
  async (gpu) => {
    const first = await train(gpu, { objective: "labels", epochs: 1 });
    const from = { card: first.card, tensors: first.tensors, centre: null };
    const settings = { objective: "labels", epochs: 1, statistics: "running" };
    const { tensors, card } = await train(gpu, settings, { from });
    assert.equal(card.statistics, "running");
    for (const [name, { data }] of first.tensors) {
      if (name.includes(".running_")) assert.deepEqual(tensors.get(name)!.data, data, name);
    }
    assert.notDeepEqual(tensors.get("final.kernel"), first.tensors.get("final.kernel"));
    await assert.rejects(() => train(gpu, settings), /give one to start from/);
  },
);

withGpu(
  "trainStudent() refuses a missing teacher, too many scenes, and too large a batch",
  async (gpu) => {
    await assert.rejects(() => train(gpu, { objective: "joint" }), /there is no teacher/);
    await assert.rejects(
      () => train(gpu, { objective: "labels", scenes: 5 }),
      /boxes has 4 in split train of domain source/,
    );
    await assert.rejects(
      () => train(gpu, { objective: "labels", batch: 9 }),
      /fewer than a batch of 9/,
    );
  },
);
