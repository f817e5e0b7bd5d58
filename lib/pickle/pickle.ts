/**
 * Reads pickles as data: of the operations those that protocols 2 to 5 write for tensors and tables of numbers. A pickle may name any
 * function and say that it is to be called; here that becomes a {@link PickledCall}, and nothing is called.
 *
 * @module
 */

/** The name of a class or function. */
export class PickledName {
  /** @param name module and name, such as `torch.FloatStorage`. */
  constructor(readonly name: string) {}
}

/** What a pickle says to call, and with what. */
export class PickledCall {
  /** What else it says of the result: entries that are set, items that are added. */
  readonly entries: Map<unknown, unknown> = new Map();

  /** @param name what is called. */
  constructor(readonly name: string, readonly args: readonly unknown[]) {}
}

/** What the pickle keeps outside itself, such as the storage of a tensor. */
export class PickledReference {
  /** @param id what says which it is. */
  constructor(readonly id: unknown) {}
}

/** Marks a place on the stack. */
const MARK = Symbol("mark");

/**
 * Reads a pickle. Dictionaries become maps, tuples and lists become arrays, bytes become `Uint8Array`.
 *
 * @param fail throws the error of the file, naming what is wrong.
 */
export function readPickle(bytes: Uint8Array, fail: (problem: string) => never): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = 0;

  const take = (count: number): number => {
    if (at + count > bytes.length) fail(`its pickle ends at byte ${bytes.length}, too early`);
    at += count;
    return at - count;
  };
  const decoder = new TextDecoder();
  const text = (length: number) => decoder.decode(bytes.subarray(take(length), at));
  const binary = (length: number) => bytes.subarray(take(length), at);
  const size = () => Number(view.getBigUint64(take(8), true));
  const line = () => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) fail(`its pickle ends at byte ${bytes.length}, too early`);
    const from = at;
    at = end + 1;
    return decoder.decode(bytes.subarray(from, end));
  };
  const byte = () => view.getUint8(take(1));
  const word = () => view.getUint32(take(4), true);
  const pop = (): unknown => stack.length > 0 ? stack.pop() : fail(`${place()} has an empty stack`);
  const place = () => `operation ${bytes[start]} at byte ${start} of its pickle`;
  const toMark = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) fail(`${place()} finds no mark`);
    const items = stack.splice(mark);
    return items.slice(1);
  };
  const list = (): unknown[] => {
    const items = stack.at(-1);
    return Array.isArray(items) ? items : fail(`${place()} adds to what is no list`);
  };
  const dict = (): Map<unknown, unknown> => {
    const target = stack.at(-1);
    if (target instanceof Map) return target;
    return target instanceof PickledCall ? target.entries : fail(`${place()} adds to what is none`);
  };
  const setAll = (items: readonly unknown[]) => {
    const target = dict();
    for (let i = 0; i + 1 < items.length; i += 2) target.set(items[i], items[i + 1]);
  };
  const call = () => {
    const args = pop();
    const callee = pop();
    const name = callee instanceof PickledName ? callee.name : `${callee}`;
    const isDict = name === "collections.OrderedDict" && Array.isArray(args) && args.length === 0;
    stack.push(isDict ? new Map() : new PickledCall(name, Array.isArray(args) ? args : [args]));
  };
  const long = (length: number) => {
    const digits = bytes.subarray(take(length), at);
    let value = 0n;
    for (const digit of digits.toReversed()) value = value << 8n | BigInt(digit);
    return Number(BigInt.asIntN(8 * length, value));
  };
  const tuple = (count: number) => stack.push(stack.splice(Math.max(0, stack.length - count)));

  /** Operations by their letters. */
  const operations: Readonly<Record<string, () => unknown>> = {
    "\x80": byte,
    "\x95": () => take(8),
    "(": () => stack.push(MARK),
    ")": () => stack.push([]),
    "]": () => stack.push([]),
    "}": () => stack.push(new Map()),
    "N": () => stack.push(null),
    "\x88": () => stack.push(true),
    "\x89": () => stack.push(false),
    "J": () => stack.push(view.getInt32(take(4), true)),
    "K": () => stack.push(byte()),
    "M": () => stack.push(view.getUint16(take(2), true)),
    "G": () => stack.push(view.getFloat64(take(8), false)),
    "\x8a": () => stack.push(long(byte())),
    "X": () => stack.push(text(word())),
    "\x8c": () => stack.push(text(byte())),
    "U": () => stack.push(text(byte())),
    "T": () => stack.push(text(word())),
    "C": () => stack.push(binary(byte())),
    "B": () => stack.push(binary(word())),
    "\x8e": () => stack.push(binary(size())),
    "\x96": () => stack.push(binary(size())),
    "c": () => {
      const module = line();
      stack.push(new PickledName(`${module}.${line()}`));
    },
    "\x93": () => {
      const name = pop();
      stack.push(new PickledName(`${pop()}.${name}`));
    },
    "R": call,
    "\x81": call,
    "b": () => {
      const state = pop();
      const target = stack.at(-1);
      if (target instanceof PickledCall) target.entries.set("state", state);
    },
    "t": () => stack.push(toMark()),
    "l": () => stack.push(toMark()),
    "d": () => {
      const items = toMark();
      stack.push(new Map());
      setAll(items);
    },
    "\x85": () => tuple(1),
    "\x86": () => tuple(2),
    "\x87": () => tuple(3),
    "a": () => {
      const item = pop();
      list().push(item);
    },
    "e": () => {
      const items = toMark();
      const target = stack.at(-1);
      if (target instanceof PickledCall) target.entries.set("items", items);
      else for (const item of items) list().push(item);
    },
    "s": () => {
      const value = pop();
      setAll([pop(), value]);
    },
    "u": () => setAll(toMark()),
    "q": () => memo.set(byte(), stack.at(-1)),
    "r": () => memo.set(word(), stack.at(-1)),
    "\x94": () => memo.set(memo.size, stack.at(-1)),
    "h": () => stack.push(memo.get(byte())),
    "j": () => stack.push(memo.get(word())),
    "Q": () => stack.push(new PickledReference(pop())),
    "0": pop,
  };

  let start = at;
  while (true) {
    start = at;
    const letter = String.fromCharCode(byte());
    if (letter === ".") return pop();
    const operation = operations[letter] ?? fail(`${place()} is none that is read here`);
    operation();
  }
}
