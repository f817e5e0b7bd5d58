import assert from "node:assert/strict";
import { countCells, planCells, sequenceCells } from "../../lib/eval/cells/plan.ts";
import { buildStudy } from "../../lib/eval/studies/studies.ts";
import { type Study, STUDY_NAMES } from "../../lib/eval/studies/study.ts";
import { smallContext } from "./support.ts";

const allStudies = () => STUDY_NAMES.map((name) => buildStudy(name, smallContext()));

/** Keys in the order in which they are worked out. */
const keysOf = (studies: Study[]) =>
  planCells(studies).flatMap(({ single, sequences }) =>
    [...single, ...sequences.flat()].map(({ key }) => key)
  );

Deno.test("planCells() has every cell of every study, once, in the same order each time", () => {
  const studies = allStudies();
  const keys = keysOf(studies);
  const wanted = new Set(
    studies.flatMap(({ entries, sequences }) =>
      entries.flatMap(({ variant, seeds }) =>
        sequences.flatMap((sequence) =>
          Array.from(
            { length: seeds },
            (_, seed) => sequenceCells(variant, sequence, seed).map(({ key }) => key),
          ).flat()
        )
      )
    ),
  );
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual(new Set(keys), wanted);
  assert.deepEqual(keysOf(allStudies()), keys);
  assert.equal(countCells(planCells(studies)), keys.length);
});

Deno.test("planCells() shares cells between studies", () => {
  const main = buildStudy("main", smallContext());
  const ablations = buildStudy("ablations", smallContext());
  const added = countCells(planCells([main, ablations])) - countCells(planCells([main]));
  const known = new Set(main.entries.map(({ variant }) => variant.id));
  const fresh = ablations.entries.filter(({ variant }) => !known.has(variant.id));
  assert.equal(added, fresh.length * 3 * 3);
});

Deno.test("planCells() opens each student once a seed, and an oracle for each domain", () => {
  const study = buildStudy("main", smallContext({ chosen: ["source", "oracle", "ttt-kd"] }));
  const batches = planCells([study]).map(({ checkpoint, seed, target }) =>
    `${checkpoint} ${seed} ${target}`
  );
  assert.deepEqual(batches, [
    "labels 0 null",
    "oracle 0 source",
    "oracle 0 noisy",
    "oracle 0 dark",
    "joint 0 null",
    "labels 1 null",
    "joint 1 null",
  ]);
});

Deno.test("planCells() puts the methods of a scene in a row, and keeps sequences whole", () => {
  const [batch] = planCells([
    buildStudy("main", smallContext({ chosen: ["bn", "ttt-kd", "ttt-kd-online"] })),
    buildStudy("online", smallContext()),
  ]);
  assert.deepEqual(
    batch!.single.slice(0, 8).map(({ domain, scene, variant }) => [domain, scene, variant.method]),
    [0, 1].flatMap((scene) =>
      ["bn", "ttt-kd", "fusion", "ttt-kd"].map((method) => ["dark", scene, method])
    ),
  );
  const stream = batch!.sequences.find(([cell]) => cell!.key.includes("4 noisy then 4 dark"))!;
  assert.deepEqual(
    stream.map(({ domain, scene }) => `${domain} ${scene}`),
    [0, 1, 2, 3].map((i) => `noisy ${i}`).concat([0, 1, 2, 3].map((i) => `dark ${i}`)),
  );
});

Deno.test("planCells() walks an online sequence that goes on as one", () => {
  const study = (scenes: number) =>
    buildStudy(
      "main",
      smallContext({
        chosen: ["ttt-kd-online"],
        size: { ...smallContext().size, scenes, seeds: 1, domains: ["noisy"] },
      }),
    );
  const [batch] = planCells([study(2), study(5), study(3)]);
  assert.deepEqual(batch!.sequences.map((cells) => cells.map(({ scene }) => scene)), [
    [0, 1, 2, 3, 4],
  ]);
});
