/**
 * The photographs of a scene of ScanNet: those that SensReader has exported, if all their poses and their intrinsics are
 * there, or else those in the recording itself.
 *
 * @module
 */
import { join } from "node:path";
import { type PhotoFile, readViews, type ScanViews } from "../../../scan/mod.ts";
import { DatasetError } from "../../scene_folder.ts";
import { isThere, listNeeded, readNeeded } from "../files.ts";
import { evenly, inNumberOrder } from "./even_choice.ts";
import { readSens, readSensPicture } from "./sens_file.ts";

/** Frames in the order of time, as the reader of ScanNet's cameras wants them. */
interface Frames {
  /** Matrices of the camera: name and text. */
  matrices: { name: string; text: string }[];
  frames: {
    /** Number of the frame. */
    number: string;
    /** [4][4] camera to world, as text. */
    pose: string;
    image: PhotoFile;
  }[];
}

/** Whether a scene has photographs, exported or recorded. */
export async function hasPhotographs(folder: string, name: string): Promise<boolean> {
  return await isThere(join(folder, "color")) || await isThere(join(folder, `${name}.sens`));
}

/**
 * Reads photographs at even distances of time, out of those whose poses are known. Where there are none, a warning says why.
 *
 * @param folder folder of the scene
 * @param name name of the scene
 * @throws {DatasetError} where there is no recording and the export lacks photographs, a pose or the intrinsics, or where
 *   the recording is cut off
 * @throws {CameraError} where a pose or the intrinsics are malformed
 */
export async function readPhotographs(folder: string, name: string): Promise<ScanViews> {
  const found = await exportedOrRecorded(folder, name);
  if (!found) return without(name, `${folder} has neither color nor ${name}.sens; add one of them`);
  // A matrix of -inf says that tracking was lost.
  const tracked = found.frames.filter(({ pose }) => !/inf|nan/i.test(pose));
  if (tracked.length === 0) return without(name, `the poses of all photographs are unknown`);
  const chosen = evenly(tracked);
  const poses = chosen.map(({ number, pose }) => ({ name: `pose/${number}.txt`, text: pose }));
  return await readViews(chosen.map(({ image }) => image), [...found.matrices, ...poses]);
}

function without(name: string, reason: string): ScanViews {
  const text = `${name} is used without photographs, since ${reason}.`;
  return { photos: [], cameras: [], warnings: [{ code: "left-out", text, field: "images" }] };
}

/**
 * The export where it is finished, and else the recording: `reader.py` writes colour, poses and intrinsics by flags of their
 * own, in this order.
 */
async function exportedOrRecorded(folder: string, name: string): Promise<Frames | null> {
  const isRecorded = await isThere(join(folder, `${name}.sens`));
  if (await isThere(join(folder, "color"))) {
    try {
      return await exported(folder, name);
    } catch (error) {
      if (!(isRecorded && error instanceof DatasetError)) throw error;
    }
  }
  return isRecorded ? await recorded(folder, name) : null;
}

async function exported(folder: string, name: string): Promise<Frames> {
  const colour = join(folder, "color");
  const textOf = async (part: string, file: string, holds: string) =>
    new TextDecoder().decode(await readNeeded(join(folder, part, file), holds));
  const matrices = [{
    name: "intrinsic_color.txt",
    text: await textOf(
      "intrinsic",
      "intrinsic_color.txt",
      `the intrinsics of the photographs of ${name}`,
    ),
  }];
  const frames: Frames["frames"] = [];
  for (const photo of inNumberOrder(await listNeeded(colour, `the photographs of ${name}`))) {
    const number = photo.match(/^(\d+)\.(?:jpe?g|png)$/i)?.[1];
    if (number === undefined) continue;
    const pose = await textOf(
      "pose",
      `${number}.txt`,
      `the pose of photograph ${number} of ${name}`,
    );
    const bytes = () => Deno.readFile(join(colour, photo));
    frames.push({ number, pose, image: { name: `color/${photo}`, bytes } });
  }
  if (frames.length === 0) {
    throw new DatasetError(
      `Cannot find photographs like 0.jpg in ${colour}; export them again, or add ${name}.sens`,
    );
  }
  return { matrices, frames };
}

async function recorded(folder: string, name: string): Promise<Frames> {
  const path = join(folder, `${name}.sens`);
  const { intrinsics, extrinsics, frames } = await readSens(path);
  return {
    matrices: [
      { name: "intrinsic_color.txt", text: rowsOf(intrinsics) },
      { name: "extrinsic_color.txt", text: rowsOf(extrinsics) },
    ],
    frames: frames.map((frame, index) => ({
      number: String(index),
      pose: rowsOf(frame.cameraToWorld),
      image: { name: `color/${index}.jpg`, bytes: () => readSensPicture(path, frame) },
    })),
  };
}

/** A 4x4 matrix as SensReader writes it. */
function rowsOf(matrix: Float32Array): string {
  return [0, 4, 8, 12].map((at) => `${matrix.subarray(at, at + 4).join(" ")}\n`).join("");
}
