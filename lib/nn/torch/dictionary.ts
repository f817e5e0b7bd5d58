/**
 * Which dictionary of a file of `torch.save` is the network. Programs that train save it with much beside it: an averaged
 * copy, an optimizer, the best score so far.
 *
 * @module
 */
import { PickledCall } from "../../pickle/pickle.ts";

const PARAMETER = /^torch\._utils\._rebuild_parameter(_with_state)?$/;
/** The functions that make tensors of PyTorch, of which the usual one is read. */
const TENSOR = /^torch\._utils\._rebuild_\w+$/;

/**
 * The names under which programs save the network, the usual one first: Pointcept, Lightning and MinkowskiEngine's examples
 * say `state_dict`, PyTorch's tutorials `model_state_dict`, SPVNAS `model`.
 */
const USUAL = ["state_dict", "model_state_dict", "model"];
/** How the dictionary that is the whole file is called. */
const WHOLE = ".";
/** How deep a dictionary may stand in others: `{"model": {"state_dict": …}}`. */
const MOST_LEVELS = 2;

/** A dictionary of tensors. */
export interface TensorDictionary {
  /** Names of the dictionaries that it stands in and its own, joined by dots; `.` where it is the whole file. */
  readonly name: string;
  /** The calls that make its tensors, by name. */
  readonly tensors: ReadonlyMap<string, PickledCall>;
}

/**
 * Chooses the dictionary of tensors that is the network: the one that is asked for, or else one of a usual name, or else
 * the only one.
 *
 * @param entry name of the dictionary to take.
 * @param fail throws the error of the file.
 * @returns the dictionary, and the names of the others.
 */
export function chooseDictionary(
  root: unknown,
  entry: string | undefined,
  fail: (problem: string) => never,
): { chosen: TensorDictionary; others: string[] } {
  const all = dictionariesIn(root, []);
  if (all.length === 0) fail("it holds no dictionary of tensors; save the network's state_dict()");
  const names = all.map(({ name }) => `"${name}"`);
  const chosen = entry === undefined
    ? all.toSorted((a, b) => rank(a) - rank(b)).find((it) =>
      all.length === 1 || rank(it) < USUAL.length
    )
    : all.find(({ name }) => name === entry);
  if (!chosen) {
    fail(
      entry === undefined
        ? `tensors stand in ${names.join(" and ")}; say with --entry which of them is the network`
        : `no dictionary of tensors in it is called "${entry}"; --entry takes ${
          names.join(" or ")
        }`,
    );
  }
  return { chosen, others: all.filter((it) => it !== chosen).map(({ name }) => name) };
}

/** The place of a dictionary's name among the usual ones; their number where it is none. */
function rank({ name }: TensorDictionary): number {
  const ranks = name.split(".").map((part) => USUAL.indexOf(part));
  return ranks.includes(-1) ? USUAL.length : ranks[0]!;
}

/** The dictionaries of tensors in a value, itself first. One of single numbers alone, such as the best score, is no network. */
function dictionariesIn(value: unknown, path: readonly string[]): TensorDictionary[] {
  if (!(value instanceof Map)) return [];
  const tensors = new Map<string, PickledCall>();
  const inner: TensorDictionary[] = [];
  for (const [name, entry] of value) {
    if (typeof name !== "string") continue;
    const tensor = unwrapped(entry);
    if (tensor) tensors.set(name, tensor);
    else if (path.length < MOST_LEVELS) inner.push(...dictionariesIn(entry, [...path, name]));
  }
  const isNetwork = [...tensors.values()].some(({ args: [, , shape] }) =>
    !Array.isArray(shape) || shape.length > 0
  );
  return isNetwork ? [{ name: path.join(".") || WHOLE, tensors }, ...inner] : inner;
}

/** The call that makes a tensor, which may be within the call that makes a parameter of it. */
function unwrapped(entry: unknown): PickledCall | null {
  if (!(entry instanceof PickledCall)) return null;
  if (PARAMETER.test(entry.name)) return unwrapped(entry.args[0]);
  return TENSOR.test(entry.name) ? entry : null;
}
