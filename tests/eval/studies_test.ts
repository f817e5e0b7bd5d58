import assert from "node:assert/strict";
import { WORLD_NAMES } from "../../lib/datasets/mod.ts";
import { judgesReal } from "../../lib/eval/studies/benchmarks.ts";
import { buildStudy, tuningStudy } from "../../lib/eval/studies/studies.ts";
import { STUDY_NAMES } from "../../lib/eval/studies/study.ts";
import { METHODS } from "../../lib/ttt/methods/mod.ts";
import { settingsOf } from "../../lib/segment/options.ts";
import { smallContext } from "./support.ts";

const idsOf = (study: ReturnType<typeof buildStudy>) => study.entries.map((e) => e.variant.id);

Deno.test("buildStudy() makes variants that differ, with settings that their methods take", () => {
  for (const name of STUDY_NAMES) {
    const { entries } = buildStudy(name, smallContext());
    assert.equal(new Set(entries.map((e) => e.variant.id)).size, entries.length, name);
    for (const { variant } of entries) {
      settingsOf(METHODS.get(variant.method)!, variant.settings);
    }
  }
});

Deno.test("buildStudy() uses an id for the same variant in every study", () => {
  const known = new Map<string, string>();
  for (const name of STUDY_NAMES) {
    for (const { variant } of buildStudy(name, smallContext()).entries) {
      const { label: _, ...rest } = variant;
      const told = JSON.stringify(rest);
      assert.equal(known.get(variant.id) ?? told, told);
      known.set(variant.id, told);
    }
  }
});

Deno.test("buildStudy() gives every adapting variant the step 0 of its own student", () => {
  const teachers = buildStudy("teachers", smallContext());
  for (const { variant, stepZero } of teachers.entries) {
    if (METHODS.get(variant.method)!.lossName === null) continue;
    const start = teachers.entries.find((entry) => entry.variant.id === stepZero)!.variant;
    assert.equal(start.method, "bn");
    assert.equal(start.teacher, variant.teacher);
    assert.equal(start.checkpoint, variant.checkpoint);
  }
});

Deno.test("buildStudy() compares fused variants with fusion without a step", () => {
  const { entries } = buildStudy("main", smallContext({ chosen: ["ttt-kd", "ttt-kd-fusion"] }));
  assert.deepEqual(entries.map(({ variant, stepZero }) => [variant.id, stepZero]), [
    ["bn", null],
    ["ttt-kd, as in the paper", "bn"],
    ["fusion, weight 0", null],
    ["ttt-kd", "fusion, weight 0"],
    ["fusion, trust 2", null],
    ["ttt-kd-fusion", "fusion, trust 2"],
  ]);
});

Deno.test("buildStudy() compares methods that predict plainly with bn", () => {
  const { entries } = buildStudy("main", smallContext({ chosen: ["tent", "cotta", "ttt-mae"] }));
  assert.deepEqual(entries.map(({ variant, stepZero }) => [variant.id, stepZero]), [
    ["bn", null],
    ["tent", "bn"],
    ["cotta", "bn"],
    ["bn, mae student", null],
    ["ttt-mae", "bn, mae student"],
  ]);
});

Deno.test("buildStudy() compares latte, which asks the photographs too, with itself before the steps", () => {
  const { entries } = buildStudy("main", smallContext({ chosen: ["latte"] }));
  const [before, after] = entries.map(({ variant, stepZero }) => ({ ...variant, stepZero }));
  assert.equal(after!.stepZero, before!.id);
  assert.deepEqual([before!.method, before!.settings], ["latte", { learningRate: 0 }]);
});

Deno.test("buildStudy() limits settings to what a run allows, unless a study sets them", () => {
  const few = smallContext({ chosen: ["ttt-kd-online", "ttt-kd-fusion", "ttt-kd"] });
  few.size.most = { steps: 3, augmentations: 2 };
  const asked = (name: "main" | "steps") =>
    buildStudy(name, few).entries.map(({ variant: { id, method, settings }, stepZero }) => {
      const { steps, augmentations } = METHODS.get(method)!.settings.parse(settings) as {
        steps?: number;
        augmentations?: number;
      };
      return [id, steps, augmentations, stepZero];
    });
  assert.deepEqual(asked("main"), [
    ["fusion, weight 0", undefined, 2, null],
    ["ttt-kd-online", 1, 2, "fusion, weight 0"],
    ["fusion, trust 2", undefined, 2, null],
    ["ttt-kd-fusion", 3, 2, "fusion, trust 2"],
    ["bn", undefined, 0, null],
    ["ttt-kd, as in the paper", 3, 0, "bn"],
    ["ttt-kd", 3, 2, "fusion, weight 0"],
  ]);
  assert.deepEqual(asked("steps").at(-1)!.slice(1), [5, 0, null]);
});

Deno.test("buildStudy() gives every variant the voxels of the run", () => {
  const coarse = smallContext();
  coarse.size.voxelScale = 2;
  for (const name of STUDY_NAMES) {
    for (const { variant } of buildStudy(name, smallContext()).entries) {
      assert.equal(variant.voxelScale, undefined, "journals of full runs have no such setting");
    }
    for (const { variant } of buildStudy(name, coarse).entries) {
      assert.equal(variant.voxelScale, 2, variant.id);
    }
  }
});

Deno.test("buildStudy() runs expensive methods from one seed, the others from all", () => {
  const { entries } = buildStudy("main", smallContext({ chosen: ["source", "oracle", "ttt-kd"] }));
  assert.deepEqual(
    entries.map(({ variant, seeds }) => [variant.id, seeds]),
    [
      ["source", 2],
      ["oracle", 1],
      ["bn", 1],
      ["ttt-kd, as in the paper", 1],
      ["fusion, weight 0", 2],
      ["ttt-kd", 2],
    ],
  );
});

Deno.test("buildStudy() compares virtual views with photographs, all else equal, and with neither", () => {
  const { entries } = buildStudy("virtual-views", smallContext());
  const variants = entries.map(({ variant }) => variant);
  const virtual = variants.filter(({ views }) => views === "virtual");
  assert.equal(virtual.length, 3);
  for (const { id, label, ...rest } of virtual) {
    const own = variants.find((other) => id === `${other.id}, virtual views`)!;
    assert.notEqual(label, own.label);
    const { id: _id, label: _label, ...same } = own;
    assert.deepEqual({ ...rest, views: "photographs" }, same);
  }
  assert.ok(variants.some(({ id, views }) => id === "bn" && views === "none"));
});

Deno.test("buildStudy() leaves out variants without a student, and names them", () => {
  const context = smallContext({ isAvailable: ({ teacher }) => teacher !== "random" });
  const whole = buildStudy("teachers", smallContext());
  const study = buildStudy("teachers", context);
  assert.ok(idsOf(whole).includes("ttt-kd, teacher random"));
  assert.ok(!idsOf(study).some((id) => id.includes("random")));
  assert.deepEqual(whole.withoutStudent, []);
  assert.deepEqual(study.withoutStudent, idsOf(whole).filter((id) => id.includes("random")));
});

Deno.test("buildStudy() is limited to the domains and scenes that exist", () => {
  const context = smallContext();
  const few = { ...context.dataset, count: () => 2 };
  const size = { ...context.size, domains: ["noisy"] };
  const main = buildStudy("main", smallContext({ dataset: few, size }));
  assert.deepEqual(main.sequences, [{ name: "noisy", parts: [{ domain: "noisy", scenes: 2 }] }]);
  assert.deepEqual(buildStudy("online", smallContext({ size })).sequences, []);
});

Deno.test("tuningStudy() tries the whole grid of each method on the shifted domains", () => {
  const study = tuningStudy(smallContext({ chosen: ["source", "ttt-kd", "fusion"] }));
  const count = (name: string) => METHODS.get(name)!.grid.length;
  assert.equal(study.entries.length, count("ttt-kd") + count("fusion"));
  assert.deepEqual(study.sequences.map(({ name }) => name), ["noisy", "dark"]);
});

Deno.test("judgesReal() never has a scan judged twice: of worlds with the same classes it takes one", () => {
  const judges = WORLD_NAMES.filter(judgesReal);
  assert.ok(judges.includes("rooms") && judges.includes("streets"), `${judges}`);
  assert.ok(!judges.includes("streets-varied"), `${judges}`);
});
