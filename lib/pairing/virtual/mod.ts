/**
 * Virtual views: pictures of a scan itself, for a teacher to look at where no photographs came.
 *
 * @module
 */
export { type Appearance, appearanceOf } from "./appearance.ts";
export { type Cells, cellsOf } from "./cells.ts";
export { type Drawing, drawViews } from "./draw.ts";
export { drawViewsReference, type HostDrawing } from "./draw_reference.ts";
export { placeCameras, type PlacementOptions } from "./placement.ts";
export {
  thinned,
  type VirtualViewOptions,
  type VirtualViews,
  virtualViews,
} from "./virtual_views.ts";
