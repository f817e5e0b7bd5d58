/**
 * Reads the state dict of a file of `torch.save`.
 *
 * @module
 */
import { unzipSync } from "fflate";
import {
  type Checkpoint,
  CheckpointError,
  ELEMENT_READERS,
  type ForeignTensor,
  type TensorData,
} from "../safetensors.ts";
import {
  type PickledCall,
  PickledName,
  PickledReference,
  readPickle,
} from "../../pickle/pickle.ts";
import { chooseDictionary } from "./dictionary.ts";
import { stridesOf } from "./write.ts";

/** Element types by the storages of PyTorch, as safetensors calls them. */
const STORAGES: Readonly<Record<string, string>> = {
  "torch.FloatStorage": "F32",
  "torch.DoubleStorage": "F64",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.IntStorage": "I32",
  "torch.LongStorage": "I64",
};

const REBUILD = "torch._utils._rebuild_tensor_v2";
/** Throws the error of the file. */
type Fail = (problem: string) => never;

/** Tells whether bytes are those of a zip archive, as `torch.save` writes since PyTorch 1.6. */
export function isTorch(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * Reads the tensors of a file of `torch.save`: those of the dictionary that it holds, or of one in that, such as
 * `state_dict`. Floats of other widths become float32.
 *
 * @param file name of the file, for errors.
 * @param entry name of the dictionary to take, where a file has several; names of dictionaries within each other are joined
 * by dots.
 * @throws {CheckpointError} naming the entry that is wrong, or the dictionaries to choose from.
 */
export function readTorch(bytes: Uint8Array, file = "checkpoint", entry?: string): Checkpoint {
  const fail: Fail = (problem) => {
    throw new CheckpointError(`Cannot read ${file}: ${problem}`);
  };
  const files = unzipped(bytes, fail);
  const pickle = [...files.keys()].find((name) => name.endsWith("/data.pkl"));
  if (pickle === undefined) fail("it is a zip archive without data.pkl, and no file of torch.save");
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = files.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== "little") {
    fail("its numbers are big-endian; save it on a little-endian machine");
  }
  const root = readPickle(files.get(pickle)!, fail);
  const { chosen, others } = chooseDictionary(root, entry, fail);
  const tensors = new Map(
    [...chosen.tensors].map(([name, call]) => [
      name,
      tensorOf(name, call, (key) => files.get(`${folder}data/${key}`), fail),
    ]),
  );
  const config = root instanceof Map ? root.get("config") : null;
  return {
    tensors,
    dictionary: chosen.name,
    others,
    config: config instanceof Map ? config : null,
  };
}

function unzipped(bytes: Uint8Array, fail: Fail): Map<string, Uint8Array> {
  try {
    // torch.save never compresses, so nothing can grow beyond the file.
    return new Map(
      Object.entries(unzipSync(bytes, { filter: (entry) => entry.compression === 0 })),
    );
  } catch (error) {
    fail(`the zip archive is damaged (${(error as Error).message}); fetch the file again`);
  }
}

function tensorOf(
  name: string,
  { name: maker, args }: PickledCall,
  storage: (key: string) => Uint8Array | undefined,
  fail: Fail,
): ForeignTensor {
  const [reference, start, shape, strides] = args;
  const [, type, key] = reference instanceof PickledReference && Array.isArray(reference.id)
    ? reference.id
    : [];
  const dtype = type instanceof PickledName ? STORAGES[type.name] : undefined;
  if (maker !== REBUILD || !dtype) {
    const known = Object.keys(STORAGES).join(", ");
    const found = maker !== REBUILD
      ? `made by ${maker}`
      : `of ${type instanceof PickledName ? type.name : "an unknown storage"}`;
    return { shape: isSizes(shape) ? shape : [], unread: `is ${found}; convert it to ${known}` };
  }
  if (
    !isSizes([start]) || !isSizes(shape) || !isSizes(strides) || strides.length !== shape.length
  ) {
    fail(`"${name}" has no whole numbers as shape and strides`);
  }
  const bytes = storage(`${key}`);
  if (!bytes) fail(`the storage ${key} of "${name}" is missing; fetch the file again`);
  const reader = ELEMENT_READERS[dtype]!;
  const count = shape.reduce((product, size) => product * size, 1);
  const reach = shape.reduce(
    (sum, size, axis) => sum + (size - 1) * strides[axis]!,
    start as number,
  );
  const available = Math.floor(bytes.length / reader.bytes);
  if (count > 0 && reach >= available) {
    fail(
      `"${name}" of shape [${shape}] reaches element ${reach}, and its storage has ${available}; ` +
        "fetch the file again if it was cut off",
    );
  }
  const whole = stridesOf(shape).every((stride, axis) =>
    shape[axis] === 1 || stride === strides[axis]
  );
  if (whole) {
    const from = start as number * reader.bytes;
    const part = bytes.slice(from, from + count * reader.bytes);
    return { shape, data: reader.read(new Uint8Array(part).buffer) };
  }
  // Of a view, such as a transposed matrix, storage and tensor have another order.
  const all = reader.read(new Uint8Array(bytes.subarray(0, available * reader.bytes)).buffer);
  return { shape, data: strided(all, start as number, shape, strides) };
}

function strided(
  all: TensorData,
  start: number,
  shape: readonly number[],
  strides: readonly number[],
): TensorData {
  const own = stridesOf(shape);
  const place = (i: number) =>
    shape.reduce(
      (sum, size, axis) => sum + Math.floor(i / own[axis]!) % size * strides[axis]!,
      start,
    );
  const count = shape.reduce((product, size) => product * size, 1);
  if (all instanceof BigInt64Array) {
    return BigInt64Array.from({ length: count }, (_, i) => all[place(i)]!);
  }
  const result = all instanceof Float32Array ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) result[i] = all[place(i)]!;
  return result;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
