/** Files as programs save them with `torch.save` while they train: a state dict among other things, as pickles by hand. */
import { unzipSync, zipSync } from "fflate";
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import { writeTorch } from "../../lib/nn/torch/mod.ts";

/** A zip archive as `torch.save` makes one, of a pickle that is written by hand. */
export function archive(pickle: string, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const bytes = Uint8Array.from(pickle, (letter) => letter.charCodeAt(0));
  const files: Record<string, Uint8Array> = { "archive/data.pkl": bytes };
  for (const [key, data] of Object.entries(storages)) files[`archive/data/${key}`] = data;
  return zipSync(files, { level: 0 });
}

/**
 * A file that holds a dictionary, whose values are pickles.
 *
 * @param around gives the dictionary; its argument is the pickle of the state dict.
 */
export function savedAround(
  tensors: ReadonlyMap<string, NamedTensor>,
  around: (state: string) => Record<string, string>,
): Uint8Array {
  const files = unzipSync(writeTorch(tensors));
  const storages: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(files)) {
    const [, key] = /\/data\/(\d+)$/.exec(name) ?? [];
    if (key !== undefined) storages[key] = bytes;
  }
  const pickle = Array.from(files["archive/data.pkl"]!, (byte) => String.fromCharCode(byte));
  // Without the head of the protocol and the stop.
  return archive(`\x80\x02${dict(around(pickle.slice(2, -1).join("")))}.`, storages);
}

/** A dictionary. */
export function dict(entries: Record<string, string>): string {
  return `}(${Object.entries(entries).map(([name, value]) => text(name) + value).join("")}u`;
}

/** A text of fewer than 256 letters. */
export function text(value: string): string {
  return `X${String.fromCharCode(value.length)}\0\0\0${value}`;
}

/** A whole number below 65,536. */
export function int(value: number): string {
  return `M${String.fromCharCode(value % 256, value >> 8)}`;
}

/** A tuple. */
export function tuple(items: readonly string[]): string {
  return `(${items.join("")}t`;
}

/** A tensor of these sizes in the storage 0, of which it reads the first number again and again. */
export function tensor(
  sizes: readonly number[],
  type = "FloatStorage",
  maker = "_rebuild_tensor_v2",
): string {
  const storage = tuple([text("storage"), `ctorch\n${type}\n`, text("0"), text("cpu"), int(1)]);
  const strides = sizes.map(() => int(0));
  const args = [`${storage}Q`, int(0), tuple(sizes.map(int)), tuple(strides), "\x89", "}"];
  return `ctorch._utils\n${maker}\n${tuple(args)}R`;
}
