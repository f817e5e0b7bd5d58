/**
 * Pictures and cameras for a scan that brought none, made from the scan itself.
 *
 * @module
 */
import type { Gpu } from "../../gpu/mod.ts";
import { type Camera, type Photo, type Scan, ScanError } from "../../scan/mod.ts";
import { type Appearance, appearanceOf, backgroundOf } from "./appearance.ts";
import { cellsOf } from "./cells.ts";
import { drawViews } from "./draw.ts";
import { placeCameras } from "./placement.ts";

/** Settings of {@link virtualViews}. */
export interface VirtualViewOptions {
  /** Pixels of a picture's shorter side: what the teacher looks at. */
  shortSide: number;
  /** Metres that a pixel should cover at most to be worth its whole: the edge of a voxel. */
  footprint: number;
}

/** Pictures of a scan. */
export interface VirtualViews {
  /** `photos[i]` is what `cameras[i]` sees. */
  photos: Photo[];
  cameras: Camera[];
  /** What the pictures are made of. */
  appearance: Appearance;
}

/** Most cameras. */
const COUNT = 8;
/** Width to height, and the horizontal field of view: a common wide lens. */
const ASPECT = 4 / 3;
const FIELD_OF_VIEW = 80 * Math.PI / 180;

/** Points that are drawn; of larger scans every k-th. They are 64 MiB on the GPU once projected. */
const MOST_POINTS = 2 ** 22;

/** What {@link virtualViews} reads of a scan. */
type Drawn = Pick<Scan, "name" | "positions" | "origin" | "colors" | "intensity">;

/**
 * Places cameras in a scan and draws what they see. The same scan gives the same bits on one adapter.
 *
 * @throws {ScanError} where the scan is so wide that no camera sees a hundredth of it in pixels of `footprint`.
 */
export async function virtualViews(
  gpu: Gpu,
  scan: Drawn,
  { shortSide, footprint }: VirtualViewOptions,
): Promise<VirtualViews> {
  const thin = thinned(scan, MOST_POINTS);
  const { positions, origin } = thin;
  const lens = {
    width: Math.round(ASPECT * shortSide),
    height: shortSide,
    fieldOfView: FIELD_OF_VIEW,
  };
  const cells = cellsOf(positions);
  const cameras = placeCameras(positions, cells, origin, { count: COUNT, lens, footprint });
  if (cameras.length === 0) {
    throw new ScanError({
      file: scan.name,
      action: "render views of",
      problem: "no camera in or around it would see as much as a hundredth of it well",
      mend: "cut the scan, set a larger voxelSize, send photographs, or use method bn",
    });
  }
  const { appearance, colours } = appearanceOf(thin);
  using points = gpu.upload("positions to draw", positions);
  const photos = await drawViews(gpu, {
    positions: points,
    points: positions.length / 3,
    origin,
    cameras,
    colours,
    background: backgroundOf(colours),
    spacing: cells.spacing,
  });
  return { photos, cameras, appearance };
}

/** Every k-th point, so that no more than `most` are left; the scan itself where it has no more. */
export function thinned(scan: Drawn, most: number): Drawn {
  const stride = Math.ceil(scan.positions.length / 3 / most);
  if (stride === 1) return scan;
  const every = (values: Float32Array, width: number) => {
    const kept = new Float32Array(width * Math.ceil(values.length / width / stride));
    for (let i = 0; i < kept.length; i++) {
      kept[i] = values[Math.floor(i / width) * stride * width + i % width]!;
    }
    return kept;
  };
  return {
    ...scan,
    positions: every(scan.positions, 3),
    colors: scan.colors && every(scan.colors, 3),
    intensity: scan.intensity && every(scan.intensity, 1),
  };
}
