/**
 * Receives the body of a segmentation request, a scan or a form, into a folder. Files go to the disk chunk by chunk, at
 * the pace of the disk, so that a large scan is never held in memory.
 *
 * @module
 */
import { join } from "node:path";
import { writeStream } from "../../lib/serving/files/durable.ts";
import { unpackPhotographs } from "../../lib/serving/files/embedded_photographs.ts";
import type { Input } from "../../lib/serving/files/input.ts";
import { chunksInto, mediaTypeOf } from "./body.ts";
import { receiveForm } from "./form.ts";
import { RequestError } from "./problem.ts";
import { singleValues } from "./query.ts";
import type { UploadLimits } from "./upload_limits.ts";

/** The media types that a body may declare where it is the scan itself. */
export const SCAN_TYPES = [
  "application/octet-stream",
  "application/vnd.las",
  "application/ply",
  "application/x-ply",
  "model/ply",
  "application/x-pcd",
  "text/csv",
  "text/plain",
  "application/vnd.laszip",
];

const RAW_TYPES = [
  ...SCAN_TYPES,
  // The default of `curl --data-binary`.
  "application/x-www-form-urlencoded",
];

/**
 * Receives an upload.
 *
 * @param folder an empty folder for its files; the caller removes it if this fails.
 * @returns the files by their parts. Options come from the query and from the part `options`, which takes precedence;
 *   photographs that an E57 scan holds stand in for images where none came.
 * @throws {RequestError} 415 for another content type, and the errors of {@link chunksInto} and {@link receiveForm}.
 */
export async function receiveInput(
  request: Request,
  folder: string,
  limits: UploadLimits,
): Promise<Input> {
  const type = mediaTypeOf(request, RAW_TYPES[0]!);
  const options = singleValues(request.url);
  if (type === "multipart/form-data") {
    const form = await receiveForm(request, folder, limits);
    const input = await unpackPhotographs(folder, form, limits.images);
    return { ...input, options: { ...options, ...input.options } };
  }
  if (!RAW_TYPES.includes(type)) {
    throw new RequestError(
      415,
      `Cannot read a body of type ${type}: send multipart/form-data, or the scan itself as ${
        SCAN_TYPES.slice(0, 3).join(", ")
      }`,
      { field: "content-type" },
    );
  }
  await writeStream(join(folder, "scan"), chunksInto(folder, request, limits));
  const scan = { name: "scan", file: "scan" };
  const input = { scan, images: [], cameras: [], options };
  return await unpackPhotographs(folder, input, limits.images);
}
