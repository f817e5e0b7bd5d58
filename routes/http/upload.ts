/**
 * Reads the body of a segmentation request, raw or multipart, with every byte counted as it arrives: a
 * declared length may be absent or wrong.
 *
 * @module
 */
// @ts-types="npm:@types/busboy@1.5.5"
import busboy from "busboy";
import type { CameraFile } from "../../lib/scan/camera_formats/mod.ts";
import type { NamedFile } from "../../lib/scan/views.ts";
import { RequestError } from "./problem.ts";

/** What a server takes at most. */
export interface UploadLimits {
  /** Bytes of a body. */
  bodyBytes: number;
  /** Photographs of one scan. */
  images: number;
}

/** The parts of a segmentation request; options come from the query and the part `options` together. */
export interface Upload {
  scan: NamedFile;
  images: NamedFile[];
  /** Several where a format has several: COLMAP, ScanNet. */
  cameras: CameraFile[];
  options: Record<string, unknown>;
}

const RAW_TYPES = [
  "application/octet-stream",
  "application/vnd.las",
  "application/ply",
  "application/x-ply",
  "model/ply",
  // What `curl --data-binary` says unless it is told otherwise.
  "application/x-www-form-urlencoded",
];

/**
 * Reads an upload.
 *
 * @throws {RequestError} 400 for a broken body, 413 over a limit, 415 for another content type, 422 for
 * parts that are missing, doubled or unknown.
 */
export async function readUpload(request: Request, limits: UploadLimits): Promise<Upload> {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > limits.bodyBytes) throw tooLarge(limits);
  const type = (request.headers.get("content-type") ?? RAW_TYPES[0]!).split(";")[0]!.trim()
    .toLowerCase();
  const options = Object.fromEntries(new URL(request.url).searchParams);
  if (type === "multipart/form-data") {
    const form = await readForm(request, limits);
    return { ...form, options: { ...options, ...form.options } };
  }
  if (!RAW_TYPES.includes(type)) {
    throw new RequestError(
      415,
      `Cannot read a body of type ${type}: send multipart/form-data, or the scan itself as ${
        RAW_TYPES.slice(0, 3).join(", ")
      }`,
      { field: "content-type" },
    );
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of countedChunks(request, limits)) chunks.push(chunk);
  return { scan: { name: "scan", bytes: joined(chunks) }, images: [], cameras: [], options };
}

async function readForm(request: Request, limits: UploadLimits): Promise<Upload> {
  const scans: NamedFile[] = [];
  const images: NamedFile[] = [];
  const cameras: CameraFile[] = [];
  let options: string | undefined;
  // Thrown inside the parser's callbacks an error would be lost, so the first one is kept here.
  let failure: Error | null = null;
  const fail = (error: Error) => failure ??= error;

  const takeFile = (part: string, file: NamedFile) => {
    if (part === "scan") {
      if (scans.push(file) > 1) {
        fail(new RequestError(422, "Cannot take two parts scan: send one", { field: part }));
      }
    } else if (part === "images") {
      if (images.push(file) > limits.images) {
        fail(
          new RequestError(413, `Cannot take more than ${limits.images} images`, { field: part }),
        );
      }
    } else if (part === "cameras" || part === "options") {
      takeText(part, file.name, new TextDecoder().decode(file.bytes));
    } else {
      fail(unknownPart(part));
    }
  };
  const takeText = (part: string, name: string, text: string) => {
    if (part === "scan" || part === "images") {
      fail(
        new RequestError(
          422,
          `Cannot read part ${part}: it came as text; send it as a file (curl -F ${part}=@FILE)`,
          { field: part },
        ),
      );
    } else if (part !== "cameras" && part !== "options") {
      fail(unknownPart(part));
    } else if (part === "cameras") {
      cameras.push({ name: name === part ? "cameras.json" : name, text });
    } else if (options !== undefined) {
      fail(new RequestError(422, `Cannot take two parts ${part}: send one`, { field: part }));
    } else {
      options = text;
    }
  };

  let parser: busboy.Busboy;
  try {
    parser = busboy({
      headers: { "content-type": request.headers.get("content-type") ?? "" },
      defParamCharset: "utf8",
      preservePath: true,
      limits: { fieldSize: limits.bodyBytes },
    });
  } catch (cause) {
    throw new RequestError(400, `Cannot read the form: ${(cause as Error).message}`);
  }
  const closed = new Promise<void>((resolve) => parser.once("close", resolve));
  parser.on("error", (cause: Error) => {
    fail(new RequestError(400, `Cannot read the form: ${cause.message}`));
  });
  parser.on("field", (part, text) => takeText(part, part, text));
  parser.on("file", (part, stream, info) => {
    const chunks: Uint8Array[] = [];
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    // The parser reports the same error.
    stream.on("error", () => {});
    stream.on("end", () => takeFile(part, { name: info.filename ?? part, bytes: joined(chunks) }));
  });
  for await (const chunk of countedChunks(request, limits)) {
    if (failure) break;
    parser.write(chunk);
  }
  parser.end();
  await closed;
  if (failure) throw failure;

  const scan = scans[0];
  if (!scan) {
    throw new RequestError(422, "Cannot segment: the form has no part scan (curl -F scan=@FILE)", {
      field: "scan",
    });
  }
  return { scan, images, cameras, options: optionsOf(options) };
}

/** The body's chunks, until they are more than allowed. */
async function* countedChunks(request: Request, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  let total = 0;
  try {
    for await (const chunk of request.body ?? []) {
      total += chunk.byteLength;
      if (total > limits.bodyBytes) throw tooLarge(limits);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw new RequestError(400, `Cannot read the body: it broke off after ${total} bytes`);
  }
}

function optionsOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RequestError(400, `Cannot read options: ${(cause as Error).message}`, {
      field: "options",
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RequestError(
      422,
      'Cannot read options: they are a JSON object such as {"steps":25}',
      {
        field: "options",
      },
    );
  }
  return value as Record<string, unknown>;
}

function tooLarge(limits: UploadLimits): RequestError {
  return new RequestError(
    413,
    `Cannot take the body: it is larger than ${limits.bodyBytes} bytes; send a smaller scan or start the server with a larger --max-body`,
    { field: "body" },
  );
}

function unknownPart(part: string): RequestError {
  return new RequestError(
    422,
    `Cannot use part ${JSON.stringify(part)}: the parts are scan, images, cameras, options`,
    { field: part },
  );
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
