/**
 * The memory that a request may hold. What a step will take is computed from what the files say of themselves, and taken
 * from the request's account before the step begins; a request that would take more is refused.
 *
 * One scan is labelled at a time, and one answer is made beside it. So the budget of a server is divided between the
 * two, and no request has to wait for the memory of another.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import {
  MemoryError,
  type NamedFile,
  type PhotoHeader,
  type ScanMemory,
  type ViewShare,
} from "../../scan/mod.ts";
import { featureMapBytes, type TeacherCard } from "../../teacher/mod.ts";

const MIB = 2 ** 20;
/** The share of the machine's memory that requests may hold by default; the program itself needs the rest. */
const SHARE = 3 / 4;
/** The share of the budget that labelling has. Labelling a scan takes about twice what its answer does. */
const LABELLING_SHARE = 2 / 3;

/** Bytes of a point while its scan is cut, voxelised and labelled, on the GPU of a software adapter too. */
const LABELLING_POINT_BYTES = 300;
/** Bytes of a point's labels before and after, and of its confidence. */
const RESULT_POINT_BYTES = 6;
/** Bytes of the probability of one class. */
const PROBABILITY_BYTES = 4;
/** Bytes that an answer adds to a point: as many as a conversion writes, or a text for label and confidence. */
const ANSWER_POINT_BYTES = 32;
/** So often is an answer in memory while it grows. */
const ANSWER_TIMES = 2;

/** Bytes that a byte of camera files takes at most: so much larger are JSON's smallest objects once they are parsed. */
const CAMERA_TIMES = 24;
/** Names of COLMAP's binary models: of their images, few of many bytes are kept. */
const BINARY_CAMERAS = /\.bin$/i;
/** Bytes of a decoded pixel. */
const PIXEL_BYTES = 3;
/** Most pixels of all photographs of a scan: decoding them takes minutes, however little memory it takes. */
const ALL_PIXELS = 2 ** 32;

/** The bytes that requests may hold. */
export interface MemoryBudget {
  /** Of the scan that is being labelled. */
  labelling: number;
  /** Of the answer that is being made. */
  answering: number;
}

/** Divides the bytes that requests may hold. */
export function memoryBudget(bytes: number): MemoryBudget {
  return { labelling: bytes * LABELLING_SHARE, answering: bytes * (1 - LABELLING_SHARE) };
}

/** No budget: programs that label their own files know what they do. */
export const UNLIMITED_MEMORY: MemoryBudget = { labelling: Infinity, answering: Infinity };

/** The files in which Linux says what a container may have, in versions 2 and 1 of its control groups. */
const CONTROL_GROUPS = [
  "/sys/fs/cgroup/memory.max",
  "/sys/fs/cgroup/memory/memory.limit_in_bytes",
];

/** Returns the bytes that requests may hold by default: three quarters of what machine and container have. */
export async function usualMemory(): Promise<number> {
  const limits = await Promise.all(
    CONTROL_GROUPS.map((path) => readFile(path, "utf8").catch(() => "").then(Number.parseInt)),
  );
  const bounds = [Deno.systemMemoryInfo().total, ...limits.filter(Number.isFinite)];
  return Math.min(...bounds) * SHARE;
}

/** The memory of one request: what it will hold at most is taken, step by step. */
export class MemoryAccount {
  readonly #most: number;
  #taken = 0;
  /** Pixels of all photographs so far. */
  #pixels = 0;
  /** Bytes that the largest photograph so far takes to decode. */
  #decoding = 0;

  /** @param most bytes that may be taken. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Takes the bytes of a step.
   *
   * @param file the client's name for the file that needs them.
   * @param what needs them, as the end of "it takes 12 MiB".
   * @throws {MemoryError} where they are not there; nothing is taken then.
   */
  take(bytes: number, file: string, what: string): void {
    if (this.#taken + bytes <= this.#most) {
      this.#taken += bytes;
      return;
    }
    const before = this.#taken > 0 ? ` beside the ${mebibytes(this.#taken)} before that` : "";
    throw new MemoryError({
      file,
      action: "take",
      problem: `it needs ${mebibytes(bytes)} of memory ${what}${before}; a request may hold ${
        mebibytes(this.#most)
      }`,
      mend: "send less at a time, or start the server with a larger --memory",
    });
  }

  /**
   * Takes what reading, labelling and answering a scan need.
   *
   * @param answering bytes that the answer may take later.
   */
  takeScan({ points, readingBytes, fileBytes }: ScanMemory, file: string, answering: number): void {
    this.take(readingBytes, file, `to read ${points} points`);
    this.take(points * LABELLING_POINT_BYTES, file, `to label ${points} points`);
    // What could be labelled but not answered would be lost work.
    const account = new MemoryAccount(answering);
    account.take(fileBytes, file, "to hold the file again");
    account.takeAnswer({ points, readingBytes, fileBytes }, file);
  }

  /** Takes the probabilities of all classes. @param students those of which one labels the scan */
  takeProbabilities(
    { points }: ScanMemory,
    file: string,
    students: readonly { card: { classes: readonly string[] } }[],
  ): void {
    const classes = Math.max(...students.map(({ card }) => card.classes.length));
    const bytes = PROBABILITY_BYTES * points * classes;
    this.take(bytes, file, `for the probabilities of ${classes} classes`);
  }

  /** Takes what reading cameras needs, once they have been loaded. */
  takeCameras(files: readonly NamedFile[]): void {
    for (const { name, bytes } of files) {
      const times = BINARY_CAMERAS.test(name) ? 1 : CAMERA_TIMES;
      this.take(times * bytes.length, name, "to read the cameras");
    }
  }

  /**
   * Takes what decoding a photograph, holding its pixels and describing it needs.
   *
   * @param photograph its header, with the size of its file.
   * @param teachers those of which one describes it; none where nothing does.
   * @throws {MemoryError} also where the photographs have too many pixels together.
   */
  takePhotograph(
    { width, height, decodingBytes, fileBytes }: PhotoHeader & { fileBytes: number },
    name: string,
    teachers: readonly TeacherCard[],
    share: ViewShare = { views: 1, pixels: 1 },
  ): void {
    this.#pixels += width * height;
    if (this.#pixels > ALL_PIXELS) {
      throw new MemoryError({
        file: name,
        action: "take",
        problem:
          `with it the photographs have ${this.#pixels} pixels, more than the limit of ${ALL_PIXELS}`,
        mend: "send fewer, or scale them down with their cameras",
        field: "images",
      });
    }
    const held = PIXEL_BYTES * width * height * share.pixels;
    this.take(held, name, `to hold ${width}x${height} pixels`);
    const described = teachers.map((teacher) => featureMapBytes({ width, height }, teacher));
    if (described.length > 0) {
      this.take(share.views * Math.max(...described), name, "to describe it");
    }
    // One photograph is read and decoded at a time, and may be rotated or straightened then.
    const decoding = fileBytes + decodingBytes + held;
    const more = Math.max(0, decoding - this.#decoding);
    this.take(more, name, `to decode ${width}x${height} pixels`);
    this.#decoding += more;
  }

  /** Takes what making an answer from a result needs. */
  takeAnswer({ points, readingBytes, fileBytes }: ScanMemory, file: string): void {
    this.take(readingBytes, file, `to read ${points} points`);
    const answer = ANSWER_TIMES * (fileBytes + points * ANSWER_POINT_BYTES);
    this.take(answer + points * RESULT_POINT_BYTES, file, `to answer with ${points} labels`);
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`;
}
