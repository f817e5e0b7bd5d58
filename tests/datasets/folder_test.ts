import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { DatasetError, openDataset } from "../../lib/datasets/mod.ts";
import { folderDataset } from "../../lib/datasets/folder.ts";
import { type Camera, camerasToJson, encodePng, writePly } from "../../lib/scan/mod.ts";
import { withGpu } from "../gpu.ts";

const CAMERA: Camera = {
  file: "a.png",
  width: 3,
  height: 2,
  fx: 2,
  fy: 2,
  cx: 1,
  cy: 0.5,
  worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1),
};
const PIXELS = Uint8Array.from({ length: 18 }, (_, i) => 13 * i);
const LABELS = Int32Array.of(6, 2, 9, 6);

/** A scene folder with a scan of four points and one photograph. */
async function addScene(folder: string, labels: Int32Array | null = LABELS): Promise<void> {
  await Deno.mkdir(join(folder, "images"), { recursive: true });
  const positions = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
  const colors = new Float32Array(12).fill(0.2);
  const scan = labels ? { positions, colors, labels } : { positions, colors };
  await Deno.writeFile(join(folder, "scan.ply"), writePly(scan));
  const photo = { name: "a.png", width: 3, height: 2, pixels: PIXELS };
  await Deno.writeFile(join(folder, "images", "a.png"), encodePng(photo));
  await Deno.writeTextFile(join(folder, "cameras.json"), camerasToJson([CAMERA]));
}

const FILE = {
  name: "site",
  classes: ["ground", "wall"],
  palette: [[1, 2, 3], [4, 5, 6]],
  ignoreLabel: 255,
  labelMap: { 2: 0, 6: 1 },
  domains: {
    office: { about: "source", isSource: true, splits: { train: ["one"], test: ["two"] } },
    tower: { about: "one station", splits: { test: ["three"] } },
  },
};

/** A data set of three scenes on disk, and the path of its file. */
async function withSite(body: (path: string, root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const name of ["one", "two", "three"]) await addScene(join(root, name));
    const path = join(root, "site.json");
    await Deno.writeTextFile(path, JSON.stringify(FILE));
    await body(path, root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

withGpu(
  "openDataset() reads real scans with their labels mapped to classes",
  (gpu) =>
    withSite(async (path) => {
      const dataset = await openDataset(path, gpu);
      assert.equal(dataset.name, "site");
      assert.deepEqual(dataset.domains, [
        { name: "office", about: "source", isSource: true },
        { name: "tower", about: "one station", isSource: false },
      ]);
      assert.deepEqual(dataset.asprs, [1, 1]);
      const counts = (["train", "validation", "test"] as const).map((split) =>
        dataset.count("office", split)
      );
      assert.deepEqual(counts, [1, 0, 1]);
      const scene = await dataset.scene("tower", "test", 0);
      assert.equal(scene.id, "three");
      assert.equal(scene.scan.name, "three/scan.ply");
      assert.deepEqual(scene.scan.labels, Int32Array.of(1, 0, 255, 1));
      assert.deepEqual(scene.photos.map(({ pixels }) => pixels), [PIXELS]);
      assert.deepEqual(scene.cameras, [CAMERA]);
      assert.equal(scene.photoClasses, undefined);
      assert.deepEqual(await dataset.scene("tower", "test", 0), scene);
      await assert.rejects(dataset.scene("tower", "train", 0), {
        name: "RangeError",
        message: /scene 0 of site, domain 'tower', split train: there are 0/,
      });
      await assert.rejects(dataset.scene("attic", "test", 0), RangeError);
    }),
);

Deno.test("folderDataset() changes the version of a domain with its files and classes", () =>
  withSite(async (path, root) => {
    const before = await folderDataset(path);
    assert.equal((await folderDataset(path)).version("tower"), before.version("tower"));
    await addScene(join(root, "three"), Int32Array.of(2, 2, 2, 2));
    await Deno.utime(join(root, "three", "scan.ply"), 1, 1);
    const after = await folderDataset(path);
    assert.notEqual(after.version("tower"), before.version("tower"));
    assert.equal(after.version("office"), before.version("office"));
    await Deno.writeTextFile(path, JSON.stringify({ ...FILE, labelMap: { 2: 1 } }));
    assert.notEqual((await folderDataset(path)).version("office"), before.version("office"));
    assert.throws(() => after.version("attic"), RangeError);
  }));

Deno.test("folderDataset() brings scenes into metres with z up by what their domain says", () =>
  withSite(async (path) => {
    const { office, tower } = FILE.domains;
    const sceneBy = async (said: Record<string, string>) => {
      const domains = { office, tower: { ...tower, ...said } };
      await Deno.writeTextFile(path, JSON.stringify({ ...FILE, domains }));
      return await (await folderDataset(path)).scene("tower", "test", 0);
    };
    const { scan, cameras } = await sceneBy({ unit: "centimetre", up: "y" });
    const point = [0, 1, 2].map((axis) => scan.positions[6 + axis]! + scan.origin[axis]!);
    assert.deepEqual(point.map((value) => value.toFixed(4)), ["0.0000", "0.0000", "0.0100"]);
    assert.deepEqual(scan.labels, Int32Array.of(1, 0, 255, 1));
    // The camera looked along z from four units before the scan.
    assert.deepEqual([...cameras[0]!.worldToCamera], [
      1,
      0,
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      -1,
      0,
      0.04,
      0,
      0,
      0,
      1,
    ]);
    await assert.rejects(sceneBy({ up: "w" }), DatasetError);
    await assert.rejects(sceneBy({ unit: "cubit" }), DatasetError);
  }));

Deno.test("folderDataset() without a map expects classes as labels", () =>
  withSite(async (path, root) => {
    await Deno.writeTextFile(path, JSON.stringify({ ...FILE, labelMap: undefined }));
    await addScene(join(root, "one"), Int32Array.of(1, 0, 255, 0));
    const dataset = await folderDataset(path);
    const { scan } = await dataset.scene("office", "train", 0);
    assert.deepEqual(scan.labels, Int32Array.of(1, 0, 255, 0));
    await assert.rejects(dataset.scene("office", "test", 0), {
      name: "DatasetError",
      message: /scene 'two': label 6 is neither one of the 2 classes .* add a labelMap/,
    });
    await addScene(join(root, "two"), null);
    await assert.rejects(dataset.scene("office", "test", 0), /scene 'two': its scan has no labels/);
  }));

withGpu(
  "openDataset() finds scenes under another root",
  (gpu) =>
    withSite(async (path, root) => {
      const elsewhere = join(root, "site", "about.json");
      await Deno.mkdir(join(root, "site"));
      await Deno.copyFile(path, elsewhere);
      await assert.rejects(openDataset(elsewhere, gpu), /folder 'one' lacks/);
      const dataset = await openDataset(elsewhere, gpu, root);
      assert.equal((await dataset.scene("office", "test", 0)).id, "two");
    }),
);

Deno.test("folderDataset() says on opening which folder lacks what", () =>
  withSite(async (path, root) => {
    await Deno.remove(join(root, "two", "cameras.json"));
    await assert.rejects(folderDataset(path), /folder 'two' lacks cameras\.json/);
    await Deno.remove(join(root, "two"), { recursive: true });
    await assert.rejects(folderDataset(path), {
      name: "DatasetError",
      message: /folder 'two' lacks one of scan\.ply, scan\.las, scan\.laz/,
    });
    await assert.rejects(folderDataset(join(root, "none.json")), DatasetError);
  }));

Deno.test("folderDataset() refuses a folder in two splits, however it is written or linked", () =>
  withSite(async (path, root) => {
    await Deno.symlink(join(root, "one"), join(root, "link"));
    const { office } = FILE.domains;
    for (
      const folder of [
        "one",
        "one/",
        "./one",
        "two/../one",
        "link",
        join("..", basename(root), "one"),
      ]
    ) {
      const domains = { office: { ...office, splits: { train: ["one"], test: ["two", folder] } } };
      await Deno.writeTextFile(path, JSON.stringify({ ...FILE, domains }));
      await assert.rejects(folderDataset(path), (error: Error) => {
        assert.ok(error instanceof DatasetError);
        const said = folder === "one"
          ? "'one' occurs twice"
          : `'${folder}' is folder 'one' as well`;
        const end = `folder ${said} (field domains.office.splits.test[1]); keep it in one split`;
        assert.ok(error.message.endsWith(end), error.message);
        return true;
      });
    }
    // A folder that is not there is still named as such.
    const domains = { office: { ...office, splits: { train: ["one"], test: ["none"] } } };
    await Deno.writeTextFile(path, JSON.stringify({ ...FILE, domains }));
    await assert.rejects(folderDataset(path), /folder 'none' lacks one of scan\.ply/);
  }));

const office = FILE.domains.office;
const MISTAKES: [what: string, json: unknown, field: string][] = [
  ["no classes", { ...FILE, classes: undefined }, "classes"],
  ["a missing colour", { ...FILE, palette: [[1, 2, 3]] }, "palette"],
  ["a colour out of range", { ...FILE, palette: [[1, 2, 3], [4, 5, 256]] }, "palette[1][2]"],
  ["a missing code", { ...FILE, asprs: [1] }, "asprs"],
  ["an ignored class", { ...FILE, ignoreLabel: 1 }, "ignoreLabel"],
  ["a map to a class that does not exist", { ...FILE, labelMap: { 4: 2 } }, "labelMap.4"],
  ["a map of words", { ...FILE, labelMap: { tree: 0 } }, "labelMap.tree"],
  ["no domains", { ...FILE, domains: {} }, "domains"],
  ["an unknown field", { ...FILE, labelmap: {} }, "labelmap"],
  [
    "an unknown split",
    { ...FILE, domains: { office: { ...office, splits: { dev: ["one"] } } } },
    "domains.office.splits.dev",
  ],
  [
    "a scene in two splits",
    { ...FILE, domains: { office: { ...office, splits: { train: ["one"], test: ["one"] } } } },
    "domains.office.splits.test[0]",
  ],
];

for (const [what, json, field] of MISTAKES) {
  Deno.test(`folderDataset() names the field of ${what}`, () =>
    withSite(async (path) => {
      await Deno.writeTextFile(path, JSON.stringify(json));
      await assert.rejects(folderDataset(path), (error: Error) => {
        assert.ok(error instanceof DatasetError && error instanceof SyntaxError);
        assert.ok(error.message.includes(` (field ${field}); `), error.message);
        return true;
      });
    }));
}

Deno.test("folderDataset() refuses what is not JSON", () =>
  withSite(async (path) => {
    await Deno.writeTextFile(path, "{name: 1}");
    await assert.rejects(folderDataset(path), /site\.json: not JSON/);
  }));

Deno.test("folderDataset() maps labels by domain, and takes scenes without photographs", () =>
  withSite(async (path, root) => {
    const domains = {
      ...FILE.domains,
      tower: { ...FILE.domains.tower, labelMap: { 9: 1 } },
    };
    await Deno.writeTextFile(path, JSON.stringify({ ...FILE, domains, licence: "CC0-1.0" }));
    await Deno.remove(join(root, "three", "cameras.json"));
    await assert.rejects(folderDataset(path), /'three' lacks cameras\.json, which its photographs/);
    await Deno.remove(join(root, "three", "images"), { recursive: true });
    const dataset = await folderDataset(path);
    assert.equal(dataset.licence, "CC0-1.0");
    const { scan, photos } = await dataset.scene("tower", "test", 0);
    assert.deepEqual([...scan.labels!], [255, 255, 1, 255]);
    assert.deepEqual(photos, []);
    const office = await dataset.scene("office", "test", 0);
    assert.deepEqual([...office.scan.labels!], [1, 0, 255, 1]);
    await assert.rejects(folderDataset(join(root, "none.json")), /there is no such file/);
  }));
