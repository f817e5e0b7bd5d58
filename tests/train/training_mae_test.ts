/** Training with masked reconstruction, on one small scene. */
import assert from "node:assert/strict";
import { parseStudentCard } from "../../lib/nn/card.ts";
import { readSafetensors } from "../../lib/nn/safetensors.ts";
import { CELLS } from "../../lib/ttt/masking.ts";
import { trainStudent } from "../../lib/train/training.ts";
import type { TrainingProgress } from "../../lib/train/training_run.ts";
import { parseTrainingConfig } from "../../lib/train/training_config.ts";
import { withGpu } from "../gpu.ts";
import { BOXES } from "../ttt/boxes.ts";

withGpu(
  "trainStudent() learns labels and masked reconstruction with objective mae",
  async (gpu) => {
    const settings = {
      id: "boxes",
      benchmark: "boxes",
      backbone: "MinkUNet14Tiny",
      objective: "mae",
      scenes: 1,
    };
    const config = parseTrainingConfig(
      JSON.stringify({ ...settings, epochs: 24, batch: 1, voxelSize: 0.3, learningRate: 0.03 }),
      "test.json",
    );
    const reports: TrainingProgress[] = [];
    const checkpoint = await trainStudent({
      gpu,
      config,
      dataset: BOXES,
      teacher: null,
      licence: "none",
      onProgress: (progress) => {
        if (progress.phase === "train") reports.push(progress);
      },
    });
    const [first, last] = [reports[0]!, reports.at(-1)!];
    assert.equal(reports.length, 2);
    assert.ok(last.reconstruction! < 0.97 * first.reconstruction!, JSON.stringify(reports));
    assert.ok(last.crossEntropy! < 0.9 * first.crossEntropy!, JSON.stringify(reports));
    assert.equal(last.distillation, undefined);
    const { tensors, metadata } = readSafetensors(checkpoint, "boxes");
    const card = parseStudentCard(metadata);
    assert.equal(card.reconstruction, CELLS);
    assert.equal(card.teacher, null);
    assert.deepEqual(tensors.get("reconstruction.kernel")!.shape, [16, CELLS]);
    assert.equal(tensors.has("distillation.kernel"), false);
  },
);
