import assert from "node:assert/strict";
import { DatasetError } from "../../../lib/datasets/mod.ts";
import { PUBLISHED } from "../../../lib/datasets/published/mod.ts";
import { assertSees, type Files, greyPng, withFiles } from "./support.ts";

const matterport3d = PUBLISHED["matterport3d"]!;

const HOUSE = "17DRP5sb8fy";
const VERTICES = [[0, 0, 0], [4, 0, 0], [4, 4, 0], [0, 4, 2], [9, 9, 9]];
/** Vertices of each face, and its category. */
const FACES = [[0, 1, 2, 1], [0, 2, 3, 3], [0, 3, 1, 3], [1, 2, 3, -1]];

/** A region as Matterport3D stores it: a binary mesh with categories by face. */
function region({ faces = FACES, category = "category_id" } = {}): Uint8Array {
  const header = [
    "ply",
    "format binary_little_endian 1.0",
    `element vertex ${VERTICES.length}`,
    ...["x", "y", "z", "nx", "ny", "nz"].map((name) => `property float ${name}`),
    ...["red", "green", "blue"].map((name) => `property uchar ${name}`),
    `element face ${faces.length}`,
    "property list uchar int vertex_indices",
    ...["material_id", "segment_id", category].map((name) => `property int ${name}`),
    "end_header\n",
  ].join("\n");
  const body = new DataView(new ArrayBuffer(27 * VERTICES.length + 25 * faces.length));
  let at = 0;
  for (const place of VERTICES) {
    for (const value of [...place, 0, 0, 1]) at = (body.setFloat32(at, value, true), at + 4);
    for (const value of [51, 102, 204]) at = (body.setUint8(at, value), at + 1);
  }
  for (const [a, b, c, value] of faces) {
    at = (body.setUint8(at, 3), at + 1);
    for (const number of [a, b, c, 7, 8, value]) at = (body.setInt32(at, number!, true), at + 4);
  }
  const head = new TextEncoder().encode(header);
  const bytes = new Uint8Array(head.length + body.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(body.buffer), head.length);
  return bytes;
}

const MAPPING = "index\traw_category\tnyu40id\tmpcat40index\n" +
  "1\twall\t1\t1\n2\tdoor\t8\t4\n3\tceiling\t22\t17\n4\tpillow\t18\t8\n";
/** Cameras at (1, 1, 1) and outside the region, which look along x with z up. */
const CONF = `dataset matterport
n_images 2
depth_directory undistorted_depth_images
color_directory undistorted_color_images

intrinsics_matrix 7 0 3  0 8 1.5  0 0 1
scan 0a_d0_0.png 0a_i0_0.jpg 0 0 -1 1 -1 0 0 1 0 1 0 1 0 0 0 1
scan 0b_d0_0.png 0b_i0_0.jpg 0 0 -1 -1 -1 0 0 1 0 1 0 1 0 0 0 1
`;

const LISTS: Files = {
  "scenes_train.txt": `${HOUSE}\n1LXtFkjw3qL\n`,
  "scenes_val.txt": "2azQ1b91cZZ\n",
  "scenes_test.txt": "2t7WUuJeko7\n",
  "category_mapping.tsv": MAPPING,
};

function house(name: string): Files {
  return {
    [`scans/${name}/region_segmentations/region0.ply`]: region(),
    [`scans/${name}/region_segmentations/region0.semseg.json`]: "{}",
    [`scans/${name}/region_segmentations/region10.ply`]: region(),
    [`scans/${name}/region_segmentations/region2.ply`]: region(),
    [`scans/${name}/undistorted_camera_parameters/${name}.conf`]: CONF,
    [`scans/${name}/undistorted_color_images/0a_i0_0.jpg`]: greyPng(8, 4, 10),
    [`scans/${name}/undistorted_color_images/0b_i0_0.jpg`]: greyPng(8, 4, 11),
  };
}

Deno.test("Matterport3D is read as it is downloaded, region by region", async () => {
  await withFiles({ ...LISTS, ...house(HOUSE), ...house("2t7WUuJeko7") }, async (root) => {
    const dataset = await matterport3d.open(root);
    assert.deepEqual(
      (["train", "validation", "test"] as const).map((split) =>
        dataset.count("matterport3d", split)
      ),
      [3, 0, 3],
    );
    assert.deepEqual([dataset.classes.length, dataset.classes[20]], [21, "ceiling"]);
    assert.match(dataset.warnings![0]!, /scans lacks 1LXtFkjw3qL, 2azQ1b91cZZ; splits/);
    assert.equal((await dataset.scene("matterport3d", "train", 1)).id, `${HOUSE}/region2`);
    const { id, scan, photos, cameras } = await dataset.scene("matterport3d", "test", 0);
    assert.equal(id, "2t7WUuJeko7/region0");
    assert.deepEqual([...scan.positions.subarray(3, 6)], [4, 0, 0]);
    assert.deepEqual([...scan.colors!.subarray(0, 3)], [...Float32Array.of(0.2, 0.4, 0.8)]);
    // Most faces of the first and of the fourth vertex are ceiling; ties go to no class before others; the last vertex
    // has no face.
    assert.deepEqual([...scan.labels!], [20, 255, 255, 20, 255]);
    assert.deepEqual(photos.map(({ pixels }) => pixels[0]), [10], "one was taken elsewhere");
    // 10 m ahead, 1 m to the left and 2 m above. cy is counted from the lowest of 4 rows.
    assertSees(cameras[0]!, [11, 2, 3], [3 - 0.7, 1.5 - 1.6]);
  });
});

Deno.test("Matterport3D without photographs has scenes without views, and says so", async () => {
  const files = Object.entries({ ...LISTS, ...house(HOUSE) });
  const cases: [string, RegExp][] = [
    ["undistorted_color_images", /there is no .*undistorted_color_images/],
    [
      "undistorted_camera_parameters",
      /there is no .*undistorted_camera_parameters.17DRP5sb8fy\.conf/,
    ],
    ["none", /none was taken within its box/],
  ];
  for (const [gone, message] of cases) {
    const left = files.filter(([name]) => !name.includes(gone)).map(([name, content]) => [
      name,
      gone === "none" && name.endsWith("conf") ? CONF.replace("-1 1 -1", "-1 -7 -1") : content,
    ]);
    await withFiles(Object.fromEntries(left), async (root) => {
      const dataset = await matterport3d.open(root);
      assert.equal(
        /1 of 1 have no photographs: 17DRP5sb8fy;/.test(dataset.warnings!.join()),
        gone !== "none",
      );
      const { photos, scan } = await dataset.scene("matterport3d", "train", 0);
      assert.equal(photos.length, 0);
      assert.match(scan.warnings[0]!.text, message);
    });
  }
});

Deno.test("Matterport3D: houses that its script left as archives, or that are cut short, do not stop the others", async () => {
  const [packed, emptied] = ["1LXtFkjw3qL", "2azQ1b91cZZ"];
  const files: Files = {
    ...LISTS,
    ...house(HOUSE),
    [`scans/${packed}/region_segmentations.zip`]: "",
    [`scans/${emptied}/region_segmentations/region0.semseg.json`]: "{}",
  };
  const others = Object.entries(house("2t7WUuJeko7"));
  for (const [name, content] of others) if (!name.includes("undistorted")) files[name] = content;
  files["scans/2t7WUuJeko7/undistorted_color_images.zip"] = "";
  await withFiles(files, async (root) => {
    const dataset = await matterport3d.open(root);
    assert.deepEqual(
      (["train", "validation", "test"] as const).map((split) =>
        dataset.count("matterport3d", split)
      ),
      [3, 0, 3],
    );
    assert.deepEqual(dataset.warnings!.map((text) => text.replaceAll(root, "ROOT")), [
      "region_segmentations.zip of 1LXtFkjw3qL is not unpacked; " +
      "splits are smaller than the official ones without it; unpack it in ROOT/scans.",
      "ROOT/scans lacks 2azQ1b91cZZ/region_segmentations; " +
      "splits are smaller than the official ones without them.",
      "1 of 2 have no photographs: 2t7WUuJeko7; unpack their undistorted_color_images.zip and " +
      "undistorted_camera_parameters.zip in ROOT/scans.",
    ]);
  });
});

Deno.test("Matterport3D: what is missing or malformed is named in one line", async () => {
  const whole = { ...LISTS, ...house(HOUSE) };
  const at = (file: string) => `scans/${HOUSE}/${file}`;
  const mesh = at("region_segmentations/region0.ply");
  const conf = at(`undistorted_camera_parameters/${HOUSE}.conf`);
  const without = (gone: string) =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !name.startsWith(gone)));
  const faces = (change: (face: number[]) => number[]) => ({
    ...whole,
    [mesh]: region({ faces: FACES.map(change) }),
  });
  const cases: [Files, RegExp][] = [
    [without("scans"), /scans: it should be the folder of Matterport3D's houses/],
    [without("scenes_val"), /scenes_val\.txt: it should be Matterport3D's official list/],
    [without("category"), /category_mapping\.tsv: it should be the NYU40 ids/],
    [{ ...whole, "category_mapping.tsv": "a\tb\n" }, /lacks the column index or nyu40id/],
    [without(at("region")), /none of the scenes .* \(17DRP5sb8fy\/region_segmentations, 1LXt/],
    [
      { ...without(at("region")), [at("region_segmentations.zip")]: "" },
      /region_segmentations\.zip of 17DRP5sb8fy is not unpacked; unpack it in .*scans$/,
    ],
    [without(at("undistorted_color_images/0a")), /0a_i0_0\.jpg: it should be a photograph/],
    [{ ...whole, [conf]: CONF.replace("  0 0 1\n", "\n") }, /line 6: it is not fx 0 cx/],
    [{ ...whole, [conf]: CONF.replace("0 0 -1 1", "0 0 -1") }, /line 7: it is not two names/],
    [{ ...whole, [conf]: CONF.replace("0 0 -1 1", "0 0 -2 1") }, /line 7: the pose is not rigid/],
    [{ ...whole, [conf]: CONF.replace(/intr.*/, "") }, /line 7: no intrinsics_matrix/],
    [{ ...whole, [mesh]: region().slice(0, -1) }, /it ends within its 4 faces/],
    [{ ...whole, [mesh]: region({ category: "kind" }) }, /its faces lack .* or category_id/],
    [faces(([a, b, , value]) => [a!, b!, 5, value!]), /face 0 is no triangle of its 5 vertices/],
  ];
  for (const [files, message] of cases) {
    await withFiles(files, async (root) => {
      const read = async () => (await matterport3d.open(root)).scene("matterport3d", "train", 0);
      await assert.rejects(read, (error: Error) => {
        assert.ok(error instanceof DatasetError, `${error}`);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});
