import assert from "node:assert/strict";
import { DatasetError } from "../../../lib/datasets/mod.ts";
import { PUBLISHED } from "../../../lib/datasets/published/mod.ts";
import { assertSees, type Files, floats, greyPng, withFiles } from "./support.ts";

const open = (root: string) => PUBLISHED["nuscenes"]!.open(root);
const half = Math.SQRT1_2;
const CHANNELS = ["LIDAR_TOP", "CAM_FRONT", "CAM_BACK", "RADAR_FRONT"];
/** Rotations from the sensor to the car, which looks along x: w, x, y, z. */
const ROTATIONS: Record<string, number[]> = {
  LIDAR_TOP: [half, 0, 0, -half],
  CAM_FRONT: [0.5, -0.5, 0.5, -0.5],
  CAM_BACK: [0.5, -0.5, -0.5, 0.5],
  RADAR_FRONT: [1, 0, 0, 0],
};
const INDEX = {
  "noise": 0,
  "human.pedestrian.adult": 2,
  "vehicle.bus.rigid": 16,
  "vehicle.car": 17,
  "static.vegetation": 30,
  "vehicle.ego": 31,
};

/** Two sweeps each of these scenes; the car looks along the world's y, and is 0.5 m further when CAM_FRONT exposes. */
function miniature(version: string, sceneNames: readonly string[]): Files {
  const tables: Record<string, Record<string, unknown>[]> = {
    category: Object.entries(INDEX).map(([name, index]) => ({ token: name, name, index })),
    sensor: CHANNELS.map((channel) => ({
      token: `sensor ${channel}`,
      channel,
      modality: channel.startsWith("CAM") ? "camera" : channel.startsWith("L") ? "lidar" : "radar",
    })),
    calibrated_sensor: CHANNELS.map((channel) => ({
      token: `calibrated ${channel}`,
      sensor_token: `sensor ${channel}`,
      translation: channel === "LIDAR_TOP" ? [1, 0, 1.8] : [1.7, 0, 1.5],
      rotation: ROTATIONS[channel],
      camera_intrinsic: channel.startsWith("CAM") ? [[5, 0, 4], [0, 6, 2], [0, 0, 1]] : [],
    })),
    ...{ scene: [], sample: [], sample_data: [], ego_pose: [], lidarseg: [] },
  };
  const files: Files = {};
  for (const name of sceneNames) {
    tables.scene!.push({ token: `s ${name}`, name, description: 'Parked "truck" {, rain \\' });
    // The later sample first: rows have no order.
    for (const time of [2, 1]) {
      const sample = `${name} at ${time}`;
      tables.sample!.push({ token: sample, scene_token: `s ${name}`, timestamp: 1e15 + time });
      for (const channel of [...CHANNELS, "sweep"]) {
        const isKey = channel !== "sweep";
        const token = `${sample} ${channel}`;
        const extension = channel.startsWith("CAM") ? "jpg" : "pcd.bin";
        const filename = `${isKey ? "samples" : "sweeps"}/${channel}/${name}-${time}.${extension}`;
        const forward = channel === "CAM_FRONT" ? 0.5 : 0;
        tables.ego_pose!.push({
          token,
          translation: [600, 1600 + time + forward, 0],
          rotation: [half, 0, 0, half],
        });
        tables.sample_data!.push({
          ...{ token, sample_token: sample, ego_pose_token: token, filename },
          calibrated_sensor_token: `calibrated ${isKey ? channel : "LIDAR_TOP"}`,
          ...(extension === "jpg" ? { width: 8, height: 4 } : { width: 0, height: 0 }),
          is_key_frame: isKey,
        });
        if (extension === "jpg") files[filename] = greyPng(8, 4, channel === "CAM_BACK" ? 9 : time);
        if (channel !== "LIDAR_TOP") continue;
        files[filename] = floats(2, 10, -1, 51, 3, 0, 0, time, 255, 4, 0, 0, 0, 0, 5);
        const seg = `lidarseg/${version}/${token}_lidarseg.bin`;
        files[seg] = Uint8Array.of(17, 30, 31);
        tables.lidarseg!.push({ token, sample_data_token: token, filename: seg });
      }
    }
  }
  for (const [table, rows] of Object.entries(tables)) {
    files[`${version}/${table}.json`] = JSON.stringify(rows, null, 1);
  }
  return files;
}

const SCENES = ["scene-0916", "scene-0061"];

Deno.test("nuScenes lidarseg is read as it is downloaded, with its official splits", async () => {
  await withFiles(miniature("v1.0-mini", SCENES), async (root) => {
    const dataset = await open(root);
    const counts = (["train", "validation", "test"] as const).map((split) =>
      dataset.count("nuscenes", split)
    );
    assert.deepEqual(counts, [2, 2, 2]);
    assert.deepEqual([dataset.classes.length, dataset.warnings], [16, []]);
    const { id, scan, photos, cameras } = await dataset.scene("nuscenes", "train", 1);
    assert.equal(id, "scene-0061/1000000000000002");
    assert.deepEqual([...scan.positions], [2, 10, -1, 0, 0, 2, 0, 0, 0]);
    assert.deepEqual([...scan.intensity!], [51 / 255, 1, 0].map(Math.fround));
    const names = [...scan.labels!].map((label) => dataset.classes[label]);
    assert.deepEqual(names, ["car", "vegetation", undefined], "the car itself is ignored");
    assert.equal(scan.labels![2], dataset.ignoreLabel);
    assert.deepEqual(photos.map(({ pixels }) => pixels[0]), [9, 2]);
    const [back, front] = cameras;
    assert.match(front!.file, /CAM_FRONT/);
    // In the car: 11 m before, 2 m right, 0.8 m up; then the car drives 0.5 m before the exposure.
    assertSees(front!, [2, 10, -1], [5 * 2 / 8.8 + 4, 6 * 0.7 / 8.8 + 2]);
    // 1 m before the car's origin the lidar, 1.7 m the camera, which looks back: 5 m behind the lidar, 1 m to its right.
    assertSees(back!, [1, -5, 0], [5 * -1 / 5.7 + 4, 6 * -0.3 / 5.7 + 2]);
  });
});

Deno.test("nuScenes: the splits of trainval are the official ones", async () => {
  const names = ["scene-0001", "scene-0003", "scene-0553", "scene-1073", "scene-1110"];
  await withFiles(miniature("v1.0-trainval", names), async (root) => {
    const dataset = await open(root);
    assert.deepEqual(
      [dataset.count("nuscenes", "train"), dataset.count("nuscenes", "test")],
      [2 * 2, 3 * 2],
    );
    assert.match((await dataset.scene("nuscenes", "validation", 0)).id, /^scene-0003/);
    assert.match(dataset.domains[0]!.about, /v1\.0-trainval/);
  });
});

Deno.test("nuScenes: key frames without labels are left out with a warning", async () => {
  const files = miniature("v1.0-mini", SCENES);
  files["v1.0-mini/lidarseg.json"] = JSON.stringify(
    JSON.parse(files["v1.0-mini/lidarseg.json"] as string).slice(1),
  );
  await withFiles(files, async (root) => {
    const dataset = await open(root);
    assert.equal(dataset.count("nuscenes", "test"), 1);
    assert.match(dataset.warnings![0]!, /^1 of 4 key frames have no row in v1\.0-mini\/lidarseg/);
  });
});

/** The files without those of some names. */
function without(files: Files, gone: RegExp): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !gone.test(name)));
}

Deno.test("nuScenes: one of the ten archives (v1.0-trainval02_blobs) is enough, the others are missed", async () => {
  const whole = miniature("v1.0-trainval", ["scene-0001", "scene-0002", "scene-0003"]);
  await withFiles(without(whole, /^samples\/.*scene-000[13]/), async (root) => {
    const dataset = await open(root);
    assert.deepEqual(
      [dataset.count("nuscenes", "train"), dataset.count("nuscenes", "test")],
      [2, 0],
    );
    const [lost, empty, ...others] = dataset.warnings!;
    assert.match(
      lost!,
      /^4 of 6 key frames of v1\.0-trainval were left out.*LIDAR_TOP\/scene-0001/,
    );
    assert.match(empty!, /validation and test parts are empty/);
    assert.deepEqual(others, []);
    const { id, photos } = await dataset.scene("nuscenes", "train", 0);
    assert.match(id, /^scene-0002/);
    assert.equal(photos.length, 2);
  });
});

Deno.test("nuScenes: a sweep whose labels are missing is left out, and the version changes when they come", async () => {
  const whole = miniature("v1.0-mini", SCENES);
  const label = Object.keys(whole).find((name) => /0061 at 1.*_lidarseg/.test(name))!;
  await withFiles(without(whole, /0061 at 1.*_lidarseg/), async (root) => {
    const before = await open(root);
    assert.equal(before.count("nuscenes", "train"), 1);
    assert.match(before.warnings![0]!, /^1 of 4 key frames .* such as lidarseg\/v1\.0-mini\//);
    await Deno.writeFile(`${root}/${label}`, whole[label] as Uint8Array);
    const after = await open(root);
    assert.deepEqual([after.count("nuscenes", "train"), after.warnings], [2, []]);
    assert.notEqual(after.version("nuscenes"), before.version("nuscenes"));
  });
});

Deno.test("nuScenes: the archives of sweeps alone (v1.0-trainval01_blobs_lidar) are used without photographs", async () => {
  const whole = miniature("v1.0-mini", SCENES);
  await withFiles(without(whole, /^samples\/CAM/), async (root) => {
    const dataset = await open(root);
    assert.equal(dataset.warnings!.length, 1);
    assert.match(dataset.warnings![0]!, /^4 of 4 key frames .* lack photographs.*CAM_BACK/);
    const { photos, cameras } = await dataset.scene("nuscenes", "train", 0);
    assert.deepEqual([photos, cameras], [[], []]);
  });
  await withFiles(without(whole, /CAM_FRONT\/scene-0061-1/), async (root) => {
    const dataset = await open(root);
    assert.match(dataset.warnings![0]!, /^1 of 4 key frames .*CAM_FRONT\/scene-0061-1\.jpg/);
    const { cameras } = await dataset.scene("nuscenes", "train", 0);
    assert.deepEqual(cameras.map(({ file }) => file), ["samples/CAM_BACK/scene-0061-1.jpg"]);
  });
});

Deno.test("nuScenes: of several versions in one folder the first is taken that has a sweep", async () => {
  const mini = miniature("v1.0-mini", ["scene-0061"]);
  const large = miniature("v1.0-trainval", ["scene-0001", "scene-0003"]);
  const about = async (files: Files) => {
    let said: [string, readonly string[]] | undefined;
    await withFiles(files, async (root) => {
      const dataset = await open(root);
      await dataset.scene("nuscenes", "train", 0);
      said = [dataset.domains[0]!.about, dataset.warnings!];
    });
    return said!;
  };
  // nuScenes-lidarseg-all unpacks two tables and all labels of each version.
  const lidarseg = without(large, /^samples|^v1\.0-trainval\/(?!category|lidarseg)/);
  const [unpacked, [none]] = await about({ ...mini, ...lidarseg });
  assert.match(unpacked, /v1\.0-mini/);
  assert.match(none!, /scenes for validation/, "there was no choice");
  // The tables of trainval, and the sweeps of mini alone.
  const [small, [choice]] = await about({ ...mini, ...without(large, /^samples/) });
  assert.match(small, /v1\.0-mini/);
  assert.match(choice!, /v1\.0-mini was taken, since no key frame of v1\.0-trainval has both/);
  // All of trainval, but nuScenes-lidarseg of mini alone.
  const unlabelled = without(large, /lidarseg/);
  const [labelled, [reason]] = await about({ ...mini, ...unlabelled });
  assert.match(labelled, /v1\.0-mini/);
  assert.match(reason!, /v1\.0-mini was taken, since no key frame of v1\.0-trainval has both/);
  await withFiles(unlabelled, async (root) => {
    await assert.rejects(open(root), /v1\.0-trainval\/lidarseg\.json: it should be the table/);
  });
  const [both, warnings] = await about({ ...mini, ...large });
  assert.match(both, /v1\.0-trainval/);
  assert.match(warnings.join(), /v1\.0-trainval was taken, since it is the larger one; move/);
});

Deno.test("nuScenes: what is missing, cut or does not belong together is named in one line", async () => {
  const whole = miniature("v1.0-mini", SCENES);
  const label = Object.keys(whole).find((name) => /0061 at 1.*_lidarseg/.test(name))!;
  const table = (name: string) => `v1.0-mini/${name}.json`;
  const edited = (name: string, edit: (text: string) => string): Files => ({
    ...whole,
    [table(name)]: edit(whole[table(name)] as string),
  });
  const cases: [Files, RegExp][] = [
    [
      without(whole, /^v1/),
      /v1\.0-trainval: it should be the folder of nuScenes' tables \(or v1\.0-mini/,
    ],
    [without(whole, /ego_pose/), /ego_pose\.json: it should be the table 'ego_pose' of nuScenes/],
    [without(whole, /lidarseg\.json/), /lidarseg\.json: it should be the table 'lidarseg'/],
    [
      without(whole, /_lidarseg\.bin/),
      /no key frame of v1\.0-mini has both .* lacks lidarseg\/.*; unpack/,
    ],
    [without(whole, /samples\/LIDAR/), /lacks samples\/LIDAR_TOP\/scene-0061-1\.pcd\.bin; unpack/],
    [edited("lidarseg", () => "[]"), /it lacks rows in v1\.0-mini\/lidarseg\.json; unpack/],
    [{ ...whole, [label]: Uint8Array.of(17) }, /3 points, its labels are 1/],
    [{ ...whole, [label]: Uint8Array.of(17, 3, 1) }, /label 3 is no index in category\.json/],
    [edited("category", (text) => text.replaceAll("index", "i")), /'noise' has no index/],
    [edited("ego_pose", (text) => text.slice(0, -20)), /ego_pose\.json: row 19 is cut/],
    [edited("ego_pose", () => "[]"), /ego_pose\.json: it has no row scene-0061/],
    [edited("sample", (text) => text.replace('"token"', '"tok"')), /sample\.json: row 0 is/],
    [
      edited("sensor", (text) => text.replace("LIDAR", "L\u0001")),
      /sensor\.json: row 0 is not JSON/,
    ],
    [
      edited("calibrated_sensor", (text) => text.replace("0.5", "0.6")),
      /no quaternion of length 1/,
    ],
  ];
  for (const [files, message] of cases) {
    await withFiles(files, async (root) => {
      const read = async () => (await open(root)).scene("nuscenes", "train", 0);
      await assert.rejects(read, (error: Error) => {
        assert.ok(error instanceof DatasetError, `${error}`);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});
