/** `export` as a user meets it. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readStudent } from "../../lib/models/students.ts";
import { plyScan } from "../routes/support.ts";
import { ttt, withFolder } from "./support.ts";

Deno.test("export --to torch writes what import reads back to the same bits", async () => {
  await withFolder(async (folder) => {
    const [out, back] = [join(folder, "rooms.pth"), join(folder, "back.safetensors")];
    const { code, stdout, stderr } = await ttt(["export", "rooms", "--to", "torch", "--out", out]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /rooms\.pth: .*, MinkUNet14Slim, 162 entries as minkowski names them/);
    assert.match(stdout, /left out, .*distillation\.kernel.*distillation\.centre/);
    // The printed command, as it stands.
    const [, way] = /way back: (import .*)/.exec(stdout)!;
    const imported = await ttt([...way!.split(" "), "--out", back]);
    assert.equal(imported.code, 0, imported.stderr);
    const [before, after] = [await readStudent("rooms"), await readStudent(back)];
    assert.equal(after.tensors.size, 162);
    for (const [name, tensor] of after.tensors) assert.deepEqual(tensor, before.tensors.get(name));
    assert.deepEqual(after.card, { ...before.card, teacher: null });
  });
});

Deno.test("export --to onnx writes a file, says what goes in, and writes that for a scan", async () => {
  await withFolder(async (folder) => {
    const [out, scan] = [join(folder, "rooms.onnx"), join(folder, "scan.ply")];
    await writeFile(scan, plyScan());
    const args = ["export", "rooms", "--to", "onnx", "--out", out, "--scan", scan, "--up", "z"];
    const { code, stdout, stderr } = await ttt(args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ {2}in {2}voxel_features: float32 \[voxels_level0, 4\]$/m);
    assert.match(stdout, /^ {2}out logits: float32 \[voxels_level0, 13\]$/m);
    assert.match(stdout, /rooms\.npz: \d+ voxels, 15 arrays/);
    assert.ok((await readFile(join(folder, "rooms.npz"))).length > 0);
  });
});

Deno.test("export names options that belong elsewhere", async () => {
  const { command } = await import("../../lib/commands/export.ts");
  const refused = (values: Record<string, string | boolean>, message: RegExp) =>
    assert.rejects(
      command.run({ heads: false, ...values } as never, ["rooms"], {} as never),
      message,
    );
  await refused({}, /Cannot set --to to '': there are torch, safetensors, onnx/);
  await refused({ to: "onnx", heads: true }, /Cannot set --heads: it is of --to torch/);
  await refused({ to: "torch", scan: "a.ply" }, /Cannot set --scan: it is of --to onnx/);
  await refused({ to: "onnx", up: "z" }, /Cannot set --up: it is of --scan/);
  await refused({ to: "onnx", part: "probe", scan: "a.ply" }, /no other part reads a scan/);
});
