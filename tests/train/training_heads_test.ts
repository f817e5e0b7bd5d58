/** Training of heads for a teacher on a student without any: nothing else of it changes. */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { parseStudentCard, type StudentCard } from "../../lib/nn/card.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { readSafetensors } from "../../lib/nn/safetensors.ts";
import { CENTRE, Student } from "../../lib/nn/student.ts";
import type { StudentFile } from "../../lib/models/students.ts";
import { trainStudent } from "../../lib/train/training.ts";
import type { TrainingProgress, TrainingRun } from "../../lib/train/training_run.ts";
import { parseTrainingConfig } from "../../lib/train/training_config.ts";
import { withGpu } from "../gpu.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { BOXES, placeTeacher } from "../ttt/boxes.ts";

const CARD: StudentCard = {
  id: "somebody's",
  backbone: "MinkUNet14Slim",
  classes: [...BOXES.classes],
  palette: [[9, 9, 9], [8, 8, 8], [7, 7, 7]],
  voxelSize: 0.3,
  features: ["red", "green", "blue"],
  teacher: null,
  asprs: [1, 2, 3],
  licence: "CC-BY-4.0",
  provenance: "from elsewhere",
};

/** An imported checkpoint, with statistics of its own. */
function imported(card: StudentCard = CARD): StudentFile {
  const random = mulberry32(4);
  const tensors = initialState(new Student(card).parameters(), random);
  for (const [name, { data }] of tensors) {
    if (name.endsWith("running_mean")) data.forEach((_, i) => data[i] = random() - 0.5);
  }
  return { card, tensors, centre: null };
}

function configOf(changes: Record<string, unknown> = {}, student: StudentCard = CARD) {
  const settings = {
    id: "taught",
    benchmark: "boxes",
    scenes: 4,
    epochs: 6,
    batch: 1,
    learningRate: 0.1,
  };
  return parseTrainingConfig(JSON.stringify({ ...settings, ...changes }), "test.json", student);
}

async function trainHeads(gpu: Gpu, more: Partial<TrainingRun> = {}) {
  const reports: TrainingProgress[] = [];
  const checkpoint = await trainStudent({
    gpu,
    config: configOf(),
    dataset: BOXES,
    teacher: placeTeacher(gpu),
    from: imported(),
    headsOnly: true,
    licence: CARD.licence,
    onProgress: (progress) => {
      assert.notEqual(progress.phase, "statistics");
      if (progress.phase === "train") reports.push(progress);
    },
    ...more,
  });
  const { tensors, metadata } = readSafetensors(checkpoint, "taught");
  return { tensors, card: parseStudentCard(metadata), reports };
}

withGpu("trainStudent() gives a student new heads and changes no other bit of it", async (gpu) => {
  const from = imported();
  const { tensors, card, reports } = await trainHeads(gpu, { from });
  for (const [name, { data }] of from.tensors) {
    assert.deepEqual(tensors.get(name)!.data, data, name);
  }
  const [first, last] = [reports[0]!, reports.at(-1)!];
  assert.ok(last.distillation! < first.distillation! - 0.1, JSON.stringify(reports));
  assert.ok(last.crossEntropy! < first.crossEntropy!, "the probe learns");
  assert.deepEqual(tensors.get("distillation.kernel")!.shape, [48, 3]);
  assert.ok((tensors.get("probe.2.bias")!.data as Float32Array).some((value) => value !== 0));
  assert.equal(tensors.get(CENTRE)!.data.length, 3);
  const { teacher, provenance, domain, ...rest } = card;
  assert.deepEqual({ ...rest, id: CARD.id, teacher: null, provenance: CARD.provenance }, CARD);
  assert.ok(domain!.measures.width.median > 0);
  assert.equal(teacher!.id, "places");
  assert.ok(teacher!.sourceKdLoss! > 0 && teacher!.sourceKdLoss! < 1.5);
  assert.match(provenance, /^from elsewhere; heads for the teacher by .* from somebody's$/);
});

withGpu("trainStudent() replaces old heads by new ones", async (gpu) => {
  const card = { ...CARD, teacher: { id: "another", width: 5 } };
  const run = { from: imported(card), config: configOf({ scenes: 1, epochs: 1 }, card) };
  const { tensors, card: taught } = await trainHeads(gpu, run);
  assert.deepEqual(tensors.get("distillation.kernel")!.shape, [48, 3]);
  assert.equal(taught.teacher!.width, 3);
});

withGpu(
  "trainStudent() refuses to train heads for a student that does not fit the settings",
  async (gpu) => {
    const refused = async (more: Partial<TrainingRun>, message: RegExp, type: typeof Error) => {
      await assert.rejects(() => trainHeads(gpu, more), (error) => {
        assert.ok(error instanceof type, `${error}`);
        assert.match(error.message, message);
        return true;
      });
    };
    await refused(
      { config: configOf({ voxelSize: 0.1 }) },
      /voxelSize is 0\.3, not 0\.1/,
      RangeError,
    );
    await refused(
      { config: configOf({ backbone: "MinkUNet14A" }) },
      /backbone is MinkUNet14Slim, not MinkUNet14A; leave it out/,
      RangeError,
    );
    await refused({ config: configOf({ objective: "labels" }) }, /objective labels/, RangeError);
    await refused(
      { dataset: { ...BOXES, classes: ["left", "floor", "back"] } },
      /classes are left, back, floor, those of boxes are left, floor, back/,
      RangeError,
    );
    await refused({ teacher: null }, /there is no teacher/, TypeError);
  },
);

Deno.test("parseTrainingConfig() takes the settings that a file leaves out from the student", () => {
  const { backbone, features, voxelSize } = configOf();
  assert.deepEqual({ backbone, features, voxelSize }, {
    backbone: "MinkUNet14Slim",
    features: ["red", "green", "blue"],
    voxelSize: 0.3,
  });
  assert.equal(configOf({ voxelSize: 0.5 }).voxelSize, 0.5);
  assert.throws(() => parseTrainingConfig("[1]", "test.json", CARD), RangeError);
});
