/** Files of PyTorch are read as data, and written as PyTorch reads them. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { unzipSync, zipSync } from "fflate";
import { readCheckpoint } from "../../lib/nn/checkpoint_file.ts";
import { type NamedTensor, type UnreadTensor, writeSafetensors } from "../../lib/nn/safetensors.ts";
import { readTorch, writeTorch } from "../../lib/nn/torch/mod.ts";
import { archive, dict, int, savedAround, tensor } from "./torch_file.ts";

const FILE = fileURLToPath(new URL("../../fixtures/networks/torch_save.pth", import.meta.url));

const TENSORS = new Map<string, NamedTensor>([
  ["block.0.kernel", { shape: [2, 1, 3], data: Float32Array.of(1, -2, 3, 4, 5, -0) }],
  ["größe", { shape: [], data: BigInt64Array.of(-7n) }],
  ["whole", { shape: [2], data: Int32Array.of(1, -1) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
]);

Deno.test("readTorch() reads what PyTorch wrote: views, widths of floats, parameters, an inner dictionary", async () => {
  const { tensors } = readCheckpoint(await Deno.readFile(FILE), "torch_save.pth");
  assert.deepEqual(
    tensors,
    new Map<string, NamedTensor>([
      ["rows", { shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) }],
      ["transposed", { shape: [3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) }],
      ["row", { shape: [3], data: Float32Array.of(3, 4, 5) }],
      ["half", { shape: [2], data: Float32Array.of(0.5, -2) }],
      ["bfloat", { shape: [2], data: Float32Array.of(1.5, -3) }],
      ["double", { shape: [1], data: Float32Array.of(0.25) }],
      ["parameter", { shape: [1, 1], data: Float32Array.of(7) }],
      ["counter", { shape: [], data: BigInt64Array.of(9n) }],
    ]),
  );
});

Deno.test("writeTorch() is read back to the same bits", () => {
  assert.deepEqual(readTorch(writeTorch(TENSORS)).tensors, TENSORS);
});

Deno.test("writeTorch() writes the pickle that torch.load(weights_only=True) takes", () => {
  const one = new Map([["w", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }]]);
  const files = unzipSync(writeTorch(one));
  assert.deepEqual(Object.keys(files), [
    "archive/data.pkl",
    "archive/byteorder",
    "archive/data/0",
    "archive/version",
  ]);
  const int = (value: number) => `J${String.fromCharCode(value)}\0\0\0`;
  const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
  const dict = "ccollections\nOrderedDict\n)R";
  const storage = `(${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}${int(6)}tQ`;
  // PyTorch 1.13 read these bytes.
  const expected = `\x80\x02${dict}(${text("w")}ctorch._utils\n_rebuild_tensor_v2\n(` +
    `${storage}${int(0)}(${int(2)}${int(3)}t(${int(3)}${int(1)}t\x89${dict}tRu.`;
  assert.equal(String.fromCharCode(...files["archive/data.pkl"]!), expected);
  assert.deepEqual([...new Float32Array(files["archive/data/0"]!.slice().buffer)], [
    ...one.get("w")!.data,
  ]);
});

Deno.test("readTorch() runs nothing that a pickle names", () => {
  const call = archive("\x80\x02cos\nsystem\nX\x04\0\0\0exit\x85R.");
  assert.throws(() => readTorch(call, "evil.pth"), /evil\.pth: it holds no dictionary of tensors/);
});

Deno.test("readTorch() names what is wrong with a file", () => {
  const good = writeTorch(TENSORS);
  const files = unzipSync(good);
  const without = (name: string) =>
    zipSync(
      Object.fromEntries(Object.entries(files).filter(([key]) => key !== `archive/${name}`)),
      { level: 0 },
    );
  const pickle = String.fromCharCode(...files["archive/data.pkl"]!);
  const { "archive/data/0": storage = new Uint8Array() } = files;
  const cases: [Uint8Array, RegExp][] = [
    [good.slice(0, 300), /m\.pth: the zip archive is damaged \(.*\); fetch the file again/],
    [without("data.pkl"), /without data\.pkl/],
    [without("data/0"), /the storage 0 of "block\.0\.kernel" is missing/],
    [archive(pickle, { 0: storage.slice(4) }), /"block\.0\.kernel" .* reaches element 5, .* has 5/],
    [archive(pickle.slice(0, 200)), /its pickle ends at byte 200, too early/],
    [archive("\x80\x02(i"), /operation 105 at byte 3 of its pickle is none/],
    [archive("\x80\x02R."), /has an empty stack/],
    [archive("\x80\x02u."), /finds no mark/],
    [archive("\x80\x02].", {}), /no dictionary of tensors; save the network's state_dict\(\)/],
    [Uint8Array.of(0x80, 2, 0x8a), /before 1\.6; load it there/],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => readCheckpoint(bytes, "m.pth"), message);
  }
  const two = "}(X\x01\0\0\0a}X\x01\0\0\0b}u.";
  assert.throws(() => readTorch(archive(`\x80\x02${two}`)), /no dictionary of tensors/);
});

Deno.test("readTorch() takes the network that Pointcept, Lightning, SPVNAS or PyTorch's tutorials save, whatever is beside it", () => {
  const cases: [(state: string) => Record<string, string>, string, string[]][] = [
    [(state) => ({ state_dict: state }), "state_dict", []],
    // The best score, as a number of PyTorch; the weights of the loss.
    [(state) => ({ epoch: int(3), state_dict: state, best_val: tensor([]) }), "state_dict", []],
    [(state) => ({ weights: tensor([3]), state_dict: state }), "state_dict", ["."]],
    [(state) => ({ net: state, best_val: tensor([]) }), "net", []],
    [(state) => ({ ema: state, state_dict: state }), "state_dict", ["ema"]],
    [
      (state) => ({ ema: state, model_state_dict: state, optimizer: dict({}) }),
      "model_state_dict",
      ["ema"],
    ],
    [(state) => ({ model: state, state_dict_ema: state }), "model", ["state_dict_ema"]],
    [(state) => ({ model: dict({ state_dict: state }), epoch: int(3) }), "model.state_dict", []],
    [(state) => ({ state_dict: dict({ model: state, ema: state }) }), "state_dict.model", [
      "state_dict.ema",
    ]],
    [(state) => ({ model: state, state_dict: state }), "state_dict", ["model"]],
  ];
  for (const [around, taken, beside] of cases) {
    const { tensors, dictionary: name, others } = readTorch(savedAround(TENSORS, around));
    assert.deepEqual([name, others], [taken, beside]);
    assert.deepEqual(tensors, TENSORS);
  }
});

Deno.test("readTorch() asks which of several dictionaries of tensors is the network, and takes the one that is named", () => {
  const two = savedAround(TENSORS, (state) => ({
    ema: state,
    best: tensor([3]),
    students: dict({ second: state }),
  }));
  assert.throws(
    () => readTorch(two),
    /tensors stand in "\." and "ema" and "students\.second"; say with --entry which/,
  );
  assert.deepEqual(readTorch(two, "m.pth", "students.second").tensors, TENSORS);
  assert.deepEqual([...readTorch(two, "m.pth", ".").tensors.keys()], ["best"]);
  assert.throws(
    () => readTorch(two, "m.pth", "teacher"),
    /m\.pth: no dictionary of tensors in it is called "teacher"; --entry takes "\." or "ema" or/,
  );
  assert.throws(
    () => readCheckpoint(writeSafetensors({ tensors: TENSORS, metadata: {} }), "m", "ema"),
    /a safetensors file has no dictionary "ema"; leave out --entry/,
  );
});

Deno.test("readTorch() leaves types that it cannot read to those that need the entry", () => {
  const { tensors } = readTorch(
    savedAround(TENSORS, () => ({
      mask: tensor([4], "BoolStorage"),
      quantized: tensor([2], "QInt8Storage", "_rebuild_qtensor"),
      weight: tensor([2]),
    })),
  );
  const unread = (name: string) => (tensors.get(name) as UnreadTensor).unread;
  assert.match(unread("mask"), /^is of torch\.BoolStorage; convert it to torch\.FloatStorage, /);
  assert.match(unread("quantized"), /^is made by torch\._utils\._rebuild_qtensor; convert it to/);
  assert.deepEqual(tensors.get("mask")!.shape, [4]);
  assert.ok("data" in tensors.get("weight")!);
});
