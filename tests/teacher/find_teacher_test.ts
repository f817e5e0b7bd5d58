/** Teachers are found by path, by name in a folder and by name in the catalogue; one line says what is missing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  CATALOGUE,
  findTeacher,
  parseTeacherCard,
  sha256Of,
  TeacherError,
} from "../../lib/teacher/mod.ts";

const BYTES = new TextEncoder().encode("not really a model");

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The message of the error with which `work` fails; it has to be one line. */
async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error instanceof TeacherError, `${error}`);
  assert.ok(!error.message.includes("\n"));
  return error.message;
}

for (const [name, { card, hub }] of CATALOGUE) {
  Deno.test(`CATALOGUE holds a valid card of ${name}`, () => {
    assert.deepEqual({ ...parseTeacherCard(JSON.stringify(card), name) }, card);
    assert.equal(card.id, name);
    if (hub?.sha256) assert.match(hub.sha256, /^[0-9a-f]{64}$/);
  });
}

Deno.test("findTeacher() finds a teacher of the catalogue whose model is in the folder", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "dinov2-small.onnx"), BYTES);
    const { card, onnx, externalData } = await findTeacher("dinov2-small", folder);
    assert.deepEqual([card.id, card.width, card.prefixTokens], ["dinov2-small", 384, 1]);
    assert.deepEqual([onnx, externalData], [BYTES, []]);
  }));

Deno.test("findTeacher() says which file to put where", () =>
  inFolder(async (folder) => {
    const message = await messageOf(findTeacher("dinov2-small", folder));
    const path = join(folder, "dinov2-small.onnx");
    assert.ok(
      message.startsWith(
        `Cannot read teacher dinov2-small: there is no ${path}; put dinov2-small.onnx there`,
      ),
    );
    assert.match(message, / task teachers --get dinov2-small --sha256 HASH$/);
    assert.doesNotMatch(await messageOf(findTeacher("clip-base-16", folder)), /--get/);
  }));

Deno.test("findTeacher() reads the files of external data beside the model", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "dinov2-giant.onnx"), BYTES);
    assert.match(
      await messageOf(findTeacher("dinov2-giant", folder)),
      /there is no .*dinov2-giant\.onnx\.data; put dinov2-giant\.onnx\.data there/,
    );
    await Deno.writeFile(join(folder, "dinov2-giant.onnx.data"), BYTES.subarray(3));
    const { externalData } = await findTeacher("dinov2-giant", folder);
    assert.deepEqual(externalData, [BYTES.subarray(3)]);
  }));

Deno.test("findTeacher() prefers a card in the folder and checks the hash of its model", () =>
  inFolder(async (folder) => {
    const card = { ...CATALOGUE.get("sam-base")!.card, width: 7, sha256: sha256Of(BYTES) };
    const path = join(folder, "sam-base.json");
    await Deno.writeTextFile(path, JSON.stringify(card));
    await Deno.writeFile(join(folder, "sam-base.onnx"), BYTES);
    assert.equal((await findTeacher("sam-base", folder)).card.width, 7);
    assert.equal((await findTeacher(path)).card.width, 7);
    await Deno.writeFile(join(folder, "sam-base.onnx"), BYTES.subarray(1));
    assert.match(
      await messageOf(findTeacher("sam-base", folder)),
      new RegExp(`is ${sha256Of(BYTES.subarray(1))}, the card pins ${card.sha256}`),
    );
  }));

Deno.test("findTeacher() lists the known names where it finds no teacher", () =>
  inFolder(async (folder) => {
    const message = await messageOf(findTeacher("dinov9", folder));
    assert.match(
      message,
      /^Cannot find teacher dinov9: there is no .*dinov9\.json; .*cityscapes-edgetpu$/,
    );
    assert.doesNotMatch(await messageOf(findTeacher(join(folder, "mine.json"))), /sam-base/);
  }));
