/** How requests name a student, and what a student without a teacher does. */
import assert from "node:assert/strict";
import { fullName } from "../../lib/models/students.ts";
import { chooseMethod } from "../../lib/segment/chosen_method.ts";
import { findStudent, type LoadedStudent } from "../../lib/segment/loaded_students.ts";
import { readModels } from "../../lib/models/model_files.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import type { Photo } from "../../lib/scan/mod.ts";
import { FakeEngine, STREETS } from "../routes/fake_engine.ts";

const [ROOMS] = new FakeEngine().students as [LoadedStudent];

Deno.test("findStudent() knows names, short names and ids, and leaves auto to the scan only among several", () => {
  const both = [ROOMS, STREETS];
  assert.equal(findStudent(both), null);
  assert.equal(findStudent(both, "auto"), null);
  assert.equal(findStudent([STREETS], "auto"), STREETS);
  for (const name of ["streets", "streets-joint", "streets-joint-7"]) {
    assert.equal(findStudent(both, name), STREETS);
  }
  assert.throws(() => findStudent(both, "constructor"), /one of auto, fake-student, streets-joint/);
  assert.equal(fullName("a", ["a-joint", "a"]), "a", "a whole name goes before a short one");
});

Deno.test("chooseMethod() leaves photographs out for a student without a teacher, unless the method was named", () => {
  const photos = [{} as Photo];
  const withPhotographs = { options: segmentOptions({ steps: 3 }, true), photos };
  assert.deepEqual(chooseMethod(withPhotographs, ROOMS).warnings, []);
  assert.equal(chooseMethod(withPhotographs, ROOMS).method.name, "ttt-kd-fusion");

  const { method, settings, warnings } = chooseMethod(withPhotographs, STREETS);
  assert.equal(method.name, "bn");
  assert.deepEqual(settings, segmentOptions({}, false).settings);
  assert.equal(warnings[0]!.code, "no-teacher");
  assert.match(warnings[0]!.text, /^The photographs were left out/);
  const virtual = { options: segmentOptions({ viewSource: "virtual" }, false), photos: [] };
  assert.match(chooseMethod(virtual, STREETS).warnings[0]!.text, /^Virtual views were left out/);

  const named = { options: segmentOptions({ method: "ttt-kd" }, true), photos };
  assert.throws(() => chooseMethod(named, STREETS), /learned from labels alone/);
});

Deno.test("chooseMethod() uses the settings that its method has, and names the others where no method was", () => {
  const chosen = (given: Record<string, unknown>, photos: readonly Photo[], student = ROOMS) => {
    const options = segmentOptions(given, photos.length > 0);
    const { method, settings, warnings } = chooseMethod({ options, photos }, student);
    const unused = warnings.filter(({ code }) => code === "unused-option");
    return [method.name, settings, unused.map(({ field }) => field)];
  };
  const photos = [{} as Photo];
  assert.deepEqual(chosen({ steps: 5, augmentations: "64" }, []), [
    "bn",
    { augmentations: 64 },
    ["steps"],
  ]);
  const corrections = { chair: [1] };
  const learned = { steps: 3, learningRate: 0.1, momentum: 0.9, augmentations: 8 };
  assert.deepEqual(chosen({ corrections, steps: 3, trust: 1 }, []), [
    "corrections",
    learned,
    ["trust"],
  ]);
  // In place of the method for the photographs, or of that method's statistics, another one labels.
  const sent = { steps: 5, augmentations: 2 };
  assert.deepEqual(chosen(sent, photos, STREETS), ["bn", { augmentations: 2 }, ["steps"]]);
  const kept: LoadedStudent = { ...STREETS, card: { ...STREETS.card, statistics: "running" } };
  assert.deepEqual(chosen(sent, [], kept), ["source", {}, ["steps", "augmentations"]]);
  assert.deepEqual(chosen(sent, photos)[2], [], "the usual method has them all");
  assert.deepEqual(chosen({ method: "bn", augmentations: 2 }, [])[2], []);
  assert.throws(() => chosen({ stepz: 5 }, []), /did you mean steps/);
  assert.throws(() => chosen({ steps: 0 }, []), /Cannot set steps/);
  const text = chooseMethod({ options: segmentOptions({ steps: 5 }, false), photos: [] }, ROOMS)
    .warnings[0]!.text;
  assert.match(text, /^steps was not used: the method is bn, which has no such option/);
});

Deno.test("chooseMethod() leaves a student the statistics that it was trained with, unless the method was named", () => {
  const kept: LoadedStudent = { ...STREETS, card: { ...STREETS.card, statistics: "running" } };
  const chosen = (given: Record<string, unknown>, photos: readonly Photo[] = []) =>
    chooseMethod({ options: segmentOptions(given, photos.length > 0), photos }, kept).method.name;
  assert.equal(chosen({}), "source");
  assert.equal(chosen({ method: "bn" }), "bn");
  const photo = { name: "a.jpg", width: 1, height: 1, pixels: new Uint8Array(3) };
  assert.equal(chosen({}, [photo as Photo]), "source");
});

Deno.test("chooseMethod() refuses methods that move statistics by name where a network has none, and needs none for the default", () => {
  const layerNorms: LoadedStudent = {
    ...STREETS,
    card: { ...STREETS.card, backbone: "ptv3m2-sonata" },
  };
  for (const method of ["bn", "dua"]) {
    const options = segmentOptions({ method }, false);
    assert.equal(chooseMethod({ options, photos: [] }, STREETS).method.name, method);
    assert.throws(
      () => chooseMethod({ options, photos: [] }, layerNorms),
      (error: Error) =>
        error.message.startsWith(`Cannot use method ${method}: it moves the statistics`),
    );
  }
  const blind = { options: segmentOptions({}, false), photos: [] };
  assert.equal(chooseMethod(blind, STREETS).method.name, "bn");
  assert.equal(chooseMethod(blind, layerNorms).method.name, "source");
  const photos = [{} as Photo];
  const untaught = { ...layerNorms, teacher: null };
  const unnamed = chooseMethod({ options: segmentOptions({}, true), photos }, untaught);
  assert.equal(unnamed.method.name, "source");
  assert.match(unnamed.warnings[0]!.text, /the method is source/);
});

Deno.test("readModels() finds the teacher of a student, given by name, short name or path", async () => {
  const path = new URL("../../fixtures/students/streets-joint.safetensors", import.meta.url);
  for (const student of ["streets", "streets-joint", path.pathname]) {
    const { name, teacher } = await readModels({ student });
    assert.equal(teacher!.card.id, "streets-parts");
    assert.ok(name.startsWith("streets-"));
  }
  assert.equal((await readModels({ student: "rooms-labels" })).teacher, null);
});
