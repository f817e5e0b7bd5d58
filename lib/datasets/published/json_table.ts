/**
 * Tables of a data set: JSON files that are a list of objects. Those of nuScenes have over a gigabyte, more than a string
 * can hold, so that they are read row by row.
 *
 * @module
 */
import type { z } from "zod";
import { parseJson, validate, violationsText } from "../../validation/mod.ts";
import { DatasetError } from "../scene_folder.ts";
import { openNeeded } from "./files.ts";

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d];

/**
 * Visits every row of a table in its order.
 *
 * @param holds what should lie there, for the message
 * @param schema what a row must have; anything else in it is left out
 * @throws {DatasetError} where the file is missing, cut, or a row is malformed
 */
export async function eachRow<T>(
  path: string,
  holds: string,
  schema: z.ZodType<T>,
  visit: (row: T) => void,
): Promise<void> {
  let index = 0;
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: row ${index} is ${what}`);
  const split = new RowSplitter((text) => {
    visit(validate(schema, parseJson(text, fail), (_, all) => fail(violationsText(all))));
    index++;
  });
  const file = await openNeeded(path, holds);
  for await (const chunk of file.readable) split.add(chunk);
  if (split.isInside) throw fail("cut; fetch the file again");
}

/** Cuts a list of objects into the texts of its objects. */
class RowSplitter {
  readonly #emit: (text: string) => void;
  readonly #decoder = new TextDecoder();
  #text = "";
  #depth = 0;
  #isString = false;
  #isEscaped = false;

  constructor(emit: (text: string) => void) {
    this.#emit = emit;
  }

  /** Whether the end of an object has not come yet. */
  get isInside(): boolean {
    return this.#depth > 0;
  }

  add(chunk: Uint8Array): void {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (this.#isString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isString = false;
      } else if (byte === QUOTE) {
        this.#isString = true;
      } else if (byte === OPEN) {
        if (this.#depth++ === 0) start = i;
      } else if (byte === CLOSE && this.#depth > 0 && --this.#depth === 0) {
        const text = this.#text + this.#decoder.decode(chunk.subarray(start, i + 1));
        this.#text = "";
        this.#emit(text);
      }
    }
    if (this.#depth > 0) {
      this.#text += this.#decoder.decode(chunk.subarray(start), { stream: true });
    }
  }
}
