/**
 * `POST /v1/segment`: a scan in, as the raw body or as a form with its photographs and cameras; the same
 * file with labels out, or JSON.
 *
 * @module
 */
import { Hono } from "hono";
import {
  type Camera,
  decodePhoto,
  parseCameras,
  type Photo,
  readScan,
  type Scan,
  writeScan,
} from "../lib/scan/mod.ts";
import { OptionError, segmentOptions } from "../lib/ttt/options.ts";
import type { GpuTurns } from "../lib/ttt/turns.ts";
import type { Progress, Segmenter, SegmentResult } from "../lib/ttt/types.ts";
import { negotiate } from "./http/accept.ts";
import { RequestError } from "./http/problem.ts";
import { reportHeader } from "./http/report_header.ts";
import { readUpload, type UploadedFile, type UploadLimits } from "./http/upload.ts";

/** Media types of the scan formats, the first of which answers carry. */
const MEDIA_TYPES = {
  las: ["application/vnd.las", "application/octet-stream"],
  ply: ["application/ply", "application/x-ply", "model/ply", "application/octet-stream"],
} as const;

/** What the route needs. */
export interface SegmentRouteOptions {
  engine: Segmenter;
  limits: UploadLimits;
  turns: GpuTurns;
  onProgress?: (scan: string, progress: Progress) => void;
}

/** Routes under `/v1/segment`. */
export function segmentRoutes({ engine, limits, turns, onProgress }: SegmentRouteOptions): Hono {
  return new Hono().post("/", async (c) => {
    const signal = c.req.raw.signal;
    using place = turns.enter();
    const upload = await readUpload(c.req.raw, limits);
    const { extraBytes, ...settings } = upload.options;
    const options = segmentOptions(settings, upload.images.length > 0);
    const withExtraBytes = flag(extraBytes, "extraBytes");
    const scan = await readScan(upload.scan.bytes, upload.scan.name);
    const type = negotiate(c.req.header("accept"), [
      ...MEDIA_TYPES[scan.format],
      "application/json",
    ]);
    const { photos, cameras } = await readViews(upload.images, upload.cameras);

    await place.turn(signal);
    const result = await engine.segment({
      scan,
      photos,
      cameras,
      options,
      signal,
      ...(onProgress ? { onProgress: (progress) => onProgress(scan.name, progress) } : {}),
    });
    if (type === "application/json") return c.json(jsonAnswer(engine, result));
    const bytes = writeScan(scan, {
      labels: result.labels,
      confidence: result.confidence,
      extraBytes: withExtraBytes,
      asprs: engine.student.asprs,
    });
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      "content-type": type,
      "content-disposition": `attachment; filename="labelled.${scan.format}"`,
      "x-tttkd-report": reportHeader(result.report),
    });
  });
}

/** Labels and confidences as plain arrays, the latter to four decimals. */
function jsonAnswer(engine: Segmenter, result: SegmentResult) {
  return {
    classes: engine.student.classes,
    labels: Array.from(result.labels),
    confidence: Array.from(result.confidence, (value) => Math.round(value * 1e4) / 1e4),
    report: result.report,
  };
}

/**
 * Decodes the photographs that the cameras name, in the cameras' order.
 *
 * @throws {RequestError} 422 where one is without the other.
 */
async function readViews(
  images: readonly UploadedFile[],
  camerasFile: { name: string; text: string } | null,
): Promise<{ photos: Photo[]; cameras: Camera[] }> {
  if (camerasFile === null) {
    if (images.length === 0) return { photos: [], cameras: [] };
    throw new RequestError(
      422,
      `Cannot use ${images.length} images without cameras: send cameras.json as part cameras`,
      { field: "cameras" },
    );
  }
  const cameras = parseCameras(camerasFile.text, camerasFile.name);
  const byName = new Map<string, UploadedFile>();
  for (const image of images) {
    const name = baseName(image.name);
    if (byName.has(name)) {
      throw new RequestError(422, `Cannot take two images of the name ${name}`, {
        file: name,
        field: "images",
      });
    }
    byName.set(name, image);
  }
  const photos: Photo[] = [];
  for (const [index, camera] of cameras.entries()) {
    const field = `images[${index}].file`;
    const name = baseName(camera.file);
    const image = byName.get(name);
    if (!image) {
      throw new RequestError(
        422,
        `Cannot find image ${camera.file} that ${camerasFile.name} names: send it as a part images`,
        { file: camerasFile.name, field },
      );
    }
    byName.delete(name);
    const photo = await decodePhoto(image.bytes, image.name);
    if (photo.width !== camera.width || photo.height !== camera.height) {
      throw new RequestError(
        422,
        `Cannot pair ${image.name} with its camera: it has ${photo.width}x${photo.height} pixels, ${camerasFile.name} says ${camera.width}x${camera.height}`,
        { file: image.name, field },
      );
    }
    photos.push(photo);
  }
  const [left] = byName.keys();
  if (left !== undefined) {
    throw new RequestError(
      422,
      `Cannot use image ${left}: ${camerasFile.name} has no camera for it; add one or leave the image out`,
      { file: left, field: "images" },
    );
  }
  return { photos, cameras };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function flag(value: unknown, field: string): boolean {
  if (value === undefined || value === false || value === "false") return false;
  if (value === true || value === "true") return true;
  throw new OptionError(
    `Cannot set ${field} to ${JSON.stringify(value)}: it is true or false`,
    field,
  );
}
