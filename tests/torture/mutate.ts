/**
 * Damages files, in the ways in which files get damaged and in those that an attacker would try. A mutation depends only
 * on its seed and number, so that it can be repeated.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { crc32 } from "node:zlib";
import type { Random } from "../../lib/random/random.ts";
import { withChecksums } from "../scan/e57_files.ts";

/** A damaged file. */
export interface Mutation {
  bytes: Uint8Array<ArrayBuffer>;
  /** What was done to the file, for the log. */
  did: string[];
}

type Bytes = Uint8Array<ArrayBuffer>;
/** Damages a file in one way; returns null where that is impossible. */
type Mutator = (bytes: Bytes, random: Random) => { bytes: Bytes; did: string } | null;

/** Number of bytes at the start of a file that hold most counts and offsets. */
const HEAD = 400;
/** The size up to which repeated parts may enlarge a file. */
const LARGEST = 1 << 20;

/** Integers that make arithmetic fail. */
const INTEGERS = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x10000n, 0x1000000n]
  .concat([0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn, 0x100000000n, 2n ** 53n])
  .concat([2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]);
const FLOATS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  5e-324,
  1e-300,
  3.5e38,
  1e308,
  -1e308,
  2 ** 31,
  -1,
];
/** Words that make readers of text fail. */
const WORDS = [
  "",
  "0",
  "-1",
  "-0",
  "1e999",
  "-1e308",
  "1e-320",
  "NaN",
  "nan",
  "-inf",
  "0x10",
  "1,5",
]
  .concat(["4294967295", "4294967296", "9007199254740993", "999999999999999", "1e15", "٣", "\0"])
  .concat(["null", '""', "true", "[]", "{}", "[".repeat(20_000), '{"a":'.repeat(20_000)]);

/** Returns the file with one to three mutations. */
export function mutate(bytes: Uint8Array, random: Random): Mutation {
  let damaged = new Uint8Array(bytes);
  const did: string[] = [];
  for (let left = 1 + random.integer(3); left > 0;) {
    const done = random.pick(MUTATORS)(damaged, random);
    if (done === null) continue;
    damaged = done.bytes;
    did.push(done.did);
    left--;
  }
  // Otherwise checksums would reject the damage before the code behind them sees it.
  if (random.chance(0.7)) mendChecksums(damaged);
  return { bytes: damaged, did };
}

const MUTATORS: readonly Mutator[] = [
  flipBits,
  truncate,
  extremeInteger,
  extremeInteger,
  extremeFloat,
  swapBlocks,
  repeatBlock,
  dropBlock,
  fillBlock,
  extremeWord,
  extremeWord,
  moveLine,
];

function flipBits(bytes: Bytes, random: Random) {
  if (bytes.length === 0) return null;
  const out = bytes.slice();
  const count = 2 ** random.integer(6);
  for (let i = 0; i < count; i++) out[place(out, 1, random)]! ^= 1 << random.integer(8);
  return { bytes: out, did: `flipped ${count} bits` };
}

function truncate(bytes: Bytes, random: Random) {
  const length = random.integer(bytes.length + 1);
  return { bytes: bytes.slice(0, length), did: `cut to ${length} bytes` };
}

function extremeInteger(bytes: Bytes, random: Random) {
  const width = random.pick([1, 2, 4, 8]);
  if (bytes.length < width) return null;
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  const at = place(out, width, random);
  const value = BigInt.asUintN(8 * width, random.pick(INTEGERS));
  const little = random.chance(0.5);
  for (let i = 0; i < width; i++) {
    const byte = Number((value >> BigInt(8 * i)) & 0xffn);
    view.setUint8(little ? at + i : at + width - 1 - i, byte);
  }
  return { bytes: out, did: `wrote ${value} of ${width} bytes at ${at}` };
}

function extremeFloat(bytes: Bytes, random: Random) {
  const width = random.pick([4, 8]);
  if (bytes.length < width) return null;
  const out = bytes.slice();
  const at = place(out, width, random);
  const value = random.pick(FLOATS);
  const view = new DataView(out.buffer);
  const little = random.chance(0.7);
  if (width === 4) view.setFloat32(at, value, little);
  else view.setFloat64(at, value, little);
  return { bytes: out, did: `wrote float ${value} of ${width} bytes at ${at}` };
}

function swapBlocks(bytes: Bytes, random: Random) {
  const [a, b] = [block(bytes, random), block(bytes, random)].sort((x, y) => x.start - y.start);
  if (a!.end > b!.start) return null;
  const out = concat([
    bytes.subarray(0, a!.start),
    bytes.subarray(b!.start, b!.end),
    bytes.subarray(a!.end, b!.start),
    bytes.subarray(a!.start, a!.end),
    bytes.subarray(b!.end),
  ]);
  return { bytes: out, did: `swapped bytes ${a!.start}..${a!.end} with ${b!.start}..${b!.end}` };
}

function repeatBlock(bytes: Bytes, random: Random) {
  const { start, end } = block(bytes, random);
  const times = 2 ** random.integer(8);
  if (bytes.length + times * (end - start) > LARGEST) return null;
  const repeats = Array.from({ length: times }, () => bytes.subarray(start, end));
  return {
    bytes: concat([bytes.subarray(0, end), ...repeats, bytes.subarray(end)]),
    did: `repeated bytes ${start}..${end} ${times} times`,
  };
}

function dropBlock(bytes: Bytes, random: Random) {
  const { start, end } = block(bytes, random);
  return {
    bytes: concat([bytes.subarray(0, start), bytes.subarray(end)]),
    did: `dropped bytes ${start}..${end}`,
  };
}

function fillBlock(bytes: Bytes, random: Random) {
  const { start, end } = block(bytes, random);
  const value = random.pick([0, 0x20, 0x7f, 0x80, 0xff]);
  return {
    bytes: bytes.slice().fill(value, start, end),
    did: `filled ${start}..${end} with ${value}`,
  };
}

/** Replaces a number or a string of a text by an odd word. */
function extremeWord(bytes: Bytes, random: Random) {
  if (!isText(bytes)) return null;
  const words = [...latin1(bytes).matchAll(/"[^"\n]*"|[-+]?\d[\d.eE+-]*/g)];
  if (words.length === 0) return null;
  const found = random.pick(words);
  const word = random.pick(WORDS);
  return {
    bytes: concat([
      bytes.subarray(0, found.index),
      new TextEncoder().encode(word),
      bytes.subarray(found.index + found[0].length),
    ]),
    did: `put '${word.slice(0, 20)}' for '${found[0].slice(0, 20)}' at ${found.index}`,
  };
}

/** Moves a line of a text elsewhere, any number of times. */
function moveLine(bytes: Bytes, random: Random) {
  if (!isText(bytes)) return null;
  const lines = latin1(bytes).split("\n");
  const from = random.integer(lines.length);
  const to = random.integer(lines.length);
  const times = random.pick([0, 1, 2, 1000]);
  const [line = ""] = lines.splice(from, 1);
  if (bytes.length + times * line.length > LARGEST) return null;
  lines.splice(to, 0, ...Array.from({ length: times }, () => line));
  return {
    bytes: Uint8Array.from(lines.join("\n"), (character) => character.charCodeAt(0)),
    did: `moved line ${from + 1} to ${to + 1}, ${times} times`,
  };
}

/** Corrects the checksums of a PNG's chunks, as far as the chunks can be followed, or of an E57's pages. */
function mendChecksums(bytes: Bytes): void {
  if (latin1(bytes.subarray(0, 8)) === "ASTM-E57") withChecksums(bytes);
  if (bytes[0] !== 0x89 || bytes[1] !== 0x50) return;
  const view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return;
    view.setUint32(end - 4, crc32(bytes.subarray(at + 4, end - 4)));
    at = end;
  }
}

/** Picks where to write a value: every other time in the head. */
function place(bytes: Bytes, width: number, random: Random): number {
  const last = bytes.length - width + 1;
  return random.integer(random.chance(0.5) ? Math.min(last, HEAD) : last);
}

/** Picks a range of bytes, of a length that is log-uniform. */
function block(bytes: Bytes, random: Random): { start: number; end: number } {
  const length = Math.floor(bytes.length ** random.uniform());
  const start = random.integer(bytes.length - length + 1);
  return { start, end: start + length };
}

function isText(bytes: Bytes): boolean {
  return !bytes.subarray(0, HEAD).includes(0);
}

function latin1(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
