/** What labels of a scan say about a student's classes: only what somebody says. */
import assert from "node:assert/strict";
import { segmentOptions } from "../../lib/segment/options.ts";
import { truthOf } from "../../lib/segment/labels/truth.ts";
import { readScan, type Scan } from "../../lib/scan/mod.ts";
import { answerInLabels, requireAnswerable } from "../../lib/segment/labels/label_map.ts";
import { makePly, type PlyField } from "../scan/files.ts";

const STUDENT = { id: "s", classes: ["floor", "wall", "clutter"] };

function scan(labels: number[], more: Partial<Scan> = {}) {
  return { format: "ply" as const, labels: Int32Array.from(labels), ...more };
}

/** Classes that are compared, null for none, with the first words of the warnings. */
function truth(
  of: ReturnType<typeof scan>,
  given: Record<string, unknown>,
): [number[] | null, string] {
  const { labels, warnings } = truthOf(of, segmentOptions(given, false), STUDENT);
  assert(warnings.every(({ code, field }) => code === "labels" && field === "labelMap"));
  return [labels && [...labels], warnings.map(({ text }) => text).join("\n")];
}

Deno.test("truthOf() compares no numbers that nobody explains", () => {
  assert.deepEqual(truth(scan([0, 1, 2]), {}), [null, ""]);
  assert.deepEqual(truth(scan([2, 6], { format: "las" }), {}), [null, ""]);
  assert.deepEqual(truth(scan([0, 1, 2]), { evaluate: false }), [null, ""]);
  assert.deepEqual(truthOf({ format: "ply", labels: null }, {}, STUDENT).warnings, []);
});

Deno.test("truthOf() takes labels as the student's classes where the client says so", () => {
  assert.deepEqual(truth(scan([0, 2, 255]), { evaluate: "true" }), [[0, 2, 255], ""]);
  const [none, why] = truth(scan([0, 3]), { evaluate: true });
  assert.equal(none, null);
  assert.match(why, /not all of the student's classes 0 to 2/);
  assert.match(truth(scan([2, 1], { format: "las" }), { evaluate: true })[1], /ASPRS/);
});

Deno.test("truthOf() translates labels by a map", () => {
  const labelMap = { "7": "Wall", "8": 0, "-1": null };
  assert.deepEqual(truth(scan([7, 8, -1, 7]), { labelMap }), [[1, 0, 255, 1], ""]);
  assert.deepEqual(truth(scan([7, 8], { format: "las" }), { labelMap: JSON.stringify(labelMap) }), [
    [1, 0],
    "",
  ]);
  const [some, why] = truth(scan([7, 9]), { labelMap });
  assert.deepEqual(some, [1, 255]);
  assert.match(why, /label 9 were not scored/);
  assert.equal(truth(scan([9]), { labelMap })[0], null);
  for (const wrong of [{ "7": "chair" }, { "7": 3 }, { "7": -1 }]) {
    assert.throws(() => truth(scan([7]), { labelMap: wrong }), {
      name: "OptionError",
      message: /the classes of student s are floor, wall, clutter/,
    });
  }
  for (const labelMap of ["wall", [1], { "7": 1.5 }, { "7": [true] }]) {
    assert.throws(() => truth(scan([7]), { labelMap }), /it is an object such as/);
  }
  for (const wrong of [{ wall: 1 }, [1], "wall", { "7": 1.5 }]) {
    assert.throws(() => truth(scan([7]), { labelMap: wrong }), { name: "OptionError" });
  }
});

Deno.test("truthOf() compares classes that one label covers as one", () => {
  const labelMap = { "3": ["floor", 2], "4": "wall", "9": [] };
  const { labels, classes, warnings } = truthOf(
    scan([3, 4, 9, 3]),
    segmentOptions({ labelMap }, false),
    STUDENT,
  );
  assert.deepEqual([...labels!], [0, 1, 255, 0]);
  assert.deepEqual(classes, { names: ["floor/clutter", "wall"], of: Uint8Array.of(0, 1, 0) });
  assert.deepEqual(warnings, []);
  // Labels that share a class cannot be told apart either.
  const shared = { "3": ["floor", "wall"], "4": ["wall", "clutter"] };
  const all = truthOf(scan([3, 4]), segmentOptions({ labelMap: shared }, false), STUDENT);
  assert.deepEqual(all.classes.names, ["floor/wall/clutter"]);
  assert.deepEqual(truth(scan([3]), { labelMap: { "3": "wall", "4": 1 } })[0], [1]);
});

Deno.test("answerInLabels() gives the labels of a map in place of classes", () => {
  const student = {
    ...STUDENT,
    palette: [[1, 0, 0], [2, 0, 0], [3, 0, 0]] as [number, number, number][],
  };
  const labelMap = { "70": ["clutter", "floor"], "8": "floor", "9": "floor", "-1": null };
  requireAnswerable(labelMap);
  const answer = answerInLabels(Uint8Array.of(0, 1, 2), labelMap, student);
  // The first label of a class is taken, and a class without one has no label.
  assert.deepEqual([...answer.labels], [8, 255, 70]);
  assert.deepEqual(answer.student, {
    id: "s",
    classes: ["floor", "clutter"],
    palette: [[1, 0, 0], [3, 0, 0]],
    asprs: [8, 70],
    labels: [8, 70],
  });
  const named = answerInLabels(Uint8Array.of(), labelMap, student, { "70": "rest", "9": "ground" });
  assert.deepEqual(named.student.classes, ["floor", "rest"], "names that the client has");
  assert.throws(
    () => segmentOptions({ labelMap: { ground: "floor" } }, false),
    /labels are numbers, .*such as \{"7": "chair"/,
  );
  for (const wrong of [undefined, {}, { "3": null }, { "3": [] }]) {
    assert.throws(() => requireAnswerable(wrong), /give labelMap/);
  }
  for (const wrong of [{ "255": 0 }, { "-1": 0 }]) {
    assert.throws(() => requireAnswerable(wrong), /is none of 0 to 254/);
  }
});

Deno.test("truthOf() takes the names of a labels.json from the client", () => {
  const labels = { labels: { "7": "Wall", "8": "lamp" } };
  for (const labelNames of [labels, JSON.stringify(labels), { "7": "wall", "8": "lamp" }]) {
    const [some, why] = truth(scan([7, 8]), { labelNames });
    assert.deepEqual(some, [1, 255]);
    assert.match(why, /Points named lamp were not scored/);
  }
  const other = scan([7], { labelNames: { "7": "floor" } });
  assert.deepEqual(truth(other, { labelNames: { "7": "wall" } })[0], [1]);
  for (const labelNames of [{ "7": {} }, "wall", 7]) {
    assert.throws(() => truth(scan([7]), { labelNames }), /what a labels\.json holds/);
  }
});

Deno.test("truthOf() translates labels by the names in the header of a PLY", async () => {
  const fields: PlyField[] = [...["x", "y", "z"].map((n): PlyField => ["float", n]), [
    "int",
    "label",
  ]];
  const bytes = makePly("ascii", [{ name: "vertex", fields, rows: [[1, 2, 3, 4], [1, 2, 3, 5]] }]);
  const named = (...comments: string[]) =>
    readScan(
      new TextEncoder().encode(
        new TextDecoder().decode(bytes).replace("comment made by a test", comments.join("\n")),
      ),
      "a.ply",
    );
  const known = await named("comment class 4 wall", "obj_info label 5: floor");
  assert.deepEqual(known.labelNames, { "4": "wall", "5": "floor" });
  assert.deepEqual(truth(scan([...known.labels!], known as Partial<Scan>), {})[0], [1, 0]);
  const foreign = await named("comment class 4 night stand", "comment class of 1998");
  assert.deepEqual(foreign.labelNames, { "4": "night stand" });
  const { labels, warnings } = truthOf(foreign, {}, STUDENT);
  assert.equal(labels, null);
  assert.match(warnings[0]!.text, /^None of its labels was scored\. .*Points named night stand/);
});

Deno.test("truthOf() names what it does not score although it has a name", () => {
  const labelNames = { "1": "WALL", "2": "Clutter ", "3": "in no box", "9": "floor" };
  const [some, why] = truth(scan([1, 2, 3, 4], { labelNames }), {});
  assert.deepEqual(some, [1, 2, 255, 255]);
  assert.match(why, /^Points with label 4 were not scored, .* Points named in no box were not/);
  assert.deepEqual(truth(scan([1, 9], { labelNames }), {}), [[1, 0], ""]);
});
