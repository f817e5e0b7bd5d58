/** Matrix kernels that are wrong on a device are left out. Drivers are given faults by other WGSL than the program's. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsFor, SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { checkAttention } from "../../lib/kernel_choice/check_attention.ts";
import { driverVersion } from "../../lib/kernel_choice/driver_version.ts";
import { chooseKernels, KernelError, notesPath, readNotes } from "../../lib/kernel_choice/mod.ts";
import { damaged, faultyGpu } from "./faulty_gpu.ts";

function chooseTest(name: string, body: (folder: string) => Promise<void>): void {
  Deno.test({
    name,
    // Deno counts a device that was destroyed.
    sanitizeResources: false,
    async fn() {
      const folder = await mkdtemp(join(tmpdir(), "tttkd-"));
      try {
        await body(folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  });
}

chooseTest(
  "chooseKernels() leaves out a setting that is wrong on the device",
  async (folder) => {
    // The fault shows in wide tiles alone: 68 channels are two tiles of 9 quads, or three of 6.
    using gpu = await faultyGpu(({ name, code }, { COLUMNS }) =>
      name === "gemm_tiled" && COLUMNS === 9 ? damaged(code, "fma(w[0]", "fma(w[1]") : code
    );
    const { leftOut } = await chooseKernels(gpu, "hardware", folder);
    assert.equal(gpu.kernels.name, "hardware-32x16");
    assert.deepEqual(leftOut.map(({ name }) => name), ["hardware-64x16"]);
    assert.match(leftOut[0]!.fault, /^linear layers are off by [\d.]+$/);
    assert.equal(gpu.ledger.live, 0);

    // What is wrong is checked again, what is right is not.
    const submitsOf = async (again: boolean) => {
      const { submits } = gpu.stats;
      assert.deepEqual((await chooseKernels(gpu, "hardware", folder, again)).leftOut, leftOut);
      return gpu.stats.submits - submits;
    };
    const wrong = await submitsOf(false);
    assert.ok(wrong > 0 && wrong < await submitsOf(true));
  },
);

chooseTest(
  "chooseKernels() takes a setting whose driver was mended, and finds one that broke",
  async (folder) => {
    let isBroken = true;
    const open = () =>
      faultyGpu(({ name, code }) =>
        name === "conv_weight_gradient" && isBroken
          ? damaged(code, "vec4f(1.0), p <", "vec4f(0.5), p <")
          : code
      );
    using broken = await open();
    await assert.rejects(chooseKernels(broken, "software", folder), KernelError);
    isBroken = false;
    using mended = await open();
    await chooseKernels(mended, "software", folder);
    const { submits } = mended.stats;
    await chooseKernels(mended, "software", folder);
    assert.equal(mended.stats.submits, submits, "nothing runs a second time");
    isBroken = true;
    using again = await open();
    await chooseKernels(again, "software", folder);
    // As `doctor` does.
    await assert.rejects(
      chooseKernels(again, "software", folder, true),
      (error) =>
        error instanceof KernelError &&
        error.message.includes(notesPath(again.adapterName, folder)),
    );
    await assert.rejects(chooseKernels(again, "software", folder), KernelError);
  },
);

Deno.test("driverVersion() is another text for another backend, and every day where nothing tells it", async () => {
  const [one, other] = [new Date("2026-03-01T08:00:00Z"), new Date("2026-03-02T08:00:00Z")];
  const saved = Deno.env.get("DENO_WEBGPU_BACKEND");
  const inBackend = (backend: string, traces = {}) => {
    Deno.env.set("DENO_WEBGPU_BACKEND", backend);
    return driverVersion({ now: one, ...traces });
  };
  try {
    assert.notEqual(await inBackend("vulkan"), await inBackend("gl"));
    assert.equal(await inBackend("vulkan"), await inBackend("vulkan"));
    // Windows, and a Linux whose drivers lie elsewhere, such as NixOS.
    for (
      const traces of [{ os: "windows" as const }, {
        os: "linux" as const,
        manifests: [],
        nvidia: "",
      }]
    ) {
      const version = await inBackend("dx12", traces);
      assert.notEqual(await inBackend("dx12", { ...traces, now: other }), version);
      assert.equal(await inBackend("dx12", traces), version);
      assert.notEqual(await inBackend("vulkan", traces), version);
    }
    const mac = { os: "darwin" as const };
    assert.equal(await inBackend("metal", mac), await inBackend("metal", { ...mac, now: other }));
  } finally {
    if (saved === undefined) Deno.env.delete("DENO_WEBGPU_BACKEND");
    else Deno.env.set("DENO_WEBGPU_BACKEND", saved);
  }
});

chooseTest("chooseKernels() refuses a device on which nothing is right", async (folder) => {
  using gpu = await faultyGpu(({ name, code }) =>
    name === "conv_weight_gradient" ? damaged(code, "vec4f(1.0), p <", "vec4f(0.5), p <") : code
  );
  await assert.rejects(
    chooseKernels(gpu, "software", folder),
    (error) =>
      error instanceof KernelError &&
      /with kernels software, their weight gradients are off by .* driver/.test(error.message),
  );
  using other = await faultyGpu(({ code }) => `${code} no WGSL`);
  await assert.rejects(chooseKernels(other, "software", folder), /the driver refuses it/);
});

Deno.test({
  name: "checkAttention() notices gradients of borrowed keys that are left out",
  // Deno counts a device that was destroyed.
  sanitizeResources: false,
  async fn() {
    // A key then meets no more queries than its own patch has.
    using gpu = await faultyGpu(({ name, code }) =>
      name === "attention_key_gradient"
        ? damaged(code, "2u * params.patchRows", "params.patchRows")
        : code
    );
    assert.match(
      (await checkAttention(gpu, SOFTWARE_SETTING))!,
      /^its gradients are off by [\d.]+$/,
    );
  },
});

chooseTest(
  "readNotes() forgets verdicts on another driver, and says nothing where the file is damaged",
  async (folder) => {
    const path = notesPath("any GPU", folder);
    const notes = { adapter: "any GPU", fastest: "hardware-32x16", verdicts: { software: null } };
    await writeFile(path, JSON.stringify({ ...notes, checked: "another driver" }));
    const read = await readNotes("any GPU", folder);
    assert.equal(read.fastest, "hardware-32x16");
    assert.deepEqual(read.verdicts, {});
    // Files of before had faults as well.
    const verdicts = { ...notes.verdicts, "hardware-64x16": "linear layers are off by 0.1" };
    await writeFile(path, JSON.stringify({ ...notes, checked: read.checked, verdicts }));
    assert.deepEqual((await readNotes("any GPU", folder)).verdicts, { software: null });
    await writeFile(path, "{");
    assert.deepEqual(await readNotes("any GPU", folder), {
      adapter: "any GPU",
      checked: read.checked,
      verdicts: {},
    });
  },
);

Deno.test("settingsFor() puts the setting that was measured first, then the one for the adapter", () => {
  const limits = { maxComputeWorkgroupStorageSize: 32_768 };
  const first = (adapterName: string, isSoftware: boolean, tuned?: string) =>
    settingsFor({ adapterName, isSoftware, limits }, "auto", tuned)[0]!.name;
  assert.equal(first("NVIDIA H100", false), "hardware-64x16");
  assert.equal(first("Intel(R) Iris(R) Xe Graphics", false), "hardware-32x16");
  assert.equal(first("llvmpipe", true), "software");
  assert.equal(first("NVIDIA H100", false, "hardware-64x8"), "hardware-64x8");
  assert.equal(first("llvmpipe", true, "of an older program"), "software");
});
