/**
 * Receives a form with a scan, its photographs and their cameras, part by part into the files of a folder.
 *
 * @module
 */
// @ts-types="npm:@types/busboy@1.5.5"
import busboy from "busboy";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeStream } from "../../lib/serving/files/durable.ts";
import type { Input, InputFile } from "../../lib/serving/files/input.ts";
import { shown } from "../../lib/validation/mod.ts";
import { chunksInto } from "./body.ts";
import { atMost, OPTIONS_BYTES, parseOptions } from "./options_body.ts";
import { RequestError } from "./problem.ts";
import type { UploadLimits } from "./upload_limits.ts";

/** Most bytes of a part that comes as text: unlike a file, it is held in memory, and many clients may send one at once. */
const TEXT_BYTES = 2 ** 20;

/** Files of cameras beyond one for each photograph, such as the intrinsics of ScanNet. */
const EXTRA_CAMERA_FILES = 16;

/**
 * Receives a form.
 *
 * @param folder an empty folder for its files.
 * @throws {RequestError} 400 for a broken form, 413 over a limit, 422 for parts that are missing, doubled or unknown,
 * and the errors of {@link chunksInto}.
 */
export async function receiveForm(
  request: Request,
  folder: string,
  limits: UploadLimits,
): Promise<Input> {
  const parts = new FormParts(folder, limits);
  const parser = parserFor(request);
  // An error thrown inside the parser's callbacks would be lost, so the first one is kept here.
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
    for await (const chunk of chunksInto(folder, request, limits)) {
      // The parser calls back once the disk has taken the chunk, or never if it has failed.
      const taken = new Promise((resolve) => parser.write(chunk, resolve));
      await Promise.race([taken, stopped.promise]);
      if (failure) break;
    }
  } catch (error) {
    // The files that are open for parts are closed only when the parser ends.
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

  /** Writes a part that came as a file. @param name the client's name for it. */
  async takeFile(part: string, name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const path = join(this.#folder, this.#place(part, name).file);
    await writeStream(path, part === "options" ? atMost(OPTIONS_BYTES, part, chunks) : chunks);
  }

  /** Writes a part that came as text. */
  async takeText(part: string, text: string): Promise<void> {
    if (part === "scan" || part === "images") {
      throw new RequestError(
        422,
        `Cannot read part ${part}: it came as text; send it as a file (curl -F ${part}=@FILE)`,
        { field: part },
      );
    }
    const name = part === "cameras" ? "cameras.json" : part;
    await this.takeFile(part, name, ReadableStream.from([new TextEncoder().encode(text)]));
  }

  /** Returns what came, once every part has been written. */
  async input(): Promise<Input> {
    const scan = this.#single.get("scan");
    if (!scan) {
      throw new RequestError(
        422,
        "Cannot segment: the form has no part scan; add one (curl -F scan=@FILE)",
        { field: "scan" },
      );
    }
    const options = this.#single.get("options");
    return {
      scan,
      images: this.#images,
      cameras: this.#cameras,
      options: options
        ? parseOptions(await readFile(join(this.#folder, options.file), "utf8"))
        : {},
    };
  }

  /** Gives a part its file, which is named after the part and not by the client. */
  #place(part: string, name: string): InputFile {
    if (part === "images" || part === "cameras") return this.#append(part, name);
    if (part !== "scan" && part !== "options") throw unknownPart(part);
    if (this.#single.has(part)) {
      throw new RequestError(422, `Cannot take two parts ${part}: send one`, { field: part });
    }
    const file = { name, file: part };
    this.#single.set(part, file);
    return file;
  }

  #append(part: "images" | "cameras", name: string): InputFile {
    const { images } = this.#limits;
    const [files, most, what] = part === "images"
      ? [this.#images, images, "images"] as const
      : [this.#cameras, images + EXTRA_CAMERA_FILES, "files of cameras"] as const;
    if (files.length === most) {
      throw new RequestError(
        413,
        `Cannot take more than ${most} ${what}: leave some out, or start the server with a larger --max-images`,
        { field: part },
      );
    }
    const file = { name, file: `${part}-${files.length}` };
    files.push(file);
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
    `Cannot use part ${shown(part)}: the parts are scan, images, cameras, options`,
    { field: part },
  );
}
