import assert from "node:assert/strict";
import type { Dataset } from "../../lib/datasets/dataset.ts";
import { FileCache } from "../../lib/eval/cache/file_cache.ts";
import { EvalStudents, type StudentSpec } from "../../lib/eval/models/students.ts";
import type { EvalTeacher } from "../../lib/eval/models/teachers.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { FeatureMap } from "../../lib/teacher/mod.ts";
import { readStudent } from "../../lib/models/students.ts";
import { withFolder } from "../commands/support.ts";
import { withGpu } from "../gpu.ts";
import { FakeEngine } from "../routes/fake_engine.ts";
import { smallDataset } from "./support.ts";

const CARD = { ...new FakeEngine().teacher, width: 3 };

/** A teacher that gives every photograph the same features; `shown` receives the id of every scene. */
function constantTeacher(shown: string[] = []): EvalTeacher {
  return {
    card: CARD,
    hash: "constant",
    open: (gpu: Gpu) =>
      Promise.resolve({
        card: CARD,
        describeAll: (photos) =>
          Promise.resolve(
            photos.map(({ name }) =>
              new FeatureMap(1, 2, 3, gpu.upload(name, Float32Array.of(1, 2, 3, 0, 3, -2, 1, 0)))
            ),
          ),
        destroy: () => Promise.resolve(),
      }),
    show: ({ id }) => void shown.push(id),
  };
}

/** Two scenes per split, so that training is short. */
function fewScenes(asked: string[] = []): Dataset {
  return { ...smallDataset(asked), count: () => 2 };
}

const spec = (changes: Partial<StudentSpec> = {}): StudentSpec => ({
  kind: "labels",
  teacher: constantTeacher(),
  seed: 0,
  target: null,
  ...changes,
});

function checkpoints(
  folder: string,
  gpu: Gpu | null,
  changes: Partial<Dataset> = {},
  given = "",
  backbone: string | null = null,
) {
  return new EvalStudents({
    dataset: { ...fewScenes(), ...changes },
    files: new FileCache(folder, 1e9),
    gpu: () => gpu ? Promise.resolve(gpu) : Promise.reject(new Error("trained")),
    given: given || null,
    backbone,
  });
}

Deno.test("EvalStudents.identity() depends on everything that a student's weights depend on", async () => {
  await withFolder(async (folder) => {
    const own = checkpoints(folder, null);
    const joint = spec({ kind: "joint" });
    const all = [
      await own.identity(spec()),
      await own.identity(spec({ seed: 1 })),
      await own.identity(joint),
      await own.identity({ ...joint, teacher: { ...joint.teacher, hash: "other" } }),
      await own.identity(spec({ kind: "oracle", target: "noisy" })),
      await own.identity(spec({ kind: "oracle", target: "dark" })),
      await checkpoints(folder, null, { version: () => "2" }).identity(spec()),
      await checkpoints(folder, null, {}, "", "ptv3-slim").identity(spec()),
    ];
    assert.equal(new Set(all).size, all.length);
    assert.equal(
      await own.identity(spec({ teacher: { ...joint.teacher, hash: "other" } })),
      all[0],
      "a student of labels alone knows no teacher",
    );
  });
});

withGpu("EvalStudents.path() trains a student once", async (gpu) => {
  await withFolder(async (folder) => {
    const shown: string[] = [];
    const joint = spec({ kind: "joint", teacher: constantTeacher(shown), seed: 3 });
    const path = await checkpoints(folder, gpu).path(joint);
    const { card } = await readStudent(path);
    assert.equal(card.id, "small-joint-fake-teacher-3");
    assert.deepEqual(card.classes, ["floor", "wall", "clutter"]);
    assert.equal(card.teacher?.id, CARD.id);
    assert.ok(shown.includes("source/test/0"), "every scene is shown to it");
    assert.equal(await checkpoints(folder, null).path(joint), path, "from the cache");
  });
});

withGpu(
  "EvalStudents.path() continues the training of the student of labels for an oracle",
  async (gpu) => {
    await withFolder(async (folder) => {
      const own = checkpoints(folder, gpu);
      const start = await readStudent(await own.path(spec()));
      const oracle = await readStudent(await own.path(spec({ kind: "oracle", target: "dark" })));
      assert.equal(oracle.card.id, "small-oracle-dark-0");
      assert.match(oracle.card.provenance, /domain dark.*from small-labels-0/);
      assert.deepEqual([...oracle.tensors.keys()], [...start.tensors.keys()]);
      const changed = [...oracle.tensors].filter(([name, { data }]) =>
        data.some((value, i) => value !== start.tensors.get(name)!.data[i])
      );
      assert.ok(changed.length > 10);
    });
  },
);

Deno.test("EvalStudents uses a given checkpoint for every student", async () => {
  await withFolder(async (folder) => {
    const given = `${folder}/mine.safetensors`;
    await Deno.writeFile(given, Uint8Array.of(1));
    const own = checkpoints(folder, null, {}, given);
    assert.equal(await own.path(spec()), given);
    assert.equal(await own.path(spec({ kind: "joint", seed: 5 })), given);
    assert.equal(await own.identity(spec()), await own.identity(spec({ seed: 1 })));
  });
});
