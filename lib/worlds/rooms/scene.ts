/**
 * A whole scene of a benchmark: the room of a seed, its photographs, and the scan of one domain.
 *
 * @module
 */
import type { Gpu } from "../../gpu/mod.ts";
import type { Camera, Photo, Scan } from "../../scan/mod.ts";
import { writePly } from "../../scan/mod.ts";
import { IGNORE_LABEL, PART_CLASS } from "./classes.ts";
import { type DomainName, DOMAINS, sceneSeed } from "./domains.ts";
import { makeRoom } from "./make_room.ts";
import { photographRoom, placeCameras } from "./photographs.ts";
import { Random } from "../../random/random.ts";
import { gpuCaster } from "../raycast.ts";
import type { Split } from "../seeds.ts";
import { scanRoom } from "./scanners.ts";

/** Photographs of one scene. */
export const VIEWS_PER_SCENE = 8;

/** Which scene. */
export interface SceneRequest {
  domain: DomainName;
  split: Split;
  /** 0 .. 65535. */
  index: number;
}

/** A scan with its photographs. */
export interface WorldScene {
  /** "domain/split/index". */
  id: string;
  /** `labels` holds the true class of every point, 255 for outliers. */
  scan: Scan;
  photos: Photo[];
  cameras: Camera[];
  /** True class of every pixel of every photograph, 255 where there is none. */
  photoClasses: Uint8Array[];
}

/**
 * Makes a scene. The same request on the same adapter gives the same bits; the split and the index
 * decide the seed (see {@link sceneSeed}), which no other split shares.
 *
 * @throws {RangeError} when the index is out of range.
 */
export async function roomScene(
  gpu: Gpu,
  { domain, split, index }: SceneRequest,
): Promise<WorldScene> {
  const seed = sceneSeed(domain, split, index);
  const row = DOMAINS[domain];
  const cast = gpuCaster(gpu);
  const room = makeRoom(seed, split === "teacher" ? "teacher" : row.style);
  const cameras = placeCameras(room, VIEWS_PER_SCENE, new Random(seed, 2));
  const pictures = await photographRoom(cast, room, cameras, new Random(seed, 3));
  const measured = await scanRoom(cast, room, pictures, row, new Random(seed, 4));
  const { count, positions, colors, labels } = measured;
  const id = `${domain}/${split}/${index}`;
  const scan: Scan = {
    name: `${domain}-${split}-${index}.ply`,
    format: "ply",
    count,
    origin: [0, 0, 0],
    positions,
    colors,
    intensity: null,
    normals: null,
    labels,
    bytes: writePly({ positions, colors, labels }),
  };
  return {
    id,
    scan,
    photos: pictures.map((picture) => picture.photo),
    cameras,
    photoClasses: pictures.map(({ parts }) =>
      parts.map((part) => PART_CLASS[part] ?? IGNORE_LABEL)
    ),
  };
}
