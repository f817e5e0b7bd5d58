import assert from "node:assert/strict";
import { DRIVER_PACKAGES, install, installPlan, lacksAvx512 } from "../../lib/cli/driver.ts";

const debian = {
  os: "linux",
  release: 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n',
  root: true,
  sudo: false,
};

Deno.test("installPlan() uses apt-get on Debian, and sudo only where it is needed", () => {
  const plan = installPlan(debian);
  assert.ok("commands" in plan);
  assert.deepEqual(plan.commands.map(([command]) => command), ["apt-get", "apt-get"]);
  assert.deepEqual(plan.commands.at(-1)!.slice(-DRIVER_PACKAGES.length), DRIVER_PACKAGES);
  const withSudo = installPlan({ ...debian, root: false, sudo: true });
  assert.ok("commands" in withSudo);
  assert.ok(withSudo.commands.every(([command]) => command === "sudo"));
});

Deno.test("installPlan() recognises Debian's derivatives", () => {
  assert.ok(
    "commands" in installPlan({ ...debian, release: 'ID=linuxmint\nID_LIKE="ubuntu debian"\n' }),
  );
});

Deno.test("installPlan() says what to do where it cannot install", () => {
  const notRoot = installPlan({ ...debian, root: false });
  assert.ok("obstacle" in notRoot && /apt-get install .* as root/.test(notRoot.obstacle));
  for (const machine of [{ ...debian, os: "darwin" }, { ...debian, release: "ID=fedora\n" }]) {
    const plan = installPlan(machine);
    assert.ok("obstacle" in plan && /Vulkan driver/.test(plan.obstacle));
  }
});

Deno.test("install() stops at a command that fails, and names it", async () => {
  await assert.rejects(install([["true"], ["false", "now"], ["true"]]), /`false now` failed/);
});

Deno.test("lacksAvx512() is true only for x86 without AVX-512", () => {
  assert.ok(lacksAvx512("processor\t: 0\nflags\t\t: fpu sse4_2 avx2 fma\nbugs\t: spectre_v1\n"));
  assert.ok(!lacksAvx512("processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512bw\n"));
  assert.ok(!lacksAvx512("processor\t: 0\nFeatures\t: fp asimd\n"));
  assert.ok(!lacksAvx512(""));
});
