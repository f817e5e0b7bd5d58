/**
 * Installs a GPU driver on machines without one. A bare Debian offers WebGPU no adapter; Mesa's lavapipe, a
 * software Vulkan driver, runs the same kernels on the CPU.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { requestAdapter } from "../gpu/mod.ts";

/** The Debian and Ubuntu packages with Mesa's software driver and the Vulkan loader. */
export const DRIVER_PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];

/** The name of the GPU adapter, or null where there is none. Deno asks the drivers only once per process. */
export async function adapterName(): Promise<string | null> {
  const adapter = await requestAdapter();
  return adapter ? adapter.info.description || adapter.info.device || "an unnamed adapter" : null;
}

/**
 * Whether a CPU is an x86 without AVX-512. The code that Mesa 22's llvmpipe generates for such a CPU gathers the lanes
 * of a load one by one through the stack: the kernels take several times as long.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lacksAvx512 } from "./driver.ts";
 *
 * assert.ok(lacksAvx512("flags\t\t: fpu avx2 fma"));
 * assert.ok(!lacksAvx512("flags\t\t: fpu avx2 avx512f"));
 * ```
 *
 * @param cpuinfo text of /proc/cpuinfo.
 */
export function lacksAvx512(cpuinfo: string): boolean {
  const flags = /^flags\s*:.*$/m.exec(cpuinfo)?.[0];
  return flags !== undefined && !/\bavx512f\b/.test(flags);
}

/** How a driver can be installed on a machine. */
export type InstallPlan =
  /** The commands to run, in order. */
  | { commands: string[][] }
  /** Why none can be installed, and what to do instead. */
  | { obstacle: string };

/** What the plan depends on. */
export interface Machine {
  /** Name of the operating system, as in `Deno.build.os`. */
  os: string;
  /** Text of /etc/os-release, empty where there is none. */
  release: string;
  /** Whether this process runs as root. */
  root: boolean;
  /** Whether `sudo` works without a password. */
  sudo: boolean;
}

/** Plans how to install a driver on a machine. */
export function installPlan(machine: Machine): InstallPlan {
  const packages = DRIVER_PACKAGES.join(" ");
  const family = /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(machine.release);
  if (machine.os !== "linux" || !family) {
    return {
      obstacle:
        `it is neither Debian nor Ubuntu; install a Vulkan driver (there, the packages are ${packages})`,
    };
  }
  if (!machine.root && !machine.sudo) {
    return { obstacle: `it needs root; run \`apt-get install ${packages}\` as root` };
  }
  const prefix = machine.root ? [] : ["sudo"];
  return {
    commands: [
      [...prefix, "apt-get", "update", "-qq"],
      [...prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", ...DRIVER_PACKAGES],
    ],
  };
}

/** Describes the machine that this process runs on. */
export async function thisMachine(): Promise<Machine> {
  return {
    os: Deno.build.os,
    release: await readFile("/etc/os-release", "utf8").catch(() => ""),
    root: Deno.uid() === 0,
    sudo: await runs(["sudo", "-n", "true"]),
  };
}

/**
 * Runs the commands of a plan one after the other; their errors go to stderr.
 *
 * @throws {Error} naming the command that failed.
 */
export async function install(commands: readonly string[][]): Promise<void> {
  for (const [command, ...args] of commands) {
    const { success } = await new Deno.Command(command!, {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).output();
    if (!success) {
      throw new Error(`Cannot install a GPU driver: \`${[command, ...args].join(" ")}\` failed`);
    }
  }
}

async function runs([command, ...args]: string[]): Promise<boolean> {
  try {
    const options = { args, stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(command!, options).output()).success;
  } catch {
    return false;
  }
}
