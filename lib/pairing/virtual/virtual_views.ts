/**
 * Renders views of a scan that came without photographs, from the scan itself.
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
  /** Length of a picture's shorter side, pixels: that of the teacher's input. */
  shortSide: number;
  /** Edge of the largest area that a pixel should cover, metres: the edge of a voxel. */
  pixelSize: number;
}

/** Rendered views of a scan. */
export interface VirtualViews {
  /** `photos[i]` is the picture of `cameras[i]`. */
  photos: Photo[];
  /** The cameras. */
  cameras: Camera[];
  /** Source of the colours in the pictures. */
  appearance: Appearance;
}

/** Most cameras. */
const COUNT = 8;
/** Ratio of width to height, and the horizontal field of view: those of a common wide-angle lens. */
const ASPECT = 4 / 3;
const FIELD_OF_VIEW = 80 * Math.PI / 180;

/** Most points that are drawn; of larger scans, every k-th point is. Projected, they take up 64 MiB on the GPU. */
const MOST_POINTS = 2 ** 22;

/** The parts of a scan that {@link virtualViews} reads. */
type DrawableScan = Pick<Scan, "name" | "positions" | "origin" | "colors" | "intensity">;

/**
 * Places cameras in a scan and renders what they see. The same scan gives the same bits on the same adapter.
 *
 * @throws {ScanError} where the scan is so wide that no camera sees a hundredth of it at `pixelSize`
 */
export async function virtualViews(
  gpu: Gpu,
  scan: DrawableScan,
  { shortSide, pixelSize }: VirtualViewOptions,
): Promise<VirtualViews> {
  const thin = thinned(scan, MOST_POINTS);
  const { positions, origin } = thin;
  const optics = {
    width: Math.round(ASPECT * shortSide),
    height: shortSide,
    fieldOfView: FIELD_OF_VIEW,
  };
  const cells = cellsOf(positions);
  const cameras = placeCameras(positions, cells, origin, { count: COUNT, optics, pixelSize });
  if (cameras.length === 0) {
    throw new ScanError({
      file: scan.name,
      action: "render views of",
      problem: "no camera in or around it sees a hundredth of it at the size of a voxel",
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

/** Keeps every k-th point, so that at most `most` are left; gives the scan itself where it has no more. */
export function thinned(scan: DrawableScan, most: number): DrawableScan {
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
