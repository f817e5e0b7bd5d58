/**
 * The views that a scan is labelled with: its photographs, or virtual views.
 *
 * @module
 */
import type { Gpu } from "../../gpu/mod.ts";
import { type VirtualViews, virtualViews } from "../../pairing/virtual/mod.ts";
import type { TeacherCard } from "../../teacher/mod.ts";
import type { DescribedViews } from "../../ttt/photographs.ts";
import type { LoadedModels } from "../loaded_models.ts";
import type { ScanMonitor } from "../scan_monitor.ts";
import type { SegmentRequest } from "../segmenter.ts";

/** The photographs of a request with their cameras, or views that were rendered of its scan. */
export type ChosenViews =
  & Pick<SegmentRequest, "photos" | "cameras">
  & Partial<Pick<VirtualViews, "appearance">>;

/**
 * Renders virtual views of a scan.
 *
 * @param pixelSize metres that a pixel covers.
 */
export function renderViews(
  gpu: Gpu,
  { scan }: SegmentRequest,
  { shortSide }: TeacherCard,
  pixelSize: number,
  monitor: ScanMonitor,
): Promise<ChosenViews> {
  return monitor.time("render", () => virtualViews(gpu, scan, { shortSide, pixelSize }));
}

/** Has the teacher describe all views. `owned` gets the feature maps. */
export async function describeViews(
  { scan: { origin }, placebo, signal }: SegmentRequest,
  { photos, cameras }: ChosenViews,
  { teacher, centre }: LoadedModels,
  monitor: ScanMonitor,
  owned: DisposableStack,
): Promise<DescribedViews> {
  const maps = await monitor.time(
    "teacher",
    () =>
      teacher!.describeAll(photos, {
        ...(signal ? { signal } : {}),
        onPhoto: (done) => monitor.advanced("teacher", done, photos.length),
      }),
  );
  for (const map of maps) owned.use(map);
  signal?.throwIfAborted();
  return { cameras, maps, origin, centre: centre!, placebo: placebo ?? null };
}
