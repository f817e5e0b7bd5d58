import assert from "node:assert/strict";
import { OptionError } from "../../lib/ttt/option_error.ts";
import { segmentOptions } from "../../lib/segment/options.ts";

Deno.test("segmentOptions() chooses an adapting method only where there are photographs", () => {
  assert.deepEqual(segmentOptions({}, true), {
    student: "auto",
    strict: false,
    method: "ttt-kd-fusion",
    settings: {
      steps: 25,
      learningRate: 0.1,
      momentum: 0.9,
      statistics: "batch",
      augmentations: 8,
      average: false,
      stop: "never",
      guard: 0,
      leastSeen: 0.4,
      targetTrust: undefined,
      fusion: 3,
      unadapted: 0.5,
      trust: 2,
      balance: undefined,
      correctionWeight: 0,
      consistency: 0,
    },
    otherwise: { method: "bn", settings: { augmentations: 0 } },
    unit: "auto",
    up: "auto",
  });
  assert.equal(segmentOptions({ method: "ttt-kd" }, true).otherwise, undefined);
  assert.equal(segmentOptions({}, false).method, "bn");
});

Deno.test("segmentOptions() reads numbers and booleans from a query too", () => {
  const given = { steps: "7", average: "true", evaluate: "false", voxelSize: "0.2", unit: "0.37" };
  const options = segmentOptions(given, true);
  assert.equal(options.unit, 0.37);
  assert.equal(segmentOptions({ unit: 2.5 }, false).unit, 2.5);
  assert.equal(options.settings.steps, 7);
  assert.equal(options.settings.average, true);
  assert.equal(options.evaluate, false);
  assert.equal(options.voxelSize, 0.2);
});

Deno.test("segmentOptions() names the field that is wrong", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ method: "magic" }, "method"],
    [{ method: 3 }, "method"],
    [{ unit: "feet" }, "unit"],
    [{ unit: 0 }, "unit"],
    [{ unit: "-2" }, "unit"],
    [{ unit: "" }, "unit"],
    [{ unit: 1e7 }, "unit"],
    [{ up: "Z" }, "up"],
    [{ steps: 0 }, "steps"],
    [{ steps: 2.5 }, "steps"],
    [{ steps: "" }, "steps"],
    [{ steps: null }, "steps"],
    [{ learningRate: NaN }, "learningRate"],
    [{ momentum: 1 }, "momentum"],
    [{ voxelSize: -1 }, "voxelSize"],
    [{ evaluate: 1 }, "evaluate"],
    [{ stepz: 1 }, "stepz"],
    [{ method: "bn", steps: 3 }, "steps"],
    [{ average: "perhaps" }, "average"],
    [{ stop: "soon" }, "stop"],
    [{ viewSource: "some" }, "viewSource"],
  ];
  for (const [given, field] of cases) {
    assert.throws(
      () => segmentOptions(given, true),
      (error) =>
        error instanceof OptionError && error.field === field && error.message.includes(field),
      JSON.stringify(given),
    );
  }
});

Deno.test("segmentOptions() refuses methods that need photographs where there are none", () => {
  for (const method of ["ttt-kd", "ttt-kd-online"]) {
    assert.throws(
      () => segmentOptions({ method }, false),
      /no photographs.*set viewSource to virtual/,
    );
  }
});

Deno.test("segmentOptions() chooses virtual views only on request", () => {
  const cases: [Record<string, unknown>, boolean, string, string | undefined][] = [
    [{ method: "ttt-kd", viewSource: "virtual" }, false, "ttt-kd", "virtual"],
    [{ method: "ttt-kd" }, true, "ttt-kd", undefined],
    [{ method: "ttt-kd", viewSource: "virtual" }, true, "ttt-kd", "virtual"],
    [{ viewSource: "virtual" }, false, "ttt-kd", "virtual"],
    [{ viewSource: "photographs" }, false, "bn", undefined],
    [{}, false, "bn", undefined],
    [{ method: "bn", viewSource: "virtual" }, false, "bn", undefined],
  ];
  for (const [given, hasPhotos, method, views] of cases) {
    const options = segmentOptions(given, hasPhotos);
    assert.deepEqual([options.method, options.viewSource], [method, views], JSON.stringify(given));
  }
});

Deno.test("segmentOptions() names the option that an unknown one is nearest to", () => {
  const refuses = (given: Record<string, unknown>, message: RegExp) =>
    assert.throws(() => segmentOptions(given, false), { name: "OptionError", message });
  refuses(
    { voxel_size: 1 },
    /^Cannot set "voxel_size" \(did you mean voxelSize\?\): the options of/,
  );
  refuses({ copycats: 4 }, /^Cannot set "copycats": the options of method \S+ are method, student/);
});

Deno.test("segmentOptions() takes former names for today's, and says which", () => {
  const given = { copies: "4", agreement: 0.5, stop: "level", views: "own", method: "ttt-kd" };
  const { former, settings, viewSource } = segmentOptions(given, true);
  assert.deepEqual(
    [settings.augmentations, settings.consistency, settings.stop, viewSource],
    [4, 0.5, "source-loss", undefined],
  );
  assert.deepEqual(former?.map(({ now }) => now), [
    "augmentations",
    "consistency",
    "stop: source-loss",
    "viewSource",
    "viewSource: photographs",
  ]);
  assert.equal(segmentOptions({ views: "virtual" }, true).viewSource, "virtual");
  assert.equal("former" in segmentOptions({ augmentations: 4 }, true), false);
  assert.throws(
    () => segmentOptions({ copies: 4, augmentations: 4 }, true),
    /Cannot set copies and augmentations: they are one option; leave out copies/,
  );
});
