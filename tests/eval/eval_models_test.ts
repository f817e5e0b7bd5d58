/** Which students an evaluation has, and which methods they can run. */
import assert from "node:assert/strict";
import { FileCache } from "../../lib/eval/cache/file_cache.ts";
import { EvalModels } from "../../lib/eval/models/eval_models.ts";
import type { Variant } from "../../lib/eval/studies/variant.ts";
import { studentPath } from "../../lib/models/students.ts";
import { METHODS } from "../../lib/ttt/methods/mod.ts";
import { withFolder } from "../commands/support.ts";
import { gpuHost } from "../../lib/kernel_choice/mod.ts";
import { smallDataset } from "./support.ts";

const TEACHERS = [{ name: "streets-parts", about: "" }];

/** The methods that a student can run. */
async function available(folder: string, student: string): Promise<string[]> {
  const models = new EvalModels({
    dataset: smallDataset([]),
    evaluated: smallDataset([]),
    files: new FileCache(folder, 1e9),
    features: new FileCache(folder, 1e9),
    host: gpuHost(),
    given: studentPath(student),
    backbone: null,
  });
  const isAvailable = await models.availability(TEACHERS, false);
  return [...METHODS].filter(([method, { checkpoint }]) =>
    isAvailable({ method, checkpoint, teacher: "streets-parts" } as Variant)
  ).map(([method]) => method);
}

Deno.test("a student without a teacher runs the methods that need no photographs", () =>
  withFolder(async (folder) => {
    const taught = await available(folder, "streets");
    const untaught = await available(folder, "aerial");
    assert.ok(["source", "bn", "ttt-kd", "fusion"].every((method) => taught.includes(method)));
    assert.deepEqual(untaught, taught.filter((method) => !METHODS.get(method)!.usesPhotographs));
    assert.ok(untaught.includes("bn"));
  }));
