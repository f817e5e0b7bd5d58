/**
 * Photographs that came inside a scan, as files beside it, so that they are treated like those that a client sends.
 *
 * @module
 */
import { join } from "node:path";
import { e57Photographs, withByteSource } from "../../scan/mod.ts";
import { writeStream } from "./durable.ts";
import type { Input, InputFile } from "./input.ts";

/**
 * Takes the photographs of an E57 file out into the folder of an upload that has none.
 *
 * @param most photographs of a scan
 * @throws {ScanError} where the file ends before a photograph does
 */
export async function unpackPhotographs(
  folder: string,
  input: Input,
  most: number,
): Promise<Input> {
  if (input.images.length > 0 || input.cameras.length > 0) return input;
  return await withByteSource(join(folder, input.scan.file), async (source) => {
    const found = await e57Photographs(source, input.scan.name, most);
    if (!found) return input;
    const images: InputFile[] = [];
    for (const [index, { name, chunks }] of found.photographs.entries()) {
      const file = `images-${index}`;
      await writeStream(join(folder, file), chunks(source));
      images.push({ name, file });
    }
    const cameras = { name: found.cameras.name, file: "cameras-0" };
    await writeStream(join(folder, cameras.file), [found.cameras.bytes]);
    return { ...input, images, cameras: [cameras], warnings: found.warnings };
  });
}
