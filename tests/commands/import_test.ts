/** `import` as a user meets it. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readStudentCard, type StudentCard } from "../../lib/nn/card.ts";
import { cardTemplate } from "../../lib/nn/import/card_templates.ts";
import { flowNote, statisticsNote } from "../../lib/nn/import/notes.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { type NamedTensor, writeSafetensors } from "../../lib/nn/safetensors.ts";
import { Student } from "../../lib/nn/student.ts";
import { readStudent } from "../../lib/models/students.ts";
import { asSpconv, prefixed } from "../nn/foreign.ts";
import { dict, int, savedAround, tuple } from "../nn/torch_file.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { ttt, withFolder } from "./support.ts";

const CARD: StudentCard = {
  id: "imported",
  backbone: "MinkUNet14Slim",
  classes: ["floor", "wall", "chair"],
  palette: [[0, 0, 0], [1, 1, 1], [2, 2, 2]],
  voxelSize: 0.05,
  features: ["red", "green", "blue"],
  teacher: null,
  asprs: [2, 6, 0],
  licence: "none",
  provenance: "made for a test",
};
const SPECS = new Student(CARD).parameters();
/** Numbers that half precision can hold. */
const STATE = new Map(
  [...initialState(SPECS, mulberry32(8))].map(([name, { shape, data }]) => [name, {
    shape,
    data: Float32Array.from(Float16Array.from(data as Float32Array)),
  }]),
);
const CHECKPOINT = prefixed(asSpconv(STATE, SPECS), "module.");

/** Writes a checkpoint and a card, and gives the arguments that import them. */
async function filesIn(
  folder: string,
  bytes: Uint8Array,
  card: object = CARD,
): Promise<{ args: string[]; out: string }> {
  const [file, cardFile, out] = ["model.safetensors", "card.json", "student.safetensors"]
    .map((name) => join(folder, name));
  await writeFile(file!, bytes);
  await writeFile(cardFile!, JSON.stringify(card));
  const args = ["import", "--from", "spconv", file!, "--card", cardFile!, "--out", out!];
  return { args, out: out! };
}

/** The same file in half precision. */
function halved(tensors: ReadonlyMap<string, NamedTensor>): Uint8Array {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const half = new Uint8Array(Float16Array.from(data as Float32Array).buffer);
    header[name] = { dtype: "F16", shape, data_offsets: [offset, offset += half.length] };
    parts.push(half);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  return Uint8Array.from([length, text, ...parts].flatMap((part) => [...part]));
}

Deno.test("import makes a student that runs, and names the next command", async () => {
  await withFolder(async (folder) => {
    const bytes = writeSafetensors({ tensors: CHECKPOINT, metadata: {} });
    const { args, out } = await filesIn(folder, bytes);
    const { code, stdout, stderr } = await ttt(args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /imported, MinkUNet14Slim, \d+ entries of layout KRSC after "module\."/);
    assert.match(stdout, /^note: where no method is named, batch norm takes .* --method source/m);
    assert.match(stdout, /train CONFIG\.json --from .*student\.safetensors --heads-only/);
    const student = await readStudent(out);
    assert.deepEqual(student.card, CARD);
    assert.deepEqual(student.tensors, STATE);
  });
});

Deno.test("import takes a network that reads coordinates and intensity, with its class head in another file", async () => {
  await withFolder(async (folder) => {
    const card: StudentCard = { ...CARD, features: ["x", "y", "z", "intensity"] };
    const specs = new Student(card).parameters();
    const state = initialState(specs, mulberry32(9));
    const tensors = prefixed(asSpconv(state, specs), "backbone.");
    const isHead = ([name]: [string, unknown]) => name.includes("final");
    const [backbone, head] = [
      new Map([...tensors].filter((entry) => !isHead(entry))),
      join(folder, "head"),
    ];
    const bytes = writeSafetensors({ tensors: backbone, metadata: {} });
    await writeFile(
      head,
      writeSafetensors({ tensors: new Map([...tensors].filter(isHead)), metadata: {} }),
    );
    const { args, out } = await filesIn(folder, bytes, card);
    const { code, stderr } = await ttt([...args, "--head", head]);
    assert.equal(code, 0, stderr);
    const student = await readStudent(out);
    assert.deepEqual(student.card.features, card.features);
    assert.deepEqual(student.tensors, state);
  });
});

Deno.test("import widens half precision, and matches features directly where the card says so", async () => {
  await withFolder(async (folder) => {
    const teacher = { id: "narrow", width: 48, head: "none" };
    const { args, out } = await filesIn(folder, halved(CHECKPOINT), { ...CARD, teacher });
    const { code, stderr } = await ttt(args);
    assert.equal(code, 0, stderr);
    const student = await readStudent(out);
    assert.deepEqual(student.tensors, STATE);
    assert.deepEqual(student.centre, new Float32Array(48));
  });
});

Deno.test("import lists every difference, writes nothing, and exits with 1", async () => {
  await withFolder(async (folder) => {
    const tensors = new Map(CHECKPOINT);
    tensors.delete("module.bn1.weight");
    tensors.set("module.extra", { shape: [1], data: new Float32Array(1) });
    const { args, out } = await filesIn(folder, writeSafetensors({ tensors, metadata: {} }));
    const { code, stderr } = await ttt(args);
    assert.equal(code, 1);
    const found = ['"module.bn1.bn.weight" is missing', '"module.extra" is left over'];
    assert.deepEqual(stderr.trimEnd().split("\n"), [
      ...found.map((difference) => `  ${difference}`),
      `ttt-kd: Cannot import the checkpoint: ${found.join("; ")}`,
    ]);
    await assert.rejects(readFile(out));
    assert.equal((await ttt([...args, "--drop", "module.extra"])).code, 1);
  });
});

Deno.test("import takes the network of a file as a training program saves it, and says which of several", async () => {
  await withFolder(async (folder) => {
    const { args, out } = await filesIn(
      folder,
      savedAround(CHECKPOINT, (ema) => ({ ema, net: ema })),
    );
    const asked = await ttt(args);
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /tensors stand in "ema" and "net"; say with --entry which/);
    const { code, stderr } = await ttt([...args, "--entry", "net"]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "");
    assert.deepEqual((await readStudent(out)).tensors, STATE);
    await filesIn(folder, savedAround(CHECKPOINT, (ema) => ({ ema, state_dict: ema })));
    const usual = await ttt(args);
    assert.equal(usual.code, 0, usual.stderr);
    assert.match(usual.stderr, /: took "state_dict"; --entry NAME takes "ema" instead\n$/);
  });
});

Deno.test("import holds the config of a checkpoint such as Sonata's against the card's backbone", async () => {
  await withFolder(async (folder) => {
    const patches = (size: number) => tuple([1, 2, 3, 4, 5].map(() => int(size)));
    const file = (size: number) =>
      savedAround(CHECKPOINT, (state) => ({
        state_dict: state,
        config: dict({ enc_patch_size: patches(size) }),
      }));
    const card = { ...CARD, backbone: "ptv3-slim" };
    const { args } = await filesIn(folder, file(128), card);
    const { code, stderr } = await ttt(args.with(2, "pointcept"));
    assert.equal(code, 1);
    const difference =
      "enc_patch_size is [128,128,128,128,128] in its config and [64,64,64,64,64] in ptv3-slim";
    assert.equal(
      stderr,
      `  ${difference}\nttt-kd: Cannot import the checkpoint: ${difference}; take a backbone that has its settings\n`,
    );
    await filesIn(folder, file(64), card);
    assert.match((await ttt(args.with(2, "pointcept"))).stderr, /no entry is called "embedding/);
  });
});

Deno.test("import refuses impossible cards and unknown options", async () => {
  await withFolder(async (folder) => {
    const bytes = writeSafetensors({ tensors: CHECKPOINT, metadata: {} });
    const teacher = { id: "dinov2", width: 384 };
    const { args } = await filesIn(folder, bytes, { ...CARD, teacher });
    const headed = await ttt(args);
    assert.equal(headed.code, 1);
    assert.match(headed.stderr, /card\.json: .* heads for teacher dinov2; .*--heads-only\n$/);
    await filesIn(folder, bytes, { ...CARD, teacher: { ...teacher, head: "none" } });
    const wide = await ttt(args);
    assert.equal(wide.code, 1);
    assert.match(
      wide.stderr,
      /card\.json: .* 48 channels .* 384 \(field teacher\.head\); .*--heads-only\n$/,
    );
    for (
      const [changed, message] of [
        [
          args.with(2, "caffe"),
          /--from 'caffe': there are minkowski, pointcept, spconv, torchsparse/,
        ],
        [args.filter((_, i) => i < 4), /Missing option --card/],
        [[...args, "--layout", "KCC"], /'KCC' from spconv: there are KRSC, RSKC, RSCK/],
      ] as const
    ) {
      const { code, stderr } = await ttt(changed);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });
});

Deno.test("import --card-template prints a card that lacks only what the owner of a checkpoint knows", async () => {
  for (
    const [name, classes] of [["scannet20", 20], ["s3dis", 13], ["semantickitti", 19], [
      "nuscenes",
      16,
    ]] as const
  ) {
    const card = cardTemplate(name);
    assert.equal(card.classes.length, classes);
    assert.throws(
      () => readStudentCard(JSON.stringify(card), "card.json"),
      /licence is "" .*\. Also, provenance is ""/,
    );
    const filled = { ...card, licence: "MIT", provenance: "a test" };
    assert.deepEqual(readStudentCard(JSON.stringify(filled), "card.json"), filled);
  }
  const { code, stdout, stderr } = await ttt(["import", "--card-template", "s3dis"]);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).id, "minkunet34c-s3dis");
  assert.match(
    stderr,
    /fill in licence and provenance; .* NormalizeColor: value \/ 127\.5 - 1 is red_/,
  );
  assert.doesNotMatch(stderr, /note:/);
});

Deno.test("import --card-template gives PT-v3m1 the data flow and the colours of Pointcept v1.5.1, by which it is published", async () => {
  const signed = ["red_signed", "green_signed", "blue_signed"];
  const templates = ["ptv3-scannet20", "ptv3-s3dis", "ptv3-nuscenes", "sonata-scannet20"]
    .map(cardTemplate);
  assert.deepEqual(templates.map(({ backbone }) => backbone), [
    "ptv3-base-v151",
    "ptv3-base-rpe-v151",
    "ptv3-nuscenes-v151",
    "ptv3m2-sonata",
  ]);
  assert.deepEqual(templates[0]!.features.slice(0, 3), signed);
  assert.deepEqual(templates[1]!.features.slice(0, 3), signed);
  // Sonata is of the time when NormalizeColor divided by 255.
  assert.deepEqual(templates[3]!.features.slice(3, 6), ["red_unit", "green_unit", "blue_unit"]);
  const { code, stderr } = await ttt(["import", "--card-template", "ptv3-scannet20"]);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /note: ptv3-base-v151 runs as in Pointcept v1\.5\.1, .* say "backbone": "ptv3-base"\n$/,
  );
});

Deno.test("import says what a checkpoint of Pointcept cannot tell: its version, and whose statistics batch norm takes", () => {
  const { backbone } = CARD;
  assert.match(flowNote("ptv3-base")!, /published .* v1\.5\.1; .* "backbone": "ptv3-base-v151"$/);
  for (const other of [backbone, "ptv3m2-sonata", "ptv3-slim"]) assert.equal(flowNote(other), null);
  assert.match(statisticsNote(CARD)!, /of each scan \(method bn\); --method source takes those/);
  assert.match(
    statisticsNote({ ...CARD, statistics: "running" })!,
    /takes the statistics of the checkpoint, .*; --method bn takes/,
  );
  assert.equal(statisticsNote({ ...CARD, backbone: "ptv3m2-sonata" }), null);
});
