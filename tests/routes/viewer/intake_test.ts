/** How the page sorts what a user drops. */
import assert from "node:assert/strict";
import { addFiles, emptyIntake, formOf, intakeProblem } from "../../../routes/viewer/intake.js";

const file = (name: string, text = "") => ({ name, file: new File([text], name) });

Deno.test("addFiles() takes scan, photographs and cameras of a folder, and names the rest", async () => {
  const intake = emptyIntake();
  await addFiles(intake, [
    file("room/scan.ply"),
    file("room/images/a.png"),
    file("room/check_room.png"),
    file("room/cameras.json", '{"images": [{"worldToCamera": []}]}'),
    file("room/labels.json", '{"classes": ["wall"]}'),
    file("room/sparse/0/images.bin"),
    file("room/sparse/0/points3D.bin"),
    file("room/stereo/depth_maps/a.png.geometric.bin"),
    file("room/SOURCE.md"),
  ]);
  const names = (files: { name: string }[]) => files.map(({ name }) => name);
  assert.deepEqual(names(intake.scans), ["room/scan.ply"]);
  assert.deepEqual(names(intake.photos), ["room/images/a.png", "room/check_room.png"]);
  assert.deepEqual(names(intake.cameras), ["room/cameras.json", "room/sparse/0/images.bin"]);
  assert.deepEqual(names(intake.labels), ["room/labels.json"]);
  assert.deepEqual(intake.leftOut, [
    "room/sparse/0/points3D.bin",
    "room/stereo/depth_maps/a.png.geometric.bin",
    "room/SOURCE.md",
  ]);
  assert.equal(intakeProblem(intake), null);
  const form = await formOf(intake, { steps: 3 });
  assert.equal([...form.keys()].filter((part) => part === "scan").length, 1);
  const { labelNames, steps } = JSON.parse(form.get("options") as string);
  assert.deepEqual([JSON.parse(labelNames), steps], [{ classes: ["wall"] }, 3]);
});

Deno.test("addFiles() takes the sweeps of KITTI and nuScenes by their names", async () => {
  const intake = emptyIntake();
  await addFiles(intake, [
    file("velodyne/000000.bin"),
    file("n008__LIDAR_TOP__15269.pcd.bin"),
    file("scene.bin"),
  ]);
  assert.deepEqual(intake.scans.map(({ name }) => name), [
    "velodyne/000000.bin",
    "n008__LIDAR_TOP__15269.pcd.bin",
  ]);
  assert.deepEqual(intake.leftOut, ["scene.bin"]);
});

Deno.test("intakeProblem() names both of two scans, and photographs without cameras", async () => {
  const intake = emptyIntake();
  await addFiles(intake, [file("a.ply"), file("b.las")]);
  assert.match(intakeProblem(intake)!, /a\.ply, b\.las/);
  intake.scans.pop();
  await addFiles(intake, [
    file("labels.json", '["wall"]'),
    file("b/label_map.json", '{"7": "wall"}'),
  ]);
  assert.equal(intakeProblem(intake), null);
  await addFiles(intake, [file("a.ply"), file("a.png")]);
  assert.match(intakeProblem(intake)!, /photographs have no cameras/);
});
