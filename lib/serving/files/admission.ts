/**
 * What can be told of an upload as soon as it is here: whether its options are right, and what its files say in their
 * headers. A client hears at once of a scan that would take too much memory, and not by a job that fails later.
 *
 * @module
 */
import { type LoadedStudent, teachersOf } from "../../segment/loaded_students.ts";
import { SCAN_START_BYTES, scanMemoryByStart } from "../../scan/mod.ts";
import { type Input, type InputOptions, inputOptions, startOf, takePhotograph } from "./input.ts";
import { MemoryAccount, type MemoryBudget } from "./memory.ts";

/** Bytes at the beginning of a photograph that hold its size, unless somebody put much before it. */
const PHOTO_START_BYTES = 2 ** 18;

/**
 * Checks an upload by its options and the beginnings of its files. Labelling takes account of the memory again, and of
 * what stands further behind.
 *
 * @param labeller what is to label it.
 * @returns the checked options.
 * @throws {OptionError} naming the field, where an option is wrong or the parts do not fit together.
 * @throws {ScanError} where the header of the scan is wrong.
 * @throws {MemoryError} where it would take too much memory.
 */
export async function admit(
  folder: string,
  input: Input,
  { students, memory }: { students: readonly LoadedStudent[]; memory: MemoryBudget },
): Promise<InputOptions> {
  const options = inputOptions(input);
  const teachers = teachersOf(students, options.segment.student);
  const { scan, images, cameras } = input;
  const account = new MemoryAccount(memory.labelling);
  const { start, fileBytes } = await startOf(folder, scan, SCAN_START_BYTES);
  account.take(fileBytes, scan.name, "to hold the file");
  const needed = scanMemoryByStart(start, fileBytes, scan.name);
  if (needed) {
    account.takeScan(needed, scan.name, memory.answering);
    if (options.probabilities || options.instances) {
      account.takeProbabilities(needed, scan.name, students);
    }
  }
  if (cameras.length === 0) return options;
  for (const image of images) {
    await takePhotograph(folder, image, account, teachers, { most: PHOTO_START_BYTES });
  }
  return options;
}
