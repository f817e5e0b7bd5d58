import assert from "node:assert/strict";
import { MATTERPORT21, NUSCENES, S3DIS, SCANNET20, SEMANTICKITTI } from "../../lib/classes/mod.ts";
import { A2D2 } from "../../lib/classes/a2d2.ts";
import { DatasetError, openDataset, TRANSFER_GROUPS } from "../../lib/datasets/mod.ts";
import { openTransfer, TRANSFERS } from "../../lib/datasets/transfer/mod.ts";
import { paperTables } from "../../lib/eval/report/paper_table.ts";
import type { Results } from "../../lib/eval/results/results.ts";
import { type Files, floats, withFiles } from "./published/support.ts";

const CLASSES: Readonly<Record<string, readonly (readonly [string, ...unknown[]])[]>> = {
  a2d2: A2D2,
  matterport3d: MATTERPORT21,
  nuscenes: NUSCENES,
  s3dis: S3DIS,
  scannet: SCANNET20,
  semantickitti: SEMANTICKITTI,
};

/** A mesh of three points on a line. */
function mesh(labels?: readonly number[]): string {
  return [
    "ply",
    "format ascii 1.0",
    "element vertex 3",
    ...["x", "y", "z"].map((name) => `property float ${name}`),
    ...(labels ? ["property ushort label"] : []),
    "end_header",
    ...[0, 1, 2].map((x) => `${x} 0 0${labels ? ` ${labels[x]}` : ""}`),
    "",
  ].join("\n");
}

const room = "s3dis/Stanford3dDataset_v1.2/Area_5/office_1";
const scene = "scannet/scans/scene0011_00/scene0011_00";
const FILES: Files = {
  [`${room}/Annotations/bookcase_1.txt`]: "1 2 0.5 255 0 51\n",
  [`${room}/Annotations/clutter_1.txt`]: "1 2 1.5 255 0 51\n",
  "scannet/scannetv2_train.txt": "scene0000_00\n",
  "scannet/scannetv2_val.txt": "scene0011_00\n",
  // NYU40: wall, bookshelf, bed.
  [`${scene}_vh_clean_2.ply`]: mesh(),
  [`${scene}_vh_clean_2.labels.ply`]: mesh([1, 10, 4]),
};

Deno.test("paper-indoor: a test set is labelled in the classes of the training set", async () => {
  await withFiles(FILES, async (root) => {
    const dataset = await openTransfer(TRANSFERS["paper-indoor-s3dis"]!, root);
    assert.deepEqual([dataset.name, dataset.classes.length], ["paper-indoor-s3dis", 13]);
    assert.deepEqual(
      dataset.domains.map(({ name, isSource }) => [name, isSource]),
      [["s3dis", true], ["scannet", false]],
    );
    assert.match(
      dataset.warnings!.join(" "),
      /matterport3d is left out, since there is no \S+3d\./,
    );
    const { scan } = await dataset.scene("scannet", "test", 0);
    const index = (name: string) => dataset.classes.indexOf(name);
    assert.deepEqual([...scan.labels!], [index("wall"), index("bookcase"), 255]);
    assert.match(dataset.domains[1]!.about, /; ignored: cabinet, bed, /);
    assert.equal(dataset.meanOver, "true");
    const own = await dataset.scene("s3dis", "test", 0);
    assert.deepEqual([...own.scan.labels!], [index("bookcase"), index("clutter")]);
    // The other way round, a class that only the training set has is never true.
    const back = await openTransfer(TRANSFERS["paper-indoor-scannet"]!, root);
    const mapped = await back.scene("s3dis", "test", 0);
    assert.deepEqual([...mapped.scan.labels!], [back.classes.indexOf("bookshelf"), 255]);
    assert.notEqual(back.version("s3dis"), dataset.version("s3dis"));
  });
});

Deno.test("a benchmark of pairs needs its training set, and names its folder", async () => {
  await withFiles(FILES, async (root) => {
    await assert.rejects(
      openTransfer(TRANSFERS["paper-indoor-matterport3d"]!, root),
      (error) => error instanceof DatasetError && /matterport3d/.test(error.message),
    );
  });
  await assert.rejects(
    openDataset("paper-outdoor-a2d2", undefined as never),
    /give it by --data \(a folder with a2d2, semantickitti, each/,
  );
});

Deno.test("paper-outdoor says what is xMUDA's and what is not", () => {
  const notesOf = (name: string) => TRANSFERS[name]!.notes!.join(" ");
  assert.match(notesOf("paper-outdoor-a2d2"), /this pair and its classes are those of xMUDA\./);
  // valeoai/xmuda_journal has no configuration that trains on nuScenes for SemanticKITTI.
  assert.match(
    notesOf("paper-outdoor-nuscenes"),
    /this pair is one of our own, in classes by which/,
  );
  for (const name of TRANSFER_GROUPS["paper-outdoor"]!) {
    assert.match(notesOf(name), /cannot be held against xMUDA's: .* sweeps .* are whole here/);
  }
});

Deno.test("paper-outdoor: other-object, label 99 of SemanticKITTI, has the class that xMUDA gives it", async () => {
  const sweep: Files = {
    "semantickitti/sequences/08/velodyne/000000.bin": floats(...Array(12).fill(1)),
    // A car, another object, an outlier.
    "semantickitti/sequences/08/labels/000000.label": new Uint8Array(
      Uint32Array.of(10, 99, 1).buffer,
    ),
  };
  await withFiles(sweep, async (root) => {
    for (
      const [name, expected] of [
        ["paper-outdoor-a2d2", ["car", "other objects", undefined]],
        ["paper-outdoor-nuscenes", ["vehicle", "manmade", undefined]],
      ] as const
    ) {
      const benchmark = TRANSFERS[name]!;
      // The test set alone, which needs no other files.
      const alone = { ...benchmark, train: benchmark.tests[0]!, tests: [] };
      const dataset = await openTransfer(alone, root);
      const { scan } = await dataset.scene("semantickitti", "test", 0);
      assert.deepEqual([...scan.labels!].map((label) => dataset.classes[label]), expected);
    }
  });
});

Deno.test("pairs name classes that their data sets have, each in one place", () => {
  assert.deepEqual(Object.values(TRANSFER_GROUPS).flat(), Object.keys(TRANSFERS));
  for (const { name, rows, train, tests } of Object.values(TRANSFERS)) {
    for (const { name: set, holds } of [train, ...tests]) {
      const theirs = CLASSES[set]!.map(([row]) => row);
      if (name.startsWith("paper-outdoor") && set === "semantickitti") theirs.push("other-object");
      const used = rows.flatMap(([row]) => holds[row] ?? [row]).filter((row) =>
        theirs.includes(row)
      );
      assert.deepEqual(used, [...new Set(used)], `${name}: ${set} has a class twice`);
      assert.ok(used.length >= 5, `${name}: ${set} shares ${used.length} classes`);
      for (const [row, members] of Object.entries(holds)) {
        assert.ok(rows.some(([own]) => own === row), `${name} has no class ${row}`);
        for (const member of members) assert.ok(theirs.includes(member), `${set} has no ${member}`);
      }
    }
  }
});

Deno.test("the paper's numbers stand beside ours", () => {
  const domains = { s3dis: { source: { miou: 0.6111 } }, scannet: {} };
  const [table] = paperTables({ benchmark: "paper-indoor-s3dis", domains } as unknown as Results);
  assert.deepEqual(table!.head.slice(1, 4), [
    "scannet, ours",
    "scannet, PNE",
    "scannet, Minkowski",
  ]);
  assert.deepEqual(
    table!.rows.find(([label]) => label === "Source-Only"),
    ["Source-Only", "", "54.5", "54.9", "61.1", "63.2", "65.9"],
  );
  assert.deepEqual(paperTables({ benchmark: "rooms", domains } as unknown as Results), []);
});
