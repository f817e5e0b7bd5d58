/**
 * A disk of a few megabytes that tests fill: a file system in memory. Tests that need one are skipped, and say so in
 * their names, where none can be mounted, which takes Linux and root.
 *
 * @module
 */
import { mkdtemp, open, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BYTES = 4 * 2 ** 20;
const FILLER = "filler";

/** A small disk. */
export class SmallDisk implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  /** Mounts one; returns null where that is not allowed. */
  static async mount(): Promise<SmallDisk | null> {
    const folder = await mkdtemp(join(tmpdir(), "tttkd-disk-"));
    if (run("mount", "-t", "tmpfs", "-o", `size=${BYTES}`, "tmpfs", folder)) {
      return new SmallDisk(folder);
    }
    await rmdir(folder);
    return null;
  }

  /** Writes until nothing more fits. */
  async fill(): Promise<void> {
    const file = await open(join(this.folder, FILLER), "a");
    try {
      for (;;) await file.write(new Uint8Array(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      await file.close();
    }
  }

  /** Gives the room back that {@link fill} took. */
  async empty(): Promise<void> {
    await rm(join(this.folder, FILLER));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    run("umount", this.folder);
    await rmdir(this.folder);
  }
}

function run(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
