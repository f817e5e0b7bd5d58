/**
 * Pictures and cameras for a scan that brought none, made from the scan itself.
 *
 * @module
 */
import type { Gpu } from "../../gpu/mod.ts";
import type { Camera, Photo, Scan } from "../../scan/mod.ts";
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

/** Places cameras in a scan and draws what they see. The same scan gives the same bits on one adapter. */
export async function virtualViews(
  gpu: Gpu,
  scan: Pick<Scan, "positions" | "origin" | "colors" | "intensity">,
  { shortSide, footprint }: VirtualViewOptions,
): Promise<VirtualViews> {
  const { positions, origin } = scan;
  const lens = {
    width: Math.round(ASPECT * shortSide),
    height: shortSide,
    fieldOfView: FIELD_OF_VIEW,
  };
  const cells = cellsOf(positions);
  const cameras = placeCameras(positions, cells, origin, { count: COUNT, lens, footprint });
  if (cameras.length === 0) return { photos: [], cameras, appearance: "shape" };
  const { appearance, colours } = appearanceOf(scan);
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
