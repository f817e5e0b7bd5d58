/**
 * Virtual views: pictures rendered of a scan that came without photographs, as input for the teacher.
 *
 * @module
 */
export { type Appearance, appearanceOf } from "./appearance.ts";
export { type CellGrid, cellsOf } from "./cells.ts";
export { drawViews, type ViewDrawing } from "./draw.ts";
export { drawViewsReference, type HostViewDrawing } from "./draw_reference.ts";
export { placeCameras, type PlacementOptions } from "./placement.ts";
export {
  thinned,
  type VirtualViewOptions,
  type VirtualViews,
  virtualViews,
} from "./virtual_views.ts";
