import assert from "node:assert/strict";
import { aerialDataset } from "../../lib/datasets/aerial.ts";
import { parseStudentCard } from "../../lib/nn/card.ts";
import { parseTrainingConfig } from "../../lib/train/training_config.ts";
import { trainedCard } from "../../lib/train/trained_card.ts";
import type { TrainingRun } from "../../lib/train/training_run.ts";

Deno.test("trainedCard() has the objects of the data set and, where the student reads heights, those of its classes", () => {
  const cardOf = (features: string[]) => {
    const settings = JSON.stringify({ id: "air", objective: "labels", features });
    const config = parseTrainingConfig(settings, "air.json");
    const run = { config, dataset: aerialDataset(), licence: "MIT" } as TrainingRun;
    return parseStudentCard({ card: JSON.stringify(trainedCard(run, null)) });
  };
  const { things, heights } = cardOf(["above_ground", "one"]);
  assert.equal(things?.building, 1.5);
  assert.deepEqual([heights?.ground, heights?.building], [[null, 0.3], [0.3, null]]);
  assert.equal(heights?.water, undefined);
  assert.equal(cardOf(["one"]).heights, undefined);
});
