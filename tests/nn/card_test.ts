import assert from "node:assert/strict";
import { parseStudentCard, readStudentCard, type StudentCard } from "../../lib/nn/card.ts";
import { CheckpointError } from "../../lib/nn/safetensors.ts";

const CARD: StudentCard = {
  id: "rooms",
  backbone: "MinkUNet14Slim",
  classes: ["floor", "wall"],
  palette: [[0, 128, 255], [10, 20, 30]],
  voxelSize: 0.05,
  features: ["red", "green", "blue"],
  teacher: { id: "tiny", width: 32 },
  asprs: [2, 6],
  licence: "MIT",
  provenance: "made for a test",
};

Deno.test("parseStudentCard() reads a card from the metadata", () => {
  assert.deepEqual(parseStudentCard({ card: JSON.stringify(CARD), other: "ignored" }), CARD);
});

Deno.test("parseStudentCard() takes a student without a distillation head where the widths are equal", () => {
  const card = { ...CARD, teacher: { id: "tiny", width: 48, head: "none" } };
  assert.deepEqual(parseStudentCard({ card: JSON.stringify(card) }), card);
});

Deno.test("parseStudentCard() reads the source KD loss of older cards, too", () => {
  const old = { ...CARD, teacher: { ...CARD.teacher, level: 0.25 } };
  const { teacher } = parseStudentCard({ card: JSON.stringify(old) });
  assert.deepEqual(teacher, { ...CARD.teacher, sourceKdLoss: 0.25 });
});

Deno.test("parseStudentCard() takes the input features of published checkpoints", () => {
  for (
    const features of [
      // Pointcept on ScanNet, before and after NormalizeColor divided by 255; on SemanticKITTI.
      ["red_signed", "green_signed", "blue_signed", "normal_x", "normal_y", "normal_z"],
      ["x_centred", "y_centred", "height", "red_unit", "green_unit", "blue_unit"],
      ["x", "y", "z", "intensity"],
    ]
  ) {
    const card = { ...CARD, features };
    assert.deepEqual(parseStudentCard({ card: JSON.stringify(card) }), card);
  }
});

Deno.test("parseStudentCard() takes classes that have objects, and refuses those that it does not have", () => {
  const card = (things: Record<string, number>) => ({ card: JSON.stringify({ ...CARD, things }) });
  assert.deepEqual(parseStudentCard(card({ wall: 0.3 })).things, { wall: 0.3 });
  assert.throws(() => parseStudentCard(card({ chair: 0.3 })), /things.*chair.*floor, wall/);
  assert.throws(() => parseStudentCard(card({ wall: 0 })), /things/);
});

Deno.test("parseStudentCard() takes heights of classes of a student that reads how high points lie", () => {
  const card = (heights: Record<string, unknown>, features = ["above_ground"]) => ({
    card: JSON.stringify({ ...CARD, features, heights }),
  });
  assert.deepEqual(parseStudentCard(card({ floor: [null, 0.3] })).heights, { floor: [null, 0.3] });
  assert.throws(() => parseStudentCard(card({ chair: [0, 1] })), /heights.*chair.*floor, wall/);
  assert.throws(() => parseStudentCard(card({ floor: [0] })), /heights/);
  assert.throws(() => parseStudentCard(card({ floor: [null, 1] }, ["one"])), /above_ground/);
});

Deno.test("readStudentCard() names the file that is wrong", () => {
  assert.deepEqual(readStudentCard(JSON.stringify(CARD), "card.json"), CARD);
  assert.throws(
    () => readStudentCard("{", "card.json"),
    /^CheckpointError: Cannot read card\.json: it is not JSON; write a JSON object$/,
  );
  assert.throws(
    () => readStudentCard(JSON.stringify({ ...CARD, voxelSize: -1 }), "card.json"),
    /Cannot read card\.json: voxelSize is -1 \(field voxelSize\); write a number above 0$/,
  );
});

for (
  const [what, metadata] of [
    ["no card", {}],
    ["an empty card", { card: "" }],
    ["a card that is not JSON", { card: "{" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`parseStudentCard() refuses ${what}`, () => {
    assert.throws(() => parseStudentCard(metadata), (error) => {
      assert.ok(error instanceof CheckpointError);
      assert.match(error.message, /no "card" in JSON; add a model card$/);
      return true;
    });
  });
}

for (
  const [field, changes] of [
    ["id", { id: undefined }],
    ["id", { id: "" }],
    ["backbone", { backbone: "MinkUNet18C" }],
    ["backbone", { backbone: "toString" }],
    ["classes", { classes: ["only one"] }],
    ["classes[1]", { classes: ["floor", 2] }],
    ["palette", { palette: [[0, 0, 0]] }],
    ["palette[1][2]", { palette: [[0, 0, 0], [0, 0, 256]] }],
    ["voxelSize", { voxelSize: 0 }],
    ["voxelSize", { voxelSize: "5 cm" }],
    ["features", { features: [] }],
    ["features[0]", { features: ["colour"] }],
    ["teacher.width", { teacher: { id: "tiny", width: 0.5 } }],
    ["teacher.id", { teacher: { width: 32 } }],
    ["teacher.head", { teacher: { id: "tiny", width: 32, head: "mlp" } }],
    ["teacher.head", { teacher: { id: "tiny", width: 32, head: "none" } }],
    ["asprs[0]", { asprs: [-1, 2] }],
    ["asprs", { asprs: [2] }],
    ["licence", { licence: undefined }],
    ["provenance", { provenance: null }],
  ] as [string, Record<string, unknown>][]
) {
  Deno.test(`parseStudentCard() names "${field}" of ${JSON.stringify(changes)}`, () => {
    const card = JSON.stringify({ ...CARD, ...changes });
    assert.throws(() => parseStudentCard({ card }), (error) => {
      assert.ok(error instanceof CheckpointError);
      assert.ok(error.message.startsWith("Cannot use the checkpoint: "), error.message);
      assert.ok(error.message.includes(` (field ${field}); write `), error.message);
      return true;
    });
  });
}

Deno.test("parseStudentCard() refuses a card that is not an object", () => {
  for (const card of ["null", "[]", "5", '"text"']) {
    assert.throws(() => parseStudentCard({ card }), CheckpointError);
  }
});
