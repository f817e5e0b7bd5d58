/**
 * Receives the body of a segmentation request, raw or multipart, into a folder. Files go to the disk chunk by
 * chunk, at the disk's pace, so that a large scan takes no memory. Every byte is counted as it arrives: a
 * declared length may be absent or wrong. A client that falls silent gives its place up.
 *
 * @module
 */
// @ts-types="npm:@types/busboy@1.5.5"
import busboy from "busboy";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeStream } from "../../lib/serving/files/durable.ts";
import type { Input, InputFile } from "../../lib/serving/files/input.ts";
import { RequestError } from "./problem.ts";

/** What a server takes at most. */
export interface UploadLimits {
  /** Bytes of a body. */
  bodyBytes: number;
  /** Photographs of one scan. */
  images: number;
  /** Seconds without a byte after which an upload is given up. */
  stallSeconds: number;
  /** Seconds that an upload may take in all. */
  uploadSeconds: number;
  /** Hears of the bytes that come. */
  onBytes?: (bytes: number) => void;
}

/** What a body that is the scan itself may call itself. */
export const SCAN_TYPES = [
  "application/octet-stream",
  "application/vnd.las",
  "application/ply",
  "application/x-ply",
  "model/ply",
];

const RAW_TYPES = [
  ...SCAN_TYPES,
  // What `curl --data-binary` says unless it is told otherwise.
  "application/x-www-form-urlencoded",
];

const OPTION_TYPES = [
  "application/json",
  // What `curl --data` says unless it is told otherwise.
  "application/x-www-form-urlencoded",
];

/** Characters of options that come alone. */
const OPTION_CHARACTERS = 2 ** 16;

/** Bytes of the part `options`, and of cameras that come as text: these do pass through memory. */
const TEXT_BYTES = 2 ** 24;

/** Files of cameras beside one for each photograph, as ScanNet has them: lenses, notes. */
const CAMERA_FILES = 16;

/**
 * Receives an upload.
 *
 * @param folder an empty folder of its own; the caller removes it where this fails.
 * @returns what the files are; options come from the query and the part `options` together.
 * @throws {RequestError} 400 for a broken body, 408 for one that stalls or takes too long, 413 over a limit, 415 for another content type, 422 for
 * parts that are missing, doubled or unknown.
 */
export async function receiveInput(
  request: Request,
  folder: string,
  limits: UploadLimits,
): Promise<Input> {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > limits.bodyBytes) throw tooLarge(limits);
  const type = (request.headers.get("content-type") ?? RAW_TYPES[0]!).split(";")[0]!.trim()
    .toLowerCase();
  const options = Object.fromEntries(new URL(request.url).searchParams);
  if (type === "multipart/form-data") {
    const input = await receiveForm(request, folder, limits);
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
  await writeStream(join(folder, "scan"), countedChunks(request, limits));
  return { scan: { name: "scan", file: "scan" }, images: [], cameras: [], options };
}

/**
 * Receives options alone: a JSON object, or nothing.
 *
 * @throws {RequestError} 400 for a broken body or text that is no JSON, 408 for one that stalls, 413 where it is too
 * long, 415 for another content type, 422 where it is no object.
 */
export async function receiveOptions(
  request: Request,
  limits: UploadLimits,
): Promise<Record<string, unknown>> {
  const type = (request.headers.get("content-type") ?? OPTION_TYPES[0]!).split(";")[0]!.trim()
    .toLowerCase();
  if (!OPTION_TYPES.includes(type)) {
    throw new RequestError(
      415,
      `Cannot read options of type ${type}: send a JSON object as application/json`,
      { field: "content-type" },
    );
  }
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of countedChunks(request, limits)) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > OPTION_CHARACTERS) {
      throw new RequestError(
        413,
        `Cannot take the options: they are longer than ${OPTION_CHARACTERS} characters`,
        { field: "body" },
      );
    }
  }
  return optionsOf(text.trim() === "" ? "{}" : text);
}

async function receiveForm(
  request: Request,
  folder: string,
  limits: UploadLimits,
): Promise<Input> {
  const parts = new FormParts(folder, limits);
  const parser = parserFor(request);
  // Thrown inside the parser's callbacks an error would be lost, so the first one is kept here.
  let failure: Error | null = null;
  const stopped = Promise.withResolvers<void>();
  const fail = (error: Error) => {
    failure ??= error;
    stopped.resolve();
  };
  const writes: Promise<void>[] = [];
  parser.once("close", stopped.resolve);
  parser.on("error", (cause: Error) => {
    fail(new RequestError(400, `Cannot read the form: ${cause.message}`));
  });
  parser.on("field", (part, text, { valueTruncated }) => {
    if (valueTruncated) return fail(textTooLarge(part));
    writes.push(parts.takeText(part, text).catch(fail));
  });
  parser.on("file", (part, stream, { filename }) => {
    // The parser reports the same error.
    stream.on("error", () => {});
    writes.push(parts.takeFile(part, filename ?? part, stream).catch(fail));
  });
  try {
    for await (const chunk of countedChunks(request, limits)) {
      // The parser calls back once the disk has taken the chunk, or not at all where it broke off.
      const taken = new Promise((resolve) => parser.write(chunk, resolve));
      await Promise.race([taken, stopped.promise]);
      if (failure) break;
    }
  } catch (error) {
    // Files that are open for parts end by the parser's end alone.
    fail(error as Error);
  }
  if (failure) parser.destroy();
  else parser.end();
  await stopped.promise;
  await Promise.all(writes);
  if (failure) throw failure;
  return await parts.input();
}

/** The parts of a form, on their way to the folder. */
class FormParts {
  readonly #folder: string;
  readonly #limits: UploadLimits;
  readonly #images: InputFile[] = [];
  readonly #cameras: InputFile[] = [];
  readonly #single = new Map<"scan" | "options", InputFile>();

  constructor(folder: string, limits: UploadLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  async takeFile(part: string, name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await writeStream(join(this.#folder, this.#place(part, name).file), chunks);
  }

  async takeText(part: string, text: string): Promise<void> {
    if (part === "scan" || part === "images") {
      throw new RequestError(
        422,
        `Cannot read part ${part}: it came as text; send it as a file (curl -F ${part}=@FILE)`,
        { field: part },
      );
    }
    const { file } = this.#place(part, part === "cameras" ? "cameras.json" : part);
    await writeStream(join(this.#folder, file), [new TextEncoder().encode(text)]);
  }

  /** What came, once it is all there. */
  async input(): Promise<Input> {
    const scan = this.#single.get("scan");
    if (!scan) {
      throw new RequestError(
        422,
        "Cannot segment: the form has no part scan (curl -F scan=@FILE)",
        { field: "scan" },
      );
    }
    const options = this.#single.get("options");
    return {
      scan,
      images: this.#images,
      cameras: this.#cameras,
      options: options ? optionsOf(await readFile(join(this.#folder, options.file), "utf8")) : {},
    };
  }

  /** Gives a part its file, which is named by what it is and not by its client. */
  #place(part: string, name: string): InputFile {
    if (part === "images") {
      const file = { name, file: `image-${this.#images.length}` };
      if (this.#images.push(file) <= this.#limits.images) return file;
      throw new RequestError(413, `Cannot take more than ${this.#limits.images} images`, {
        field: part,
      });
    }
    if (part === "cameras") {
      const most = this.#limits.images + CAMERA_FILES;
      if (this.#cameras.length === most) {
        throw new RequestError(413, `Cannot take more than ${most} files of cameras`, {
          field: part,
        });
      }
      const file = { name, file: `cameras-${this.#cameras.length}` };
      this.#cameras.push(file);
      return file;
    }
    if (part !== "scan" && part !== "options") throw unknownPart(part);
    if (this.#single.has(part)) {
      throw new RequestError(422, `Cannot take two parts ${part}: send one`, { field: part });
    }
    const file = { name, file: part };
    this.#single.set(part, file);
    return file;
  }
}

function parserFor(request: Request): busboy.Busboy {
  try {
    return busboy({
      headers: { "content-type": request.headers.get("content-type") ?? "" },
      defParamCharset: "utf8",
      preservePath: true,
      limits: { fieldSize: TEXT_BYTES },
    });
  } catch (cause) {
    throw new RequestError(400, `Cannot read the form: ${(cause as Error).message}`);
  }
}

/** The body's chunks, until they are more than allowed, or none comes any more. */
async function* countedChunks(request: Request, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  const reader = request.body.getReader();
  const end = performance.now() + limits.uploadSeconds * 1000;
  let total = 0;
  try {
    while (true) {
      const { done, value } = await unlessLate(reader.read(), total, limits, end);
      if (done) return;
      total += value.byteLength;
      limits.onBytes?.(value.byteLength);
      if (total > limits.bodyBytes) throw tooLarge(limits);
      yield value;
    }
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw new RequestError(400, `Cannot read the body: it broke off after ${total} bytes`);
  } finally {
    // Not awaited: a client that has fallen silent would not answer that either.
    reader.cancel().catch(() => {});
  }
}

/** What is read, where it comes in time. @param end of the whole upload, on the clock of `performance`. */
async function unlessLate<T>(
  read: Promise<T>,
  total: number,
  { stallSeconds, uploadSeconds }: UploadLimits,
  end: number,
): Promise<T> {
  const left = end - performance.now();
  // Bytes that are there already would always be first.
  if (left <= 0) throw tooSlow(total, uploadSeconds);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stall = stallSeconds * 1000;
  const timer = setTimeout(
    () => reject(left < stall ? tooSlow(total, uploadSeconds) : stalled(total, stallSeconds)),
    Math.min(left, stall),
  );
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}

function stalled(total: number, seconds: number): RequestError {
  return new RequestError(
    408,
    `Cannot read the body: after ${total} bytes nothing came for ${seconds} seconds; send it again, or start the server with a longer --stall`,
    { field: "body" },
  );
}

function tooSlow(total: number, seconds: number): RequestError {
  return new RequestError(
    408,
    `Cannot read the body: only ${total} bytes came in ${seconds} seconds; send it over a faster line, or start the server with a longer --upload-seconds`,
    { field: "body" },
  );
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

function textTooLarge(part: string): RequestError {
  return new RequestError(
    413,
    `Cannot take part ${part}: as text it is larger than ${TEXT_BYTES} bytes; send a file (curl -F ${part}=@FILE)`,
    { field: part },
  );
}

function unknownPart(part: string): RequestError {
  return new RequestError(
    422,
    `Cannot use part ${JSON.stringify(part)}: the parts are scan, images, cameras, options`,
    { field: part },
  );
}
