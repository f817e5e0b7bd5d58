/** Folders of uploads go with their server, however it ends. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { UploadFolders } from "../../../lib/serving/files/upload_folders.ts";
import { withFolder } from "../queue/support.ts";

const PROCESS = new URL("uploading_process.ts", import.meta.url).pathname;

Deno.test("UploadFolders.open() removes what a dead server left, and nothing of a living one", async () => {
  await withFolder(async (folder) => {
    await using living = await UploadFolders.open(folder);
    await using upload = await living.make();
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-config", PROCESS, folder],
      stdout: "piped",
    }).spawn();
    const reader = process.stdout.getReader();
    await reader.read();
    assert.equal((await readdir(folder)).length, 2);
    process.kill("SIGKILL");
    await process.status;
    await reader.cancel();
    {
      await using next = await UploadFolders.open(folder);
      await using _upload = await next.make();
      const left = await readdir(folder, { recursive: true });
      assert.equal(left.filter((name) => /lock$/.test(name)).length, 2, left.join());
      assert.ok(left.some((name) => upload.path.endsWith(name)));
    }
    assert.equal((await readdir(folder)).length, 1);
  });
});
