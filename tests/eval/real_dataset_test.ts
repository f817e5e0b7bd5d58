/** Labelled real scans of a folder as a benchmark: which are taken, what their labels mean, and which axis is up. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { classByName, LAS_CODE_NAMES } from "../../lib/eval/real/class_names.ts";
import { realBenchmark } from "../../lib/eval/real/real_dataset.ts";
import { writePly } from "../../lib/scan/mod.ts";
import { AERIAL_CLASSES } from "../../lib/worlds/aerial/mod.ts";
import { ROOM_CLASSES } from "../../lib/worlds/rooms/mod.ts";
import { STREET_CLASSES } from "../../lib/worlds/streets/mod.ts";

const WORLDS = ["rooms", "streets"];
const STREETS = {
  name: "streets",
  classes: STREET_CLASSES,
  palette: STREET_CLASSES.map(() => [0, 0, 0] as const),
  asprs: STREET_CLASSES.map(() => 1),
  ignoreLabel: 255,
};

/** A folder of scans of four points; the callback adds what lies beside them. */
async function withScans(
  scans: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, files] of Object.entries(scans)) {
      await Deno.mkdir(join(folder, name));
      const positions = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
      const labels = Int32Array.of(10, 44, 50, 10);
      await Deno.writeFile(join(folder, name, "scan.ply"), writePly({ positions, labels }));
      for (const [file, value] of Object.entries(files)) {
        await Deno.writeTextFile(join(folder, name, file), JSON.stringify(value));
      }
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("scans are judged by the names of their labels, and what is left out is said", () =>
  withScans({
    drive: {
      "labels.json": {
        labels: { 10: "moving-car", 44: "parking", 50: "Building" },
        origin: "by hand",
      },
    },
    hall: { "labels.json": { labels: { 10: "whiteboard", 44: "Sofa", 50: "car" } } },
    mapped: {
      "labels.json": { labels: { 10: "thing" } },
      "label_map.json": { 44: "fence" },
    },
    nameless: {},
    shelf: { "labels.json": { labels: { 10: "kleenex_tissue_box" } } },
  }, async (folder) => {
    const { dataset, leftOut } = await realBenchmark(folder, STREETS, WORLDS);
    assert.equal(dataset?.name, "real-streets");
    assert.deepEqual(dataset.domains, [
      { name: "drive", about: "by hand; ignored: parking", isSource: false },
      { name: "mapped", about: "labels of the file; ignored: thing", isSource: false },
    ]);
    assert.deepEqual([...leftOut], [
      ["hall", "its labels are those of rooms"],
      ["nameless", "no labels.json says what its labels mean"],
      ["shelf", "none of its label names is a class of a student"],
    ]);
    assert.deepEqual(
      (["train", "validation", "test"] as const).map((split) => dataset.count("drive", split)),
      [0, 0, 1],
    );
    const scene = await dataset.scene("drive", "test", 0);
    assert.deepEqual([...scene.scan.labels!], [6, 255, 2, 6]);
    assert.equal(scene.photos.length, 0);
    const mapped = await dataset.scene("mapped", "test", 0);
    assert.deepEqual([...mapped.scan.labels!], [255, 9, 255, 255]);
    const { leftOut: twice } = await realBenchmark(folder, STREETS, WORLDS, new Set(["mapped"]));
    assert.equal(twice.get("mapped"), "it is judged by another world");
    const before = dataset.version("drive");
    await Deno.writeTextFile(join(folder, "drive", "label_map.json"), `{"10": "road"}`);
    const again = (await realBenchmark(folder, STREETS, WORLDS)).dataset!;
    assert.notEqual(again.version("drive"), before);
    await Deno.writeTextFile(join(folder, "drive", "label_map.json"), `{"ten": "road"}`);
    await assert.rejects(
      realBenchmark(folder, STREETS, WORLDS),
      /Cannot read .*label_map\.json.*write whole numbers/,
    );
  }));

Deno.test("every class that a name means is one of its world", () => {
  for (
    const name of ["road", "Sidewalk", "static.vegetation", "trunk", "pole", "fence", "terrain"]
  ) {
    const found = classByName("streets", name);
    assert.ok(found && (STREET_CLASSES as readonly string[]).includes(found), name);
  }
  for (const name of ["Ground", "Medium vegetation", "power_line", "Bridge deck", "high noise"]) {
    const found = classByName("aerial", name);
    assert.ok(found && (AERIAL_CLASSES as readonly string[]).includes(found), name);
  }
  for (const code of Object.values(LAS_CODE_NAMES)) assert.ok(classByName("aerial", code), code);
  for (const name of ["pillar", "desk", "couch", "bookshelf", "whiteboard", "shower curtain"]) {
    const found = classByName("rooms", name);
    assert.ok(found && (ROOM_CLASSES as readonly string[]).includes(found), name);
  }
  assert.equal(classByName("streets", "Truck"), undefined);
});
