/**
 * A GPU driver for machines that have none. On a bare Debian nothing answers WebGPU; Mesa's lavapipe, a
 * software Vulkan driver, runs the same kernels.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { requestAdapter } from "../gpu/mod.ts";

/** The packages that bring the loader and Mesa's software driver on Debian and Ubuntu. */
export const DRIVER_PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];

/** The name of the adapter that answers, or null. Deno asks the drivers once a process. */
export async function adapterName(): Promise<string | null> {
  const adapter = await requestAdapter();
  return adapter ? adapter.info.description || adapter.info.device || "an unnamed adapter" : null;
}

/**
 * Whether a CPU, by the text of /proc/cpuinfo, is an x86 without AVX-512. Code that Mesa 22's llvmpipe makes for
 * such a one puts loads together lane by lane on the stack: the kernels take several times as long.
 */
export function lacksAvx512(cpuinfo: string): boolean {
  const flags = /^flags\s*:.*$/m.exec(cpuinfo)?.[0];
  return flags !== undefined && !/\bavx512f\b/.test(flags);
}

/** How a driver can be installed here. */
export type InstallPlan =
  | { commands: string[][] }
  /** Why it cannot be, and what to do instead. */
  | { obstacle: string };

/** What the plan depends on. */
export interface Machine {
  os: string;
  /** Text of /etc/os-release, empty where there is none. */
  release: string;
  root: boolean;
  sudo: boolean;
}

/** Says how to install a driver on a machine. */
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

/** The machine this runs on. */
export async function thisMachine(): Promise<Machine> {
  return {
    os: Deno.build.os,
    release: await readFile("/etc/os-release", "utf8").catch(() => ""),
    root: Deno.uid() === 0,
    sudo: await runs(["sudo", "-n", "true"]),
  };
}

/**
 * Runs the commands of a plan one after the other, their output on stderr.
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
