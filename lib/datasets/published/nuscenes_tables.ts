/**
 * The tables of nuScenes, joined to what a loader needs: the annotated sweeps by scene, each with its cameras.
 *
 * Source: `docs/schema_nuscenes.md` and `docs/instructions_lidarseg.md` of nutonomy/nuscenes-devkit.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { inverseRigid, multiply, quaternionPose } from "../../scan/camera/pose.ts";
import { DatasetError } from "../scene_folder.ts";
import { eachRow } from "./json_table.ts";

/** A photograph of a sweep. */
export interface SweepCamera {
  /** Path of the photograph within the folder of the data set. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** [3][3] row-major. */
  readonly intrinsic: readonly number[];
  /** From the scanner at the time of the sweep to the camera at the time of its exposure. */
  readonly scannerToCamera: Float64Array;
}

/** An annotated sweep of the lidar. */
export interface Sweep {
  /** Name of its scene, "scene-0061". */
  readonly scene: string;
  /** Microseconds. */
  readonly timestamp: number;
  /** Path of the points within the folder of the data set. */
  readonly points: string;
  /** Path of the labels within the folder of the data set; null where there are none. */
  readonly labels: string | null;
  /** Paths of its photographs within the folder of the data set. */
  readonly photographs: readonly string[];
  /** Its cameras by the names of their channels. */
  cameras(): SweepCamera[];
}

/** What the tables say. */
export interface NuscenesTables {
  /** Names of the labels by their number. */
  readonly categories: ReadonlyMap<number, string>;
  /** All sweeps of key frames, by scene and time. */
  readonly sweeps: readonly Sweep[];
}

const LIDAR = "LIDAR_TOP";

const token = z.string().min(1);
const vector = z.tuple([z.number(), z.number(), z.number()]);
const quaternion = z.tuple([z.number(), z.number(), z.number(), z.number()]).refine(
  (value) => Math.abs(Math.hypot(...value) - 1) < 1e-3,
  "is no quaternion of length 1; fetch the file again",
);

const CategorySchema = z.object({ name: z.string(), index: z.int().optional() });
const SceneSchema = z.object({ token, name: z.string().min(1) });
const SampleSchema = z.object({ token, scene_token: token, timestamp: z.number() });
const SensorSchema = z.object({ token, channel: z.string(), modality: z.string() });
const PoseSchema = z.object({ token, translation: vector, rotation: quaternion });
const CalibrationSchema = PoseSchema.extend({
  sensor_token: token,
  camera_intrinsic: z.array(vector),
});
const LabelsSchema = z.object({ sample_data_token: token, filename: z.string().min(1) });
const DataSchema = z.object({
  token,
  sample_token: token,
  ego_pose_token: token,
  calibrated_sensor_token: token,
  filename: z.string().min(1),
  width: z.number().nullish(),
  height: z.number().nullish(),
  is_key_frame: z.boolean(),
});

type DataRow = z.output<typeof DataSchema>;
type PoseRow = z.output<typeof PoseSchema>;

/**
 * Reads the tables in `root/version`.
 *
 * @throws {DatasetError} where one is missing, malformed, or does not belong to the others
 */
export async function readTables(root: string, version: string): Promise<NuscenesTables> {
  const pathOf = (name: string) => join(root, version, `${name}.json`);
  const each = <T>(name: string, schema: z.ZodType<T>, visit: (row: T) => void) =>
    eachRow(pathOf(name), `the table '${name}' of nuScenes`, schema, visit);
  const byToken = async <T extends { token: string }>(name: string, schema: z.ZodType<T>) => {
    const rows = new Map<string, T>();
    await each(name, schema, (row) => rows.set(row.token, row));
    return rows;
  };
  const find = <T>(rows: ReadonlyMap<string, T>, key: string, table: string): T => {
    const row = rows.get(key);
    if (row) return row;
    throw new DatasetError(
      `Cannot read ${pathOf(table)}: it has no row ${key}; unpack all tables of one version`,
    );
  };

  const categories = new Map<number, string>();
  await each("category", CategorySchema, ({ name, index }) => {
    if (index !== undefined) return categories.set(index, name);
    throw new DatasetError(
      `Cannot use ${
        pathOf("category")
      }: '${name}' has no index; unpack nuScenes-lidarseg over nuScenes`,
    );
  });
  const labels = new Map<string, string>();
  await each("lidarseg", LabelsSchema, (row) => labels.set(row.sample_data_token, row.filename));
  const scenes = await byToken("scene", SceneSchema);
  const samples = await byToken("sample", SampleSchema);
  const sensors = await byToken("sensor", SensorSchema);
  const calibrations = await byToken("calibrated_sensor", CalibrationSchema);
  const sensorOf = ({ calibrated_sensor_token }: DataRow) => {
    const { sensor_token } = find(calibrations, calibrated_sensor_token, "calibrated_sensor");
    return find(sensors, sensor_token, "sensor");
  };

  // Most rows are of frames in between and of radars.
  const scans: DataRow[] = [];
  const photographs = new Map<string, { channel: string; row: DataRow }[]>();
  const wanted = new Set<string>();
  await each("sample_data", DataSchema, (row) => {
    if (!row.is_key_frame) return;
    const { channel, modality } = sensorOf(row);
    if (channel === LIDAR) scans.push(row);
    else if (modality === "camera") {
      const others = photographs.get(row.sample_token);
      if (others) others.push({ channel, row });
      else photographs.set(row.sample_token, [{ channel, row }]);
    } else return;
    wanted.add(row.ego_pose_token);
  });
  const poses = new Map<string, PoseRow>();
  await each("ego_pose", PoseSchema, (row) => {
    if (wanted.has(row.token)) poses.set(row.token, row);
  });

  /** From a sensor to the world, at the time of its own reading. */
  const toWorld = (row: DataRow) => {
    const sensor = find(calibrations, row.calibrated_sensor_token, "calibrated_sensor");
    const ego = find(poses, row.ego_pose_token, "ego_pose");
    return multiply(
      quaternionPose(ego.rotation, ego.translation),
      quaternionPose(sensor.rotation, sensor.translation),
    );
  };
  const cameraOf = (row: DataRow, scan: DataRow): SweepCamera => {
    const { camera_intrinsic: intrinsic } = calibrations.get(row.calibrated_sensor_token)!;
    if (intrinsic.length !== 3 || !row.width || !row.height) {
      throw new DatasetError(
        `Cannot use ${row.filename}: the tables in ${
          join(root, version)
        } give it no size or no camera_intrinsic; unpack them again`,
      );
    }
    return {
      file: row.filename,
      width: row.width,
      height: row.height,
      intrinsic: intrinsic.flat(),
      scannerToCamera: multiply(inverseRigid(toWorld(row)), toWorld(scan)),
    };
  };
  const sweeps = scans.map((scan): Sweep => {
    const sample = find(samples, scan.sample_token, "sample");
    const views = (photographs.get(scan.sample_token) ?? [])
      .toSorted((a, b) => a.channel < b.channel ? -1 : 1);
    return {
      scene: find(scenes, sample.scene_token, "scene").name,
      timestamp: sample.timestamp,
      points: scan.filename,
      labels: labels.get(scan.token) ?? null,
      photographs: views.map(({ row }) => row.filename),
      cameras: () => views.map(({ row }) => cameraOf(row, scan)),
    };
  });
  sweeps.sort((a, b) =>
    a.scene === b.scene ? a.timestamp - b.timestamp : a.scene < b.scene ? -1 : 1
  );
  return { categories, sweeps };
}
